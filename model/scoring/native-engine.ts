/** The native engine on a bundle: the files compiled from it are mapped, or made in memory where they are missing. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { requireBuiltin } from '../../native/builtin.ts';
import {
  NativeAnalyzer,
  NativeScorer as NativeCore,
  NativeError,
  NativeForest,
  NativeVectorizer,
} from '../../native/index.ts';
import { compiledFiles, identitiesOf, type Manifest } from '../bundle/manifest.ts';
import { checkFeatureCount, checkSameTokenizer, readBundle } from '../bundle/read.ts';
import { parseIdentity } from '../reference/tokenizer-identity.ts';
import type { Explainer, Explanation } from './explain.ts';
import { explainerOnce } from './lazy-explainer.ts';
import type { Scorer, WordCounts } from './scorer.ts';

/** The units of texts that are worth a thread of their own, about a millisecond of work. */
const UNITS_PER_THREAD = 10_000;

/** Rejects if the bundle, the dictionary or the addon is not as expected. */
export async function loadNativeEngine(
  bundlePath: string,
  manifest: Manifest,
  warn: (message: string) => void,
): Promise<NativeEngine> {
  const analyzer = NativeAnalyzer.load();
  checkSameTokenizer(bundlePath, manifest, parseIdentity(analyzer.identity));
  const { vectorizer, forest } = loadCompiled(bundlePath, manifest, warn) ?? (await compileInMemory(bundlePath, warn));
  checkFeatureCount(bundlePath, vectorizer.columnCount, forest.columnCount);
  return new NativeEngine(manifest, analyzer, vectorizer, forest, explainerOnce(bundlePath, manifest));
}

interface Compiled {
  readonly vectorizer: NativeVectorizer;
  readonly forest: NativeForest;
}

/** Undefined where a file is missing, broken, or made from something else than the bundle. */
function loadCompiled(bundlePath: string, manifest: Manifest, warn: (message: string) => void): Compiled | undefined {
  const paths = {
    vocabulary: join(bundlePath, compiledFiles.vocabulary),
    forest: join(bundlePath, compiledFiles.forest),
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
      warn(`${paths[name]}: made from another bundle than this one`);
      return undefined;
    }
    return compiled;
  } catch (error) {
    if (!(error instanceof NativeError) || error.code !== 'tables') throw error;
    warn(error.message);
    return undefined;
  }
}

async function compileInMemory(bundlePath: string, warn: (message: string) => void): Promise<Compiled> {
  const { compileBundle } = await import('../bundle/compile.ts');
  const { vocabulary, forest } = compileBundle(await readBundle(bundlePath));
  warn(`${bundlePath}: compiled at the start; \`hoshi compile ${bundlePath}\` does it once and for all`);
  return { vectorizer: NativeVectorizer.load(vocabulary), forest: NativeForest.load(forest) };
}

/** The stages are open to the benchmark and to tests; a score is one call. */
export class NativeEngine implements Scorer {
  readonly engine = 'native';
  readonly bundle: Manifest;
  readonly analyzer: NativeAnalyzer;
  readonly vectorizer: NativeVectorizer;
  readonly forest: NativeForest;
  readonly #core: NativeCore;
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
    this.#core = new NativeCore(analyzer, vectorizer, forest, bundle.scoreRange);
    this.#explainer = explainer;
  }

  score(text: string): number {
    return this.#core.score(text);
  }

  scoreBatch(texts: readonly string[]): Promise<Float64Array> {
    const units = texts.reduce((sum, { length }) => sum + length, 0);
    const threads = Math.min(availableParallelism(), Math.ceil((units + 1) / UNITS_PER_THREAD));
    return this.#core.scoreBatch(texts, threads);
  }

  wordCounts(): WordCounts {
    return this.#core.wordCounts();
  }

  async explain(text: string): Promise<Explanation> {
    const explainer = await this.#explainer();
    return explainer.explain(text, this.analyzer.analyze(text), this.score(text));
  }
}
