/** The texts of a file to compare two models on: labelled reviews if it has stars, else plain texts. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { DecodeOptions } from '../io/encoding.ts';
import { formatOf, type RecordFormat } from '../io/records.ts';
import { type BadRow, hasStars, readReviewChunks, statsOfInput } from '../io/reviews.ts';
import { readTextChunks, type TextOptions } from '../io/texts.ts';
import type { ComparedText } from './score-pair.ts';

export interface TextFileOptions extends DecodeOptions {
  /** The names of the fields. Others are found by their usual names. With `stars`, the file must be labelled. */
  readonly columns: { readonly stars?: string; readonly text?: string };
  /** Gets rows of a labelled file that are not reviews. */
  readonly onBadRows: (rows: readonly BadRow[]) => void;
  /** Called with the number of bytes read so far and the size of the file. */
  readonly onProgress: (done: number, total: number) => void;
}

/** A labelled file has a field for the stars. Rejects on the first row of another file that has no text. */
export async function readTextFile(
  file: string,
  options: TextFileOptions,
): Promise<{ readonly isLabelled: boolean; readonly chunks: AsyncIterable<readonly ComparedText[]> }> {
  const { stars, text = 'text' } = options.columns;
  const format = formatOf(file);
  const isLabelled = stars !== undefined || (format !== 'lines' && (await hasStars(file, options)));
  if (isLabelled) return { isLabelled, chunks: labelledTexts(file, options) };
  return { isLabelled, chunks: plainTextsOf(file, format, text, options) };
}

/** The lines of a stream. `name` is for messages. */
export function readLines(
  source: Readable,
  name: string,
  options: DecodeOptions = {},
): AsyncIterable<readonly ComparedText[]> {
  return plainTexts(source, 'lines', name, { column: 'text', ...options });
}

async function* labelledTexts(
  file: string,
  { onBadRows, ...options }: TextFileOptions,
): AsyncGenerator<readonly ComparedText[]> {
  for await (const { reviews, badRows } of readReviewChunks(file, options)) {
    onBadRows(badRows);
    yield reviews;
  }
}

async function* plainTextsOf(
  file: string,
  format: RecordFormat,
  column: string,
  { onProgress, onBadRows: _, columns: __, ...options }: TextFileOptions,
): AsyncGenerator<readonly ComparedText[]> {
  const { size } = await statsOfInput(file);
  const source = createReadStream(file);
  for await (const texts of plainTexts(source, format, file, { column, ...options })) {
    yield texts;
    onProgress(source.bytesRead, Math.max(size, source.bytesRead)); // a FIFO has the size 0
  }
}

async function* plainTexts(
  source: Readable,
  format: RecordFormat,
  name: string,
  options: TextOptions,
): AsyncGenerator<readonly ComparedText[]> {
  for await (const texts of readTextChunks(source, format, name, options)) yield texts.map(({ text }) => ({ text }));
}
