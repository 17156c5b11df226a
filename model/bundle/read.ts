/**
 * Reads a bundle and checks it: every hash, every number and the order of the terms. Every server start runs this file,
 * so it loads no library and takes Node's modules from native/builtin.ts.
 */
import { join } from 'node:path';
import { requireBuiltin } from '../../native/builtin.ts';
import { FileError } from '../io/file-errors.ts';
import { MAX_TEXT_BYTES, readRegularFile } from '../io/regular-file.ts';
import { LOGARITHM_TABLE_SIZE } from '../math/logarithm.ts';
import type { TokenizerIdentity } from '../reference/tokenizer-identity.ts';
import { UserDictionary } from '../reference/user-dictionary.ts';
import { compareCodePoints, Vectorizer, type VectorizerTables } from '../reference/vectorizer.ts';
import {
  BundleError,
  type FileName,
  hashOf,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
  parseUncheckedSettings,
  USER_DICTIONARY_FILE,
} from './manifest.ts';

const fs = requireBuiltin('node:fs');

export interface Bundle {
  /** The folder. */
  readonly path: string;
  readonly manifest: Manifest;
  readonly modelText: string;
  readonly vectorizer: Vectorizer;
  readonly userDictionary?: UserDictionary;
}

/** Reads and checks only the manifest of the bundle in the folder `path`. Rejects with a BundleError. */
export async function readManifest(path: string): Promise<Manifest> {
  return parseManifest(readManifestBytes(path), join(path, 'manifest.json'));
}

/**
 * `readManifest` without the checks of the settings and of the version, for a server's start: they take 5 ms, most of it
 * to load node:crypto. Before it uses a setting, the caller has to compare the identity of the compiled vocabulary
 * (`identitiesOf`), or to read the bundle.
 */
export async function readManifestUncheckedSettings(path: string): Promise<Manifest> {
  return parseUncheckedSettings(readManifestBytes(path), join(path, 'manifest.json'));
}

function readManifestBytes(path: string): Buffer {
  return readFileOfBundle(join(path, 'manifest.json'), undefined, MAX_MANIFEST_BYTES);
}

/** Reads and checks the bundle in the folder `path`. Rejects with a BundleError. */
export function readBundle(path: string): Promise<Bundle> {
  return readUnreplaced(path, async (bytes) => {
    const manifest = parseManifest(bytes, join(path, 'manifest.json'));
    const modelText = readBundleFile(path, manifest, 'model.txt');
    const userDictionary = readUserDictionary(path, manifest);
    const vectorizer = readVectorizer(path, manifest);
    return { path, manifest, modelText, vectorizer, ...(userDictionary && { userDictionary }) };
  });
}

/** Another process may replace the bundle while it is read, even several times. */
const MAX_READINGS = 20;

/**
 * Runs `read` with the bytes of the manifest; it reads more files of the bundle. If another bundle takes its place
 * meanwhile, some files are of the one and some of the other, and `read` fails. It then runs again with the new manifest.
 */
export async function readUnreplaced<Result>(
  path: string,
  read: (manifestBytes: Buffer) => Promise<Result>,
): Promise<Result> {
  for (let reading = 1; ; reading++) {
    const manifest = manifestFileOf(path);
    try {
      return await read(readManifestBytes(path));
    } catch (error) {
      const isFinal = !(error instanceof BundleError) || reading === MAX_READINGS;
      if (isFinal || manifestFileOf(path) === manifest) throw error;
    }
  }
}

/** Another bundle has another file, even if it is a copy. Undefined without a file: reading it gives the error. */
function manifestFileOf(path: string): string | undefined {
  try {
    const { dev, ino, mtimeNs } = fs.statSync(join(path, 'manifest.json'), { bigint: true });
    return `${dev} ${ino} ${mtimeNs}`;
  } catch {
    return undefined;
  }
}

/** The user dictionary of the bundle in the folder `path`; undefined if it has none. Throws a BundleError. */
export function readUserDictionary(path: string, { userDictionary }: Manifest): UserDictionary | undefined {
  if (userDictionary === undefined) return undefined;
  const text = readHashed(path, USER_DICTIONARY_FILE, userDictionary);
  try {
    return UserDictionary.parse(text, join(path, USER_DICTIONARY_FILE));
  } catch (error) {
    throw new BundleError((error as Error).message, { cause: error });
  }
}

