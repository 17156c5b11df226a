/**
 * Text → explanation of its score: each term of the text with its occurrences and its contribution
 * (reference/contributions.ts).
 *
 * base + absent + contributions of the terms + held = score, up to rounding. All engines share this code, so they give
 * the same explanation.
 */
import { BundleError } from '../bundle/manifest.ts';
import { type Bundle, checkFeatureCount } from '../bundle/read.ts';
import { Contributions } from '../reference/contributions.ts';
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
  /** The effect of the score map: score − raw sum (reference/score-range.ts). */
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

/** Explains scores of one bundle. Immutable. */
export class Explainer {
  readonly #vectorizer: Vectorizer;
  readonly #contributions: Contributions;

  /** Throws a BundleError, or an UnexplainableError if the model's scores are not a sum. */
  constructor({ path, modelText, vectorizer }: Bundle) {
    this.#vectorizer = vectorizer;
    this.#contributions = contributionsOf(modelText);
    checkFeatureCount(path, vectorizer.columnCount, this.#contributions.columnCount);
  }

  /** `ends` has the UTF-16 offset after each token of the text. `score` is the text's score by the same bundle. */
  explain(text: string, ends: Iterable<number>, score: number): Explanation {
    const tokens = tokensOf(text, ends);
    const row = this.#vectorizer.row(tokens.map(({ surface }) => surface));
    const occurrences = this.#occurrencesOf(tokens);
    const { sum, base, absent, ofColumns } = this.#contributions.of(row);
    const terms = Array.from(row.columns, (column, i): ExplainedTerm => {
      const term = this.#vectorizer.tables.terms[column] as string;
      const offsets = occurrences.get(column) ?? [];
      return { term, offsets, value: row.values[i] as number, contribution: ofColumns[i] as number };
    });
    // The sort is stable, and columns are in the order of code points.
    terms.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
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

function contributionsOf(modelText: string): Contributions {
  try {
    return Contributions.fromModelText(modelText);
  } catch (error) {
    throw new UnexplainableError(`Expected a model that can be explained: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
