/**
 * The rows of fixed texts that model/training/python/export_vectorizer.py writes, against the rows that hoshi computes
 * from the same texts. They show every difference that the parameters do not: a changed method, a `\w` of another
 * Unicode version, another order of operations.
 */
import type { SparseRow } from '../../native/rows.ts';
import { type Checks, isObject, show } from '../io/checks.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';

/** The row of one text of tokens, joined by spaces. */
interface ExportedRow {
  readonly text: string;
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

/** The exporter writes more. Fewer rows would show little. */
const MIN_ROWS = 24;
/** The bound of the difference between a float32 row and hoshi's doubles, relative to values above 1. */
const FLOAT32_BOUND = 1e-6;

/** Adds a problem unless the value is a list of rows. */
export function checkRowsForm(checks: Checks, rows: unknown): void {
  const isRow = (row: unknown) =>
    isObject(row) &&
    typeof row.text === 'string' &&
    Array.isArray(row.columns) &&
    Array.isArray(row.values) &&
    [...row.columns, ...row.values].every((value) => typeof value === 'number') &&
    row.columns.length === row.values.length;
  const isRight = Array.isArray(rows) && rows.length >= MIN_ROWS && rows.every(isRow);
  checks.expect(isRight, 'rows', `a list of at least ${MIN_ROWS} { text, columns, values }`, rows);
}

/**
 * Adds a problem for each row that the vectorizer computes differently: the same doubles for float64, within
 * FLOAT32_BOUND for float32. REQUIRES: rows that passed `checkRowsForm`.
 */
export function checkRows(checks: Checks, vectorizer: Vectorizer, rows: unknown, dtype: 'float64' | 'float32'): void {
  const { terms } = vectorizer.tables;
  for (const [i, exported] of (rows as readonly ExportedRow[]).entries()) {
    const { text } = exported;
    const row = vectorizer.row([{ surface: text, start: 0, end: text.length, base: undefined, partOfSpeech: 'other' }]);
    const column = firstDifference(row, exported, dtype);
    if (column === undefined) continue;
    const valueIn = ({ columns, values }: { columns: ArrayLike<number>; values: ArrayLike<number> }) =>
      values[Array.from(columns).indexOf(column)] ?? 0;
    checks.expect(
      false,
      `rows[${i}], of the text ${show(text)}, at the term ${show(terms[column] ?? column)}`,
      `${valueIn(row)}, which hoshi computes from the parameters`,
      valueIn(exported),
    );
  }
}

/** The first column in which two rows differ; undefined if there is none. */
function firstDifference(row: SparseRow, exported: ExportedRow, dtype: 'float64' | 'float32'): number | undefined {
  const areEqual = (a: number, b: number) =>
    Object.is(a, b) || (dtype === 'float32' && Math.abs(a - b) <= FLOAT32_BOUND * Math.max(1, Math.abs(a)));
  for (let i = 0; i < Math.max(row.columns.length, exported.columns.length); i++) {
    const [ours = Number.POSITIVE_INFINITY, theirs = Number.POSITIVE_INFINITY] = [row.columns[i], exported.columns[i]];
    if (ours !== theirs) return Math.min(ours, theirs);
    if (!areEqual(row.values[i] as number, exported.values[i] as number)) return ours;
  }
  return undefined;
}
