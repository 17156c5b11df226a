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

/** An occurrence of a column's term, as [start, end) in UTF-16 units of the caller's text. */
export type TermOccurrence = readonly [column: number, start: number, end: number];

/** Arranges the explanations of one bundle. Immutable. */
export class Explainer {
  readonly #scoreMap: ScoreMap;
  readonly #rules: TermRules | undefined;
  readonly #termOf: (column: number) => string;

  /** `termOf` gives the term of a column. */
  constructor(manifest: Manifest, termOf: (column: number) => string) {
    this.#scoreMap = scoreMapOf(manifest);
    this.#rules = manifest.vectorizer.rules;
    this.#termOf = termOf;
  }

  explain(text: string, row: ExplainedRow, occurrences: Iterable<TermOccurrence>): Explanation {
    const { columns, values, contributions, sum, base, absent } = row;
    const offsetsOf = offsetsByColumn(occurrences);
    const terms = Array.from(columns, (column, i): ExplainedTerm => {
      const offsets = offsetsOf.get(column) ?? [];
      const [start, end] = offsets[0] ?? [0, 0];
      const { term, name } = readableOccurrence(this.#termOf(column), this.#rules, text.slice(start, end));
      return { term, name, offsets, value: values[i] as number, contribution: contributions[i] as number };
    });
    // The sort is stable, and columns are in the order of code points.
    terms.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    const score = this.#scoreMap.score(sum);
    return { score, base, absent, held: score - sum, terms };
  }
}

/** The occurrences of each column, in the order of the text. */
function offsetsByColumn(occurrences: Iterable<TermOccurrence>): Map<number, (readonly [number, number])[]> {
  const offsetsOf = new Map<number, (readonly [number, number])[]>();
  for (const [column, start, end] of occurrences) {
    const offsets = offsetsOf.get(column) ?? [];
    offsets.push([start, end]);
    offsetsOf.set(column, offsets);
  }
  for (const offsets of offsetsOf.values()) offsets.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return offsetsOf;
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
