/** Collects rows into one CSR matrix, in arrays that grow. Each cell takes 12 bytes. */
import type { CsrMatrix, SparseRow } from '../../native/rows.ts';

export class MatrixBuilder {
  #rowStarts = new Int32Array(1 << 8);
  #columns = new Int32Array(1 << 12);
  #values = new Float64Array(1 << 12);
  #rowCount = 0;

  /** Copies the row, so that the caller may reuse it. */
  add({ columns, values }: SparseRow): void {
    const start = this.#rowStarts[this.#rowCount] as number;
    const end = start + columns.length;
    if (this.#rowCount + 1 === this.#rowStarts.length) {
      const grown = new Int32Array(this.#rowStarts.length * 2);
      grown.set(this.#rowStarts);
      this.#rowStarts = grown;
    }
    if (end > this.#columns.length) this.#grow(end);
    this.#columns.set(columns, start);
    this.#values.set(values, start);
    this.#rowStarts[++this.#rowCount] = end;
  }

  /** The rows so far, as views of this object's arrays. */
  matrix(columnCount: number): CsrMatrix {
    const cellCount = this.#rowStarts[this.#rowCount] as number;
    return {
      rowStarts: this.#rowStarts.subarray(0, this.#rowCount + 1),
      columns: this.#columns.subarray(0, cellCount),
      values: this.#values.subarray(0, cellCount),
      columnCount,
    };
  }

  #grow(cellCount: number): void {
    const length = Math.max(cellCount, Math.ceil(this.#columns.length * 1.5));
    const [columns, values] = [new Int32Array(length), new Float64Array(length)];
    columns.set(this.#columns);
    values.set(this.#values);
    this.#columns = columns;
    this.#values = values;
  }
}
