/**
 * The formats of the golden files in this folder, and functions that read them. Each golden holds the answers of the
 * program that defines the behaviour; its header names program, version and command. `test/golden/make` regenerates
 * them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TermRules } from '../../model/reference/term-rules.ts';
import type { TermParameters } from '../../model/reference/terms.ts';
import type { VectorizerParameters } from '../../model/reference/vectorizer.ts';
import type { NormalizerStep } from '../../native/normalizer-steps.ts';
import { packageRoot } from '../../native/package-root.ts';
import type { SparseRow } from '../../native/rows.ts';

export interface Header {
  readonly program: string;
  readonly version: string;
  /**
   * The version of Python, or of Node for a golden that Node made; `unicode` is the version of its Unicode database.
   */
  readonly python?: string;
  readonly node?: string;
  readonly unicode: string;
  readonly command: string;
}

/** A text in short form: a string, a repeated text, or several texts in a row. Lone surrogates stay lone. */
export type Text = string | { readonly repeat: readonly [text: Text, times: number] } | readonly Text[];

/** word-characters.json: the code points that Python's `\w` matches. Ranges ascend; both ends are included. */
export interface WordCharactersGolden {
  readonly header: Header;
  readonly ranges: readonly (readonly [first: number, last: number])[];
  /** By Unicode version of another Python: the ranges of those that are word characters in only one of both versions. */
  readonly others: Readonly<
    Record<string, { readonly program: string; readonly changed: readonly (readonly [number, number])[] }>
  >;
}

/** kuromoji.json: tokens of kuromoji itself. It receives U+E000 for each character that it cannot process. */
export interface KuromojiGolden {
  readonly header: Header;
  /**
   * Dictionary lines without the surface form: part of speech, …, reading, pronunciation (the last two only for known
   * words).
   */
  readonly features: readonly string[];
  /**
   * One entry per block of 256 UTF-16 units, taken as one text: SHA-256 of its token ends joined by spaces, 16 hex
   * digits.
   */
  readonly sweep: readonly string[];
  readonly texts: readonly {
    readonly text: Text;
    /** UTF-16 offset after each token. The first token begins at 0; the last ends with the text. */
    readonly ends: readonly number[];
    /** One letter per token: K if it is in the dictionary, U if not. */
    readonly known: string;
    /** For each token, its index in `features` above. */
    readonly features: readonly number[];
    /**
     * kuromoji's result for the original text, if it has special characters: surface forms, or the error that it
     * throws.
     */
    readonly unfixed?: readonly string[] | string;
  }[];
}

/** Sparse rows: the columns of each row, ascending, and their values in the form that `doublesOf` reads. */
export interface Rows {
  readonly columns: readonly (readonly number[])[];
  readonly values: readonly Doubles[];
}

/** Doubles in JSON. "NaN", "Infinity" and "-Infinity" are strings. */
export type Doubles = readonly (number | string)[];

/** tfidf.json: scikit-learn's vocabulary, idf and rows in float64. Its input is kuromoji's tokens, joined by spaces. */
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

/** ruled.json: scikit-learn's vocabulary, idf and rows in float64. Its input is terms by term rules, joined by tabs. */
export interface RuledGolden extends Rows {
  readonly header: Header;
  readonly terms: TermParameters & { readonly rules: TermRules };
  /** The steps of the normalizer. */
  readonly steps: readonly NormalizerStep[];
  /** `terms`: what `hoshi tokenize --terms` prints. */
  readonly texts: readonly { readonly text: string; readonly terms: string }[];
  readonly fit: Pick<VectorizerParameters, 'min_df' | 'sublinear_tf' | 'smooth_idf'>;
  /** In column order. */
  readonly vocabulary: readonly string[];
  readonly idf: Doubles;
}

/** trees.json: models trained by Python's LightGBM, and its predictions with the text of each model. */
export interface TreesGolden {
  readonly header: Header;
  readonly columnCount: number;
  readonly rounds: number;
  readonly models: readonly {
    readonly name: string;
    readonly parameters: Readonly<Record<string, string | number | boolean>>;
    readonly training: Rows & { readonly labels: Doubles; readonly weights?: Doubles };
    /** The model text up to and including the line "end of trees". */
    readonly text: string;
    readonly rows: Rows;
    readonly predictions: Doubles;
    /** SHAP values of the first rows, each followed by the base value. Null for linear leaves. */
    readonly contributions: readonly Doubles[] | null;
  }[];
  /** Models whose first tree is a linear leaf. Trained trees follow it, or none. */
  readonly linearLeaves: readonly {
    readonly name: string;
    /** The model text up to and including the line "end of trees". */
    readonly text: string;
    /** Some have NaN, infinities, and stored zeros of both signs. */
    readonly rows: Rows;
    readonly predictions: Doubles;
  }[];
}

