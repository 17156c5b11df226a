/**
 * Records, and the rows of a table in which they came. A row can be copied with further columns; all its other bytes stay as
 * they are.
 */
import type { DecodeOptions, Encoding } from './encoding.ts';
import { type Line, unitSizeOf } from './lines.ts';

export interface InputRecord {
  /** The 1-based line on which the record ends. */
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The reason why the record could not be parsed. `fields` is then empty. */
  readonly problem?: string;
  /** With `keepRows`. */
  readonly row?: Row;
}

export interface RecordOptions extends DecodeOptions {
  /**
   * Called with the names of a table's columns, or of the fields of the first object of JSONL, before the first record. It
   * may throw.
   */
  readonly onNames?: ((names: readonly string[]) => void) | undefined;
  /**
   * Adds the row of each record, for a copy of the table: CSV for a workbook and Parquet. The header and blank lines come
   * as records without fields. Lines of text have no rows.
   */
  readonly keepRows?: boolean;
}

/** How a table is written. */
export interface TableForm {
  readonly encoding: Encoding;
  /** Between the fields of a row; undefined for JSONL. */
  readonly delimiter?: string;
}

export interface Row {
  /** A blank line belongs to no record. Only TSV and CSV have a header. */
  readonly kind: 'header' | 'record' | 'blank';
  /** With the line end, and with the byte order mark of the file. */
  readonly bytes: Uint8Array;
  /** Offset in `bytes` behind the last column, or behind the last member of a JSON object. */
  readonly end: number;
  /** The number of columns that the row lacks. */
  readonly missing: number;
  readonly form: TableForm;
}

/** A number, a word of ASCII letters, or null for nothing. */
export type AddedValue = number | string | null;

/** The fields of a row by their columns. Empty fields behind the last column are left out. */
export function fieldsOf(
  header: readonly string[],
  row: readonly unknown[],
): Pick<InputRecord, 'fields'> & { readonly problem?: string } {
  if (row.slice(header.length).some((field) => field !== undefined && field !== ''))
    return { fields: {}, problem: `expected ${header.length} fields, received ${row.length}` };
  return { fields: Object.fromEntries(header.map((column, i) => [column, row[i]])) };
}

/** The row of a line. `end` is an offset in its text; all characters behind it must be ASCII. */
export function rowOf(
  { text, bytes }: Line,
  kind: Row['kind'],
  { end, missing = 0, form }: { readonly end: number; readonly missing?: number; readonly form: TableForm },
): Row {
  if (bytes === undefined) throw new Error('expected a line with its bytes');
  return { kind, bytes, end: bytes.length - (text.length - end) * unitSizeOf(form.encoding), missing, form };
}

/**
 * Throws an error if a row or a JSON object has a field of a name that will be added. `place` is the source and line, for
 * the message.
 */
export function refuseTaken(names: readonly string[], added: readonly string[], place: string): void {
  const taken = added.filter((name) => names.includes(name));
  if (taken.length > 0)
    throw new Error(
      `${place}: expected no field "${taken.join('" or "')}", because --append adds it; rename or remove it first`,
    );
}

/** The row with further columns: their names in a header, their values in a record. A blank line stays as it is. */
export function rowWith(row: Row, names: readonly string[], values: readonly AddedValue[]): readonly Uint8Array[] {
  const { kind, bytes, end, missing, form } = row;
  if (kind === 'blank') return [bytes];
  const { delimiter } = form;
  const added =
    delimiter === undefined
      ? names.map((name, i) => `,${JSON.stringify(name)}:${JSON.stringify(values[i])}`)
      : (kind === 'header' ? names : values).map((value) => `${delimiter}${value ?? ''}`);
  const padding = delimiter === undefined ? '' : delimiter.repeat(missing);
  return [bytes.subarray(0, end), encodeAscii(`${padding}${added.join('')}`, form.encoding), bytes.subarray(end)];
}

/** ASCII is one byte in every encoding but UTF-16, so no encoder is needed: a score has no other characters. */
function encodeAscii(text: string, encoding: Encoding): Uint8Array {
  if (unitSizeOf(encoding) === 1) return Buffer.from(text, 'latin1');
  const units = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? units.swap16() : units;
}
