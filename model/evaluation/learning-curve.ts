/** Learning curves: what training tells, and a report draws. */

/** The first of LightGBM's metrics, round by round. */
export interface LearningCurve {
  /** Its name; empty if LightGBM was told to measure nothing. */
  readonly metric: string;
  readonly training: readonly number[];
  /** As long as `training`, or empty without a validation. */
  readonly validation: readonly number[];
  /** 1-based, the round that was best on the validation; without one, the last. */
  readonly best: number;
}

export interface NamedCurve extends LearningCurve {
  /** What was learned from and measured on: `validation`, `fold 1` …, `all`. */
  readonly name: string;
}
