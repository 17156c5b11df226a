/**
 * A bundle: the folder that holds a model and all that is needed to score with it.
 *
 *     manifest.json     what it is and how it was made; hashes of the other files; golden texts with their scores
 *     model.txt         the trees, in LightGBM's own text format
 *     vocabulary.tsv    one line a column, in order: term, tab, idf (shortest decimal that reads back to the same double)
 *     logarithms.txt    ln(1) … ln(1023), one a line (logarithm.ts says why)
 *     README.md         the model card, for people; not read here
 *     report.html       what training measured, drawn (report/write.ts); not read here, nor part of the version
 *     *.bin             made from the others for the native engine (compiled-files.ts); can be made anew
 *
 * Reading checks every hash and every bound; what fails is refused with a message that names the file. Writing goes
 * to a folder aside that takes its place in one rename, so that no half-written bundle is ever found.
 */
import { basename, dirname, join, resolve } from 'node:path';
import { requireBuiltin } from '../native/builtin.ts';
import { BUNDLE_FORMAT, manifestProblems } from './check-manifest.ts';
import { compiledFiles } from './compiled-files.ts';
import type { ExportedVectorizer } from './exported-vectorizer.ts';
import { LOGARITHM_TABLE_SIZE } from './logarithm.ts';
import type { TokenizerIdentity } from './tokenizer-identity.ts';
import { compareCodePoints, Vectorizer, type VectorizerParameters, type VectorizerTables } from './vectorizer.ts';

const fs = requireBuiltin('node:fs'); // its `promises` come at their first use: a start does without

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
    readonly imported?: Pick<ExportedVectorizer, 'made' | 'dtype' | 'fitting'>;
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

export interface Bundle {
  readonly path: string;
  readonly manifest: Manifest;
  readonly modelText: string;
  readonly vectorizer: Vectorizer;
}

/** What a bundle is made of; the rest of the manifest follows from it. */
export interface BundleParts {
  readonly manifest: Omit<Manifest, 'format' | 'version' | 'files' | 'vectorizer' | 'goldens'>;
  readonly modelText: string;
  readonly vectorizer: Vectorizer;
  readonly goldens: readonly Golden[];
  /** For the model card: what the model is for and where it fails. */
  readonly about?: string;
}

/** What is wrong with a bundle: names the file, what was expected in it and what came. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/** Reads and checks a bundle's manifest alone. Throws a BundleError. */
export async function readManifest(path: string): Promise<Manifest> {
  const file = join(path, 'manifest.json');
  return parseManifest(read(file), file);
}

/** Reads and checks a bundle. Throws a BundleError. */
export async function readBundle(path: string): Promise<Bundle> {
  const manifest = await readManifest(path);
  const contents = new Map<FileName, string>();
  for (const name of FILES) {
    const file = join(path, name);
    const bytes = read(file);
    const { sha256 } = manifest.files[name];
    const received = hashOf(bytes);
    if (received !== sha256)
      throw new BundleError(`${file}: expected SHA-256 ${sha256} (manifest.json), received ${received}`);
    contents.set(name, bytes.toString('utf8'));
  }
  const content = (name: FileName) => contents.get(name) as string;
  const tables: VectorizerTables = {
    ...parseVocabulary(content('vocabulary.tsv'), join(path, 'vocabulary.tsv')),
    logarithms: parseLogarithms(content('logarithms.txt'), join(path, 'logarithms.txt')),
  };
  return { path, manifest, modelText: content('model.txt'), vectorizer: new Vectorizer(manifest.vectorizer, tables) };
}

/** Throws a BundleError unless the trees have a feature for each term. */
export function checkFeatures(path: string, terms: number, features: number): void {
  if (features === terms) return;
  throw new BundleError(
    `${path}/model.txt: expected ${terms} features, as many as vocabulary.tsv has terms, received ${features}`,
  );
}

/** Throws unless a bundle may take this place: where nothing is, an empty folder, or a bundle and nothing else. */
export async function checkPlace(path: string): Promise<void> {
  let names: string[];
  try {
    names = await fs.promises.readdir(path);
  } catch (error) {
    if (isMissing(error)) return checkWritable(path);
    throw new Error(`${path}: expected a bundle, an empty folder or nothing, ${(error as Error).message}`, {
      cause: error,
    });
  }
  const ours: readonly string[] = [
    ...FILES,
    'manifest.json',
    'README.md',
    'report.html',
    ...Object.values(compiledFiles),
  ];
  const other = names.find((name) => !ours.includes(name));
  if (names.length === 0 || (names.includes('manifest.json') && other === undefined)) return checkWritable(path);
  throw new Error(`${path}: expected a bundle, an empty folder or nothing, found ${other ?? names.join(', ')} in it`);
}

