/** Reads labelled reviews from a TSV, CSV or JSONL file. By default, the fields are named `stars` and `text`. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { show } from './checks.ts';
import { Interrupted } from './interrupted.ts';
import { formatOf, type InputRecord, readRecordChunks } from './records.ts';

export interface Review {
  readonly stars: number;
  readonly text: string;
}

/** A row that is not a review. */
export interface BadRow {
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
}

export interface ReadOptions {
  /** The names of the fields in the file. */
  readonly columns?: { readonly stars?: string; readonly text?: string };
  /** Called with the number of bytes read so far and the size of the file. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads all reviews. Rows that are not reviews are returned separately; the caller decides what to do about them.
 * Rejects with Interrupted after the signal is aborted.
 */
export async function readReviews(
  file: string,
  { columns = {}, onProgress, signal }: ReadOptions = {},
): Promise<{ reviews: Review[]; badRows: BadRow[] }> {
  const format = formatOf(file);
  if (format === 'lines') throw new Error(`Expected a file named .tsv, .csv, .jsonl or .ndjson, received ${file}`);
  const { stars = 'stars', text = 'text' } = columns;
  const reviews: Review[] = [];
  const badRows: BadRow[] = [];
  const { size } = await stat(file);
  const source = createReadStream(file);
  for await (const records of readRecordChunks(source, format, file, [stars, text])) {
    for (const record of records) {
      const row = reviewOf(record, stars, text);
      if (typeof row === 'string') badRows.push({ line: record.line, reason: row });
      else reviews.push(row);
    }
    onProgress?.(source.bytesRead, size);
    Interrupted.throwIf(signal);
  }
  return { reviews, badRows };
}

/** The review, or the reason why the row is not one. */
function reviewOf({ fields, problem }: InputRecord, starsColumn: string, textColumn: string): Review | string {
  if (problem !== undefined) return problem;
  const stars = numberOf(fields[starsColumn]);
  const text = fields[textColumn];
  if (!Number.isFinite(stars)) return `expected "${starsColumn}" to be a number, received ${show(fields[starsColumn])}`;
  if (typeof text !== 'string' || text === '') return `expected "${textColumn}" to be a text, received ${show(text)}`;
  return { stars, text };
}

/**
 * The lowest and the highest stars of the reviews. Throws if they are equal: nothing can be learned or measured then.
 */
export function starRangeOf(reviews: readonly Review[]): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { stars } of reviews) {
    low = Math.min(low, stars);
    high = Math.max(high, stars);
  }
  if (low < high) return [low, high];
  throw new Error(
    `Expected reviews with at least two different stars, received ${reviews.length === 0 ? 'no review' : `only ${low}`}`,
  );
}

/** SHA-256 of the stars and texts, in hexadecimal. It depends on the order of the reviews. */
export function hashOfReviews(reviews: readonly Review[]): string {
  const hash = createHash('sha256');
  for (const { stars, text } of reviews) hash.update(`${stars}\t${text}\n`);
  return hash.digest('hex');
}

function numberOf(value: unknown): number {
  if (typeof value === 'string' && value.trim() !== '') return Number(value);
  return typeof value === 'number' ? value : Number.NaN;
}
