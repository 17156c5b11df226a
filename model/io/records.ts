/**
 * Reads records from a stream: lines of text, TSV, CSV, JSONL, the first sheet of a workbook, or Parquet. Memory is
 * constant, except for the last two. Each record has the number of the line on which it ends. A chunk of the source gives
 * its records at once, so that a program may wait for them before it writes more.
 */
import type { Readable } from 'node:stream';
import { isObject, show } from './checks.ts';
import type { DecodeOptions } from './encoding.ts';
import { readError } from './file-errors.ts';
import { contentOf, type Line, readLines } from './lines.ts';
import { type InputRecord, type RecordOptions, type Row, rowOf } from './rows.ts';
import { tableRecords } from './table.ts';

const MAX_CHUNK_RECORDS = 256; // per chunk of a workbook or a Parquet file

export const recordFormats = ['lines', 'tsv', 'csv', 'jsonl', 'xlsx', 'parquet'] as const;
export type RecordFormat = (typeof recordFormats)[number];

const FORMATS: Readonly<Record<string, RecordFormat>> = {
  tsv: 'tsv',
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  xls: 'xlsx',
  ods: 'xlsx',
  parquet: 'parquet',
};

/** The format that matches a file's extension; `lines` for any other extension, except JSON, which has no lines. */
export function formatOf(file: string): RecordFormat {
  const extension = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  if (extension === 'json') throw new Error(`${file}: expected one JSON object on each line, in a file named .jsonl`);
  return Object.hasOwn(FORMATS, extension) ? (FORMATS[extension] as RecordFormat) : 'lines';
}

/** The text in the field `column`. Throws an error that names the source and the line if that field is not a text. */
export function textIn({ line, fields, problem }: InputRecord, column: string, name: string): string {
  if (problem !== undefined) throw new Error(`${name}:${line}: ${problem}`);
  const text = fields[column];
  if (typeof text === 'string') return text;
  throw new Error(`${name}:${line}: expected "${column}" to be a text, received ${show(text)}`);
}

/**
 * The records of a source in chunks, because an `await` for each record would cost more than scoring it. `name` is the
 * source's name, for messages. A line becomes the field `text`. The first row of a table names the columns. A line of JSONL
 * that is not an object becomes a record with a `problem`.
 */
export function readRecordChunks(
  source: Readable,
  format: RecordFormat,
  name: string,
  options: RecordOptions = {},
): AsyncGenerator<readonly InputRecord[]> {
  return withNamedErrors(name, recordsOf(source, format, name, options));
}

/** Errors of the system, such as a missing file, as FileErrors that name the source. */
async function* withNamedErrors<Item>(name: string, items: AsyncGenerator<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    throw readError(name, error);
  }
}

function recordsOf(
  source: Readable,
  format: RecordFormat,
  name: string,
  options: RecordOptions,
): AsyncGenerator<readonly InputRecord[]> {
  if (format === 'lines') return lineRecords(source, name, options);
  if (format === 'jsonl') return jsonRecords(source, name, options);
  if (format === 'xlsx' || format === 'parquet') return binaryRecords(source, format, name, options);
  return tableRecords(source, format, name, options);
}

async function* binaryRecords(
  source: Readable,
  format: 'xlsx' | 'parquet',
  name: string,
  options: RecordOptions,
): AsyncGenerator<readonly InputRecord[]> {
  const { parquetRecords, sheetRecords } = await import('./workbook.ts');
  const records = await (format === 'xlsx' ? sheetRecords : parquetRecords)(source, name, options);
  for (let first = 0; first < records.length; first += MAX_CHUNK_RECORDS)
    yield records.slice(first, first + MAX_CHUNK_RECORDS);
}

async function* lineRecords(source: Readable, name: string, options: DecodeOptions): AsyncGenerator<InputRecord[]> {
  for await (const { lines } of readLines(source, name, options))
    yield lines.map(({ line, text }) => ({ line, fields: { text: contentOf(text) } }));
}

async function* jsonRecords(
  source: Readable,
  name: string,
  { onNames, keepRows = false, ...options }: RecordOptions,
): AsyncGenerator<InputRecord[]> {
  let areNamed = false;
  for await (const { lines, encoding } of readLines(source, name, { ...options, keepBytes: keepRows })) {
    const records = lines.flatMap((line): InputRecord[] => {
      const isBlank = line.text.trim() === '';
      if (isBlank && !keepRows) return [];
      const record = { line: line.line, ...(isBlank ? { fields: {} } : objectIn(line.text)) };
      return [keepRows ? { ...record, row: jsonRow(line, isBlank, { encoding }) } : record];
    });
    const first = areNamed ? undefined : records.find(({ problem, row }) => !problem && row?.kind !== 'blank');
    if (first !== undefined) {
      areNamed = true;
      onNames?.(Object.keys(first.fields));
    }
    yield records;
  }
}

function jsonRow(line: Line, isBlank: boolean, form: Row['form']): Row {
  return rowOf(line, isBlank ? 'blank' : 'record', { end: Math.max(0, line.text.lastIndexOf('}')), form });
}

function objectIn(json: string): Pick<InputRecord, 'fields'> & { readonly problem?: string } {
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
