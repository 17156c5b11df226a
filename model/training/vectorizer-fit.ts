/** Fits a vectorizer: tokens of texts → vocabulary and idf, like scikit-learn's `TfidfVectorizer.fit` in float64. */
import { Checks } from '../io/checks.ts';
import { makeLogarithmTable } from '../math/logarithm.ts';
import type { TermToken } from '../reference/parts-of-speech.ts';
import { readWords } from '../reference/terms.ts';
import {
  checkVectorizerParameters,
  Vectorizer,
  type VectorizerParameters,
  type VectorizerTables,
} from '../reference/vectorizer.ts';
import { TermCounter, type TermCounts } from './term-counter.ts';

export type FittedTerms = Pick<VectorizerTables, 'terms' | 'idf'>;

/** No term is in enough texts for a vocabulary. */
export class NoTermError extends Error {
  override readonly name = 'NoTermError';
}

/** Throws if a parameter is out of range. */
export function checkParameters(parameters: VectorizerParameters): void {
  const checks = new Checks();
  checkVectorizerParameters(checks, parameters);
  checks.throwIfAny('vectorizer');
}

/** The vocabulary and the idf of texts whose terms are counted. */
export class FittedVectorizer {
  readonly #parameters: VectorizerParameters;
  readonly #counts: TermCounts;

  constructor(parameters: VectorizerParameters, counts: TermCounts) {
    checkParameters(parameters);
    this.#parameters = parameters;
    this.#counts = counts;
  }

  /** The vectorizer fitted on the texts so far. Throws a NoTermError if no term is left. */
  vectorizer(): Vectorizer {
    const { terms, idf } = this.terms();
    if (terms.length === 0) {
      throw new NoTermError(
        `Expected a term that occurs in at least min_df = ${this.#parameters.min_df} texts, found none in ${this.#counts.textCount} texts`,
      );
    }
    return new Vectorizer(this.#parameters, { terms, idf, logarithms: makeLogarithmTable() });
  }

  /** The terms of the texts so far, by code point, and their idf. There may be none. */
  terms(): FittedTerms {
    const { min_df, max_features, smooth_idf } = this.#parameters;
    const { textCount } = this.#counts;
    const kept = this.#counts.kept(min_df, max_features);
    return {
      terms: kept.map(({ term }) => term),
      idf: Float64Array.from(kept, ({ texts }) => idfOf(texts, textCount, smooth_idf)),
    };
  }
}

/** Counts terms and fits. Takes the texts one by one and keeps none. The constructor throws if a parameter is out of range. */
export class VectorizerFit extends FittedVectorizer {
  readonly #parameters: VectorizerParameters;
  readonly #counter: TermCounter;

  constructor(parameters: VectorizerParameters) {
    checkParameters(parameters);
    const counter = new TermCounter(parameters);
    super(parameters, counter);
    this.#parameters = parameters;
    this.#counter = counter;
  }

  /** Adds one text, given its tokens. */
  add(tokens: Iterable<TermToken>): void {
    this.#counter.add(readWords(tokens, this.#parameters));
  }
}

/** The idf of a term in `texts` of `textCount` texts. */
export function idfOf(texts: number, textCount: number, isSmooth: boolean): number {
  const smooth = isSmooth ? 1 : 0;
  return Math.log((textCount + smooth) / (texts + smooth)) + 1;
}
