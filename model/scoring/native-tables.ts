/**
 * The tables that both native engines need: the dictionary and the vocabulary. The bundle's compiled files are mapped.
 * If a file is missing or stale, it is compiled in memory.
 */
import { join } from 'node:path';
import { requireBuiltin } from '../../native/builtin.ts';
import { NativeAnalyzer, NativeError, NativeNormalizer, NativeVectorizer } from '../../native/index.ts';
import { compiledFiles, identitiesOf } from '../bundle/manifest.ts';
import { checkSameNormalizer, checkSameTokenizer } from '../bundle/read.ts';
import { parseIdentity } from '../reference/tokenizer-identity.ts';
import type { BundleSource } from './bundle-source.ts';

type Warn = (message: string) => void;

/** Throws a BundleError if the bundle is for another tokenizer. */
export function loadAnalyzer({ path, manifest }: BundleSource): NativeAnalyzer {
  const analyzer = NativeAnalyzer.load();
  checkSameTokenizer(path, manifest, parseIdentity(analyzer.identity));
  return analyzer;
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
  const file = join(path, compiledFiles[name]);
  if (!requireBuiltin('node:fs').existsSync(file)) return undefined;
  try {
    const tables = load(file);
    if (tables.identity === identitiesOf(manifest)[name]) return tables;
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
  warn(`${source.path}: compiled at the start; run \`hoshi compile ${source.path}\` to make later starts faster`);
  return NativeVectorizer.load(compiled);
}
