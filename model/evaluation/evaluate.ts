/** Measures how well a bundle's scores match the stars that reviewers gave: the figures that `hoshi eval` prints. */

import { type Review, starRangeOf } from '../io/reviews.ts';
import type { Scorer } from '../scoring/scorer.ts';
import { bootstrap, type Intervals } from './bootstrap.ts';
import { areaUnderCurve, confusionOf, meanAbsoluteError, rootMeanSquaredError, spearman } from './measures.ts';

/** The JSON of `hoshi eval --json`. */
export interface Evaluation {
  /** The number of reviews. */
  readonly reviews: number;
  /** In stars. */
  readonly rmse: number;
  /** In stars. */
  readonly mae: number;
  /** Reviews with the lowest stars against reviews with the highest. */
  readonly auc: { readonly low: number; readonly high: number; readonly value: number };
  /** The AUC of each two neighbouring numbers of stars that were given, in ascending order. */
  readonly neighbours: readonly { readonly low: number; readonly high: number; readonly value: number }[];
  /**
   * The share of correct scores, of the reviews with the lowest and the highest stars. A score below the middle of the two
   * is correct for the lowest stars, any other score for the highest.
   */
  readonly rightSide: number;
  /** NaN if all scores are equal. */
  readonly spearman: number;
  /** 95 % confidence intervals of the four measures. */
  readonly intervals: Intervals;
  /** For each number of stars that was given, in ascending order: the number of reviews and their mean score. */
  readonly means: readonly { readonly stars: number; readonly reviews: number; readonly score: number }[];
  /** `counts[i][k]`: the number of reviews with `given[i]` stars whose score rounds to `predicted[k]`. */
  readonly confusion: {
    readonly given: readonly number[];
    readonly predicted: readonly number[];
    readonly counts: readonly number[][];
  };
}

const BATCH_SIZE = 256; // texts in memory at a time

/** Scores reviews and measures the scores. Rejects unless there are at least two different stars. */
export async function evaluate(
  scorer: Scorer,
  reviews: readonly Review[],
  onProgress?: (done: number) => void,
): Promise<Evaluation> {
  starRangeOf(reviews); // throws before the work, not after it
  return measureScores(reviews, await scoreReviews(scorer, reviews, onProgress), scorer.bundle.scoreRange);
}

/** The score of each review, in their order. */
export async function scoreReviews(
  scorer: Scorer,
  reviews: readonly Review[],
  onProgress?: (done: number) => void,
): Promise<Float64Array> {
  const scores = new Float64Array(reviews.length);
  for (let first = 0; first < reviews.length; first += BATCH_SIZE) {
    scores.set(await scorer.scoreBatch(reviews.slice(first, first + BATCH_SIZE).map(({ text }) => text)), first);
    onProgress?.(Math.min(first + BATCH_SIZE, reviews.length));
  }
  return scores;
}

/**
 * Measures scores, one per review, against the stars of the reviews. Throws unless there are at least two different
 * stars.
 */
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
  const aucOf = (lower: number, higher: number) => ({
    low: lower,
    high: higher,
    value: areaUnderCurve(stars, scores, lower, higher),
  });
  const sums = new Float64Array(given.length);
  scores.forEach((score, i) => {
    const row = rows[i] as number;
    sums[row] = (sums[row] as number) + score;
  });
  return {
    reviews: reviews.length,
    rmse: rootMeanSquaredError(stars, scores),
    mae: meanAbsoluteError(stars, scores),
    auc: aucOf(low, high),
    neighbours: given.slice(1).map((value, i) => aucOf(given[i] as number, value)),
    rightSide: rightSideOf(reviews, scores, low, high),
    spearman: spearman(stars, scores),
    intervals: bootstrap(stars, scores),
    means: given.map((value, i) => {
      const count = (counts[i] as number[]).reduce((sum, each) => sum + each, 0);
      return { stars: value, reviews: count, score: (sums[i] as number) / count };
    }),
    confusion: { given, predicted, counts },
  };
}

function rightSideOf(reviews: readonly Review[], scores: Float64Array, low: number, high: number): number {
  const middle = (low + high) / 2;
  const areCorrect = reviews.flatMap(({ stars }, i) => {
    const score = scores[i] as number;
    if (stars === low) return score < middle;
    return stars === high ? score >= middle : [];
  });
  return areCorrect.filter((isCorrect) => isCorrect).length / areCorrect.length;
}
