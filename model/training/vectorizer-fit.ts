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
  type VectorizerTables,
} from '../reference/vectorizer.ts';
import { type CountedTerms, TermCounter } from './term-counter.ts';

export type FittedTerms = Pick<VectorizerTables, 'terms' | 'idf'>;

/** No term is in enough texts for a vocabulary. */
export class NoTermError extends Error {
  override readonly name = 'NoTermError';
}

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

  counts(): CountedTerms {
    return this.#counter.counts();
  }

  /** Adds the texts that another fit with the same parameters has counted. */
  addCounts(counts: CountedTerms): void {
    this.#counter.addCounts(counts);
  }

  /** The vectorizer fitted on the texts so far. Throws a NoTermError if no term is left. */
  vectorizer(): Vectorizer {
    const { terms, idf } = this.terms();
    if (terms.length === 0) {
      throw new NoTermError(
        `Expected a term that occurs in at least min_df = ${this.#parameters.min_df} texts, found none in ${this.#counter.textCount} texts`,
      );
    }
    return new Vectorizer(this.#parameters, { terms, idf, logarithms: makeLogarithmTable() });
  }

  /** The terms of the texts so far, by code point, and their idf. There may be none. */
  terms(): FittedTerms {
    const { min_df, max_features, smooth_idf } = this.#parameters;
    const { textCount } = this.#counter;
    const kept = this.#counter.kept(min_df, max_features, compareCodePoints);
    return {
      terms: kept.map(({ term }) => term),
      idf: Float64Array.from(kept, ({ texts }) => idfOf(texts, textCount, smooth_idf)),
    };
  }
}

/** The idf of a term in `texts` of `textCount` texts. */
export function idfOf(texts: number, textCount: number, isSmooth: boolean): number {
  const smooth = isSmooth ? 1 : 0;
  return Math.log((textCount + smooth) / (texts + smooth)) + 1;
}