/** training.json: training from init scores by Python's LightGBM, and its predictions of a model that hoshi trained. */
export interface TrainingGolden {
  readonly header: Header;
  readonly columnCount: number;
  readonly initScores: {
    readonly parameters: Readonly<Record<string, string | number | boolean>>;
    readonly rounds: number;
    readonly training: LabelledRows;
    readonly validation: LabelledRows;
    /** The model text up to and including the line "end of trees". */
    readonly text: string;
    /** RMSE after each round. */
    readonly metrics: { readonly training: Doubles; readonly validation: Doubles };
    /** For the rows of `validation`. */
    readonly predictions: Doubles;
  };
  /** fixtures/trained-leaf.ts trains this model. */
  readonly trained: { readonly text: string; readonly rows: Rows; readonly predictions: Doubles };
}

type LabelledRows = Rows & { readonly labels: Doubles; readonly weights: Doubles; readonly initScores: Doubles };

/** imported.json: models trained by Python's LightGBM on scikit-learn's rows, and their exported vectorizers. */
export interface ImportedGolden {
  readonly header: Header;
  readonly texts: readonly { readonly text: Text }[];
  readonly models: readonly {
    readonly name: string;
    /** The output of model/training/python/export_vectorizer.py. */
    readonly vectorizer: ExportedJson;
    /** The whole model.txt. */
    readonly model: string;
    /**
     * Rows of the first texts, and the contribution of each term to their predictions. The base value is in the column
     * after the last term.
     */
    readonly rows: Rows;
    readonly contributions: Rows;
    /** Predictions for all texts. */
    readonly predictions: Doubles;
  }[];
  /** Models that the forest refuses. Their rows are counts of words. Predictions for all texts. */
  readonly lightgbmOnly: readonly {
    readonly name: string;
    readonly vectorizer: ExportedJson;
    readonly model: string;
    readonly predictions: Doubles;
  }[];
  /**
   * The exporter's messages for vectorizers that hoshi cannot represent. `what` is the parameter that the message must
   * name.
   */
  readonly refusals: readonly { readonly what: string; readonly message: string }[];
}

export interface ExportedJson {
  readonly dtype: string;
  readonly parameters: VectorizerParameters;
  readonly fitting: Readonly<Record<string, unknown>>;
  readonly terms: readonly string[];
  readonly idf: readonly number[] | null;
  readonly rows: readonly {
    readonly text: string;
    readonly columns: readonly number[];
    readonly values: readonly number[];
  }[];
}

/** shipped.json: predictions of Python's LightGBM with the shipped model file. */
export interface ShippedGolden {
  readonly header: Header;
  /** SHA-256 of the model file. */
  readonly model: string;
  readonly rows: Rows;
  readonly predictions: Doubles;
}

/** xxh32.json: XXH32 hashes of the xxHash library. */
export interface Xxh32Golden {
  readonly header: Header;
  readonly texts: readonly { readonly text: string; readonly hash: number }[];
  /** Hashes of `size` bytes, where byte i is i² mod 251. */
  readonly ramps: readonly { readonly size: number; readonly hash: number }[];
}

/** nfkc.json: NFKC of Python's unicodedata. */
export interface NfkcGolden {
  readonly header: Header;
  /** Each code point that is no surrogate, between two texts. */
  readonly sweeps: readonly {
    readonly before: string;
    readonly after: string;
    /**
     * By the first code point of a block of 256, in hexadecimal: SHA-256 of the block's results joined by line feeds, 16
     * hex digits. In the other blocks, each code point stays, and the texts around it are normalized on their own.
     */
    readonly blocks: Readonly<Record<string, string>>;
  }[];
  readonly texts: readonly { readonly text: string; readonly nfkc: string }[];
}

/** dashes.json: texts of dashes and letters, and neologdn's answers. It keeps runs of 〜. */
export interface DashesGolden {
  readonly header: Header;
  readonly texts: readonly { readonly text: string; readonly normalized: string }[];
}

/** `name`: a file of this folder, such as kuromoji.json. */
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
