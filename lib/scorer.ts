/** The library's scorer: checks arguments, and hands the work to a scorer of model/scoring. Only `loadScorer` imports it. */
import { fileURLToPath } from 'node:url';
import { type FeatureExtractor, loadBundleExtractor } from '../model/scoring/feature-extractor.ts';
import { loadScorer } from '../model/scoring/load.ts';
import type { Scorer as Inner } from '../model/scoring/scorer.ts';
import { shippedBundle } from '../native/package-root.ts';
import { type CheckedOptions, checkText, checkTexts } from './arguments.ts';
import type { Engine, Explanation, Model, Scorer, Token } from './types.ts';

export async function load({ bundle, engine, warn }: CheckedOptions): Promise<Scorer> {
  const bundlePath = bundle instanceof URL ? fileURLToPath(bundle) : (bundle ?? shippedBundle);
  const inner = await loadScorer({ bundlePath, engine, warn });
  return new LoadedScorer(inner, () => loadBundleExtractor({ path: bundlePath, manifest: inner.bundle }, warn));
}

class LoadedScorer implements Scorer {
  readonly model: Model;
  readonly engine: Engine;
  /** Undefined after `dispose`. */
  #loaded: { readonly inner: Inner; readonly loadExtractor: () => Promise<FeatureExtractor> } | undefined;
  #extractor: Promise<FeatureExtractor> | undefined;

  constructor(inner: Inner, loadExtractor: () => Promise<FeatureExtractor>) {
    const { name, version, scoreRange } = inner.bundle;
    const [lowest, highest] = scoreRange;
    this.model = Object.freeze({ name, version, range: Object.freeze([lowest, highest] as const) });
    this.engine = inner.engine;
    this.#loaded = { inner, loadExtractor };
  }

  score(text: string): number {
    const { inner } = this.#open('score');
    checkText(text);
    return inner.score(text);
  }

  async scoreBatch(texts: readonly string[]): Promise<number[]> {
    const { inner } = this.#open('scoreBatch');
    return Array.from(await inner.scoreBatch(checkTexts(texts)));
  }

  async explain(text: string): Promise<Explanation> {
    const { inner } = this.#open('explain');
    checkText(text);
    return inner.explain(text);
  }

  async tokenize(text: string): Promise<Token[]> {
    const { loadExtractor } = this.#open('tokenize');
    checkText(text);
    this.#extractor ??= loadExtractor().catch((error: unknown) => {
      this.#extractor = undefined; // the next call tries again
      throw error;
    });
    const { normalized, tokens } = (await this.#extractor).tokens(text);
    return tokens.map(({ surface, base, partOfSpeech, start, end }) => ({
      surface,
      baseForm: base ?? surface,
      partOfSpeech,
      start: normalized.starts[start] as number,
      end: normalized.ends[end - 1] as number,
    }));
  }

  dispose(): void {
    this.#loaded = undefined;
    this.#extractor = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  #open(method: string) {
    if (this.#loaded === undefined)
      throw new Error(
        `Expected a scorer that is in use, received a call of ${method} after dispose. Load another scorer by loadScorer`,
      );
    return this.#loaded;
  }
}
