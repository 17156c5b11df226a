/**
 * A row → a score by walking the trees: the readable twin of native/forest, to the same bits as LightGBM 4.7.0.
 *
 * A prediction is the sum of one leaf's output for each tree, in tree order, in doubles. For `average_output` (random
 * forests), the sum is divided by the number of trees. The objective's output function is applied last. A forest is
 * immutable. `predict` reuses one scratch row, so it is not reentrant. JavaScript never calls it again during a call.
 */
import type { SparseRow } from '../../native/rows.ts';
import {
  DEFAULT_LEFT,
  type LinearLeaf,
  MISSING_NAN,
  MISSING_ZERO,
  type Model,
  missingKind,
  parseModel,
  type Tree,
} from './model-text.ts';

// LightGBM include/LightGBM/meta.h kZeroThreshold: a float, stored as a double.
const ZERO_THRESHOLD = Math.fround(1e-35);

/** A model that predicts. */
export class Forest {
  readonly #model: Model;
  readonly #row: Float64Array;

  /** REQUIRES: a model that `parseModel` returned. */
  constructor(model: Model) {
    this.#model = model;
    this.#row = new Float64Array(model.columnCount);
  }

  get columnCount(): number {
    return this.#model.columnCount;
  }

  /** Throws as `parseModel` does. */
  static fromModelText(text: string): Forest {
    return new Forest(parseModel(text));
  }

  /** The prediction of one row, in stars. REQUIRES: columns in [0, columnCount). NaN is a missing value. */
  predict(sparseRow: SparseRow): number {
    const { columns, values } = sparseRow;
    const row = this.#row;
    const { linearLeaf, trees, treeCount, isAveraged, isSquared } = this.#model;
    for (let i = 0; i < columns.length; i++) row[columns[i] as number] = values[i] as number;
    let sum = 0;
    if (linearLeaf !== undefined) sum += linearOutput(linearLeaf, sparseRow);
    for (const tree of trees) sum += tree.leafValue[leafOf(tree, row)] as number;
    for (const column of columns) row[column] = 0;
    if (isAveraged) sum /= treeCount;
    // LightGBM regression_objective.hpp ConvertOutput of reg_sqrt: sign(x) · x · x
    return isSquared ? ((sum > 0 ? 1 : 0) - (sum < 0 ? 1 : 0)) * sum * sum : sum;
  }
}

/**
 * LightGBM include/LightGBM/tree.h `Tree::Predict` of a linear leaf. LightGBM also adds coefficient · 0 for the columns
 * that the row does not name. That changes at most the sign of an output of 0, and `Forest.predict` adds it to +0.
 */
export function linearOutput(leaf: LinearLeaf, { columns, values }: SparseRow): number {
  let output = leaf.constant;
  for (let i = 0; i < columns.length; i++) {
    const coefficient = leaf.coefficients[columns[i] as number] as number;
    if (Number.isNaN(coefficient)) continue;
    const value = values[i] as number;
    if (Number.isNaN(value)) return leaf.valueIfMissing;
    output += coefficient * value;
  }
  return output;
}

/** Walks from the root to the leaf of the row. */
function leafOf(tree: Tree, row: Float64Array): number {
  let node = tree.splitFeature.length === 0 ? -1 : 0;
  while (node >= 0) {
    const value = row[tree.splitFeature[node] as number] as number;
    const isLeft = goesLeft(tree.decisionType[node] as number, tree.threshold[node] as number, value);
    node = (isLeft ? tree.leftChild : tree.rightChild)[node] as number;
  }
  return -node - 1;
}

/** LightGBM include/LightGBM/tree.h `NumericalDecision`: whether a node sends a value to the left. */
export function goesLeft(decisionType: number, threshold: number, value: number): boolean {
  const missing = missingKind(decisionType);
  const known = Number.isNaN(value) && missing !== MISSING_NAN ? 0 : value;
  const isMissing =
    (missing === MISSING_ZERO && known >= -ZERO_THRESHOLD && known <= ZERO_THRESHOLD) || Number.isNaN(known);
  return isMissing ? (decisionType & DEFAULT_LEFT) !== 0 : known <= threshold;
}
