/**
 * The 95 % confidence intervals of the measures, by the bootstrap. Each draw takes as many reviews as there are, with
 * replacement, and measures them. An interval holds the middle 95 % of the values of a measure. The same reviews and
 * seed give the same intervals.
 */
import { quantileOfSorted } from '../math/statistics.ts';
import { type DrawnMeasures, drawnDifferences, drawnMeasures, measureNames } from './bootstrap-draws.ts';
import { ENOUGH_FOR_BOOTSTRAP } from './enough.ts';

export type Interval = readonly [lowest: number, highest: number];

/** An interval is null if its measure is undefined in half of the draws or more, or if there are too few reviews. */
export interface Intervals {
  /** The share of draws that an interval holds: 0.95. */
  readonly level: number;
  readonly draws: number;
  readonly seed: number;
  readonly rmse: Interval | null;
  readonly mae: Interval | null;
  readonly auc: Interval | null;
  readonly aucLower: Interval | null;
  readonly aucUpper: Interval | null;
  readonly spearman: Interval | null;
}

const LEVEL = 0.95;
const MAX_DRAWS = 1000;
const MIN_DRAWS = 200;
// About one second of work. Above 30,000 reviews there are fewer draws, but their variance is smaller, too.
const MAX_PICKS = 30_000_000;

/** `stars` and `scores` have one entry per review, in any order. */
export function bootstrap(stars: ArrayLike<number>, scores: ArrayLike<number>, seed = 1): Intervals {
  const draws = drawsFor(stars.length);
  return intervalsOf(drawnMeasures(stars, scores, draws, seed), draws, seed, stars.length);
}

/**
 * The intervals of the differences `after` − `before` of two models' measures, by the paired bootstrap: each draw
 * measures both models on the same reviews. So they are narrower than two intervals of separate draws would suggest.
 */
export function pairedBootstrap(
  stars: ArrayLike<number>,
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  seed = 1,
): Intervals {
  const draws = drawsFor(stars.length);
  return intervalsOf(drawnDifferences(stars, before, after, draws, seed), draws, seed, stars.length);
}

function drawsFor(reviews: number): number {
  return Math.max(MIN_DRAWS, Math.min(MAX_DRAWS, Math.floor(MAX_PICKS / Math.max(1, reviews))));
}

function intervalsOf(drawn: Iterable<DrawnMeasures>, draws: number, seed: number, reviews: number): Intervals {
  const areEnough = reviews >= ENOUGH_FOR_BOOTSTRAP;
  const found = measureNames.map(() => [] as number[]);
  for (const measures of drawn) {
    measureNames.forEach((name, i) => {
      if (!Number.isNaN(measures[name])) found[i]?.push(measures[name]);
    });
  }
  const intervals = found.map((values) => (areEnough && 2 * values.length > draws ? middleOf(values) : null));
  return {
    level: LEVEL,
    draws,
    seed,
    ...(Object.fromEntries(measureNames.map((name, i) => [name, intervals[i] ?? null])) as Record<
      (typeof measureNames)[number],
      Interval | null
    >),
  };
}

/** The interval that leaves equal shares of the values below and above. */
export function middleOf(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  return [quantileOfSorted(sorted, (1 - LEVEL) / 2), quantileOfSorted(sorted, (1 + LEVEL) / 2)];
}
