/** The texts of a source of records, in a column that is found by its usual names. */
import type { Readable } from 'node:stream';
import { textColumnIn } from './columns.ts';
import { type RecordFormat, readRecordChunks, textIn } from './records.ts';
import type { InputRecord, RecordOptions } from './rows.ts';

export interface InputText extends InputRecord {
  /** Empty for a header and for a blank line, which come with `keepRows` only. */
  readonly text: string;
}

/** Options of reading; `column` is the name of the field with the text, `text` for any of the usual names. */
export interface TextOptions extends RecordOptions {
  readonly column: string;
}

/**
 * The texts in chunks, as they come. Throws an error that names the source and the line of a record without a text, after
 * the texts before it. `name` is the source's name, for messages.
 */
export async function* readTextChunks(
  source: Readable,
  format: RecordFormat,
  name: string,
  { column: given, ...options }: TextOptions,
): AsyncGenerator<readonly InputText[]> {
  let column = format === 'lines' ? 'text' : given;
  const onNames = (names: readonly string[]) => {
    options.onNames?.(names);
    column = textColumnIn(names, given, `${name}:1`, format === 'jsonl');
    if (column !== given) options.onNote?.(`${name}: the texts are in "${column}"`);
  };
  for await (const records of readRecordChunks(source, format, name, { ...options, onNames })) {
    const texts: InputText[] = [];
    let failure: unknown;
    try {
      for (const record of records) {
        const isRecord = record.row === undefined || record.row.kind === 'record';
        texts.push({ ...record, text: isRecord ? textIn(record, column, name) : '' });
      }
    } catch (error) {
      failure = error;
    }
    yield texts;
    if (failure !== undefined) throw failure;
  }
}
