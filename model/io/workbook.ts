/**
 * Tables of other programs: the first sheet of a workbook of Excel or LibreOffice (SheetJS reads it) and Parquet files
 * (hyparquet). They are read whole, because neither can be read from its beginning to its end. The packages are loaded at
 * the first use. A copy of such a table is CSV as Excel opens it: UTF-8 with a byte order mark, and CRLF.
 */
import { buffer } from 'node:stream/consumers';
import type { CellObject } from '@e965/xlsx';
import { isObject } from './checks.ts';
import { fieldsOf, type InputRecord, type RecordOptions, type Row } from './rows.ts';

/** The first bytes of .xlsx and .ods (ZIP archives) and of .xls. */
const WORKBOOKS = ['PK\x03\x04', '\xd0\xcf\x11\xe0'].map((start) => Buffer.from(start, 'latin1'));

/**
 * The rows of the first sheet. Its first row that is not empty names the columns. `line` is the row in the sheet. Cells are
 * read as the text of a CSV file: numbers with all their digits, dates as the sheet shows them, and nothing as "".
 */
export async function sheetRecords(
  source: AsyncIterable<Uint8Array>,
  name: string,
  { onNames, onNote, keepRows = false }: RecordOptions,
): Promise<InputRecord[]> {
  const { read, SSF } = await packageFor(name, () => import('@e965/xlsx'));
  const bytes = await buffer(source);
  // The package would also read text as a sheet, in an encoding of its own.
  if (!WORKBOOKS.some((start) => bytes.subarray(0, start.length).equals(start)))
    throw new Error(`${name}: expected a workbook, received other bytes; is it a CSV file?`);
  const { SheetNames, Sheets } = orRefused(name, 'a workbook', () =>
    read(bytes, { dense: true, cellNF: true, cellFormula: false, cellHTML: false, dateNF: 'yyyy-mm-dd' }),
  );
  const [first = ''] = SheetNames;
  if (SheetNames.length > 1) onNote?.(`${name}: read the first of ${SheetNames.length} sheets, "${first}"`);
  const isDate = (format: unknown) => format !== undefined && SSF.is_date(format) === true;
  const cells = Array.from(Sheets[first]?.['!data'] ?? [], (row) =>
    Array.from(row ?? [], (cell) => cellText(cell, isDate)),
  );
  const rows = cells.map((row) => row.slice(0, row.findLastIndex((text) => text !== '') + 1));
  return recordsOf(rows, onNames, keepRows);
}

function cellText(cell: CellObject | undefined, isDate: (format: unknown) => boolean): string {
  if (cell?.v === undefined) return '';
  if (cell.t === 'b') return cell.v ? 'TRUE' : 'FALSE';
  if (cell.t === 'e' || (cell.t === 'n' && isDate(cell.z))) return cell.w ?? String(cell.v);
  return String(cell.v);
}

function recordsOf(rows: readonly string[][], onNames: RecordOptions['onNames'], keepRows: boolean): InputRecord[] {
  let header: readonly string[] | undefined;
  return rows.flatMap((row, i): InputRecord[] => {
    const line = i + 1;
    const kept = (kind: Row['kind']): InputRecord[] =>
      keepRows ? [{ line, fields: {}, row: csvRow(kind, row, header ?? [], i === 0) }] : [];
    if (row.length === 0) return kept('blank');
    if (header !== undefined)
      return [
        { line, ...fieldsOf(header, padded(row, header)), ...(keepRows && { row: csvRow('record', row, header) }) },
      ];
    header = row;
    onNames?.(row);
    return kept('header');
  });
}

/**
 * The rows of a Parquet file. `line` is the number of the row, from 1. Dates and times are texts in ISO 8601, integers that
 * a double cannot hold are bigint.
 */
export async function parquetRecords(
  source: AsyncIterable<Uint8Array>,
  name: string,
  { onNames, keepRows = false }: RecordOptions,
): Promise<InputRecord[]> {
  const { parquetMetadata, parquetReadObjects, parquetSchema } = await packageFor(name, () => import('hyparquet'));
  const bytes = await buffer(source);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const header = orRefused(name, 'a Parquet file', () =>
    parquetSchema(parquetMetadata(file)).children.map(({ element }) => element.name),
  );
  onNames?.(header);
  let rows: Record<string, unknown>[];
  try {
    rows = await parquetReadObjects({ file, parsers: PARSERS });
  } catch (error) {
    throw refusal(name, 'a Parquet file', error);
  }
  const records = rows.map((row, i): InputRecord => {
    const fields = Object.fromEntries(header.map((column) => [column, plain(row[column])]));
    const texts = header.map((column) => plainText(fields[column]));
    return { line: i + 1, fields, ...(keepRows && { row: csvRow('record', texts, header) }) };
  });
  return keepRows ? [{ line: 1, fields: {}, row: csvRow('header', header, header, true) }, ...records] : records;
}

/** Times as texts with all their digits; those of the package lose microseconds. */
const PARSERS = {
  dateFromDays: (days: number) => isoTime(BigInt(days) * 86_400n, 1n).slice(0, 'YYYY-MM-DD'.length),
  timestampFromMilliseconds: (count: bigint) => isoTime(count, 1000n),
  timestampFromMicroseconds: (count: bigint) => isoTime(count, 1_000_000n),
  timestampFromNanoseconds: (count: bigint) => isoTime(count, 1_000_000_000n),
};

/** `2026-11-29T18:30:00`, with the fraction of a second if it is not zero. `count` is in units of 1/`perSecond` seconds. */
function isoTime(count: bigint, perSecond: bigint): string {
  const fraction = ((count % perSecond) + perSecond) % perSecond;
  const time = new Date(Number((count - fraction) / perSecond) * 1000).toISOString().replace('.000Z', '');
  return fraction === 0n ? time : `${time}.${String(fraction).padStart(String(perSecond).length - 1, '0')}`;
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (!isObject(value) && !Array.isArray(value)) return String(value);
  return JSON.stringify(value, (_, part: unknown) => (typeof plain(part) === 'bigint' ? String(part) : plain(part)));
}

/** A row as CSV. The byte order mark is at the start of the file. */
function csvRow(kind: Row['kind'], fields: readonly string[], header: readonly string[], isFirst = false): Row {
  const mark = isFirst ? '\ufeff' : '';
  const text = `${mark}${kind === 'blank' ? '' : padded(fields, header).map(quoted).join(',')}`;
  const bytes = Buffer.from(`${text}\r\n`);
  return { kind, bytes, end: bytes.length - 2, missing: 0, form: { encoding: 'utf-8', delimiter: ',' } };
}

function padded(row: readonly string[], header: readonly string[]): readonly string[] {
  return [...row, ...header.slice(row.length).map(() => '')];
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function orRefused<T>(name: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusal(name, what, error);
  }
}

function refusal(name: string, what: string, cause: unknown): Error {
  return new Error(`${name}: expected ${what}, cannot read it: ${(cause as Error).message}`, { cause });
}

/** An image for serving has no such packages. */
async function packageFor<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new Error(`${name}: expected CSV, TSV or JSONL, because this installation cannot read other tables`, {
      cause: error,
    });
  }
}
