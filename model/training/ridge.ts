/** Ridge regression on sparse rows, by native/ridge.h, which says what it minimises and why its bits are always the same. */
import { availableParallelism } from 'node:os';
import {
  fitRidges as fitOnThreads,
  type LinearModel,
  type RidgeOptions,
  type RidgeProblem,
  type TrainingRows,
} from '../../native/index.ts';
import { valueAt } from './packed-rows.ts';

export type { LinearModel, RidgeOptions };

/**
 * Regressions on the same rows that differ only in their sample weights, solved side by side. Rejects if the number of
 * labels or of sample weights is not that of the rows, or if all weights of a problem are 0. The arrays must not change
 * until it is settled.
 */
export function fitRidges(
  matrix: TrainingRows,
  labels: ArrayLike<number>,
  problems: readonly RidgeProblem[],
  options: RidgeOptions,
): Promise<LinearModel[]> {
  const doubles = labels instanceof Float64Array ? labels : Float64Array.from(labels);
  return fitOnThreads(matrix, doubles, problems, options, availableParallelism());
}

/** One regression. All sample weights are 1 if undefined. */
export async function fitRidge(
  matrix: TrainingRows,
  labels: ArrayLike<number>,
  options: RidgeOptions,
  sampleWeights?: ArrayLike<number>,
): Promise<LinearModel> {
  const weights = Float64Array.from(sampleWeights ?? new Float64Array(labels.length).fill(1));
  const [model] = await fitRidges(matrix, labels, [{ sampleWeights: weights }], options);
  return model as LinearModel;
}

/** Xw + b, one value per row. */
export function predictLinear(model: LinearModel, matrix: TrainingRows): Float64Array {
  return Float64Array.from({ length: matrix.rowStarts.length - 1 }, (_, row) => predictRow(model, matrix, row));
}

/** x·w + b of one row. */
export function predictRow({ weights, intercept }: LinearModel, rows: TrainingRows, row: number): number {
  const { rowStarts, columns } = rows;
  let sum = 0;
  const end = rowStarts[row + 1] as number;
  for (let i = rowStarts[row] as number; i < end; i++)
    sum += valueAt(rows, row, i) * (weights[columns[i] as number] as number);
  return sum + intercept;
}
