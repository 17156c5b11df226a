/** The native engine. It maps the bundle's compiled tables, or compiles them in memory if they are missing or stale. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { requireBuiltin } from '../../native/builtin.ts';
import { NativeAnalyzer, NativeError, NativeForest, NativeScorer, NativeVectorizer } from '../../native/index.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { compiledFiles, identitiesOf } from '../bundle/manifest.ts';
import { checkFeatureCount, checkSameTokenizer } from '../bundle/read.ts';
import { parseIdentity } from '../reference/tokenizer-identity.ts';
import { type BundleSource, lazyExplainer } from './bundle-source.ts';
import type { Explainer, Explanation } from './explain.ts';
import type { Scorer, WordCounts } from './scorer.ts';

/** UTF-16 units of text per thread: about one millisecond of work, so that the start of a thread pays off. */
const UNITS_PER_THREAD = 10_000;

/**
 * Rejects with a BundleError if the bundle or its tokenizer is not as expected. Rejects with another error if the addon
 * is missing or the engine does not support the model.
 */
export async function loadNativeEngine(source: BundleSource, warn: (message: string) => void): Promise<NativeEngine> {
  const { path, manifest } = source;
  const analyzer = NativeAnalyzer.load();
  checkSameTokenizer(path, manifest, parseIdentity(analyzer.identity));
  const { vectorizer, forest } = loadCompiled(source, warn) ?? (await compileInMemory(source, warn));
  checkFeatureCount(path, vectorizer.columnCount, forest.columnCount);
  return new NativeEngine(manifest, analyzer, vectorizer, forest, lazyExplainer(source));
}

interface CompiledTables {
  readonly vectorizer: NativeVectorizer;
  readonly forest: NativeForest;
}

/** Undefined if a file is missing, broken or compiled from another bundle. */
function loadCompiled({ path, manifest }: BundleSource, warn: (message: string) => void): CompiledTables | undefined {
  const paths = {
    vocabulary: join(path, compiledFiles.vocabulary),
    forest: join(path, compiledFiles.forest),
  };
  const { existsSync } = requireBuiltin('node:fs');
  if (!existsSync(paths.vocabulary) || !existsSync(paths.forest)) return undefined;
  try {
    const compiled = { vectorizer: NativeVectorizer.load(paths.vocabulary), forest: NativeForest.load(paths.forest) };
    const expected = identitiesOf(manifest);
    for (const [name, { identity }] of [
      ['vocabulary', compiled.vectorizer],
      ['forest', compiled.forest],
    ] as const) {
      if (identity === expected[name]) continue;
      warn(`${paths[name]}: compiled from another bundle`);
      return undefined;
    }
    return compiled;
  } catch (error) {
    if (!(error instanceof NativeError) || error.code !== 'tables') throw error;
    warn(error.message);
    return undefined;
  }
}

async function compileInMemory(source: BundleSource, warn: (message: string) => void): Promise<CompiledTables> {
  const { compileBundle } = await import('../bundle/compile.ts');
  const { vocabulary, forest } = compileBundle(await source.read());
  warn(`${source.path}: compiled at the start; run \`hoshi compile ${source.path}\` to make later starts faster`);
  return { vectorizer: NativeVectorizer.load(vocabulary), forest: NativeForest.load(forest) };
}

/** A score is one call into C++. The stages are public because the benchmark times each of them. */
export class NativeEngine implements Scorer {
  readonly engine = 'native';
  readonly bundle: Manifest;
  readonly analyzer: NativeAnalyzer;
  readonly vectorizer: NativeVectorizer;
  readonly forest: NativeForest;
  readonly #scorer: NativeScorer;
  readonly #explainer: () => Promise<Explainer>;

  constructor(
    bundle: Manifest,
    analyzer: NativeAnalyzer,
    vectorizer: NativeVectorizer,
    forest: NativeForest,
    explainer: () => Promise<Explainer>,
  ) {
    this.bundle = bundle;
    this.analyzer = analyzer;
    this.vectorizer = vectorizer;
    this.forest = forest;
    this.#scorer = new NativeScorer(analyzer, vectorizer, forest, bundle.scoreRange);
    this.#explainer = explainer;
  }

  score(text: string): number {
    return this.#scorer.score(text);
  }

  scoreBatch(texts: readonly string[]): Promise<Float64Array> {
    const units = texts.reduce((sum, { length }) => sum + length, 0);
    const threads = Math.min(availableParallelism(), Math.ceil((units + 1) / UNITS_PER_THREAD));
    return this.#scorer.scoreBatch(texts, threads);
  }

  wordCounts(): WordCounts {
    return this.#scorer.wordCounts();
  }

  async explain(text: string): Promise<Explanation> {
    const explainer = await this.#explainer();
    return explainer.explain(text, this.analyzer.analyze(text), this.score(text));
  }
}
