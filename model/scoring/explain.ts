/**
 * A text and the contributions of its row's columns → the explanation of its score: each term of the text with its
 * occurrences and its contribution.
 *
 * base + absent + contributions of the terms + held = score, up to rounding. The engines compute the contributions
 * (native-explainer.ts, reference-explainer.ts), to the same bits. They share this code, so they give the same
 * explanation.
 */

import type { SparseRow } from '../../native/rows.ts';
import { BundleError, type Manifest } from '../bundle/manifest.ts';
import type { RowContributions } from '../reference/contributions.ts';
import { clampScore } from '../reference/score-range.ts';
import { shortestWord, wordsOf } from '../reference/terms.ts';
import type { Token } from '../reference/tokenizer.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';

export interface ExplainedTerm {
  readonly term: string;
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
  /** The change by clamping the score to the bundle's range. */
  readonly held: number;
  /**
   * The text's terms that are in the vocabulary, by |contribution| from the largest. Equal ones are in the order of
   * code points.
   */
  readonly terms: readonly ExplainedTerm[];
}

/**
 * The model's scores are not a sum, so they have no contributions. The message says which kind of model was expected.
 */
export class UnexplainableError extends BundleError {}

/** The row of a text, and what contributions give for it (reference/contributions.ts, `RowContributions`). */
export interface ExplainedRow extends SparseRow, Omit<RowContributions, 'ofColumns'> {
  /** One for each column of the row, in stars. */
  readonly contributions: Float64Array;
}

/** Arranges the explanations of one bundle. Immutable. */
export class Explainer {
  readonly #vectorizer: Vectorizer;
  readonly #scoreRange: readonly [number, number];

  constructor({ scoreRange }: Manifest, vectorizer: Vectorizer) {
    this.#vectorizer = vectorizer;
    this.#scoreRange = scoreRange;
  }

  /** `ends` has the UTF-16 offset after each token of the text. */
  explain(text: string, ends: Iterable<number>, row: ExplainedRow): Explanation {
    const occurrences = this.#occurrencesOf(tokensOf(text, ends));
    const { columns, values, contributions, sum, base, absent } = row;
    const terms = Array.from(columns, (column, i): ExplainedTerm => {
      const term = this.#vectorizer.tables.terms[column] as string;
      const offsets = occurrences.get(column) ?? [];
      return { term, offsets, value: values[i] as number, contribution: contributions[i] as number };
    });
    // The sort is stable, and columns are in the order of code points.
    terms.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    const score = clampScore(this.#scoreRange, sum);
    return { score, base, absent, held: score - sum, terms };
  }

  /** The occurrences of each column's term, as [start, end). */
  #occurrencesOf(tokens: readonly Token[]): Map<number, (readonly [number, number])[]> {
    const { token_pattern, ngram_range } = this.#vectorizer.parameters;
    const words = placedWords(tokens, shortestWord(token_pattern));
    const occurrences = new Map<number, (readonly [number, number])[]>();
    for (let first = 0; first < words.length; first++) {
      let term = '';
      for (let n = 1; n <= Math.min(ngram_range[1], words.length - first); n++) {
        const last = words[first + n - 1] as PlacedWord;
        term = n === 1 ? last.text : `${term} ${last.text}`;
        const column = n < ngram_range[0] ? undefined : this.#vectorizer.columnOf(term);
        if (column === undefined) continue;
        const offsets = occurrences.get(column) ?? [];
        offsets.push([(words[first] as PlacedWord).start, last.end]);
        occurrences.set(column, offsets);
      }
    }
    return occurrences;
  }
}

/** A word with its UTF-16 offsets in the text. */
interface PlacedWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function placedWords(tokens: readonly Token[], shortest: number): PlacedWord[] {
  let previousEnd = 0;
  const words = wordsOf(
    tokens.map(({ surface }) => surface),
    shortest,
  );
  return Array.from(words, ({ text, token }) => {
    const { surface, start: tokenStart } = tokens[token] as Token;
    // Between two words there are only words that are too short, and characters that belong to no word. So the first
    // match is the word.
    const start = tokenStart + surface.indexOf(text, Math.max(0, previousEnd - tokenStart));
    previousEnd = start + text.length;
    return { text, start, end: previousEnd };
  });
}

function tokensOf(text: string, ends: Iterable<number>): Token[] {
  let start = 0;
  return Array.from(ends, (end) => {
    const token = { surface: text.slice(start, end), start, end };
    start = end;
    return token;
  });
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
