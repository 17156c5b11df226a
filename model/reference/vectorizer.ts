/**
 * Terms → a sparse TF-IDF row, as scikit-learn's `TfidfVectorizer` in float64 (sklearn/feature_extraction/text.py is
 * the law). This is the readable twin of native/vectorizer, to the same bits. A vectorizer is immutable and safe to
 * share. Columns are in the order of their terms by code point, as in Python.
 */
import type { CsrMatrix, SparseRow } from '../../native/rows.ts';
import type { Checks } from '../io/checks.ts';
import { logarithm } from '../math/logarithm.ts';
import type { TermToken } from './parts-of-speech.ts';
import type { TextWords } from './ruled-terms.ts';
import { checkTermRules } from './term-rules.ts';
import { readWords, shortestWord, shortestWordIn, type TermParameters, TOKEN_PATTERNS, termsOf } from './terms.ts';
import { isOtherUnicodeVersion, otherUnicodeVersions, type Placed } from './word-parts.ts';

/** The parameters by scikit-learn's names, with scikit-learn's meanings. */
export interface VectorizerParameters extends TermParameters {
  /**
   * The maximum number of terms. The terms with the highest total counts are kept; among equal counts, the first by
   * code point. null keeps all terms.
   */
  readonly max_features: number | null;
  /** Drop terms that occur in fewer texts than this. An integer ≥ 1. */
  readonly min_df: number;
  /** Use 1 + ln(count) instead of the count. */
  readonly sublinear_tf: boolean;
  readonly use_idf: boolean;
  /** The idf is ln((1 + n) / (1 + df)) + 1 instead of ln(n / df) + 1. */
  readonly smooth_idf: boolean;
  readonly norm: 'l1' | 'l2' | null;
  /**
   * hoshi's own: the order of the columns in which the norm is summed, which decides its last bit. scikit-learn before
   * 1.5 sums it from the last column to the first if it uses idf. Undefined: ascending.
   */
  readonly norm_order?: 'descending';
  /** Only false. The result of lower-casing depends on the Unicode version of the running program. */
  readonly lowercase: false;
}

export const defaultVectorizerParameters: VectorizerParameters = {
  token_pattern: '\\w{1,}',
  ngram_range: [1, 2],
  max_features: 10_000,
  min_df: 1,
  sublinear_tf: true,
  use_idf: true,
  smooth_idf: false,
  norm: 'l2',
  lowercase: false,
};

/** The tables that fitting learns. */
export interface VectorizerTables {
  /** In column order, which is the order by code point. */
  readonly terms: readonly string[];
  /** One weight for each term. */
  readonly idf: Float64Array;
  /** ln(0 … 1023), see math/logarithm.ts. */
  readonly logarithms: Float64Array;
}

export class Vectorizer {
  readonly parameters: VectorizerParameters;
  readonly tables: VectorizerTables;
  /** Made at the first use: training has vectorizers of a million terms, whose rows the native engine makes. */
  #columnsMade: ReadonlyMap<string, number> | undefined;

  /** Throws if `token_pattern` is not supported. */
  constructor(parameters: VectorizerParameters, tables: VectorizerTables) {
    shortestWord(parameters.token_pattern);
    this.parameters = parameters;
    this.tables = tables;
  }

  get #columns(): ReadonlyMap<string, number> {
    this.#columnsMade ??= new Map(this.tables.terms.map((term, column) => [term, column]));
    return this.#columnsMade;
  }

  get columnCount(): number {
    return this.tables.terms.length;
  }

  /** The column of a term, or undefined if the term is not in the vocabulary. */
  columnOf(term: string): number | undefined {
    return this.#columns.get(term);
  }

  /** The row of one text, given its tokens. Terms that are not in the vocabulary are ignored. */
  row(tokens: Iterable<TermToken>): SparseRow {
    return this.#rowOf(readWords(tokens, this.parameters));
  }

  /** The row, the number of words, and the number of those that are not a term of the vocabulary on their own. */
  rowWithWords(tokens: Iterable<TermToken>): {
    readonly row: SparseRow;
    readonly words: number;
    readonly unknownWords: number;
  } {
    const text = readWords(tokens, this.parameters);
    const words = text.segments.flat();
    const unknownWords = words.filter((word) => !this.#columns.has(word.text)).length;
    return { row: this.#rowOf(text), words: words.length, unknownWords };
  }

  /** Each occurrence of a term of the vocabulary. */
  occurrences(tokens: Iterable<TermToken>): Generator<Placed & { readonly column: number }> {
    return this.#occurrencesIn(readWords(tokens, this.parameters));
  }

  #rowOf(text: TextWords): SparseRow {
    const counts = new Map<number, number>();
    for (const { column } of this.#occurrencesIn(text)) counts.set(column, (counts.get(column) ?? 0) + 1);
    const columns = Int32Array.from(counts.keys()).sort();
    return { columns, values: weigh(columns, counts, this.parameters, this.tables) };
  }

  *#occurrencesIn(text: TextWords): Generator<Placed & { readonly column: number }> {
    for (const term of termsOf(text, this.parameters.ngram_range)) {
      const column = this.#columns.get(term.text);
      if (column !== undefined) yield { ...term, column };
    }
  }
}

