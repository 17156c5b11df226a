/**
 * A text and the contributions of its terms → the explanation of its score, with readable terms.
 *
 * base + absent + contributions of the terms + held = score, up to rounding. The engines compute and arrange the
 * contributions (native-explainer.ts, reference-explainer.ts), to the same bits. They share this code, which runs on the
 * event loop, so they give the same explanation.
 */
import type { ExplainedText } from '../../native/index.ts';
import { BundleError, type Manifest } from '../bundle/manifest.ts';
import { readableOccurrence } from '../reference/readable-terms.ts';
import { type ScoreMap, scoreMapOf } from '../reference/score-range.ts';
import type { TermRules } from '../reference/term-rules.ts';

export interface ExplainedTerm {
  /**
   * The words of the text, at the first occurrence, with marks such as （ない） where the bundle has term rules; else the
   * term of the vocabulary.
   */
  readonly term: string;
  /** The same for every text: the term of the vocabulary, with base forms and such marks where there are term rules. */
  readonly name: string;
  /** Each occurrence as [start, end) in UTF-16 units of the text. An n-gram spans from its first word to its last. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
  /** TF-IDF, the term's value in the row. */
  readonly value: number;
  /** In stars: the SHAP value of the trees, plus coefficient · value if the model has a linear leaf. */
  readonly contribution: number;
}

/** All numbers are in stars. */
export interface Explanation {
  readonly score: number;
  /** The trees' mean over the training reviews, plus the constant of the linear leaf. */
  readonly base: number;
  /** The sum of the contributions of terms that the text does not have. */
  readonly absent: number;
  /** The effect of the score map: score − raw sum (reference/score-range.ts). */
  readonly held: number;
  /**
   * The text's terms that are in the vocabulary, by |contribution| from the largest. Equal ones are in the order of
   * columns, which is that of code points.
   */
  readonly terms: readonly ExplainedTerm[];
}

/**
 * The model's scores are not a sum, so they have no contributions. The message says which kind of model was expected.
 */
export class UnexplainableError extends BundleError {}

/** Makes the explanations of one bundle. Immutable. */
export class Explainer {
  readonly #scoreMap: ScoreMap;
  readonly #rules: TermRules | undefined;

  constructor(manifest: Manifest) {
    this.#scoreMap = scoreMapOf(manifest);
    this.#rules = manifest.vectorizer.rules;
  }

  /** `explained` is of the same text. */
  explain(text: string, explained: ExplainedText): Explanation {
    const { values, contributions, offsets, occurrenceEnds, sum, base, absent } = explained;
    let occurrence = 0;
    const terms = explained.terms.map((vocabularyTerm, i): ExplainedTerm => {
      const spans: (readonly [number, number])[] = [];
      for (const end = occurrenceEnds[i] as number; occurrence < end; occurrence++)
        spans.push([offsets[2 * occurrence] as number, offsets[2 * occurrence + 1] as number]);
      const [start, end] = spans[0] ?? [0, 0];
      const { term, name } = readableOccurrence(vocabularyTerm, this.#rules, text.slice(start, end));
      return { term, name, offsets: spans, value: values[i] as number, contribution: contributions[i] as number };
    });
    const score = this.#scoreMap.score(sum);
    return { score, base, absent, held: score - sum, terms };
  }
}

/** Calls `make`, which reads a model's text. Throws an UnexplainableError if it throws. */
export function orUnexplainable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new UnexplainableError(`Expected a model that can be explained: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
