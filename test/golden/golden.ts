/**
 * The goldens' formats: what the files of this folder hold, and who reads them back. Each was made by the program that
 * is the law, as its header says; `test/golden/make` makes them anew.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VectorizerParameters } from '../../model/reference/vectorizer.ts';
import { packageRoot } from '../../native/package-root.ts';
import type { SparseRow } from '../../native/rows.ts';

export interface Header {
  readonly program: string;
  readonly version: string;
  /** Which Python ran, and the version of its Unicode database; for a golden made by Node, Node's. */
  readonly python?: string;
  readonly node?: string;
  readonly unicode: string;
  readonly command: string;
}

/** A text, written short: itself, one repeated, or several in a row. Surrogates stand alone where they are alone. */
export type Text = string | { readonly repeat: readonly [text: Text, times: number] } | readonly Text[];

export interface WordCharacters {
  readonly header: Header;
  /** Code points, both ends included, ascending. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** kuromoji.json: tokens by kuromoji itself, U+E000 handed to it for each character that it cannot take. */
export interface KuromojiGolden {
  readonly header: Header;
  /** Lines of the dictionary without the surface form: part of speech, …, reading, pronunciation (none if unknown). */
  readonly features: readonly string[];
  /** For each block of 256 UTF-16 units, as one text: SHA-256 of its tokens' ends joined by a space, 16 hex digits. */
  readonly sweep: readonly string[];
  readonly texts: readonly {
    readonly text: Text;
    /** UTF-16 offset after each token; the first begins at 0, and the last ends with the text. */
    readonly ends: readonly number[];
    /** One letter a token: K if it is in the dictionary, U if not. */
    readonly known: string;
    /** For each token its index in the `features` above. */
    readonly features: readonly number[];
    /** What kuromoji answers to the text as it is, where that differs: surface forms, or the error it throws. */
    readonly unmended?: readonly string[] | string;
  }[];
}

/** Rows as lists: for each row the columns that are named, ascending, and their values as `doublesOf` reads them. */
export interface Rows {
  readonly columns: readonly (readonly number[])[];
  readonly values: readonly Doubles[];
}

/** Doubles in JSON: "NaN", "Infinity" and "-Infinity" are strings. */
export type Doubles = readonly (number | string)[];

/** tfidf.json: scikit-learn's vocabulary, idf and rows of kuromoji's tokens, joined by spaces, in float64. */
export interface TfidfGolden {
  readonly header: Header;
  readonly texts: readonly { readonly text: Text }[];
  readonly fits: readonly (Rows & {
    readonly parameters: VectorizerParameters;
    /** In column order. */
    readonly terms: readonly string[];
    readonly idf: Doubles | null;
  })[];
}

/** trees.json: models trained by Python's LightGBM, and what it predicts with each model's text. */
export interface TreesGolden {
  readonly header: Header;
  readonly columnCount: number;
  readonly rounds: number;
  readonly models: readonly {
    readonly name: string;
    readonly parameters: Readonly<Record<string, string | number | boolean>>;
    readonly training: Rows & { readonly labels: Doubles; readonly weights?: Doubles };
    /** Up to the line "end of trees", included. */
    readonly text: string;
    readonly rows: Rows;
    readonly predictions: Doubles;
    /** SHAP values of the first rows, and the base value at the end of each; none for linear leaves. */
    readonly contributions: readonly Doubles[] | null;
  }[];
}

/** imported.json: models trained by Python's LightGBM on rows of scikit-learn's, and their vectorizers as exported. */
export interface ImportedGolden {
  readonly header: Header;
  readonly texts: readonly { readonly text: Text }[];
  readonly models: readonly {
    readonly name: string;
    /** What model/training/python/export_vectorizer.py wrote. */
    readonly vectorizer: ExportedJson;
    /** The whole model.txt. */
    readonly model: string;
    /** Of the first texts; and what each term adds to their predictions, with the base value in the column after the last. */
    readonly rows: Rows;
    readonly contributions: Rows;
    /** Of all texts. */
    readonly predictions: Doubles;
  }[];
  /** What the exporter says of vectorizers that hoshi cannot represent; `what` is the parameter that it has to name. */
  readonly refusals: readonly { readonly what: string; readonly message: string }[];
}

export interface ExportedJson {
  readonly dtype: string;
  readonly parameters: VectorizerParameters;
  readonly fitting: Readonly<Record<string, unknown>>;
  readonly terms: readonly string[];
  readonly idf: readonly number[] | null;
}

/** shipped.json: the shipped model file's predictions by Python's LightGBM. */
export interface ShippedGolden {
  readonly header: Header;
  /** SHA-256 of the model file. */
  readonly model: string;
  readonly rows: Rows;
  readonly predictions: Doubles;
}

/** xxh32.json: XXH32 by the xxHash library. */
export interface Xxh32Golden {
  readonly header: Header;
  readonly texts: readonly { readonly text: string; readonly hash: number }[];
  /** Of `size` bytes, byte i being i² mod 251. */
  readonly ramps: readonly { readonly size: number; readonly hash: number }[];
}

/** word-characters.json, kuromoji.json, tfidf.json, trees.json, shipped.json, imported.json or xxh32.json. */
export function readGolden<Golden>(name: string): Golden {
  return JSON.parse(readFileSync(goldenPath(name), 'utf8')) as Golden;
}

export function goldenPath(name: string): string {
  return join(packageRoot, 'test', 'golden', name);
}

export function doublesOf(doubles: Doubles): Float64Array {
  return Float64Array.from(doubles, Number);
}

export function rowsOf({ columns, values }: Rows): SparseRow[] {
  return columns.map((row, r) => ({ columns: Int32Array.from(row), values: doublesOf(values[r] as Doubles) }));
}

export function textOf(text: Text): string {
  if (typeof text === 'string') return text;
  if ('repeat' in text) return textOf(text.repeat[0]).repeat(text.repeat[1]);
  return text.map(textOf).join('');
}
