/** Measures how well a bundle's scores match the stars that reviewers gave: the figures that `hoshi eval` prints. */

import { type Review, starRangeOf } from '../io/reviews.ts';
import type { Scorer } from '../scoring/scorer.ts';
import { bootstrap, type Interval, type Intervals } from './bootstrap.ts';
import { fewReviews } from './enough.ts';
import { aucInterval, shareInterval } from './interval.ts';
import { type LabelAccuracy, type LabelledModel, labelAccuracyOf } from './label-accuracy.ts';
import { allMeasuresOf, areaUnderCurve, confusionOf } from './measures.ts';
import { type ScoreEnds, scoreEndsOf } from './score-ends.ts';
import { HIGHEST, LOWEST, type StarGroup, sideOf, starGroupsOf } from './star-sides.ts';

/** The AUC of reviews with low stars against reviews with high stars. */
export interface StarAuc {
  /** The lowest stars of the low group. */
  readonly low: number;
  /** The highest stars of the high group. */
  readonly high: number;
  readonly value: number;
  readonly interval: Interval | null;
  /** Both groups. On wide scales, such as 0 to 100, a group has several numbers of stars (star-sides.ts). */
  readonly groups: readonly [low: StarGroup, high: StarGroup];
}

/** The JSON of `hoshi eval --json`. All intervals are 95 % confidence intervals. */
export interface Evaluation {
  /** The number of reviews. */
  readonly reviews: number;
  /** In what way the reviews are few, as a sentence (enough.ts); null if they are enough. */
  readonly few: string | null;
  /** That the stars and the scores have different scales, as a sentence; null if the stars are in the range of scores. */
  readonly otherScale: string | null;
  /** In stars. */
  readonly rmse: number;
  /** In stars. */
  readonly mae: number;
  /** Reviews with the lowest stars against reviews with the highest. */
  readonly auc: StarAuc;
  /** The lowest stars against the middle. Null without reviews in the middle. */
  readonly aucLower: StarAuc | null;
  /** The middle against the highest stars. Null without reviews in the middle. */
  readonly aucUpper: StarAuc | null;
  /** The AUC of each two neighbouring numbers of stars that were given, in ascending order. */
  readonly neighbours: readonly StarAuc[];
  /**
   * The share of correct scores, of the reviews with the lowest and the highest stars. A score below the middle of the two
   * is correct for the lowest stars, any other score for the highest.
   */
  readonly rightSide: number;
  /** NaN if all scores are equal. */
  readonly spearman: number;
  /** How often the label is right: negative, neutral or positive. */
  readonly labels: LabelAccuracy;
  /** Scores near the ends of the range, and how often they are right. */
  readonly ends: ScoreEnds;
  /** Of the measures: by the bootstrap, but in closed form for AUC and `rightSide`, as interval.ts has them. */
  readonly intervals: Omit<Intervals, 'aucLower' | 'aucUpper'> & { readonly rightSide: Interval | null };
  /** For each number of stars that was given, in ascending order: the number of reviews and their mean score. */
  readonly means: readonly { readonly stars: number; readonly reviews: number; readonly score: number }[];
  /** `counts[i][k]`: the number of reviews with `given[i]` stars whose score rounds to `predicted[k]`. */
  readonly confusion: {
    readonly given: readonly number[];
    readonly predicted: readonly number[];
    readonly counts: readonly (readonly number[])[];
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
  return measureScores(reviews, await scoreReviews(scorer, reviews, onProgress), scorer.bundle);
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
export function measureScores(reviews: readonly Review[], scores: Float64Array, model: LabelledModel): Evaluation {
  const [low, high] = starRangeOf(reviews);
  const stars = Float64Array.from(reviews, (review) => review.stars);
  const measures = allMeasuresOf(stars, scores, [low, high]);
  const groups = starGroupsOf(stars, [low, high]);
  const [lowest, middle, highest] = groups as [StarGroup, StarGroup | undefined, StarGroup];
  const { aucLower: _, aucUpper: __, ...drawn } = bootstrap(stars, scores);
  const auc = starAuc(lowest, highest, measures.auc);
  const right = rightSideOf(reviews, scores, [low, high]);
  const { means, confusion } = countsOf(stars, scores, model.scoreRange);
  return {
    reviews: reviews.length,
    few: fewReviews(reviews.length, lowest, highest) ?? null,
    otherScale: otherScaleOf([low, high], model.scoreRange),
    rmse: measures.rmse,
    mae: measures.mae,
    auc,
    aucLower: middle === undefined ? null : starAuc(lowest, middle, measures.aucLower),
    aucUpper: middle === undefined ? null : starAuc(middle, highest, measures.aucUpper),
    neighbours: means.slice(1).map((mean, i) => neighboursAuc(stars, scores, means[i] as Mean, mean)),
    rightSide: right.correct / right.all,
    spearman: measures.spearman,
    labels: labelAccuracyOf(stars, scores, model),
    ends: scoreEndsOf(stars, scores, model.scoreRange),
    intervals: { ...drawn, auc: auc.interval, rightSide: shareInterval(right.correct, right.all) },
    means,
    confusion,
  };
}

function otherScaleOf(
  [low, high]: readonly [number, number],
  [lowest, highest]: readonly [number, number],
): string | null {
  if (low >= lowest && high <= highest) return null;
  return `The stars are from ${low} to ${high}, but the model scores from ${lowest} to ${highest}. So RMSE, MAE and the right side of the middle compare different scales; AUC, Spearman and labels do not depend on the scale.`;
}

function starAuc(low: StarGroup, high: StarGroup, value: number): StarAuc {
  const interval = aucInterval(value, low.reviews, high.reviews);
  return { low: low.from, high: high.to, value, interval, groups: [low, high] };
}

type Mean = Evaluation['means'][number];

function neighboursAuc(stars: Float64Array, scores: Float64Array, low: Mean, high: Mean): StarAuc {
  const groupOf = ({ stars, reviews }: Mean): StarGroup => ({ from: stars, to: stars, reviews });
  return starAuc(groupOf(low), groupOf(high), areaUnderCurve(stars, scores, low.stars, high.stars));
}

function countsOf(
  stars: Float64Array,
  scores: Float64Array,
  scoreRange: readonly [number, number],
): Pick<Evaluation, 'means' | 'confusion'> {
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
  const means = given.map((value, i) => {
    const count = (counts[i] as number[]).reduce((sum, each) => sum + each, 0);
    return { stars: value, reviews: count, score: (sums[i] as number) / count };
  });
  return { means, confusion: { given, predicted, counts } };
}

function rightSideOf(
  reviews: readonly Review[],
  scores: Float64Array,
  range: readonly [number, number],
): { readonly correct: number; readonly all: number } {
  const middle = (range[0] + range[1]) / 2;
  const areCorrect = reviews.flatMap(({ stars }, i) => {
    const [side, score] = [sideOf(stars, range), scores[i] as number];
    if (side === LOWEST) return score < middle;
    return side === HIGHEST ? score >= middle : [];
  });
  return { correct: areCorrect.filter((isCorrect) => isCorrect).length, all: areCorrect.length };
}
