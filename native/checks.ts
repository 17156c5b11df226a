/** Checks of arguments that both addons' faces share. Each throws a NativeError with the code `argument`. */
import { types } from 'node:util';
import { argumentError } from './errors.ts';
import type { CsrMatrix, SparseRow } from './rows.ts';

export function checkMatrix(matrix: CsrMatrix, name: string): void {
  if (typeof matrix !== 'object' || matrix === null) throw argumentError(name, 'a CSR matrix', matrix);
  const { rowStarts, columns, values, columnCount } = matrix;
  checkInteger(columnCount, 1, 2 ** 31 - 1, `${name}.columnCount`);
  checkArray(rowStarts, types.isInt32Array, 'an Int32Array', `${name}.rowStarts`);
  checkCells(columns, values, name);
  if (rowStarts.length === 0 || rowStarts[0] !== 0) throw argumentError(`${name}.rowStarts[0]`, '0', rowStarts[0]);
  if (rowStarts.at(-1) !== columns.length)
    throw argumentError(`${name}.rowStarts`, `to end at ${columns.length}, the number of cells`, rowStarts.at(-1));
  for (let r = 1; r < rowStarts.length; r++) {
    const [start, end] = [rowStarts[r - 1] as number, rowStarts[r] as number];
    if (end < start || end > columns.length)
      throw argumentError(`${name}.rowStarts[${r}]`, `from ${start} to ${columns.length}`, end);
    checkColumns(columns, start, end, columnCount, name);
  }
}

export function checkRow(row: SparseRow, columnCount: number): void {
  if (typeof row !== 'object' || row === null) throw argumentError('the row', 'a sparse row', row);
  checkCells(row.columns, row.values, 'row');
  checkColumns(row.columns, 0, row.columns.length, columnCount, 'row');
}

function checkCells(columns: Int32Array, values: Float64Array, name: string): void {
  checkArray(columns, types.isInt32Array, 'an Int32Array', `${name}.columns`);
  checkArray(values, types.isFloat64Array, 'a Float64Array', `${name}.values`);
  if (values.length !== columns.length)
    throw argumentError(`${name}.values.length`, `${columns.length}, that of columns`, values.length);
}

function checkColumns(columns: Int32Array, start: number, end: number, columnCount: number, name: string): void {
  let lowest = 0;
  for (let i = start; i < end; i++) {
    const column = columns[i] as number;
    if (column < lowest || column >= columnCount)
      throw argumentError(
        `${name}.columns[${i}]`,
        `an integer from ${lowest} to ${columnCount - 1}, in increasing order`,
        column,
      );
    lowest = column + 1;
  }
}

export function checkArray(
  value: ArrayBufferView,
  isRight: (value: unknown) => boolean,
  expected: string,
  name: string,
): void {
  if (!isRight(value)) throw argumentError(name, expected, value);
  // Another thread could change it between the check and the use.
  if (types.isSharedArrayBuffer(value.buffer))
    throw argumentError(name, `${expected} that is not shared`, 'a shared one');
}

export function checkInteger(value: number, lowest: number, highest: number, name: string): void {
  if (!Number.isInteger(value) || value < lowest || value > highest)
    throw argumentError(name, `an integer from ${lowest} to ${highest}`, value);
}
