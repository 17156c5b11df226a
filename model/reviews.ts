/** Labelled reviews from a file: TSV, CSV or JSONL by its name, with the fields `stars` and `text`. */
import { createReadStream } from 'node:fs';
import { formatOf, readRecords } from './records.ts';

export interface Review {
  readonly stars: number;
  readonly text: string;
}

export interface BadRow {
  readonly line: number;
  readonly reason: string;
}

/** Reads all reviews. Rows that cannot be used come apart, by line number; what to do about them is the caller's. */
export async function readReviews(file: string): Promise<{ reviews: Review[]; badRows: BadRow[] }> {
  const format = formatOf(file);
  if (format === 'lines') throw new Error(`Expected a file named .tsv, .csv, .jsonl or .ndjson, received ${file}`);
  const reviews: Review[] = [];
  const badRows: BadRow[] = [];
  for await (const { line, fields } of readRecords(createReadStream(file), format, file, ['stars', 'text'])) {
    const stars = numberOf(fields.stars);
    const { text } = fields;
    if (!Number.isFinite(stars)) badRows.push({ line, reason: expected('"stars" to be a number', fields.stars) });
    else if (typeof text !== 'string' || text === '')
      badRows.push({ line, reason: expected('"text" to be a text', text) });
    else reviews.push({ stars, text });
  }
  return { reviews, badRows };
}

function numberOf(value: unknown): number {
  if (typeof value === 'string' && value.trim() !== '') return Number(value);
  return typeof value === 'number' ? value : Number.NaN;
}

function expected(what: string, received: unknown): string {
  return `expected ${what}, received ${received === undefined ? 'nothing' : JSON.stringify(received)}`;
}
