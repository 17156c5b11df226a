/** Learning curves: training returns them, and a report draws them. */

/** The first of LightGBM's metrics, round by round. */
export interface LearningCurve {
  /** The round of the first values: 0 if boosting started from a linear leaf, which is then alone, else 1. */
  readonly firstRound: 0 | 1;
  /** The metric's name. Empty if LightGBM measures nothing. */
  readonly metric: string;
  readonly training: readonly number[];
  /** As long as `training`. Empty without validation. */
  readonly validation: readonly number[];
  /** The best round on the validation, from `firstRound`. The last round without validation. */
  readonly best: number;
}

/** The last round that was measured, or the best one if none was measured. */
export function lastRoundOf({ firstRound, training, best }: LearningCurve): number {
  return Math.max(best, firstRound + training.length - 1);
}

export interface NamedCurve extends LearningCurve {
  /** The part of the reviews: `validation`, `fold 1` …, `all`. */
  readonly name: string;
}