function weigh(
  columns: Int32Array,
  counts: ReadonlyMap<number, number>,
  { sublinear_tf, use_idf, norm, norm_order }: VectorizerParameters,
  { idf, logarithms }: VectorizerTables,
): Float64Array {
  const values = new Float64Array(columns.length);
  columns.forEach((column, i) => {
    const count = counts.get(column) as number;
    const value = (sublinear_tf ? logarithm(logarithms, count) + 1 : count) * (use_idf ? (idf[column] as number) : 1);
    values[i] = value;
  });
  if (norm === null || columns.length === 0) return values;
  const addends = values.map((value) => (norm === 'l2' ? value * value : Math.abs(value)));
  if (norm_order === 'descending') addends.reverse();
  const total = addends.reduce((sum, addend) => sum + addend, 0);
  const length = norm === 'l2' ? Math.sqrt(total) : total;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / length;
  return values;
}

/** Joins rows into one matrix. */
export function stackRows(rows: readonly SparseRow[], columnCount: number): CsrMatrix {
  const rowStarts = new Int32Array(rows.length + 1);
  rows.forEach((row, r) => {
    rowStarts[r + 1] = (rowStarts[r] as number) + row.columns.length;
  });
  const columns = new Int32Array(rowStarts[rows.length] as number);
  const values = new Float64Array(columns.length);
  rows.forEach((row, r) => {
    columns.set(row.columns, rowStarts[r]);
    values.set(row.values, rowStarts[r]);
  });
  return { rowStarts, columns, values, columnCount };
}

/** Python's order of strings: < 0 if a comes first. JavaScript compares UTF-16 units, which puts 𠮷 before U+E000. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/**
 * Adds a problem for each parameter that is missing or out of range. `path` goes before its name, as in `vectorizer.`.
 */
export function checkVectorizerParameters(checks: Checks, parameters: object, path = ''): void {
  const values = parameters as Readonly<Record<string, unknown>>;
  const { token_pattern, ngram_range, max_features, min_df, norm, lowercase } = values;
  const expect = (isRight: boolean, name: string, expected: string) =>
    checks.expect(isRight, `${path}${name}`, expected, values[name]);
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  const isRange = (value: unknown) =>
    Array.isArray(value) && value.length === 2 && value.every(isCount) && value[0] <= value[1];
  expect(shortestWordIn(token_pattern) !== undefined, 'token_pattern', TOKEN_PATTERNS);
  expect(isRange(ngram_range), 'ngram_range', 'two integers [smallest, largest] with 1 ≤ smallest ≤ largest');
  expect(max_features === null || isCount(max_features), 'max_features', 'null or an integer ≥ 1');
  expect(isCount(min_df), 'min_df', 'an integer ≥ 1');
  expect(norm === null || norm === 'l1' || norm === 'l2', 'norm', '"l1", "l2" or null');
  expect(values.norm_order === undefined || values.norm_order === 'descending', 'norm_order', 'absent or "descending"');
  expect(lowercase === false, 'lowercase', 'false');
  for (const name of ['sublinear_tf', 'use_idf', 'smooth_idf'])
    expect(typeof values[name] === 'boolean', name, 'true or false');
  if (values.rules !== undefined) checkTermRules(checks, values.rules, `${path}rules`);
  const { unicode, rules } = values;
  const isFitting = unicode === undefined || (rules === undefined && isOtherUnicodeVersion(unicode));
  expect(isFitting, 'unicode', `absent, or without rules one of ${otherUnicodeVersions.join(', ')}`);
}
