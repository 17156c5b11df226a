/** The details of scores: the label, and the share of the text's words that the model knows. */
import type { CountedScores } from '../../native/index.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { labelCutsOf, labelOf, labels } from './labels.ts';

export interface Detail {
  /**
   * The share of words that are a term of the vocabulary on their own, in [0, 1]. Null for a text without words. A low
   * share says that the model has seen few such texts.
   */
  readonly known: number | null;
  readonly label: (typeof labels)[number];
}

/** The details of each text, by the two cuts of the bundle's labels. */
export function detailsOf({ scores, words, unknownWords }: CountedScores, bundle: Manifest): readonly Detail[] {
  const cuts = labelCutsOf(bundle);
  return Array.from(scores, (score, i) => {
    const count = words[i] as number;
    return {
      known: count === 0 ? null : 1 - (unknownWords[i] as number) / count,
      label: labels[labelOf(score, cuts)] as Detail['label'],
    };
  });
}
