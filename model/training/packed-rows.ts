/**
 * TF-IDF rows in 6 bytes for each cell instead of 12 (PackedRows in native/rows.ts): for a million reviews, the rows are
 * most of the memory of a training. A cell keeps the count of its term, and the value is computed when it is read.
 */
import type { CsrMatrix, PackedRows, TrainingRows } from '../../native/index.ts';
import { logarithm } from '../math/logarithm.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';

const MAX_CODES = 1 << 16;
/** From the first rows, the builder estimates the number of cells of all rows. */
const MIN_ROWS_OF_ESTIMATE = 5000;

/** Collects the rows of `rowCount` texts, given the counts of their terms. */
export class PackedRowsBuilder {
  readonly #vectorizer: Vectorizer;
  readonly #weights: Float64Array;
  readonly #codes = new Map<number, number>(); // by count
  readonly #frequencies: number[] = [];
  readonly #rowStarts: Int32Array;
  readonly #lengths: Float64Array;
  #columns = new Int32Array(1 << 12);
  #cellCodes = new Uint16Array(1 << 12);
  #rowCount = 0;

  constructor(vectorizer: Vectorizer, rowCount: number) {
    this.#vectorizer = vectorizer;
    const { parameters, tables, columnCount } = vectorizer;
    this.#weights = parameters.use_idf ? tables.idf : new Float64Array(columnCount).fill(1);
    this.#rowStarts = new Int32Array(rowCount + 1);
    this.#lengths = new Float64Array(rowCount);
  }

  /** Adds rows whose values are counts. */
  add({ rowStarts, columns, values }: CsrMatrix): void {
    const first = this.#rowStarts[this.#rowCount] as number;
    if (first + columns.length > this.#columns.length) this.#grow(first + columns.length);
    this.#columns.set(columns, first);
    values.forEach((count, i) => {
      this.#cellCodes[first + i] = this.#codeOf(count);
    });
    for (let row = 0; row + 1 < rowStarts.length; row++) {
      const [start, end] = [first + (rowStarts[row] as number), first + (rowStarts[row + 1] as number)];
      this.#lengths[this.#rowCount] = this.#lengthOf(start, end);
      this.#rowStarts[++this.#rowCount] = end;
    }
  }

  /** REQUIRES: all rows were added */
  rows(): PackedRows {
    const cellCount = this.#rowStarts[this.#rowCount] as number;
    return {
      rowStarts: this.#rowStarts,
      columns: this.#columns.subarray(0, cellCount),
      codes: this.#cellCodes.subarray(0, cellCount),
      frequencies: Float64Array.from(this.#frequencies),
      weights: this.#weights,
      lengths: this.#lengths,
      columnCount: this.#vectorizer.columnCount,
    };
  }

  #codeOf(count: number): number {
    const known = this.#codes.get(count);
    if (known !== undefined) return known;
    const { parameters, tables } = this.#vectorizer;
    if (this.#codes.size === MAX_CODES)
      throw new Error(`Expected at most ${MAX_CODES} different counts of terms in a text, received more`);
    this.#codes.set(count, this.#codes.size);
    this.#frequencies.push(parameters.sublinear_tf ? logarithm(tables.logarithms, count) + 1 : count);
    return this.#codes.size - 1;
  }

  /** The norm of a row, summed as Vectorizer sums it; 1 without a norm or without a cell. */
  #lengthOf(start: number, end: number): number {
    const { norm, norm_order } = this.#vectorizer.parameters;
    if (norm === null || start === end) return 1;
    let total = 0;
    for (let k = start; k < end; k++) {
      const i = norm_order === 'descending' ? start + end - 1 - k : k;
      const frequency = this.#frequencies[this.#cellCodes[i] as number] as number;
      const value = frequency * (this.#weights[this.#columns[i] as number] as number);
      total += norm === 'l2' ? value * value : Math.abs(value);
    }
    return norm === 'l2' ? Math.sqrt(total) : total;
  }

  #grow(cellCount: number): void {
    // Memory that is not written to yet takes no space, but a copy does.
    const factor = this.#rowCount < MIN_ROWS_OF_ESTIMATE ? 2 : Math.max(1, this.#lengths.length / this.#rowCount);
    const length = Math.ceil(cellCount * factor * 1.05);
    const [columns, codes] = [new Int32Array(length), new Uint16Array(length)];
    columns.set(this.#columns);
    codes.set(this.#cellCodes);
    this.#columns = columns;
    this.#cellCodes = codes;
  }
}

/** The value of cell i, which is in the row. */
export function valueAt(rows: TrainingRows, row: number, i: number): number {
  if ('values' in rows) return rows.values[i] as number;
  const { codes, frequencies, weights, columns, lengths } = rows;
  const frequency = frequencies[codes[i] as number] as number;
  return (frequency * (weights[columns[i] as number] as number)) / (lengths[row] as number);
}

/** The same rows with their values. */
export function unpacked(rows: TrainingRows): CsrMatrix {
  if ('values' in rows) return rows;
  const { rowStarts, columns, columnCount } = rows;
  const values = new Float64Array(columns.length);
  for (let row = 0; row + 1 < rowStarts.length; row++)
    for (let i = rowStarts[row] as number; i < (rowStarts[row + 1] as number); i++) values[i] = valueAt(rows, row, i);
  return { rowStarts, columns, columnCount, values };
}
