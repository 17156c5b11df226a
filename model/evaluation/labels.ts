/**
 * Labels of scores: negative, neutral and positive, by two cuts. No bundle names cuts of its own yet, so this file is
 * the only place that defines them: below 2.5 and above 3.5 on a range from 1 to 5, and linear on any other range.
 */
import type { ScoreRange } from '../reference/score-range.ts';

export const labels = ['negative', 'neutral', 'positive'] as const;

/** A score below the first cut is negative, above the second cut positive, else neutral. In stars. */
export type LabelCuts = readonly [negativeBelow: number, positiveAbove: number];

// 2.5 and 3.5 as shares of the range from 1 to 5. They are eighths, so both cuts are exact there.
const [NEGATIVE_SHARE, POSITIVE_SHARE] = [3 / 8, 5 / 8];

export function labelCutsOf({ scoreRange: [lowest, highest] }: { readonly scoreRange: ScoreRange }): LabelCuts {
  const at = (share: number) => lowest + share * (highest - lowest);
  return [at(NEGATIVE_SHARE), at(POSITIVE_SHARE)];
}

/** The index of the score's label in `labels`. */
export function labelOf(score: number, [negativeBelow, positiveAbove]: LabelCuts): number {
  return score < negativeBelow ? 0 : score > positiveAbove ? 2 : 1;
}
