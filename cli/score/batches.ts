/** Batches of texts from a source. A batch keeps every core busy and takes little memory. */
import type { Readable } from 'node:stream';
import type { DecodeOptions } from '../../model/io/encoding.ts';
import type { RecordFormat } from '../../model/io/records.ts';
import { refuseTaken } from '../../model/io/rows.ts';
import { type InputText, readTextChunks } from '../../model/io/texts.ts';

// A batch ends at one of these limits.
const MAX_BATCH_TEXTS = 4096;
const MAX_BATCH_UNITS = 1 << 19;

export interface Source {
  readonly stream: Readable;
  readonly format: RecordFormat;
  /** Name for messages. */
  readonly name: string;
}

export interface BatchOptions extends DecodeOptions {
  /** Field with the text, in a table. */
  readonly column: string;
  /** The names of the columns that a copy of the table gets. With it, texts have their rows. */
  readonly added?: readonly string[];
}

/** A text, or with `added` a header or a blank line, which has an empty text. */
export type BatchText = Pick<InputText, 'line' | 'text' | 'row'>;

/** If the source fails, the texts before the failure still come as a batch, then the error is thrown. */
export async function* batchesOf(
  { stream, format, name }: Source,
  { added, ...options }: BatchOptions,
): AsyncGenerator<readonly BatchText[]> {
  if (added !== undefined && format === 'lines')
    throw new Error(
      `${name}: expected a table for --append, received lines of text; --format csv, tsv or jsonl names one`,
    );
  const onNames = (names: readonly string[]) => {
    if (added !== undefined && format !== 'jsonl') refuseTaken(names, added, `${name}:1`);
  };
  let batch: BatchText[] = [];
  let units = 0;
  let failure: unknown;
  try {
    const keepRows = added !== undefined;
    for await (const texts of readTextChunks(stream, format, name, { ...options, keepRows, onNames })) {
      for (const { line, text, row, fields } of texts) {
        if (added !== undefined && format === 'jsonl') refuseTaken(Object.keys(fields), added, `${name}:${line}`);
        batch.push({ line, text, ...(row && { row }) });
        units += text.length;
        if (batch.length < MAX_BATCH_TEXTS && units < MAX_BATCH_UNITS) continue;
        yield batch;
        batch = [];
        units = 0;
      }
      // If no more input has come yet, the texts are scored at once: a program may wait for them before it goes on.
      if (stream !== process.stdin || stream.readableLength > 0 || batch.length === 0) continue;
      yield batch;
      batch = [];
      units = 0;
    }
  } catch (error) {
    failure = error;
  }
  if (batch.length > 0) yield batch;
  if (failure !== undefined) throw failure;
}
