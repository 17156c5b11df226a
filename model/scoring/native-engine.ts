/** The native engine. It maps the bundle's compiled tables, or compiles them in memory if they are missing or stale. */
import { availableParallelism } from 'node:os';
import { type NativeAnalyzer, NativeForest, NativeScorer, NativeVectorizer } from '../../native/index.ts';
import { identitiesOf, type Manifest } from '../bundle/manifest.ts';
import { checkFeatureCount } from '../bundle/read.ts';
import type { TermToken } from '../reference/parts-of-speech.ts';
import { scoreMapOf } from '../reference/score-range.ts';
import { type BundleSource, lazyExplainer } from './bundle-source.ts';
import type { Explainer, Explanation } from './explain.ts';
import { compileVectorizer, loadAnalyzer, mapCompiled } from './native-tables.ts';
import { nativeTokenizer } from './native-tokens.ts';
import type { Scorer, WordCounts } from './scorer.ts';

/** UTF-16 units of text per thread: about one millisecond of work, so that the start of a thread pays off. */
const UNITS_PER_THREAD = 10_000;

/**
 * Rejects with a BundleError if the bundle or its tokenizer is not as expected. Rejects with another error if the addon
 * is missing or the engine does not support the model.
 */
export async function loadNativeEngine(source: BundleSource, warn: (message: string) => void): Promise<NativeEngine> {
  const { path, manifest } = source;
  const analyzer = loadAnalyzer(source);
  const { vectorizer, forest } = loadCompiled(source, warn) ?? (await compileInMemory(source, warn));
  checkFeatureCount(path, vectorizer.columnCount, forest.columnCount);
  return new NativeEngine(manifest, analyzer, vectorizer, forest, lazyExplainer(source));
}

interface CompiledTables {
  readonly vectorizer: NativeVectorizer;
  readonly forest: NativeForest;
}

/** Undefined if a file is missing, broken or compiled from another bundle. */
function loadCompiled(source: BundleSource, warn: (message: string) => void): CompiledTables | undefined {
  const forest = mapCompiled(source, 'forest', NativeForest.load, warn);
  const vectorizer = forest && mapCompiled(source, 'vocabulary', NativeVectorizer.load, warn);
  return vectorizer && { vectorizer, forest };
}

/** Compiles the forest first: if it does not support the model, nothing else of the bundle is read. */
async function compileInMemory(source: BundleSource, warn: (message: string) => void): Promise<CompiledTables> {
  const { compileForest } = await import('../compile/forest.ts');
  const compiled = compileForest(await source.readModelText(), identitiesOf(source.manifest).forest);
  return { vectorizer: await compileVectorizer(source, warn), forest: NativeForest.load(compiled) };
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
  readonly #tokens: (text: string) => TermToken[];

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
    this.#scorer = new NativeScorer(analyzer, vectorizer, forest, scoreMapOf(bundle));
    this.#explainer = explainer;
    this.#tokens = nativeTokenizer(analyzer);
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
    return explainer.explain(this.#tokens(text), this.score(text));
  }
}
