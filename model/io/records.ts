/**
 * Reads records from a stream: lines of text, TSV (fields separated by tabs, no quoting), CSV (RFC 4180) or JSONL.
 * Memory is constant. Each record has the number of the line on which it ends. Input is UTF-8, with or without a byte
 * order mark.
 */
import { pipeline, type Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { isObject, show } from './checks.ts';

const MAX_CHUNK_RECORDS = 256; // per chunk of a table

export const recordFormats = ['lines', 'tsv', 'csv', 'jsonl'] as const;
export type RecordFormat = (typeof recordFormats)[number];

export interface InputRecord {
  /** The 1-based line on which the record ends. */
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The reason why the record could not be parsed. `fields` is then empty. */
  readonly problem?: string;
}

/** The format that matches a file's extension; `lines` for any other extension. */
export function formatOf(file: string): RecordFormat {
  const extension = /\.(tsv|csv|jsonl|ndjson)$/i.exec(file)?.[1]?.toLowerCase();
  if (extension === undefined) return 'lines';
  return extension === 'ndjson' ? 'jsonl' : (extension as RecordFormat);
}

/** The text in the field `column`. Throws an error that names the source and the line if that field is not a text. */
export function textIn({ line, fields, problem }: InputRecord, column: string, name: string): string {
  if (problem !== undefined) throw new Error(`${name}:${line}: ${problem}`);
  const text = fields[column];
  if (typeof text === 'string') return text;
  throw new Error(`${name}:${line}: expected "${column}" to be a text, received ${show(text)}`);
}

/**
 * The records of a source. `name` is its name, for messages. A line becomes the field `text`. The first row of a table
 * names the columns, which must include all `required` ones. A line of JSONL that is not an object becomes a record
 * with a `problem`.
 */
export async function* readRecords(
  source: Readable,
  format: RecordFormat,
  name: string,
  required: readonly string[],
): AsyncGenerator<InputRecord> {
  for await (const records of readRecordChunks(source, format, name, required)) yield* records;
}

/** The same records in chunks, because an `await` for each record would cost more than scoring it. */
export function readRecordChunks(
  source: Readable,
  format: RecordFormat,
  name: string,
  required: readonly string[],
): AsyncGenerator<readonly InputRecord[]> {
  if (format === 'lines') return lineRecords(source, name);
  return format === 'jsonl' ? jsonRecords(source, name) : tableRecords(source, format, name, required);
}

async function* lineRecords(source: Readable, name: string): AsyncGenerator<InputRecord[]> {
  for await (const lines of linesOf(source, name)) yield lines.map(({ line, text }) => ({ line, fields: { text } }));
}

async function* jsonRecords(source: Readable, name: string): AsyncGenerator<InputRecord[]> {
  for await (const lines of linesOf(source, name)) {
    yield lines.filter(({ text }) => text.trim() !== '').map(({ line, text }) => ({ line, ...fieldsOf(text) }));
  }
}

function fieldsOf(json: string): Pick<InputRecord, 'fields' | 'problem'> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { fields: {}, problem: 'expected a JSON object, received invalid JSON' };
  }
  if (isObject(value)) return { fields: value };
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  return { fields: {}, problem: `expected a JSON object, received ${kind}` };
}

async function* tableRecords(
  source: Readable,
  format: 'tsv' | 'csv',
  name: string,
  required: readonly string[],
): AsyncGenerator<InputRecord[]> {
  const parser = parse({
    info: true,
    delimiter: format === 'tsv' ? '\t' : ',',
    quote: format === 'tsv' ? null : '"',
    relax_column_count: true,
    skip_empty_lines: true,
  });
  pipeline(
    source,
    (bytes: AsyncIterable<Uint8Array>) => decode(bytes, name),
    parser,
    () => {}, // The loop below receives the error from the parser.
  );
  let header: readonly string[] | undefined;
  let records: InputRecord[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === undefined) {
        header = record;
        for (const column of required) {
          if (!header.includes(column))
            throw new Error(`${name}:1: expected a column "${column}", found ${header.join(', ')}`);
        }
        continue;
      }
      records.push({ line: info.lines, fields: Object.fromEntries(header.map((column, i) => [column, record[i]])) });
      if (records.length < MAX_CHUNK_RECORDS) continue;
      yield records;
      records = [];
    }
  } catch (error) {
    yield records; // The records before the error are valid.
    throw error instanceof CsvError ? new Error(`${name}: ${error.message}`, { cause: error }) : error;
  }
  yield records;
}

interface Line {
  readonly line: number;
  readonly text: string;
}

/** Lines end with LF or CRLF only. node:readline also splits at U+2028 and at a lone CR, which are part of a text. */
async function* linesOf(source: Readable, name: string): AsyncGenerator<Line[]> {
  let line = 0;
  let begun: string[] = []; // The chunks of an incomplete line. They are joined only once, at its end.
  const complete = (pieces: readonly string[]): Line[] =>
    pieces.map((text) => ({ line: ++line, text: text.endsWith('\r') ? text.slice(0, -1) : text }));
  for await (const chunk of decode(source, name)) {
    const pieces = chunk.split('\n');
    if (pieces.length === 1) {
      begun.push(chunk);
      continue;
    }
    const rest = pieces.pop() as string;
    pieces[0] = `${begun.join('')}${pieces[0]}`;
    begun = [rest];
    yield complete(pieces);
  }
  const rest = begun.join('');
  if (rest !== '') yield complete([rest]);
}

/**
 * Decodes UTF-8 and drops the byte order mark. An error names the last line before the chunk with the invalid bytes.
 */
async function* decode(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 0;
  const textOf = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (error) {
      throw new Error(`${name}: expected UTF-8, found other bytes after line ${line}`, { cause: error });
    }
  };
  for await (const chunk of source) {
    const text = textOf(chunk);
    yield text;
    line += text.split('\n').length - 1;
  }
  yield textOf();
}
