/**
 * Tables of other programs: the first sheet of an Excel workbook (SheetJS reads it) and Parquet files (hyparquet). They
 * are read whole, because neither can be read from its beginning to its end. The packages are loaded at the first use.
 */
import { buffer } from 'node:stream/consumers';

type NamesListener = ((names: readonly string[]) => void) | undefined;

/** The first bytes of .xlsx (a ZIP archive) and of .xls. */
const WORKBOOKS = ['PK\x03\x04', '\xd0\xcf\x11\xe0'].map((start) => Buffer.from(start, 'latin1'));

/** A row by the names of its columns. */
export interface TableRow {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The rows of the first sheet. Its first row that is not empty names the columns. `line` is the row in the sheet. */
export async function sheetRecords(
  source: AsyncIterable<Uint8Array>,
  name: string,
  onNames: NamesListener,
): Promise<TableRow[]> {
  const { read, utils } = await packageFor(name, () => import('@e965/xlsx'));
  const bytes = await buffer(source);
  // The package would also read text as a sheet, in an encoding of its own.
  if (!WORKBOOKS.some((start) => bytes.subarray(0, start.length).equals(start)))
    throw new Error(`${name}: expected an Excel workbook, received other bytes; is it a CSV file?`);
  const rows = orRefused(name, 'an Excel workbook', () => {
    const { SheetNames, Sheets } = read(bytes, { dense: true });
    const sheet = Sheets[SheetNames[0] as string];
    return sheet === undefined ? [] : utils.sheet_to_json<readonly unknown[]>(sheet, { header: 1, blankrows: true });
  });
  const headerAt = rows.findIndex((row) => row.length > 0);
  if (headerAt < 0) return [];
  const header = Array.from(rows[headerAt] as readonly unknown[], (cell) => String(cell ?? ''));
  onNames?.(header);
  return rows.flatMap((row, i): TableRow[] => {
    if (i <= headerAt || row.length === 0) return [];
    return [{ line: i + 1, fields: Object.fromEntries(header.map((column, k) => [column, row[k]])) }];
  });
}

/** The rows of a Parquet file. `line` is the number of the row, from 1. */
export async function parquetRecords(
  source: AsyncIterable<Uint8Array>,
  name: string,
  onNames: NamesListener,
): Promise<TableRow[]> {
  const { parquetMetadata, parquetReadObjects } = await packageFor(name, () => import('hyparquet'));
  const bytes = await buffer(source);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    const { schema } = parquetMetadata(file);
    onNames?.(schema.slice(1).map((column) => column.name));
    const rows = await parquetReadObjects({ file });
    return rows.map((fields, i) => ({ line: i + 1, fields: Object.fromEntries(Object.entries(fields).map(plain)) }));
  } catch (error) {
    throw refusal(name, 'a Parquet file', error);
  }
}

/** Integers of 64 bits as numbers. */
function plain([column, value]: [string, unknown]): [string, unknown] {
  return [column, typeof value === 'bigint' ? Number(value) : value];
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
