/** Two models (OLD and NEW), and the linear map of OLD's score range to NEW's. */
import type { ScoreRange } from '../reference/score-range.ts';

/** The same thing of both models. */
export interface Pair<Value> {
  readonly old: Value;
  readonly new: Value;
}

export interface RangeMap {
  /** Whether the ranges differ. */
  readonly isNeeded: boolean;
  /** Maps a difference of scores, as a factor. */
  readonly slope: number;
  /** Maps a score. Gives the same double back if both ranges are the same. */
  score(score: number): number;
}

export function rangeMapOf({ old: from, new: to }: Pair<{ readonly scoreRange: ScoreRange }>): RangeMap {
  const [[oldLowest, oldHighest], [newLowest, newHighest]] = [from.scoreRange, to.scoreRange];
  if (oldLowest === newLowest && oldHighest === newHighest)
    return { isNeeded: false, slope: 1, score: (score) => score };
  const slope = (newHighest - newLowest) / (oldHighest - oldLowest);
  return { isNeeded: true, slope, score: (score) => newLowest + slope * (score - oldLowest) };
}
