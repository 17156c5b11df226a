/**
 * Reads records from a stream: lines of text, TSV (fields separated by tabs, no quoting), CSV (RFC 4180), JSONL, the
 * first sheet of a workbook, or Parquet. Memory is constant, except for the last two. Each record has the number of the
 * line on which it ends. encoding.ts decodes the input.
 */
import { pipeline, type Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { isObject, show } from './checks.ts';
import { type DecodeOptions, decode } from './encoding.ts';

const MAX_CHUNK_RECORDS = 256; // per chunk of a table

export const recordFormats = ['lines', 'tsv', 'csv', 'jsonl', 'xlsx', 'parquet'] as const;
export type RecordFormat = (typeof recordFormats)[number];

export interface InputRecord {
  /** The 1-based line on which the record ends. */
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The reason why the record could not be parsed. `fields` is then empty. */
  readonly problem?: string;
}

export interface RecordOptions extends DecodeOptions {
  /**
   * Called with the names of a table's columns, or of the fields of the first object of JSONL, before the first record. It
   * may throw.
   */
  readonly onNames?: (names: readonly string[]) => void;
}

const ALIASES: Readonly<Record<string, RecordFormat>> = { ndjson: 'jsonl', xls: 'xlsx' };

/** The format that matches a file's extension; `lines` for any other extension. */
export function formatOf(file: string): RecordFormat {
  const extension = /\.(tsv|csv|jsonl|ndjson|xlsx|xls|parquet)$/i.exec(file)?.[1]?.toLowerCase();
  if (extension === undefined) return 'lines';
  return ALIASES[extension] ?? (extension as RecordFormat);
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
  options?: RecordOptions,
): AsyncGenerator<InputRecord> {
  for await (const records of readRecordChunks(source, format, name, required, options)) yield* records;
}

/** The same records in chunks, because an `await` for each record would cost more than scoring it. */
export function readRecordChunks(
  source: Readable,
  format: RecordFormat,
  name: string,
  required: readonly string[],
  options: RecordOptions = {},
): AsyncGenerator<readonly InputRecord[]> {
  if (format === 'lines') return lineRecords(source, name, options);
  if (format === 'jsonl') return jsonRecords(source, name, options);
  if (format === 'xlsx' || format === 'parquet') return binaryRecords(source, format, name, required, options);
  return tableRecords(source, format, name, required, options);
}

async function* binaryRecords(
  source: Readable,
  format: 'xlsx' | 'parquet',
  name: string,
  required: readonly string[],
  { onNames }: RecordOptions,
): AsyncGenerator<readonly InputRecord[]> {
  const { parquetRecords, sheetRecords } = await import('./workbook.ts');
  const records = await (format === 'xlsx' ? sheetRecords : parquetRecords)(source, name, (names) => {
    checkColumns(names, required, name);
    onNames?.(names);
  });
  for (let first = 0; first < records.length; first += MAX_CHUNK_RECORDS)
    yield records.slice(first, first + MAX_CHUNK_RECORDS);
}

function checkColumns(names: readonly string[], required: readonly string[], name: string): void {
  for (const column of required)
    if (!names.includes(column)) throw new Error(`${name}:1: expected a column "${column}", found ${names.join(', ')}`);
}

async function* lineRecords(source: Readable, name: string, options: DecodeOptions): AsyncGenerator<InputRecord[]> {
  for await (const lines of linesOf(source, name, options))
    yield lines.map(({ line, text }) => ({ line, fields: { text } }));
}

async function* jsonRecords(
  source: Readable,
  name: string,
  { onNames, ...options }: RecordOptions,
): AsyncGenerator<InputRecord[]> {
  let areNamed = false;
  for await (const lines of linesOf(source, name, options)) {
    const records = lines
      .filter(({ text }) => text.trim() !== '')
      .map(({ line, text }): InputRecord => ({ line, ...fieldsOf(text) }));
    const first = areNamed ? undefined : records.find(({ problem }) => problem === undefined);
    if (first !== undefined) {
      areNamed = true;
      onNames?.(Object.keys(first.fields));
    }
    yield records;
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
  { onNames, ...options }: RecordOptions,
): AsyncGenerator<InputRecord[]> {
  const text = decode(source, name, options);
  const { delimiter, start } = format === 'tsv' ? { delimiter: '\t', start: '' } : await delimiterOf(text);
  if (format === 'csv' && delimiter !== ',')
    options.onNote?.(`${name}: fields are separated by ${delimiter === ';' ? 'semicolons' : 'tabs'}`);
  const parser = parse({
    info: true,
    delimiter,
    quote: format === 'tsv' ? null : '"',
    relax_column_count: true,
    skip_empty_lines: true,
  });
  pipeline(
    async function* () {
      yield start;
      yield* text;
    },
    parser,
    () => {}, // The loop below receives the error from the parser.
  );
  let header: readonly string[] | undefined;
  let records: InputRecord[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === undefined) {
        header = record;
        checkColumns(header, required, name);
        onNames?.(header);
        continue;
      }
      records.push({ line: info.lines, ...rowOf(header, record) });
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

/** The fields of a row by their columns. Empty fields after the last column are left out. */
function rowOf(header: readonly string[], row: readonly string[]): Pick<InputRecord, 'fields' | 'problem'> {
  if (row.slice(header.length).some((field) => field !== ''))
    return { fields: {}, problem: `expected ${header.length} fields, received ${row.length}` };
  return { fields: Object.fromEntries(header.map((column, i) => [column, row[i]])) };
}

/** The mark that separates the fields of a header: the most frequent one outside quotes. */
async function delimiterOf(text: AsyncGenerator<string>): Promise<{ delimiter: string; start: string }> {
  let start = '';
  while (!start.includes('\n')) {
    const { value, done } = await text.next();
    if (done === true) break;
    start += value;
  }
  const header = (start.split('\n')[0] as string).replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: header.split(mark).length - 1 }));
  const [most] = counts.sort((a, b) => b.count - a.count); // stable: a comma wins a tie
  return { delimiter: most?.mark ?? ',', start };
}

interface Line {
  readonly line: number;
  readonly text: string;
}

/** Lines end with LF or CRLF only. node:readline also splits at U+2028 and at a lone CR, which are part of a text. */
async function* linesOf(source: Readable, name: string, options: DecodeOptions): AsyncGenerator<Line[]> {
  let line = 0;
  let begun: string[] = []; // The chunks of an incomplete line. They are joined only once, at its end.
  const complete = (pieces: readonly string[]): Line[] =>
    pieces.map((text) => ({ line: ++line, text: text.endsWith('\r') ? text.slice(0, -1) : text }));
  for await (const chunk of decode(source, name, options)) {
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
