/** How well a bundle's scores tell the stars that were given: what `hoshi eval` prints. */

import { type Review, starRangeOf } from '../io/reviews.ts';
import type { Scorer } from '../scoring/scorer.ts';
import { bootstrap, type Intervals } from './bootstrap.ts';
import { areaUnderCurve, confusionOf, meanAbsoluteError, rootMeanSquaredError, spearman } from './measures.ts';

export interface Evaluation {
  readonly reviews: number;
  /** In stars. */
  readonly rmse: number;
  /** In stars. */
  readonly mae: number;
  /** Of the lowest stars against the highest. */
  readonly auc: { readonly low: number; readonly high: number; readonly value: number };
  readonly spearman: number;
  /** Where the measures would lie in 95 of 100 such sets of reviews. */
  readonly intervals: Intervals;
  /** One entry for each number of stars that was given: how many reviews, and their mean score. */
  readonly means: readonly { readonly stars: number; readonly reviews: number; readonly score: number }[];
  /** `counts[i][k]`: reviews of `given[i]` stars whose score rounds to `predicted[k]`. */
  readonly confusion: {
    readonly given: readonly number[];
    readonly predicted: readonly number[];
    readonly counts: readonly number[][];
  };
}

const BATCH = 256; // texts in memory at once

export async function evaluate(
  scorer: Scorer,
  reviews: readonly Review[],
  onProgress?: (done: number) => void,
): Promise<Evaluation> {
  starRangeOf(reviews); // before the work, not only after it
  return measureScores(reviews, await scoreReviews(scorer, reviews, onProgress), scorer.bundle.scoreRange);
}

/** The scores of reviews, in their order. */
export async function scoreReviews(
  scorer: Scorer,
  reviews: readonly Review[],
  onProgress?: (done: number) => void,
): Promise<Float64Array> {
  const scores = new Float64Array(reviews.length);
  for (let first = 0; first < reviews.length; first += BATCH) {
    scores.set(await scorer.scoreBatch(reviews.slice(first, first + BATCH).map(({ text }) => text)), first);
    onProgress?.(Math.min(first + BATCH, reviews.length));
  }
  return scores;
}

/** Measures scores against the stars of their reviews. Throws unless there are two different stars. */
export function measureScores(
  reviews: readonly Review[],
  scores: Float64Array,
  scoreRange: readonly [number, number],
): Evaluation {
  const [low, high] = starRangeOf(reviews);
  const stars = Float64Array.from(reviews, (review) => review.stars);
  const given = [...new Set(stars)].sort((a, b) => a - b);
  const [lowest, highest] = scoreRange.map(Math.round) as [number, number];
  const predicted = Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i);
  const rowOf = new Map(given.map((value, i) => [value, i]));
  const rows = Int32Array.from(stars, (value) => rowOf.get(value) as number);
  const columns = Int32Array.from(scores, (score) => Math.round(score) - lowest);
  const counts = confusionOf(rows, columns, [given.length, predicted.length]);
  const sums = new Float64Array(given.length);
  scores.forEach((score, i) => {
    const row = rows[i] as number;
    sums[row] = (sums[row] as number) + score;
  });
  return {
    reviews: reviews.length,
    rmse: rootMeanSquaredError(stars, scores),
    mae: meanAbsoluteError(stars, scores),
    auc: { low, high, value: areaUnderCurve(stars, scores, low, high) },
    spearman: spearman(stars, scores),
    intervals: bootstrap(stars, scores),
    means: given.map((value, i) => {
      const count = (counts[i] as number[]).reduce((sum, each) => sum + each, 0);
      return { stars: value, reviews: count, score: (sums[i] as number) / count };
    }),
    confusion: { given, predicted, counts },
  };
}
