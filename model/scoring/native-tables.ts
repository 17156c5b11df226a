/**
 * The tables that both native engines need: the dictionary and the vocabulary. The bundle's compiled files are mapped.
 * If a file is missing or stale, it is compiled in memory.
 */
import { join } from 'node:path';
import { requireBuiltin } from '../../native/builtin.ts';
import { NativeAnalyzer, NativeError, NativeNormalizer, NativeVectorizer } from '../../native/index.ts';
import { COMPILED_DICTIONARY_FILE, compiledFiles, identitiesOf } from '../bundle/manifest.ts';
import { checkSameNormalizer, checkSameTokenizer, readUserDictionary } from '../bundle/read.ts';
import { formatIdentity, parseIdentity } from '../reference/tokenizer-identity.ts';
import type { UserDictionary } from '../reference/user-dictionary.ts';
import type { BundleSource } from './bundle-source.ts';

type Warn = (message: string) => void;

/** Throws a BundleError if the bundle is for another tokenizer. */
export async function loadAnalyzer(
  source: Pick<BundleSource, 'path' | 'manifest'>,
  warn: Warn,
): Promise<NativeAnalyzer> {
  const { path, manifest } = source;
  const analyzer = manifest.userDictionary === undefined ? NativeAnalyzer.load() : await loadUserAnalyzer(source, warn);
  checkSameTokenizer(path, manifest, parseIdentity(analyzer.identity));
  return analyzer;
}

/** With the bundle's user dictionary: its compiled file is mapped. If it is missing or stale, it is compiled in memory. */
async function loadUserAnalyzer(source: Pick<BundleSource, 'path' | 'manifest'>, warn: Warn): Promise<NativeAnalyzer> {
  const { path, manifest } = source;
  const expected = formatIdentity(manifest.tokenizer, manifest.userDictionary?.sha256);
  const mapped = mapTables(join(path, COMPILED_DICTIONARY_FILE), expected, NativeAnalyzer.load, warn);
  if (mapped !== undefined) return mapped;
  const { compileUserDictionary } = await import('../compile/user-dictionary.ts');
  const words = readUserDictionary(path, manifest) as UserDictionary;
  warnOfCompiling(path, warn);
  return NativeAnalyzer.load(await compileUserDictionary(words, []));
}

/** Undefined if the bundle has no normalizer. Throws a BundleError if its tables are not those of this program. */
export function loadNormalizer(
  { path, manifest }: BundleSource,
  analyzer: NativeAnalyzer,
): NativeNormalizer | undefined {
  if (manifest.normalizer === undefined) return undefined;
  const normalizer = NativeNormalizer.load(analyzer, manifest.normalizer.steps);
  checkSameNormalizer(path, manifest, normalizer.identity);
  return normalizer;
}

/** Maps a compiled file. Returns undefined if it is missing, broken or compiled from another bundle. */
export function mapCompiled<Tables extends { readonly identity: string }>(
  { path, manifest }: BundleSource,
  name: keyof typeof compiledFiles,
  load: (file: string) => Tables,
  warn: Warn,
): Tables | undefined {
  return mapTables(join(path, compiledFiles[name]), identitiesOf(manifest)[name], load, warn);
}

function mapTables<Tables extends { readonly identity: string }>(
  file: string,
  identity: string,
  load: (file: string) => Tables,
  warn: Warn,
): Tables | undefined {
  if (!requireBuiltin('node:fs').existsSync(file)) return undefined;
  try {
    const tables = load(file);
    if (tables.identity === identity) return tables;
    warn(`${file}: compiled from another bundle`);
  } catch (error) {
    if (!(error instanceof NativeError) || error.code !== 'tables') throw error;
    warn(error.message);
  }
  return undefined;
}

export async function compileVectorizer(source: BundleSource, warn: Warn): Promise<NativeVectorizer> {
  const { compileVocabulary } = await import('../compile/vocabulary.ts');
  const { vectorizer } = await source.read();
  const compiled = compileVocabulary(vectorizer, identitiesOf(source.manifest).vocabulary);
  warnOfCompiling(source.path, warn);
  return NativeVectorizer.load(compiled);
}

function warnOfCompiling(path: string, warn: Warn): void {
  warn(`${path}: compiled at the start; run \`hoshi compile ${path}\` to make later starts faster`);
}