/** Bundles are written beside their place, in the nearest folder above it that is there. */
async function checkWritable(path: string): Promise<void> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    try {
      return await fs.promises.access(`${folder}/.`, fs.constants.W_OK | fs.constants.X_OK);
    } catch (error) {
      if (isMissing(error) && folder !== dirname(folder)) continue;
      throw new Error(`${path}: expected ${folder} to be a folder to write in, ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

/** Writes a bundle, in place of one that may lie there; what else lies there is refused, not replaced. */
export async function writeBundle(path: string, parts: BundleParts): Promise<Manifest> {
  await checkPlace(path);
  const { modelText, vectorizer, goldens } = parts;
  const { terms, idf, logarithms } = vectorizer.tables;
  const contents: Record<FileName, Buffer> = {
    'model.txt': Buffer.from(modelText),
    'vocabulary.tsv': Buffer.from(terms.map((term, column) => `${term}\t${idf[column]}\n`).join('')),
    'logarithms.txt': Buffer.from(Array.from(logarithms.subarray(1), (value) => `${value}\n`).join('')),
  };
  const file = (name: FileName) => ({ sha256: hashOf(contents[name]), bytes: contents[name].length });
  const files = {
    'model.txt': file('model.txt'),
    'vocabulary.tsv': file('vocabulary.tsv'),
    'logarithms.txt': file('logarithms.txt'),
  };
  const version = hashOf(Buffer.from(FILES.map((name) => files[name].sha256).join('\n'))).slice(0, 12);
  const { name, ...rest } = parts.manifest;
  const manifest: Manifest = {
    format: BUNDLE_FORMAT,
    name,
    version,
    ...rest,
    vectorizer: vectorizer.parameters,
    files,
    goldens,
  };

  const aside = asideOf(path);
  clearAside(path);
  try {
    await fs.promises.mkdir(aside, { recursive: true });
    for (const name of FILES) await fs.promises.writeFile(join(aside, name), contents[name]);
    await fs.promises.writeFile(join(aside, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const { cardOf } = await import('./card.ts'); // reading a bundle does without it
    await fs.promises.writeFile(join(aside, 'README.md'), cardOf(manifest, parts.about));
    for (const [name, content] of await compile(manifest, parts))
      await fs.promises.writeFile(join(aside, name), content);
    await replaceFolder(aside, path);
  } finally {
    clearAside(path);
  }
  return manifest;
}

/**
 * The compiled files by name, or none if the native engine cannot give this model's scores to the last bit: whoever loads
 * the bundle finds that out again, says so and takes another engine.
 */
async function compile(
  manifest: Manifest,
  { modelText, vectorizer }: BundleParts,
): Promise<readonly (readonly [string, Buffer])[]> {
  const { compileBundle } = await import('./compile/bundle.ts'); // as for the card
  try {
    const { vocabulary, forest } = compileBundle({ manifest, modelText, vectorizer });
    return [
      [compiledFiles.vocabulary, vocabulary],
      [compiledFiles.forest, forest],
    ];
  } catch {
    return [];
  }
}

async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${from}.old`;
  try {
    await fs.promises.rename(to, old);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await fs.promises.rename(from, to);
}

function asideOf(path: string): string {
  return join(dirname(resolve(path)), `.${basename(resolve(path))}.${process.pid}.tmp`);
}

/**
 * Takes away what `writeBundle` has of a bundle before it is whole, and puts an earlier one back that had made room. For whoever ends
 * the process while it writes, too: synchronous.
 */
export function clearAside(path: string): void {
  const aside = asideOf(path);
  const old = `${aside}.old`;
  if (fs.existsSync(old) && !fs.existsSync(path)) fs.renameSync(old, path);
  for (const folder of [old, aside]) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function read(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if (isMissing(error)) throw new BundleError(`${file}: expected a file of a bundle, found none`, { cause: error });
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

export function hashOf(bytes: Buffer): string {
  return requireBuiltin('node:crypto').createHash('sha256').update(bytes).digest('hex');
}

function parseManifest(bytes: Buffer, file: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new BundleError(`${file}: expected JSON, ${(error as Error).message}`, { cause: error });
  }
  const problems = manifestProblems(value, FILES);
  if (problems.length > 0) throw new BundleError(problems.map((problem) => `${file}: ${problem}`).join('\n'));
  return value as Manifest;
}

/** Throws a BundleError. */
export function parseVocabulary(text: string, file: string): Pick<VectorizerTables, 'terms' | 'idf'> {
  const lines = linesOf(text, file);
  const idf = new Float64Array(lines.length);
  const terms = lines.map((line, i) => {
    const [term = '', value = '', ...rest] = line.split('\t');
    idf[i] = finiteNumber(value, `${file}:${i + 1}: the idf`);
    if (term === '' || rest.length > 0)
      throw new BundleError(`${file}:${i + 1}: expected a term, a tab and its idf, received ${JSON.stringify(line)}`);
    return term;
  });
  terms.forEach((term, i) => {
    const before = terms[i - 1];
    if (before !== undefined && compareCodePoints(before, term) >= 0) {
      throw new BundleError(
        `${file}:${i + 1}: expected a term after ${JSON.stringify(before)} by code point, received ${JSON.stringify(term)}`,
      );
    }
  });
  return { terms, idf };
}

/** Throws a BundleError. */
export function parseLogarithms(text: string, file: string): Float64Array {
  const lines = linesOf(text, file);
  if (lines.length !== LOGARITHM_TABLE_SIZE - 1) {
    throw new BundleError(`${file}: expected ${LOGARITHM_TABLE_SIZE - 1} lines, found ${lines.length}`);
  }
  return Float64Array.of(0, ...lines.map((line, i) => finiteNumber(line, `${file}:${i + 1}: the logarithm`)));
}

function linesOf(text: string, file: string): string[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0)
    throw new BundleError(`${file}: expected lines, each ended by a line feed`);
  return lines;
}

function finiteNumber(text: string, name: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value))
    throw new BundleError(`${name}: expected a finite number, received ${JSON.stringify(text)}`);
  return value;
}
