/**
 * A bundle is the folder that holds a model and everything needed to score with it. This file defines the files of a
 * bundle and its manifest: the types, and the checks of a manifest that is read.
 *
 *     manifest.json     what the model is and how it was made; the hashes of the other files; the goldens
 *     model.txt         the trees, in LightGBM's own text format
 *     vocabulary.tsv    one line per column, in order: term, tab, idf (shortest decimal that gives the same double)
 *     logarithms.txt    ln(1) … ln(1023), one per line (math/logarithm.ts says why)
 *     README.md         the model card for people; no code reads it. README.ja.md is the same in Japanese
 *     user-dictionary.tsv  only with a user dictionary: its words (reference/user-dictionary.ts)
 *     report.html       charts of what training measured (evaluation/report/write.ts); no code reads it
 *     *.bin             tables for the native engines, compiled from the other files (compile.ts); can be made again
 */
import { requireBuiltin } from '../../native/builtin.ts';
import { areSteps, NORMALIZER_STEPS, type NormalizerStep } from '../../native/normalizer-steps.ts';
import { Checks, isObject, parseJson } from '../io/checks.ts';
import { normalizationTables } from '../reference/normalization-tables.ts';
import type { EndMap, ScoreRange } from '../reference/score-range.ts';
import type { TokenizerIdentity } from '../reference/tokenizer-identity.ts';
import { checkVectorizerParameters, type VectorizerParameters } from '../reference/vectorizer.ts';

/**
 * The format that hoshi writes. Format 1 is read as well. It has none of the optional fields from `normalizer` on, and
 * no term rules in `vectorizer`.
 */
export const BUNDLE_FORMAT = 2;

/** A manifest is a few kilobytes. A larger file is none, and is not read. */
export const MAX_MANIFEST_BYTES = 1 << 24;

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

/** The model cards, by language. */
export const CARD_FILES = { en: 'README.md', ja: 'README.ja.md' } as const;
export type CardLanguage = keyof typeof CARD_FILES;
export const cardLanguages = Object.keys(CARD_FILES) as readonly CardLanguage[];

export const USER_DICTIONARY_FILE = 'user-dictionary.tsv';
/** kuromoji's dictionary with the user dictionary's words, compiled for the native engines. */
export const COMPILED_DICTIONARY_FILE = 'dictionary.bin';

/** A text with the score that every engine must give for it whenever the bundle is loaded. */
export interface Golden {
  readonly text: string;
  /** In stars, the same double in every engine. */
  readonly score: number;
}

export interface Manifest {
  readonly format: number;
  readonly name: string;
  /** `versionOf` the manifest. It changes whenever the model changes. */
  readonly version: string;
  /** Every score is in [lowest, highest], in stars. Without `endMap`, scores are clamped to it. */
  readonly scoreRange: ScoreRange;
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
   * a value is the mean over the folds, and `rmseDeviation` and the like are standard deviations. `rmseFrom` and `rmseTo`
   * are the ends of a 95 % interval.
   */
  readonly measures: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly files: Readonly<Record<FileName, { readonly sha256: string; readonly bytes: number }>>;
  /** At least one. */
  readonly goldens: readonly Golden[];
  /** The steps that texts pass before tokenizing. None if undefined. */
  readonly normalizer?: NormalizerSettings;
  /** Maps raw sums to scores. */
  readonly endMap?: EndMap;
  /** The words that the bundle adds to kuromoji's dictionary. None if undefined. */
  readonly userDictionary?: UserDictionarySettings;
  /** Scores below `negative` and above `positive` have these labels. In stars. */
  readonly labels?: { readonly negative: number; readonly positive: number };
  /** Not a part of `version`, because no score depends on it. */
  readonly histograms?: Histograms;
}

/**
 * Counts of reviews that the model was not trained on, in HISTOGRAM_BINS: by score, over the score range; and by the share
 * of words that are unknown, from 0 to 1, without the reviews that have no word. A server compares its texts with them.
 */
export interface Histograms {
  readonly scores: readonly number[];
  readonly unknownShare: readonly number[];
}

/** The numbers of bins, all of equal width. The upper bound belongs to a bin, and the lowest value to the first bin. */
export const HISTOGRAM_BINS = { scores: 16, unknownShare: 10 } as const;

/** The upper bounds of `count` bins of equal width. The last one is exactly the highest value. */
export function binBounds(count: number, [lowest, highest]: ScoreRange): number[] {
  const inner = Array.from({ length: count - 1 }, (_, i) => lowest + ((i + 1) / count) * (highest - lowest));
  return [...inner, highest];
}

export interface UserDictionarySettings {
  /** The number of words. */
  readonly words: number;
  /** Of user-dictionary.tsv. */
  readonly sha256: string;
}

export interface NormalizerSettings {
  /** In order, each at most once. */
  readonly steps: readonly NormalizerStep[];
  /** SHA-256 of the tables of the steps. */
  readonly tables: string;
}

