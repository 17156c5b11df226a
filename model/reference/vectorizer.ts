/**
 * Terms → a sparse TF-IDF row, as scikit-learn's `TfidfVectorizer` in float64 (the law: sklearn/feature_extraction/text.py).
 * A vectorizer is immutable and safe to share. Columns are in the order of their terms by code point, as in Python.
 */
import type { CsrMatrix, SparseRow } from '../../native/rows.ts';
import { logarithm } from '../math/logarithm.ts';
import { shortestWord, type TermParameters, termsOf, wordsOf } from './terms.ts';

/** scikit-learn's names and meanings. */
export interface VectorizerParameters extends TermParameters {
  /** Keep so many terms of the highest total count; of equal ones the first in order of code points. null: all. */
  readonly max_features: number | null;
  /** Drop terms that are in fewer texts than this; an integer ≥ 1. */
  readonly min_df: number;
  /** 1 + ln(count) in place of the count. */
  readonly sublinear_tf: boolean;
  readonly use_idf: boolean;
  /** ln((1 + n) / (1 + df)) + 1 in place of ln(n / df) + 1. */
  readonly smooth_idf: boolean;
  readonly norm: 'l1' | 'l2' | null;
  /** Only false: lower-casing depends on the Unicode version of whoever runs it. */
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

/** What fitting learns: terms in column order with their idf, and the table of logarithms. */
export interface VectorizerTables {
  readonly terms: readonly string[];
  readonly idf: Float64Array;
  readonly logarithms: Float64Array;
}

export class Vectorizer {
  readonly parameters: VectorizerParameters;
  readonly tables: VectorizerTables;
  readonly #columns: ReadonlyMap<string, number>;
  readonly #shortestWord: number;

  constructor(parameters: VectorizerParameters, tables: VectorizerTables) {
    this.parameters = parameters;
    this.tables = tables;
    this.#columns = new Map(tables.terms.map((term, column) => [term, column]));
    this.#shortestWord = shortestWord(parameters.token_pattern);
  }

  get columnCount(): number {
    return this.tables.terms.length;
  }

  /** Undefined for a term outside the vocabulary. */
  columnOf(term: string): number | undefined {
    return this.#columns.get(term);
  }

  /** The row of one text, given the surface forms of its tokens. Terms outside the vocabulary are left out. */
  row(surfaces: Iterable<string>): SparseRow {
    const counts = new Map<number, number>();
    for (const term of termsOf(words(surfaces, this.#shortestWord), this.parameters.ngram_range)) {
      const column = this.#columns.get(term);
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    const columns = Int32Array.from(counts.keys()).sort();
    return { columns, values: weigh(columns, counts, this.parameters, this.tables) };
  }
}

function words(surfaces: Iterable<string>, shortest: number): string[] {
  return Array.from(wordsOf(surfaces, shortest), (word) => word.text);
}

function weigh(
  columns: Int32Array,
  counts: ReadonlyMap<number, number>,
  { sublinear_tf, use_idf, norm }: VectorizerParameters,
  { idf, logarithms }: VectorizerTables,
): Float64Array {
  const values = new Float64Array(columns.length);
  let total = 0;
  columns.forEach((column, i) => {
    const count = counts.get(column) as number;
    const value = (sublinear_tf ? logarithm(logarithms, count) + 1 : count) * (use_idf ? (idf[column] as number) : 1);
    values[i] = value;
    total += norm === 'l2' ? value * value : Math.abs(value);
  });
  if (norm === null || columns.length === 0) return values;
  const length = norm === 'l2' ? Math.sqrt(total) : total;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / length;
  return values;
}

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

/** Python's order of strings. JavaScript compares UTF-16 units, which puts 𠮷 before U+E000. */
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

/** Throws an error that names the parameter, what it has to be and what came. */
export function checkVectorizerParameters(parameters: VectorizerParameters): void {
  const { ngram_range, max_features, min_df, norm, lowercase } = parameters;
  const expect = (isRight: boolean, name: string, expected: string, received: unknown) => {
    if (!isRight) throw new Error(`Expected ${name} to be ${expected}, received ${JSON.stringify(received)}`);
  };
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  shortestWord(parameters.token_pattern);
  expect(
    Array.isArray(ngram_range) &&
      ngram_range.length === 2 &&
      ngram_range.every(isCount) &&
      ngram_range[0] <= ngram_range[1],
    'ngram_range',
    'two integers [smallest, largest] with 1 ≤ smallest ≤ largest',
    ngram_range,
  );
  expect(max_features === null || isCount(max_features), 'max_features', 'null or an integer ≥ 1', max_features);
  expect(isCount(min_df), 'min_df', 'an integer ≥ 1', min_df);
  expect(norm === null || norm === 'l1' || norm === 'l2', 'norm', '"l1", "l2" or null', norm);
  expect(lowercase === false, 'lowercase', 'false', lowercase);
  for (const name of ['sublinear_tf', 'use_idf', 'smooth_idf'] as const) {
    expect(typeof parameters[name] === 'boolean', name, 'true or false', parameters[name]);
  }
}
