/**
 * Sparse rows in CSR form, as the trees read them. Plain typed arrays, nothing owned: whoever makes one may reuse it
 * after the call that took it has returned.
 */

/** One row. `columns` are strictly increasing and 0-based; a column that is not named is 0; NaN is a missing value. */
export interface SparseRow {
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Rows one after the other: row r is `columns[rowStarts[r] … rowStarts[r + 1])`; `rowStarts` has one entry more than rows. */
export interface CsrMatrix {
  readonly rowStarts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  readonly columnCount: number;
}
