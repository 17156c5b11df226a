/** The range of raw sums that a model can reach for rows of norm l2. */
import type { LinearLeaf, Model } from '../reference/model-text.ts';

/** More than the relative rounding error of a product of millions of terms. */
const ROUNDING = 1e-9;

/**
 * A bound of the lowest and the highest raw sum. Rounding is monotone, so no rounded sum of leaves lies outside. The
 * bound of a linear leaf has room for the rounding of its products; it holds for rows of norm l2 only.
 */
export function rawBoundsOf(model: Model): readonly [number, number] {
  const { linearLeaf } = model;
  const constant = linearLeaf?.constant ?? 0;
  const reach = linearLeaf === undefined ? 0 : reachOf(linearLeaf);
  const sumOver = (linearBound: number, boundOf: (leaves: Float64Array) => number): number => {
    let sum = linearBound;
    for (const { leafValue } of model.trees) sum += boundOf(leafValue);
    if (model.isAveraged) sum /= model.treeCount;
    return model.isSquared ? Math.sign(sum) * sum * sum : sum;
  };
  return [
    sumOver(constant - reach, (leaves) => leaves.reduce((lowest, value) => Math.min(lowest, value))),
    sumOver(constant + reach, (leaves) => leaves.reduce((highest, value) => Math.max(highest, value))),
  ];
}

/**
 * How far the output of a linear leaf can be from its constant: the l2 norm of the coefficients, because the norm of a
 * row is at most 1 (Cauchy–Schwarz).
 */
export function reachOf({ coefficients }: Pick<LinearLeaf, 'coefficients'>): number {
  let squares = 0;
  for (const coefficient of coefficients) if (!Number.isNaN(coefficient)) squares += coefficient * coefficient;
  return Math.sqrt(squares) * (1 + ROUNDING);
}