/** Reads and checks only the vectorizer of the bundle in the folder `path`. Throws a BundleError. */
function readVectorizer(path: string, manifest: Manifest): Vectorizer {
  const [vocabulary, logarithms] = [
    readBundleFile(path, manifest, 'vocabulary.tsv'),
    readBundleFile(path, manifest, 'logarithms.txt'),
  ];
  return new Vectorizer(manifest.vectorizer, {
    ...parseVocabulary(vocabulary, join(path, 'vocabulary.tsv')),
    logarithms: parseLogarithms(logarithms, join(path, 'logarithms.txt')),
  });
}

/**
 * Reads one file of the bundle in the folder `path`. Throws a BundleError unless it has the size and the hash in the
 * manifest.
 */
export function readBundleFile(path: string, { files }: Manifest, name: FileName): string {
  return readHashed(path, name, files[name]);
}

/** Some manifests have no size of a file. */
function readHashed(
  path: string,
  name: string,
  { sha256, bytes: size }: { readonly sha256: string; readonly bytes?: number },
): string {
  const file = join(path, name);
  const bytes = readFileOfBundle(file, size);
  const received = hashOf(bytes);
  if (received !== sha256)
    throw new BundleError(`${file}: expected SHA-256 ${sha256} (manifest.json), received ${received}`);
  return bytes.toString('utf8');
}

/** Throws a BundleError unless the trees have one feature for each term. */
export function checkFeatureCount(path: string, termCount: number, featureCount: number): void {
  if (featureCount === termCount) return;
  throw new BundleError(
    `${path}/model.txt: expected ${termCount} features, one for each term of vocabulary.tsv, received ${featureCount}`,
  );
}

/** Throws a BundleError unless the bundle was trained on the tokens of the installed tokenizer. */
export function checkSameTokenizer(path: string, { tokenizer }: Manifest, installed: TokenizerIdentity): void {
  for (const key of ['name', 'version', 'dictionary'] as const) {
    if (tokenizer[key] === installed[key]) continue;
    throw new BundleError(
      `${path}/manifest.json: expected tokenizer.${key} to be ${installed[key]}, which is installed, received ${tokenizer[key]}`,
    );
  }
}

/**
 * Reads a file of a bundle, of the given size if the manifest has one. Throws a BundleError that names it if it is missing,
 * too large, or no file. Another error (no permission) is a FileError: a later try may succeed.
 */
export function readFileOfBundle(file: string, bytes?: number, maxBytes = MAX_TEXT_BYTES): Buffer {
  const exactly = Number.isSafeInteger(bytes) ? { exactly: { bytes: bytes as number, by: 'manifest.json' } } : {};
  try {
    return readRegularFile(file, { what: 'a file of a bundle', maxBytes, ...exactly });
  } catch (error) {
    if (error instanceof FileError && [undefined, 'ENOENT', 'ENOTDIR', 'EISDIR', 'ENXIO'].includes(error.code))
      throw new BundleError(error.message, { cause: error });
    throw error;
  }
}

/** Throws a BundleError unless the tables of the bundle's normalizer are the installed ones, by their SHA-256. */
export function checkSameNormalizer(path: string, { normalizer }: Manifest, installed: string): void {
  if (normalizer === undefined || normalizer.tables === installed) return;
  throw new BundleError(
    `${path}/manifest.json: expected normalizer.tables to be ${installed}, which are installed, received ${normalizer.tables}`,
  );
}

/** Parses vocabulary.tsv. Throws a BundleError that names the line. `file` is its path, for messages. */
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

/** Parses logarithms.txt. Throws a BundleError that names the line. `file` is its path, for messages. */
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
    throw new BundleError(`${file}: expected at least one line, and a line feed after each`);
  return lines;
}

function finiteNumber(text: string, name: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value))
    throw new BundleError(`${name}: expected a finite number, received ${JSON.stringify(text)}`);
  return value;
}
