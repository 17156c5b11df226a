/**
 * A bundle is the folder that holds a model and everything needed to score with it. This file has its manifest: types and checks.
 *
 *     manifest.json     what the model is and how it was made; hashes of the other files; golden texts with their scores
 *     model.txt         the trees, in LightGBM's own text format
 *     vocabulary.tsv    one line per column, in order: term, tab, idf (shortest decimal that reads back to the same double)
 *     logarithms.txt    ln(1) … ln(1023), one per line (math/logarithm.ts says why)
 *     README.md         the model card, for people; never read by the code
 *     report.html       what training measured, drawn (evaluation/report/write.ts); never read by the code
 *     *.bin             tables compiled from the other files for the native engine (compiled-files.ts); can be made again
 */
import type { TokenizerIdentity } from '../reference/tokenizer-identity.ts';
import { checkVectorizerParameters, type VectorizerParameters } from '../reference/vectorizer.ts';

export const BUNDLE_FORMAT = 1;

export const FILES = ['model.txt', 'vocabulary.tsv', 'logarithms.txt'] as const;
export type FileName = (typeof FILES)[number];

export interface Golden {
  readonly text: string;
  readonly score: number;
}

export interface Manifest {
  readonly format: number;
  readonly name: string;
  /** The first 12 hexadecimal digits of a SHA-256 over the files' hashes: another model, another version. */
  readonly version: string;
  /** Scores are held within [lowest, highest]. */
  readonly scoreRange: readonly [number, number];
  readonly made: {
    readonly command: string;
    /** Of a model trained here: the seed, a SHA-256 of the training texts, and how many these were. */
    readonly seed?: number;
    readonly data?: string;
    readonly reviews?: number;
    /** Of a model made in Python: by which versions, and what only its fitting used (exported-vectorizer.ts). */
    readonly imported?: ImportedFrom;
  };
  readonly tokenizer: TokenizerIdentity;
  readonly vectorizer: VectorizerParameters;
  readonly training: Readonly<Record<string, unknown>>;
  /** Whose scores these are: the version that trained the model, or that the one who imported it went by. */
  readonly lightgbm: string;
  /**
   * By the set of reviews measured on, then by the measure's name, those that are defined; RMSE and MAE in stars. Of folds the
   * mean, and as `rmseDeviation` the standard deviation.
   */
  readonly measures: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly files: Readonly<Record<FileName, { readonly sha256: string; readonly bytes: number }>>;
  readonly goldens: readonly Golden[];
}

/** Of a model made in Python (training/exported-vectorizer.ts reads it). */
export interface ImportedFrom {
  /** What scikit-learn computed its rows in; rows here are doubles. */
  readonly dtype: 'float64' | 'float32';
  /** Versions of scikit-learn and Python. */
  readonly made: Readonly<Record<string, string>>;
  /** Parameters that only fitting used and that VectorizerParameters has no name for. */
  readonly fitting: Readonly<Record<string, unknown>>;
}

/** What is wrong with a bundle: names the file, what was expected in it and what came. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/** Throws a BundleError that lists every problem. `file` is for messages. */
export function parseManifest(bytes: Buffer, file: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new BundleError(`${file}: expected JSON, ${(error as Error).message}`, { cause: error });
  }
  const problems = manifestProblems(value);
  if (problems.length > 0) throw new BundleError(problems.map((problem) => `${file}: ${problem}`).join('\n'));
  return value as Manifest;
}

/** One message for each field that is not as expected; none if the value is a Manifest. */
function manifestProblems(value: unknown): string[] {
  const problems: string[] = [];
  const expect = (isRight: boolean, name: string, expected: string, received: unknown) => {
    if (!isRight) problems.push(`expected ${name} to be ${expected}, received ${JSON.stringify(received)}`);
  };
  expect(isObject(value), 'the manifest', 'an object', value);
  if (!isObject(value)) return problems;
  const { format, scoreRange, tokenizer, measures, files, goldens, vectorizer } = value;
  expect(format === BUNDLE_FORMAT, 'format', `${BUNDLE_FORMAT}, the one this version reads`, format);
  for (const name of ['name', 'version', 'lightgbm'])
    expect(typeof value[name] === 'string', name, 'a string', value[name]);
  for (const name of ['made', 'training', 'vectorizer']) expect(isObject(value[name]), name, 'an object', value[name]);
  expect(
    Array.isArray(scoreRange) &&
      scoreRange.length === 2 &&
      scoreRange.every(Number.isFinite) &&
      scoreRange[0] < scoreRange[1],
    'scoreRange',
    'two numbers [lowest, highest]',
    scoreRange,
  );
  expect(
    isObject(tokenizer) && ['name', 'version', 'dictionary'].every((key) => typeof tokenizer[key] === 'string'),
    'tokenizer',
    'an object with name, version and dictionary',
    tokenizer,
  );
  expect(
    isObject(measures) &&
      Object.values(measures).every((set) => isObject(set) && Object.values(set).every(Number.isFinite)),
    'measures',
    'an object of sets of reviews, each an object of numbers',
    measures,
  );
  for (const name of FILES) {
    const entry: unknown = isObject(files) ? files[name] : undefined;
    expect(
      isObject(entry) && /^[0-9a-f]{64}$/.test(String(entry.sha256)),
      `files["${name}"].sha256`,
      '64 hexadecimal digits',
      entry,
    );
  }
  const isGolden = (golden: unknown) =>
    isObject(golden) && typeof golden.text === 'string' && Number.isFinite(golden.score);
  expect(Array.isArray(goldens) && goldens.every(isGolden), 'goldens', 'a list of { text, score }', goldens);
  if (isObject(vectorizer)) {
    try {
      checkVectorizerParameters(vectorizer as unknown as VectorizerParameters);
    } catch (error) {
      problems.push(`vectorizer: ${(error as Error).message}`);
    }
  }
  return problems;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
