/** The range of a model's scores, in stars. */

export type ScoreRange = readonly [lowest: number, highest: number];

/** The nearest score within the range. NaN becomes `lowest`. */
export function clampScore([lowest, highest]: ScoreRange, score: number): number {
  return score > lowest ? (score < highest ? score : highest) : lowest;
}
