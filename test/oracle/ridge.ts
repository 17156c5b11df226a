/**
 * Ridge regression, slow and obvious: one problem on one thread. native/ridge.h gives the same bits, because each sum has
 * the order that it has here.
 */
import type { CsrMatrix, LinearModel, RidgeOptions } from '../../native/index.ts';

/** All sample weights are 1 if undefined, and the iteration starts at 0. */
export function fitRidge(
  matrix: CsrMatrix,
  labels: ArrayLike<number>,
  { alpha, tolerance, maxIterations }: RidgeOptions,
  sampleWeights?: ArrayLike<number>,
  start?: Float64Array,
): LinearModel {
  const rowCount = matrix.rowStarts.length - 1;
  const shares = sampleWeights === undefined ? new Float64Array(rowCount).fill(1) : Float64Array.from(sampleWeights);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const labelMean = shares.reduce((sum, share, r) => sum + share * (labels[r] as number), 0) / total;
  const columnMeans = timesTransposed(
    matrix,
    shares.map((share) => share / total),
  );
  // Solves (XᵀSX − s·m·mᵀ + αI) w = XᵀS(y − ȳ), where S has the sample weights on its diagonal, s is their sum, m has
  // the weighted means of the columns and ȳ is the weighted mean of the labels.
  const applyMatrix = (w: Float64Array): Float64Array => {
    const predictions = times(matrix, w);
    for (let r = 0; r < rowCount; r++) predictions[r] = (predictions[r] as number) * (shares[r] as number);
    const result = timesTransposed(matrix, predictions);
    const shift = total * dot(columnMeans, w);
    for (let c = 0; c < result.length; c++) {
      result[c] = (result[c] as number) - shift * (columnMeans[c] as number) + alpha * (w[c] as number);
    }
    return result;
  };
  const weights = start?.slice() ?? new Float64Array(matrix.columnCount);
  const residual = timesTransposed(
    matrix,
    shares.map((share, r) => share * ((labels[r] as number) - labelMean)),
  );
  const target = dot(residual, residual) * tolerance * tolerance;
  if (start !== undefined) addScaled(residual, -1, applyMatrix(weights));
  const direction = residual.slice();
  let squaredNorm = dot(residual, residual);
  for (let iteration = 0; iteration < maxIterations && squaredNorm > target; iteration++) {
    const image = applyMatrix(direction);
    const step = squaredNorm / dot(direction, image);
    addScaled(weights, step, direction);
    addScaled(residual, -step, image);
    const next = dot(residual, residual);
    for (let c = 0; c < direction.length; c++)
      direction[c] = (residual[c] as number) + (next / squaredNorm) * (direction[c] as number);
    squaredNorm = next;
  }
  return { weights, intercept: labelMean - dot(columnMeans, weights) };
}

function times({ rowStarts, columns, values }: CsrMatrix, w: Float64Array): Float64Array {
  const result = new Float64Array(rowStarts.length - 1);
  for (let r = 0; r < result.length; r++) {
    let sum = 0;
    const end = rowStarts[r + 1] as number;
    for (let i = rowStarts[r] as number; i < end; i++)
      sum += (values[i] as number) * (w[columns[i] as number] as number);
    result[r] = sum;
  }
  return result;
}

function timesTransposed({ rowStarts, columns, values, columnCount }: CsrMatrix, x: Float64Array): Float64Array {
  const result = new Float64Array(columnCount);
  for (let r = 0; r < x.length; r++) {
    const factor = x[r] as number;
    if (factor === 0) continue;
    const end = rowStarts[r + 1] as number;
    for (let i = rowStarts[r] as number; i < end; i++) {
      const column = columns[i] as number;
      result[column] = (result[column] as number) + factor * (values[i] as number);
    }
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(target: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + factor * (x[i] as number);
}
