/**
 * Measures of a model's scores against the stars that reviewers gave. Every function takes arrays of the same length,
 * with one entry per review, and leaves them as they are.
 */
import { ranksOf } from '../math/statistics.ts';
import { HIGHEST, LOWEST, MIDDLE, sidesOf } from './star-sides.ts';

/** Root of the mean squared error, in stars. */
export function rootMeanSquaredError(stars: ArrayLike<number>, scores: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < stars.length; i++) sum += ((scores[i] as number) - (stars[i] as number)) ** 2;
  return Math.sqrt(sum / stars.length);
}

/** Mean absolute error, in stars. */
export function meanAbsoluteError(stars: ArrayLike<number>, scores: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < stars.length; i++) sum += Math.abs((scores[i] as number) - (stars[i] as number));
  return sum / stars.length;
}

/** Spearman's rank correlation, in [−1, 1]. NaN if all values of one array are equal. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] as number) - mean, (y[i] as number) - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/**
 * Area under the ROC curve (AUC) for separating reviews with `high` stars from reviews with `low` stars. It is the
 * share of pairs in which the review with `high` stars has the higher score; ties count half (Mann–Whitney U). NaN if
 * one of the two groups is empty.
 */
export function areaUnderCurve(stars: ArrayLike<number>, scores: ArrayLike<number>, low: number, high: number): number {
  const chosen = Array.from({ length: stars.length }, (_, i) => i).filter((i) => stars[i] === low || stars[i] === high);
  const ranks = ranksOf(chosen.map((i) => scores[i] as number));
  let [highRanks, highCount] = [0, 0];
  chosen.forEach((i, k) => {
    if (stars[i] !== high) return;
    highRanks += ranks[k] as number;
    highCount++;
  });
  return (highRanks - (highCount * (highCount + 1)) / 2) / (highCount * (chosen.length - highCount));
}

/**
 * A confusion matrix: `counts[i][k]` is the number of reviews in row i and column k.
 *
 * REQUIRES: 0 ≤ rows[r] < rowCount and 0 ≤ columns[r] < columnCount.
 */
export function confusionOf(
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
  [rowCount, columnCount]: readonly [number, number],
): number[][] {
  const counts = Array.from({ length: rowCount }, () => new Array<number>(columnCount).fill(0));
  for (let i = 0; i < rows.length; i++) {
    const row = counts[rows[i] as number] as number[];
    const column = columns[i] as number;
    row[column] = (row[column] as number) + 1;
  }
  return counts;
}

/** All measures. One that is not defined is NaN. */
export interface Measures {
  /** The lowest stars against the highest. star-sides.ts says which stars these are. */
  readonly auc: number;
  /** The lowest stars against the middle. */
  readonly aucLower: number;
  /** The middle against the highest stars. */
  readonly aucUpper: number;
  readonly spearman: number;
  readonly rmse: number;
  readonly mae: number;
}

/** `range` covers the stars: it says which stars are the lowest and the highest. */
export function allMeasuresOf(
  stars: ArrayLike<number>,
  scores: ArrayLike<number>,
  range: readonly [number, number],
): Measures {
  const sides = sidesOf(stars, range);
  return {
    auc: areaUnderCurve(sides, scores, LOWEST, HIGHEST),
    aucLower: areaUnderCurve(sides, scores, LOWEST, MIDDLE),
    aucUpper: areaUnderCurve(sides, scores, MIDDLE, HIGHEST),
    spearman: spearman(stars, scores),
    rmse: rootMeanSquaredError(stars, scores),
    mae: meanAbsoluteError(stars, scores),
  };
}

/**
 * RMSE, MAE, Spearman and AUC by name, for a manifest. Leaves out a measure that is not defined, because JSON has no
 * NaN: without a review with the lowest stars, for example, there is no AUC.
 */
export function measuresOf(
  stars: ArrayLike<number>,
  scores: ArrayLike<number>,
  range: readonly [number, number],
): Record<string, number> {
  const { rmse, mae, spearman: ranks, auc } = allMeasuresOf(stars, scores, range);
  return Object.fromEntries(
    Object.entries({ rmse, mae, spearman: ranks, auc }).filter(([, value]) => Number.isFinite(value)),
  );
}

/**
 * The mean of each measure that all sets have, and its sample standard deviation under the name `…Deviation`.
 *
 * REQUIRES: at least two sets.
 */
export function meanAndDeviation(sets: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const name of Object.keys(sets[0] ?? {})) {
    const values = sets.flatMap((set) => set[name] ?? []);
    if (values.length < sets.length) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    result[name] = mean;
    result[`${name}Deviation`] = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
    );
  }
  return result;
}
