/**
 * Reviews in bins of their score, their length or their share of unknown terms. Neighbouring bins are joined until each has
 * enough reviews (enough.ts), so that no point of a plot stands for a handful of reviews.
 */
import type { Review } from '../../io/reviews.ts';
import { ENOUGH_FOR_SPREAD } from '../enough.ts';
import { binOf, roundEdges } from '../star-groups.ts';
import { type Summary, summaryOf } from './summary.ts';

/** Reviews whose score lies in [from, to). */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean score. */
  readonly predicted: number;
  /** Mean of the given stars. */
  readonly given: number;
  /** 95 % interval of that mean, by the normal distribution. Null if all stars are equal: their spread is unknown. */
  readonly interval: readonly [number, number] | null;
}

/** The number of reviews whose score lies in [from, to). */
export interface ScoreBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Errors, score − stars, of the reviews in one bin. */
export interface ErrorBin extends Summary {
  readonly label: string;
  /** Each error, if there are too few for quantiles. */
  readonly values?: readonly number[];
}

/** A bin [edges[i], edges[i + 1]), as its label shows it. */
export interface Bins {
  readonly edges: readonly number[];
  labelOf(from: number, to: number): string;
}

/** In characters. */
export const LENGTHS: Bins = {
  edges: [0, 10, 20, 50, 100, 200, 500, 1000, Number.POSITIVE_INFINITY],
  labelOf: (from, to) => (to === Number.POSITIVE_INFINITY ? `${from} +` : `${from}–${to - 1}`),
};

/** Shares of unknown terms, as percentages. */
export const SHARES: Bins = {
  edges: Array.from({ length: 11 }, (_, i) => i / 10),
  labelOf: (from, to) => `${Math.round(100 * from)}–${Math.round(100 * to)}`,
};

const SCORE_BINS = 12;

interface CalibrationSums {
  count: number;
  predicted: number;
  given: number;
  squares: number;
}

/** Bins of equal width for the histogram, and joined ones for the means. Bins without a review are left out. */
export function calibrate(
  reviews: readonly Review[],
  scores: Float64Array,
  scoreRange: readonly [number, number],
): { readonly histogram: ScoreBin[]; readonly calibration: CalibrationBin[] } {
  const edges = roundEdges(...scoreRange, SCORE_BINS);
  const sums = edges.slice(1).map((): CalibrationSums => ({ count: 0, predicted: 0, given: 0, squares: 0 }));
  reviews.forEach(({ stars }, i) => {
    const score = scores[i] as number;
    const sum = sums[binOf(edges, score)] as CalibrationSums;
    sum.count++;
    sum.predicted += score;
    sum.given += stars;
    sum.squares += stars * stars;
  });
  const edge = (i: number) => edges[i] as number;
  return {
    histogram: sums.map(({ count }, i) => ({ from: edge(i), to: edge(i + 1), count })).filter(({ count }) => count > 0),
    calibration: joinSmall(sums.map(({ count }) => count)).map(([first, end]) => {
      const joined = sums.slice(first, end).reduce((a, b) => ({
        count: a.count + b.count,
        predicted: a.predicted + b.predicted,
        given: a.given + b.given,
        squares: a.squares + b.squares,
      }));
      return calibrationBinOf(joined, edge(first), edge(end));
    }),
  };
}

function calibrationBinOf(
  { count, predicted, given, squares }: CalibrationSums,
  from: number,
  to: number,
): CalibrationBin {
  const mean = given / count;
  const variance = count > 1 ? Math.max(0, (squares - count * mean * mean) / (count - 1)) : 0;
  const half = 1.96 * Math.sqrt(variance / count);
  const isSpread = half > 1e-9 * Math.max(1, Math.abs(mean)); // more than rounding
  return {
    from,
    to,
    count,
    predicted: predicted / count,
    given: mean,
    interval: isSpread ? [mean - half, mean + half] : null,
  };
}

/** The errors of the chosen reviews, by a property of their texts. Leaves out reviews for which the property is NaN. */
export function errorsBy(
  chosen: readonly number[],
  { reviews, scores }: { readonly reviews: readonly Review[]; readonly scores: Float64Array },
  { edges, labelOf }: Bins,
  propertyOf: (text: string) => number,
): ErrorBin[] {
  const errors = edges.slice(1).map((): number[] => []);
  for (const i of chosen) {
    const { stars, text } = reviews[i] as Review;
    const property = propertyOf(text);
    if (!Number.isNaN(property)) errors[binOf(edges, property)]?.push((scores[i] as number) - stars);
  }
  return joinSmall(errors.map(({ length }) => length)).map(([first, end]) => {
    const values = errors.slice(first, end).flat();
    return {
      label: labelOf(edges[first] as number, edges[end] as number),
      ...summaryOf(values),
      ...(values.length < ENOUGH_FOR_SPREAD ? { values } : {}),
    };
  });
}

/**
 * Joins neighbouring bins until each has ENOUGH_FOR_SPREAD reviews, or all are one. Gives the first bin of each, and the
 * first bin after it. Empty bins between two of them are left out.
 */
export function joinSmall(counts: readonly number[]): [first: number, end: number][] {
  const joined: { first: number; end: number; count: number }[] = [];
  let isOpen = false;
  counts.forEach((count, i) => {
    const last = joined.at(-1);
    if (isOpen && last !== undefined) {
      if (count > 0) last.end = i + 1;
      last.count += count;
      isOpen = last.count < ENOUGH_FOR_SPREAD;
    } else if (count > 0) {
      joined.push({ first: i, end: i + 1, count });
      isOpen = count < ENOUGH_FOR_SPREAD;
    }
  });
  const [last, before] = [joined.at(-1), joined.at(-2)];
  if (isOpen && last !== undefined && before !== undefined) {
    before.end = last.end;
    joined.pop();
  }
  return joined.map(({ first, end }) => [first, end]);
}
