/** Many numbers → the few numbers that a plot needs. Their count does not depend on the number of reviews. */
import { quantileOfSorted } from '../../math/statistics.ts';

export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** The quantiles at 5, 25, 50, 75 and 95 %. */
  readonly quantiles: readonly [number, number, number, number, number];
}

/** REQUIRES: at least one value. */
export function summaryOf(values: readonly number[]): Summary {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => quantileOfSorted(sorted, share);
  return {
    count: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    quantiles: [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)],
  };
}

const CELLS = 60;

/**
 * The density of values at 60 places in [lowest, highest], scaled to a maximum of 1: a histogram smoothed by a
 * Gaussian. The bandwidth follows Silverman's rule of thumb and is at least one cell.
 *
 * REQUIRES: at least one value.
 */
export function densityOf(
  values: readonly number[],
  [lowest, highest]: readonly [number, number],
): { at: number; density: number }[] {
  const width = (highest - lowest) / CELLS;
  const counts = new Float64Array(CELLS);
  for (const value of values) {
    const cell = Math.min(CELLS - 1, Math.max(0, Math.floor((value - lowest) / width)));
    counts[cell] = (counts[cell] as number) + 1;
  }
  const { mean } = summaryOf(values);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const bandwidth = Math.max(width, 0.9 * deviation * values.length ** -0.2);
  const kernel = Float64Array.from({ length: CELLS }, (_, i) => Math.exp(-(((i * width) / bandwidth) ** 2) / 2));
  const smooth = counts.map((_, cell) =>
    counts.reduce((sum, count, other) => sum + count * (kernel[Math.abs(cell - other)] as number), 0),
  );
  const densest = Math.max(...smooth);
  return Array.from(smooth, (density, cell) => ({ at: lowest + (cell + 0.5) * width, density: density / densest }));
}
