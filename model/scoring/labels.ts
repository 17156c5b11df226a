/**
 * Labels of scores: negative, neutral and positive, by two cuts. A bundle may name its cuts. Else they are 2.5 and 3.5
 * on a range from 1 to 5, and linear on any other range.
 */
import type { Manifest } from '../bundle/manifest.ts';

export const labels = ['negative', 'neutral', 'positive'] as const;

/** A score below the first cut is negative, above the second cut positive, else neutral. In stars. */
export type LabelCuts = readonly [negativeBelow: number, positiveAbove: number];

// 2.5 and 3.5 as shares of the range from 1 to 5. They are eighths, so both cuts are exact there.
const [NEGATIVE_SHARE, POSITIVE_SHARE] = [3 / 8, 5 / 8];

export function labelCutsOf({
  scoreRange: [lowest, highest],
  labels: cuts,
}: Pick<Manifest, 'scoreRange' | 'labels'>): LabelCuts {
  if (cuts !== undefined) return [cuts.negative, cuts.positive];
  const at = (share: number) => lowest + share * (highest - lowest);
  return [at(NEGATIVE_SHARE), at(POSITIVE_SHARE)];
}

/** The index of the score's label in `labels`. */
export function labelOf(score: number, [negativeBelow, positiveAbove]: LabelCuts): number {
  return score < negativeBelow ? 0 : score > positiveAbove ? 2 : 1;
}
