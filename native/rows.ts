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

/**
 * TF-IDF rows in half the memory: cell i of row r has the value `frequencies[codes[i]] * weights[columns[i]] / lengths[r]`,
 * the same double as in a CsrMatrix. A training does not copy these arrays: they must neither change nor be transferred
 * before its promise is settled, or its first round.
 */
export interface PackedRows extends Omit<CsrMatrix, 'values'> {
  /** One for each cell. */
  readonly codes: Uint16Array;
  /** One for each code. */
  readonly frequencies: Float64Array;
  /** One for each column. */
  readonly weights: Float64Array;
  /** One for each row, above 0. */
  readonly lengths: Float64Array;
}

/** The rows of a training. */
export type TrainingRows = CsrMatrix | PackedRows;
