/**
 * A bundle is the folder that holds a model and everything needed to score with it. This file defines the files of a
 * bundle and its manifest: the types, and the checks of a manifest that is read.
 *
 *     manifest.json     what the model is and how it was made; the hashes of the other files; the goldens
 *     model.txt         the trees, in LightGBM's own text format
 *     vocabulary.tsv    one line per column, in order: term, tab, idf (shortest decimal that gives the same double)
 *     logarithms.txt    ln(1) … ln(1023), one per line (math/logarithm.ts says why)
 *     README.md         the model card for people; no code reads it
 *     report.html       charts of what training measured (evaluation/report/write.ts); no code reads it
 *     *.bin             tables for the native engines, compiled from the other files (compile.ts); can be made again
 */
import { Checks, isObject, parseJson } from '../io/checks.ts';
import type { TokenizerIdentity } from '../reference/tokenizer-identity.ts';
import { checkVectorizerParameters, type VectorizerParameters } from '../reference/vectorizer.ts';

export const BUNDLE_FORMAT = 1;

/** The files that the manifest lists with their hashes. */
export const FILES = ['model.txt', 'vocabulary.tsv', 'logarithms.txt'] as const;
export type FileName = (typeof FILES)[number];

/**
 * The files that compile.ts makes: the vocabulary for both native engines, the forest for `native` alone, and the
 * contributions for explanations by both.
 */
export const compiledFiles = {
  vocabulary: 'vocabulary.bin',
  forest: 'forest.bin',
  contributions: 'contributions.bin',
} as const;

/** A text with the score that every engine must give for it whenever the bundle is loaded. */

export interface Golden {
  readonly text: string;
  /** In stars, the same double in every engine. */
  readonly score: number;
}

export interface Manifest {
  readonly format: number;
  readonly name: string;
  /** The first 12 hexadecimal digits of a SHA-256 over the files' hashes. It changes whenever the model changes. */
  readonly version: string;
  /** Scores are clamped to [lowest, highest], in stars. */
  readonly scoreRange: readonly [number, number];
  readonly made: {
    readonly command: string;
    /** Only for a model that hoshi trained. */
    readonly seed?: number;
    /** SHA-256 of the training reviews (io/reviews.ts, `hashOfReviews`). */
    readonly data?: string;
    /** The number of training reviews. */
    readonly reviews?: number;
    /** Only for a model that was made in Python. */
    readonly imported?: ImportedFrom;
  };
  readonly tokenizer: TokenizerIdentity;
  readonly vectorizer: VectorizerParameters;
  readonly training: Readonly<Record<string, unknown>>;
  /** The LightGBM version that defines the scores: it trained the model, or it was installed at the import. */
  readonly lightgbm: string;
  /**
   * Set of reviews → measure → value. Undefined measures are left out; RMSE and MAE are in stars. For cross-validation,
   * a value is the mean over the folds, and `rmseDeviation` and the like are standard deviations.
   */
  readonly measures: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly files: Readonly<Record<FileName, { readonly sha256: string; readonly bytes: number }>>;
  readonly goldens: readonly Golden[];
}

/** How a model was made in Python (training/exported-vectorizer.ts reads this). */
export interface ImportedFrom {
  /** The type in which scikit-learn computed its rows. hoshi computes them in doubles. */
  readonly dtype: 'float64' | 'float32';
  /** The versions of scikit-learn and Python. */
  readonly made: Readonly<Record<string, string>>;
  /** Parameters that only fitting used, and that VectorizerParameters does not have. */
  readonly fitting: Readonly<Record<string, unknown>>;
}

/** A bundle cannot be used. The message names the file, what was expected in it, and what was received. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/**
 * The identities of a bundle's compiled files: the hashes of the files that they are compiled from. A compiled file
 * stores its identity, so that it is never used for another bundle.
 */
export function identitiesOf({ files, vectorizer }: Pick<Manifest, 'files' | 'vectorizer'>) {
  return {
    vocabulary: `${files['vocabulary.tsv'].sha256} ${files['logarithms.txt'].sha256} ${JSON.stringify(vectorizer)}`,
    forest: files['model.txt'].sha256,
    contributions: files['model.txt'].sha256,
  };
}

/** Throws a BundleError that lists every problem. `file` is its path, for messages. */
export function parseManifest(bytes: Buffer, file: string): Manifest {
  const value = parseJson(bytes.toString('utf8'), file, 'JSON', BundleError);
  const checks = new Checks();
  checks.expect(isObject(value), 'the manifest', 'an object', value);
  if (isObject(value)) checkFields(checks, value);
  checks.throwIfAny(file, BundleError);
  return value as unknown as Manifest;
}

function checkFields(checks: Checks, manifest: Readonly<Record<string, unknown>>): void {
  const { format, scoreRange, tokenizer, measures, files, goldens, vectorizer } = manifest;
  const expect = (isRight: boolean, name: string, expected: string) =>
    checks.expect(isRight, name, expected, manifest[name]);
  const isRange = (value: unknown) =>
    Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];
  const isOfNumbers = (value: unknown) => isObject(value) && Object.values(value).every(Number.isFinite);
  const isGolden = (value: unknown) =>
    isObject(value) && typeof value.text === 'string' && Number.isFinite(value.score);
  const hasIdentity = isObject(tokenizer) && ['name', 'version', 'dictionary'].every((key) => isString(tokenizer[key]));
  const areSets = isObject(measures) && Object.values(measures).every(isOfNumbers);

  expect(format === BUNDLE_FORMAT, 'format', `${BUNDLE_FORMAT}, the format that this version of hoshi reads`);
  for (const name of ['name', 'version', 'lightgbm']) expect(isString(manifest[name]), name, 'a string');
  for (const name of ['made', 'training', 'vectorizer']) expect(isObject(manifest[name]), name, 'an object');
  expect(isRange(scoreRange), 'scoreRange', 'two numbers [lowest, highest]');
  expect(hasIdentity, 'tokenizer', 'an object with name, version and dictionary');
  expect(areSets, 'measures', 'an object that holds an object of numbers for each set of reviews');
  expect(Array.isArray(goldens) && goldens.every(isGolden), 'goldens', 'a list of { text, score }');
  for (const name of FILES) {
    const entry = isObject(files) ? files[name] : undefined;
    const sha256 = isObject(entry) ? entry.sha256 : undefined;
    checks.expect(/^[0-9a-f]{64}$/.test(`${sha256}`), `files["${name}"].sha256`, '64 hexadecimal digits', sha256);
  }
  if (isObject(vectorizer)) checkVectorizerParameters(checks, vectorizer, 'vectorizer.');
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
