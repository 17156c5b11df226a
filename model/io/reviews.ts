/** Reads labelled reviews from a table: TSV, CSV, JSONL, a workbook or Parquet. By default, the fields are named `stars` and `text`. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { show } from './checks.ts';
import { columnsIn, isNameOfStars, type ReviewColumns, starsIn } from './columns.ts';
import type { DecodeOptions } from './encoding.ts';
import { FileError, kindOf, readError } from './file-errors.ts';
import { Interrupted } from './interrupted.ts';
import { formatOf, readRecordChunks } from './records.ts';
import type { InputRecord } from './rows.ts';

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

export interface ReadOptions extends DecodeOptions {
  /** The names of the fields in the file. Others are found by the names that people give to them (columns.ts). */
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
  options: ReadOptions = {},
): Promise<{ reviews: Review[]; badRows: BadRow[] }> {
  const reviews: Review[] = [];
  const badRows: BadRow[] = [];
  for await (const chunk of readReviewChunks(file, options)) {
    reviews.push(...chunk.reviews);
    badRows.push(...chunk.badRows);
  }
  return { reviews, badRows };
}

/** The same in chunks of a few hundred rows, so that memory does not grow with the file. */
export async function* readReviewChunks(
  file: string,
  { columns: given = {}, onProgress, signal, encoding, onNote }: ReadOptions = {},
): AsyncGenerator<{ readonly reviews: readonly Review[]; readonly badRows: readonly BadRow[] }> {
  const format = formatOf(file);
  if (format === 'lines')
    throw new Error(
      `Expected a file named .tsv, .csv, .jsonl, .ndjson, .xlsx, .xls, .ods or .parquet, received ${file}`,
    );
  const { size } = await statsOfInput(file);
  const source = createReadStream(file);
  let columns: ReviewColumns = { stars: 'stars', text: 'text' };
  const onNames = (names: readonly string[]) => {
    const { areGuessed, ...found } = columnsIn(names, given, `${file}:1`, format === 'jsonl');
    if (areGuessed) onNote?.(`${file}: the stars are in "${found.stars}", the texts in "${found.text}"`);
    columns = found;
  };
  const options = { onNames, ...(encoding && { encoding }), ...(onNote && { onNote }) };
  const written = new WrittenStars();
  for await (const records of readRecordChunks(source, format, file, options)) {
    const reviews: Review[] = [];
    const badRows: BadRow[] = [];
    for (const record of records) {
      if (format !== 'jsonl' && isEmpty(record)) continue;
      const row = reviewOf(record, columns);
      if (typeof row === 'string') badRows.push({ line: record.line, reason: row });
      else {
        reviews.push(row);
        written.add(record.fields[columns.stars], row.stars);
      }
    }
    yield { reviews, badRows };
    onProgress?.(source.bytesRead, Math.max(size, source.bytesRead)); // a FIFO has the size 0
    Interrupted.throwIf(signal);
  }
  const note = written.note();
  if (note !== undefined) onNote?.(`${file}: ${note}`);
}

/** How the stars of a file are written, and their range. */
class WrittenStars {
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  /** The first stars that are not a plain number. */
  #example: string | undefined;

  add(written: unknown, stars: number): void {
    this.#low = Math.min(this.#low, stars);
    this.#high = Math.max(this.#high, stars);
    if (this.#example === undefined && Number.isNaN(Number(written)))
      this.#example = `${show(written)} is read as ${stars}; `;
  }

  /** Undefined for plain numbers from 1 to 5, which nobody would take for others. */
  note(): string | undefined {
    if (this.#low > this.#high || (this.#example === undefined && this.#low >= 1 && this.#high <= 5)) return undefined;
    const range =
      this.#low === this.#high ? `all stars are ${this.#low}` : `the stars are from ${this.#low} to ${this.#high}`;
    return `${this.#example ?? ''}${range}`;
  }
}

/** Rejects with a FileError if there is no file. A FIFO has the size 0. */
export async function statsOfInput(file: string): Promise<Stats> {
  const stats = await stat(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  if (stats.isDirectory() || stats.isSocket()) throw new FileError(`${file}: expected a file, found ${kindOf(stats)}`);
  return stats;
}

/**
 * Whether the table's header has a column of stars, or one of the first objects of a JSONL file a field of them: by one of
 * the names that people give to it.
 */
export async function hasStars(file: string, options: DecodeOptions = {}): Promise<boolean> {
  if ((await statsOfInput(file)).isFIFO())
    throw new FileError(
      `${file}: expected a file that can be read twice, found a FIFO. If it has stars, add --columns stars=NAME`,
    );
  const source = createReadStream(file);
  try {
    const quiet = options.encoding && { encoding: options.encoding }; // the notes come when the file is read
    for await (const records of readRecordChunks(source, formatOf(file), file, quiet)) {
      if (records.length === 0) continue; // an error of the source comes after it
      return records.some(({ fields }) => Object.keys(fields).some(isNameOfStars));
    }
    return false;
  } finally {
    source.destroy();
  }
}

/** Whether a row has nothing but separators: spreadsheet programs write an empty row so. */
function isEmpty({ fields, problem }: InputRecord): boolean {
  return problem === undefined && Object.values(fields).every((field) => field === undefined || field === '');
}

/** The review, or the reason why the row is not one. */
function reviewOf({ fields, problem }: InputRecord, columns: ReviewColumns): Review | string {
  if (problem !== undefined) return problem;
  const stars = starsIn(fields[columns.stars]);
  const text = fields[columns.text];
  if (!Number.isFinite(stars))
    return `expected "${columns.stars}" to be a number, received ${show(fields[columns.stars])}`;
  if (typeof text !== 'string' || text.trim() === '')
    return `expected "${columns.text}" to be a text, received ${show(text)}`;
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
  for (const review of reviews) addToHash(hash, review);
  return hash.digest('hex');
}

/** Adds one review to such a hash, or a text that nobody gave stars. */
export function addToHash(hash: Hash, { stars, text }: { readonly stars?: number; readonly text: string }): void {
  hash.update(stars === undefined ? `${text}\n` : `${stars}\t${text}\n`);
}
