/**
 * Ridge regression in C++ (ridge.h), in the addon of LightGBM, because only training needs it. This file checks every
 * argument and throws a NativeError with the code `argument`, so the C++ code may assume valid ones.
 */
import { boosterAddon } from './booster.ts';
import { checkFinite, checkInteger, checkRows, lengthOf } from './checks.ts';
import { argumentError, callAsync } from './errors.ts';
import type { TrainingRows } from './rows.ts';

export interface RidgeOptions {
  /** α > 0. */
  readonly alpha: number;
  /** Iteration stops when the norm of the residual is this share of that of zero weights. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** One of several regressions on the same rows and labels. */
export interface RidgeProblem {
  /** One for each row, finite and ≥ 0, not all 0. A row of weight 0 has no effect. */
  readonly sampleWeights: Float64Array;
  /** Where the iteration starts, one for each column; all 0 if undefined. A near solution saves iterations. */
  readonly start?: Float64Array;
}

export interface LinearModel {
  /** One for each column. */
  readonly weights: Float64Array;
  readonly intercept: number;
}

/**
 * The solutions in the order of the problems, computed outside the event loop on at most `threads` threads. The result
 * does not depend on their number. The sample weights and the starts are not copied: they
 * must not change until the promise is settled.
 */
export async function fitRidges(
  rows: TrainingRows,
  labels: Float64Array,
  problems: readonly RidgeProblem[],
  { alpha, tolerance, maxIterations }: RidgeOptions,
  threads: number,
): Promise<LinearModel[]> {
  const checked = checkRows(rows, 'the matrix');
  const rowCount = lengthOf(checked.rowStarts) - 1;
  if ('values' in checked)
    checkFinite(checked.values, lengthOf(checked.columns), Number.NEGATIVE_INFINITY, 'the values');
  checkFinite(labels, rowCount, Number.NEGATIVE_INFINITY, 'labels');
  if (!(Number.isFinite(alpha) && alpha > 0)) throw argumentError('alpha', 'a number above 0', alpha);
  if (!(Number.isFinite(tolerance) && tolerance >= 0)) throw argumentError('tolerance', 'a number ≥ 0', tolerance);
  checkInteger(maxIterations, 0, 2 ** 31 - 1, 'maxIterations');
  checkInteger(threads, 1, 1024, 'threads');
  const starts = problems.map(({ start }) => start ?? new Float64Array());
  const weightings = problems.map(({ sampleWeights }) => sampleWeights);
  weightings.forEach((weights, i) => {
    checkFinite(weights, rowCount, 0, `sampleWeights of problem ${i}`);
    if (!weights.some((weight) => weight > 0))
      throw argumentError(`sampleWeights of problem ${i}`, 'numbers, at least one above 0', 'none above 0');
  });
  starts.forEach((start, i) => {
    const length = problems[i]?.start === undefined ? 0 : checked.columnCount;
    checkFinite(start, length, Number.NEGATIVE_INFINITY, `start of problem ${i}`);
  });
  return callAsync(() =>
    boosterAddon().fitRidges(checked, labels, weightings, starts, alpha, tolerance, maxIterations, threads),
  );
}
