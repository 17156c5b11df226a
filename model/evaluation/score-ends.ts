/**
 * Scores near the ends of the range, and how often they are right. A good model is sure of some reviews; a bad one is sure
 * of wrong ones. The ends reach as far as the lowest and the highest stars do in star-sides.ts: of 1 to 5, scores below 1.5
 * and above 4.5.
 */
import type { Interval } from './bootstrap.ts';
import { shareInterval } from './interval.ts';
import { HIGHEST, LOWEST, scaleOf, sideOf } from './star-sides.ts';

export interface ScoreEnd {
  /** The number of reviews whose score is near this end. */
  readonly reviews: number;
  /** Those whose stars are at this end, too. */
  readonly right: number;
  /** The interval of the share of right ones. Null without any. */
  readonly interval: Interval | null;
  /** The number of reviews whose score is exactly the end. No model with an end map has any. */
  readonly exact: number;
}

export interface ScoreEnds {
  /** The share of the reviews whose score is near an end. */
  readonly share: number;
  readonly interval: Interval | null;
  readonly lowest: ScoreEnd;
  readonly highest: ScoreEnd;
}

export function scoreEndsOf(
  stars: ArrayLike<number>,
  scores: ArrayLike<number>,
  range: readonly [number, number],
): ScoreEnds {
  const starRange = scaleOf(stars, range);
  const endOf = (side: number, end: number): ScoreEnd => {
    let [reviews, right, exact] = [0, 0, 0];
    for (let i = 0; i < scores.length; i++) {
      if (sideOf(scores[i] as number, range) !== side) continue;
      reviews++;
      right += Number(sideOf(stars[i] as number, starRange) === side);
      exact += Number(scores[i] === end);
    }
    return { reviews, right, interval: shareInterval(right, reviews), exact };
  };
  const [lowest, highest] = [endOf(LOWEST, range[0]), endOf(HIGHEST, range[1])];
  const near = lowest.reviews + highest.reviews;
  return { share: near / scores.length, interval: shareInterval(near, scores.length), lowest, highest };
}
