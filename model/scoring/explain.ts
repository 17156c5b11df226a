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
import type { TermToken } from '../reference/parts-of-speech.ts';
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

  /** The tokens are those of the scored text. `score` is its score by the same bundle. */
  explain(tokens: readonly TermToken[], score: number): Explanation {
    const row = this.#vectorizer.row(tokens);
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
  #occurrencesOf(tokens: readonly TermToken[]): Map<number, (readonly [number, number])[]> {
    const occurrences = new Map<number, (readonly [number, number])[]>();
    for (const { column, start, end } of this.#vectorizer.occurrences(tokens)) {
      const offsets = occurrences.get(column) ?? [];
      offsets.push([start, end]);
      occurrences.set(column, offsets);
    }
    return occurrences;
  }
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
