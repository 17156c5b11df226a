/** Fits a vectorizer: tokens of texts → vocabulary and idf, like scikit-learn's `TfidfVectorizer.fit` in float64. */
import { Checks } from '../io/checks.ts';
import { makeLogarithmTable } from '../math/logarithm.ts';
import type { TermToken } from '../reference/parts-of-speech.ts';
import { readWords } from '../reference/terms.ts';
import {
  checkVectorizerParameters,
  compareCodePoints,
  Vectorizer,
  type VectorizerParameters,
} from '../reference/vectorizer.ts';
import { TermCounter } from './term-counter.ts';

/** Takes the texts one by one and keeps none. The constructor throws if a parameter is out of range. */
export class VectorizerFit {
  readonly #parameters: VectorizerParameters;
  readonly #counter: TermCounter;

  constructor(parameters: VectorizerParameters) {
    const checks = new Checks();
    checkVectorizerParameters(checks, parameters);
    checks.throwIfAny('vectorizer');
    this.#parameters = parameters;
    this.#counter = new TermCounter(parameters);
  }

  /** Adds one text, given its tokens. */
  add(tokens: Iterable<TermToken>): void {
    this.#counter.add(readWords(tokens, this.#parameters));
  }

  /** The vectorizer fitted on the texts so far. Throws if no term is left. */
  vectorizer(): Vectorizer {
    const { min_df, max_features, smooth_idf } = this.#parameters;
    const { textCount } = this.#counter;
    const kept = this.#counter.kept(min_df, max_features, compareCodePoints);
    if (kept.length === 0) {
      throw new Error(
        `Expected a term that occurs in at least min_df = ${min_df} texts, found none in ${textCount} texts`,
      );
    }
    const smooth = smooth_idf ? 1 : 0;
    return new Vectorizer(this.#parameters, {
      terms: kept.map(({ term }) => term),
      idf: Float64Array.from(kept, ({ texts }) => Math.log((textCount + smooth) / (texts + smooth)) + 1),
      logarithms: makeLogarithmTable(),
    });
  }
}
