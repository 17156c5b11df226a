/** How well a bundle's scores tell the stars that were given: what `hoshi eval` prints. */
import { areaUnderCurve, meanAbsoluteError, rootMeanSquaredError, spearman } from './metrics.ts';
import type { Review } from './reviews.ts';
import type { Scorer } from './scorer.ts';

export interface Evaluation {
  readonly reviews: number;
  /** In stars. */
  readonly rmse: number;
  /** In stars. */
  readonly mae: number;
  /** Of the lowest stars against the highest. */
  readonly auc: { readonly low: number; readonly high: number; readonly value: number };
  readonly spearman: number;
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
  const stars = Float64Array.from(reviews, (review) => review.stars);
  const scores = new Float64Array(reviews.length);
  for (let first = 0; first < reviews.length; first += BATCH) {
    scores.set(await scorer.scoreBatch(reviews.slice(first, first + BATCH).map(({ text }) => text)), first);
    onProgress?.(Math.min(first + BATCH, reviews.length));
  }
  const given = [...new Set(stars)].sort((a, b) => a - b);
  const [low, high] = [given[0], given.at(-1)];
  if (low === undefined || high === undefined || low === high) {
    throw new Error(
      `Expected reviews with at least two different stars, received ${given.length === 0 ? 'no review' : `only ${low}`}`,
    );
  }
  const [lowest, highest] = scorer.bundle.scoreRange.map(Math.round) as [number, number];
  const predicted = Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i);
  const counts = given.map(() => predicted.map(() => 0));
  scores.forEach((score, i) => {
    const row = counts[given.indexOf(stars[i] as number)] as number[];
    const column = Math.round(score) - lowest;
    row[column] = (row[column] ?? 0) + 1;
  });
  return {
    reviews: reviews.length,
    rmse: rootMeanSquaredError(stars, scores),
    mae: meanAbsoluteError(stars, scores),
    auc: { low, high, value: areaUnderCurve(stars, scores, low, high) },
    spearman: spearman(stars, scores),
    means: given.map((value) => {
      const ofThese = scores.filter((_, i) => stars[i] === value);
      return {
        stars: value,
        reviews: ofThese.length,
        score: ofThese.reduce((sum, score) => sum + score, 0) / ofThese.length,
      };
    }),
    confusion: { given, predicted, counts },
  };
}
