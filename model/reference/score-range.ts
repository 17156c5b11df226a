/** The range of a model's scores. */

/** In stars. */
export type ScoreRange = readonly [lowest: number, highest: number];

/** Clamps a score to the range. NaN becomes `lowest`. */
export function clampScore([lowest, highest]: ScoreRange, score: number): number {
  return score > lowest ? (score < highest ? score : highest) : lowest;
}
