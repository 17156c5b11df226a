/**
 * Checks of arguments, shared by the files that call an addon. Each throws a NativeError with the code `argument`.
 *
 * The C++ code gets exactly the values that were checked: each property is read only once, and a length comes from the
 * typed array's own getter, which a property of the caller cannot replace.
 */
import * as types from 'node:util/types';
import { argumentError } from './errors.ts';
import type { CsrMatrix, PackedRows, SparseRow, TrainingRows } from './rows.ts';

const typedArrayPrototype: object = Object.getPrototypeOf(Int32Array.prototype);

/** The number of elements of a typed array. */
export function lengthOf(array: ArrayBufferView): number {
  return Reflect.get(typedArrayPrototype, 'length', array) as number;
}

function bufferOf(array: ArrayBufferView): ArrayBufferLike {
  return Reflect.get(typedArrayPrototype, 'buffer', array) as ArrayBufferLike;
}

/** Checks a CSR matrix: the types, the row starts, and the columns of each row. Returns a copy of the object. */
export function checkMatrix(matrix: CsrMatrix, name: string): CsrMatrix {
  if (typeof matrix !== 'object' || matrix === null) throw argumentError(name, 'a CSR matrix', matrix);
  const { values } = matrix;
  const { rowStarts, columns, columnCount } = checkCellPlaces(matrix, name);
  checkCells(columns, values, name);
  return { rowStarts, columns, values, columnCount };
}

/** The same for packed rows, too, with all numbers that make their values. */
export function checkRows(rows: TrainingRows, name: string): TrainingRows {
  if (typeof rows !== 'object' || rows === null) throw argumentError(name, 'rows', rows);
  if (!('codes' in rows)) return checkMatrix(rows, name);
  const { codes, frequencies, weights, lengths } = rows;
  const { rowStarts, columns, columnCount } = checkCellPlaces(rows, name);
  checkArray(codes, types.isUint16Array, 'a Uint16Array', `${name}.codes`);
  checkLength(codes, lengthOf(columns), `${name}.codes`);
  checkFinite(frequencies, lengthOf(frequencies), Number.NEGATIVE_INFINITY, `${name}.frequencies`);
  const codeCount = lengthOf(frequencies);
  for (let i = 0; i < lengthOf(columns); i++)
    if ((codes[i] as number) >= codeCount)
      throw argumentError(`${name}.codes[${i}]`, `an integer below ${codeCount}`, codes[i]);
  checkFinite(weights, columnCount, Number.NEGATIVE_INFINITY, `${name}.weights`);
  checkFinite(lengths, lengthOf(rowStarts) - 1, Number.MIN_VALUE, `${name}.lengths`);
  return { rowStarts, columns, columnCount, codes, frequencies, weights, lengths };
}

/** Checks the row starts, and the columns of each row. Returns a copy of the object. */
function checkCellPlaces(matrix: Omit<PackedRows | CsrMatrix, 'values'>, name: string) {
  const { rowStarts, columns, columnCount } = matrix;
  checkInteger(columnCount, 1, 2 ** 31 - 1, `${name}.columnCount`);
  checkArray(rowStarts, types.isInt32Array, 'an Int32Array', `${name}.rowStarts`);
  checkArray(columns, types.isInt32Array, 'an Int32Array', `${name}.columns`);
  const [startCount, cellCount] = [lengthOf(rowStarts), lengthOf(columns)];
  if (rowStarts[0] !== 0) throw argumentError(`${name}.rowStarts[0]`, '0', rowStarts[0]);
  const last = rowStarts[startCount - 1];
  if (last !== cellCount)
    throw argumentError(`the last entry of ${name}.rowStarts`, `${cellCount}, the number of cells`, last);
  for (let r = 1; r < startCount; r++) {
    const [start, end] = [rowStarts[r - 1] as number, rowStarts[r] as number];
    if (end < start || end > cellCount)
      throw argumentError(`${name}.rowStarts[${r}]`, `from ${start} to ${cellCount}`, end);
    checkColumns(columns, start, end, columnCount, name);
  }
  return { rowStarts, columns, columnCount };
}

/** Checks an array of `length` finite numbers that are at least `lowest`. */
export function checkFinite(values: Float64Array, length: number, lowest: number, name: string): void {
  checkArray(values, types.isFloat64Array, 'a Float64Array', name);
  checkLength(values, length, name);
  const expected = lowest === 0 ? 'a finite number ≥ 0' : lowest > 0 ? 'a finite number above 0' : 'a finite number';
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    if (!(Number.isFinite(value) && value >= lowest)) throw argumentError(`entry ${i} of ${name}`, expected, value);
  }
}

function checkLength(array: ArrayBufferView, length: number, name: string): void {
  if (lengthOf(array) !== length) throw argumentError(`the length of ${name}`, `${length}`, lengthOf(array));
}

/** Checks one row: the types, and columns that ascend below `columnCount`. Returns a copy of the object. */
export function checkRow(row: SparseRow, columnCount: number): SparseRow {
  if (typeof row !== 'object' || row === null) throw argumentError('the row', 'a sparse row', row);
  const { columns, values } = row;
  checkCells(columns, values, 'row');
  checkColumns(columns, 0, lengthOf(columns), columnCount, 'row');
  return { columns, values };
}

function checkCells(columns: Int32Array, values: Float64Array, name: string): void {
  checkArray(columns, types.isInt32Array, 'an Int32Array', `${name}.columns`);
  checkArray(values, types.isFloat64Array, 'a Float64Array', `${name}.values`);
  if (lengthOf(values) !== lengthOf(columns))
    throw argumentError(`${name}.values.length`, `${lengthOf(columns)}, the length of columns`, lengthOf(values));
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

/** Checks the type of a typed array with `isRight`, and that its memory is neither shared nor detached. */
export function checkArray(
  value: ArrayBufferView,
  isRight: (value: unknown) => boolean,
  expected: string,
  name: string,
): void {
  if (!isRight(value)) throw argumentError(name, expected, value);
  // Another thread could change a shared array between the check and the use.
  if (types.isSharedArrayBuffer(bufferOf(value)))
    throw argumentError(name, `${expected} that is not shared`, 'a shared array');
  // A detached array looks like an empty one.
  if (lengthOf(value) === 0 && isDetached(bufferOf(value)))
    throw argumentError(name, `${expected} that is not detached`, 'a detached array');
}

function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer); // Node 20 has no ArrayBuffer.prototype.detached
    return false;
  } catch {
    return true;
  }
}

/** Checks that a value is an integer in [lowest, highest]. */
export function checkInteger(value: number, lowest: number, highest: number, name: string): void {
  if (!Number.isInteger(value) || value < lowest || value > highest)
    throw argumentError(name, `an integer from ${lowest} to ${highest}`, value);
}

export function checkText(text: string): void {
  if (typeof text !== 'string') throw argumentError('the text', 'a string', text);
}

/** Returns a copy, which cannot change after the check. */
export function checkTexts(texts: readonly string[]): string[] {
  if (!Array.isArray(texts)) throw argumentError('texts', 'an array', texts);
  const copy: string[] = Array.from(texts); // turns holes into undefined
  copy.forEach((text, i) => {
    if (typeof text !== 'string') throw argumentError(`texts[${i}]`, 'a string', text);
  });
  return copy;
}

export function checkTables(from: string | Uint8Array, name: string): void {
  if (typeof from === 'string' && !from.includes('\0')) return;
  if (types.isUint8Array(from) && !types.isSharedArrayBuffer(from.buffer)) return;
  throw argumentError(name, 'a path without a NUL, or a Uint8Array that is not shared', from);
}
