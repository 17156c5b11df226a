/**
 * Sparse rows in CSR form, as the trees read them. They are plain typed arrays. No function keeps them, so the caller
 * may reuse the arrays after a call.
 */

/**
 * One row. `columns` are 0-based and strictly increasing. The value of any other column is 0. NaN is a missing value.
 */
export interface SparseRow {
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/**
 * Rows in sequence: row r has the cells [rowStarts[r], rowStarts[r + 1]). `rowStarts` has one more entry than there are
 * rows.
 */
export interface CsrMatrix {
  readonly rowStarts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  readonly columnCount: number;
}
