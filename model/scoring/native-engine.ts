/** The native engine. It maps the bundle's compiled tables, or compiles them in memory if they are missing or stale. */
import { requireBuiltin } from '../../native/builtin.ts';
import { type CountedScores, NativeForest, NativeScorer, NativeVectorizer } from '../../native/index.ts';
import { identitiesOf, type Manifest } from '../bundle/manifest.ts';
import { checkFeatureCount } from '../bundle/read.ts';
import { scoreMapOf } from '../reference/score-range.ts';
import type { BundleSource } from './bundle-source.ts';
import type { Explanation } from './explain.ts';
import type { NativeExplainer } from './native-explainer.ts';
import { loadRowStages, nativeExplainer, type RowStages } from './native-stages.ts';
import { compileVectorizer, loadAnalyzer, mapCompiled } from './native-tables.ts';
import type { Scorer, WordCounts } from './scorer.ts';

/** UTF-16 units of text per thread: about one millisecond of work, so that the start of a thread pays off. */
const UNITS_PER_THREAD = 10_000;

/**
 * Rejects with a BundleError if the bundle or its tokenizer is not as expected. Rejects with another error if the addon
 * is missing or the engine does not support the model.
 */
export async function loadNativeEngine(source: BundleSource, warn: (message: string) => void): Promise<NativeEngine> {
  const { path, manifest } = source;
  const analyzer = await loadAnalyzer(source, warn);
  const { vectorizer, forest } = loadCompiled(source, warn) ?? (await compileInMemory(source, warn));
  checkFeatureCount(path, vectorizer.columnCount, forest.columnCount);
  const stages = { ...loadRowStages(source, analyzer, vectorizer), forest };
  return new NativeEngine(manifest, stages, nativeExplainer(source, vectorizer, warn));
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

/** The stages. They are public because the benchmark times each of them. */
export interface NativeStages extends RowStages {
  readonly forest: NativeForest;
}

/** A score is one call into C++. */
export class NativeEngine implements Scorer {
  readonly engine = 'native';
  readonly bundle: Manifest;
  readonly stages: NativeStages;
  readonly #scorer: NativeScorer;
  readonly #explainer: () => Promise<NativeExplainer>;

  constructor(bundle: Manifest, stages: NativeStages, explainer: () => Promise<NativeExplainer>) {
    this.bundle = bundle;
    this.stages = stages;
    this.#scorer = new NativeScorer(stages.extractor, stages.forest, scoreMapOf(bundle));
    this.#explainer = explainer;
  }

  score(text: string): number {
    return this.#scorer.score(text);
  }

  async scoreBatch(texts: readonly string[]): Promise<Float64Array> {
    return (await this.scoreBatchWithWords(texts)).scores;
  }

  scoreBatchWithWords(texts: readonly string[]): Promise<CountedScores> {
    const units = texts.reduce((sum, { length }) => sum + length, 0);
    const threads = Math.min(
      requireBuiltin('node:os').availableParallelism(),
      Math.ceil((units + 1) / UNITS_PER_THREAD),
    );
    return this.#scorer.scoreBatchWithWords(texts, threads);
  }

  maxUnits(text: string): number {
    return this.stages.normalizer?.maxUnits(text) ?? text.length;
  }

  wordCounts(): WordCounts {
    const scored = this.#scorer.wordCounts();
    const explained = this.stages.extractor.wordCounts();
    return {
      words: scored.words + explained.words,
      unknownWords: scored.unknownWords + explained.unknownWords,
      unknownShares: scored.unknownShares.map((texts, i) => texts + (explained.unknownShares[i] as number)),
      unknownShareSum: scored.unknownShareSum + explained.unknownShareSum,
    };
  }

  async explain(text: string): Promise<Explanation> {
    const explainer = await this.#explainer();
    return explainer.explain(this.stages.extractor, text);
  }
}