/** The settings of a normalizer with these steps and this program's tables. */
export function normalizerSettings(steps: readonly NormalizerStep[]): NormalizerSettings {
  return { steps, tables: normalizationTables().identity };
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
 * The identities of a bundle's compiled files. A compiled file stores its identity, so that it is never used for another
 * bundle. That of the vocabulary holds the version, the files' hashes and the settings. So if it is equal, they are those
 * that `parseManifest` checked when the vocabulary was compiled.
 */
export function identitiesOf(manifest: Manifest) {
  const model = manifest.files['model.txt'].sha256;
  return {
    vocabulary: [manifest.version, ...hashesOf(manifest), settingsOf(manifest)].join('\n'),
    forest: model,
    contributions: model,
  };
}

/**
 * The first 12 hexadecimal digits of a SHA-256: of the files' hashes, and from format 2 on also of the settings that a
 * score or a label depends on.
 */
export function versionOf(manifest: Omit<Manifest, 'name' | 'version'>): string {
  const parts = hashesOf(manifest);
  if (manifest.format !== 1) parts.push(settingsOf(manifest));
  return hashOf(Buffer.from(parts.join('\n'))).slice(0, 12);
}

function hashesOf({ files }: Pick<Manifest, 'files'>): string[] {
  return FILES.map((name) => files[name].sha256);
}

function settingsOf(manifest: Omit<Manifest, 'name' | 'version'>): string {
  const { scoreRange, tokenizer, vectorizer, normalizer, endMap, userDictionary, labels } = manifest;
  return JSON.stringify({ scoreRange, tokenizer, vectorizer, normalizer, endMap, userDictionary, labels });
}

/** The SHA-256, in hexadecimal. */
export function hashOf(bytes: Buffer): string {
  return requireBuiltin('node:crypto').createHash('sha256').update(bytes).digest('hex');
}

/** Throws a BundleError that lists every problem. `file` is its path, for messages. */
export function parseManifest(bytes: Buffer, file: string): Manifest {
  const manifest = parse(bytes, file, [checkFields, checkSettings]);
  const checks = new Checks();
  const version = versionOf(manifest);
  checks.expect(manifest.version === version, 'version', `${version}, by the other fields`, manifest.version);
  checks.throwIfAny(file, BundleError);
  return manifest;
}

/** `parseManifest` without the checks of the settings and of the version. */
export function parseUncheckedSettings(bytes: Buffer, file: string): Manifest {
  return parse(bytes, file, [checkFields]);
}

type Check = (checks: Checks, manifest: Readonly<Record<string, unknown>>) => void;

function parse(bytes: Buffer, file: string, all: readonly Check[]): Manifest {
  const value = parseJson(bytes.toString('utf8'), file, 'JSON', BundleError);
  const checks = new Checks();
  checks.expect(isObject(value), 'the manifest', 'an object', value);
  if (isObject(value)) for (const check of all) check(checks, value);
  checks.throwIfAny(file, BundleError);
  return value as unknown as Manifest;
}

/** All fields but the settings. */
function checkFields(checks: Checks, manifest: Readonly<Record<string, unknown>>): void {
  const { format, tokenizer, measures, files, goldens, histograms } = manifest;
  const expect = (isRight: boolean, name: string, expected: string) =>
    checks.expect(isRight, name, expected, manifest[name]);
  const isOfNumbers = (value: unknown) => isObject(value) && Object.values(value).every(Number.isFinite);
  const isGolden = (value: unknown) =>
    isObject(value) && typeof value.text === 'string' && Number.isFinite(value.score);
  const hasIdentity = isObject(tokenizer) && ['name', 'version', 'dictionary'].every((key) => isString(tokenizer[key]));
  const areSets = isObject(measures) && Object.values(measures).every(isOfNumbers);

  const isKnown = format === 1 || format === BUNDLE_FORMAT;
  expect(isKnown, 'format', `1 or ${BUNDLE_FORMAT}, the formats that this version of hoshi reads`);
  // An older bundle may have a name that checkModelName refuses. The server's paths and events take any Unicode.
  expect(
    isString(manifest.name) && !/[\ud800-\udfff]/u.test(manifest.name),
    'name',
    'a string without lone surrogates',
  );
  expect(/^[0-9a-f]{12}$/.test(`${manifest.version}`), 'version', '12 hexadecimal digits');
  expect(isString(manifest.lightgbm), 'lightgbm', 'a string');
  for (const name of ['made', 'training', 'vectorizer']) expect(isObject(manifest[name]), name, 'an object');
  expect(hasIdentity, 'tokenizer', 'an object with name, version and dictionary');
  expect(areSets, 'measures', 'an object that holds an object of numbers for each set of reviews');
  const areGoldens = Array.isArray(goldens) && goldens.length > 0 && goldens.every(isGolden);
  expect(areGoldens, 'goldens', 'a list of at least one { text, score }');
  for (const name of FILES) {
    const entry = isObject(files) ? files[name] : undefined;
    const sha256 = isObject(entry) ? entry.sha256 : undefined;
    checks.expect(/^[0-9a-f]{64}$/.test(`${sha256}`), `files["${name}"].sha256`, '64 hexadecimal digits', sha256);
  }
  expect(
    histograms === undefined || areHistograms(histograms),
    'histograms',
    `{ scores, unknownShare }, lists of ${HISTOGRAM_BINS.scores} and ${HISTOGRAM_BINS.unknownShare} counts that are not all 0`,
  );
}

function areHistograms(value: unknown): boolean {
  const areCounts = (counts: unknown, length: number) =>
    Array.isArray(counts) &&
    counts.length === length &&
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    counts.some((count) => count > 0);
  if (!isObject(value)) return false;
  const { scores, unknownShare } = value;
  return areCounts(scores, HISTOGRAM_BINS.scores) && areCounts(unknownShare, HISTOGRAM_BINS.unknownShare);
}

/** The fields that `settingsOf` names, but for the tokenizer. */
function checkSettings(checks: Checks, manifest: Readonly<Record<string, unknown>>): void {
  const { format, scoreRange, vectorizer } = manifest;
  checks.expect(isRange(scoreRange), 'scoreRange', 'two numbers [lowest, highest]', scoreRange);
  if (isObject(vectorizer)) checkVectorizerParameters(checks, vectorizer, 'vectorizer.');
  if (format === 1) refuseNewFields(checks, manifest);
  else checkNewFields(checks, manifest);
}

/** The optional fields of format 2. */
const NEW_FIELDS = ['normalizer', 'endMap', 'userDictionary', 'labels', 'histograms'] as const;

function refuseNewFields(checks: Checks, manifest: Readonly<Record<string, unknown>>): void {
  const { vectorizer } = manifest;
  const fields = NEW_FIELDS.map((name): [string, unknown] => [name, manifest[name]]);
  if (isObject(vectorizer)) fields.push(['vectorizer.rules', vectorizer.rules]);
  for (const [name, value] of fields) checks.expect(value === undefined, name, 'absent in format 1', value);
}

function checkNewFields(checks: Checks, manifest: Readonly<Record<string, unknown>>): void {
  const { scoreRange } = manifest;
  const [lowest, highest] = isRange(scoreRange) ? scoreRange : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const expect = (name: (typeof NEW_FIELDS)[number], isRight: (value: unknown) => boolean, expected: string) => {
    const value = manifest[name];
    checks.expect(value === undefined || isRight(value), name, expected, value);
  };
  const areCuts = (value: unknown) =>
    isObject(value) && areAscending([lowest, value.negative, value.positive, highest], (a, b) => a <= b);

  expect(
    'normalizer',
    isNormalizer,
    `{ steps, tables }: some of ${NORMALIZER_STEPS.join(', ')}, in this order; a SHA-256`,
  );
  expect(
    'endMap',
    (value) => isEndMap(value, lowest, highest),
    '{ raw, scores, slopes }, a non-decreasing map to scoreRange',
  );
  expect(
    'userDictionary',
    (value) => isObject(value) && Number.isSafeInteger(value.words) && /^[0-9a-f]{64}$/.test(`${value.sha256}`),
    '{ words, sha256 }: the number of words in user-dictionary.tsv, and its SHA-256',
  );
  expect('labels', areCuts, '{ negative, positive }, two numbers within scoreRange, negative ≤ positive');
}

function isNormalizer(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value.steps)) return false;
  return areSteps(value.steps) && /^[0-9a-f]{64}$/.test(`${value.tables}`);
}

function isEndMap(value: unknown, lowest: number, highest: number): boolean {
  if (!isObject(value)) return false;
  const { raw, scores, slopes } = value;
  const areKnots = areAscending(raw, (a, b) => a < b) && areAscending(scores, (a, b) => a <= b);
  if (!areKnots || raw.length < 2 || scores.length !== raw.length) return false;
  if (!areNumbers(slopes) || slopes.length !== raw.length - 1) return false;
  if ((scores[0] as number) < lowest || (scores[scores.length - 1] as number) > highest) return false;
  return slopes.every((slope, i) => {
    const [x, next] = raw.slice(i, i + 2) as [number, number];
    return slope >= 0 && (scores[i] as number) + (next - x) * slope <= (scores[i + 1] as number);
  });
}

function isRange(value: unknown): value is [number, number] {
  return areAscending(value, (a, b) => a < b) && value.length === 2;
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}

function areAscending(value: unknown, isOrdered: (a: number, b: number) => boolean): value is number[] {
  return areNumbers(value) && value.every((number, i) => i === 0 || isOrdered(value[i - 1] as number, number));
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
