/**
 * Text → score, the whole line in one call: tokens → row → trees → score held within the bundle's range.
 *
 * Every engine gives the same double for the same bundle; a difference is a bug. A scorer reproduces the bundle's
 * golden scores before it is handed out.
 */
import { BundleError, type Manifest, readManifest } from './bundle.ts';
import type { Explainer, Explanation } from './explain.ts';

/**
 * `native`: all in C++, one call. `lightgbm`: kuromoji and rows in TypeScript, trees by the addon's LightGBM. `js`: all in
 * TypeScript. An engine loads nothing of the others.
 */
export const engineNames = ['native', 'lightgbm', 'js'] as const;
export type EngineName = (typeof engineNames)[number];
/** `auto`: the first of the engines that loads. */
export type EngineChoice = EngineName | 'auto';

export interface Scorer {
  readonly engine: EngineName;
  readonly bundle: Manifest;
  /** The score of one text, any string. */
  score(text: string): number;
  /** The scores of many texts, in order; other work goes on meanwhile. */
  scoreBatch(texts: readonly string[]): Promise<Float64Array>;
  /** Of all that it has scored; not counted by the reference engines. */
  wordCounts?(): WordCounts;
  /** What made the score of one text. Rejects with an UnexplainableError where the model's scores are no plain sum. */
  explain(text: string): Promise<Explanation>;
}

/** Of texts that were scored: their words, and those among them that are no term of the vocabulary by themselves. */
export interface WordCounts {
  readonly words: number;
  readonly unknownWords: number;
}

export interface ScorerOptions {
  readonly bundlePath: string;
  readonly engine: EngineChoice;
  /** Told why `auto` did not take an engine, and what makes a start slower than it could be. */
  readonly warn?: (message: string) => void;
}

/** Loads the bundle and an engine for it; rejects if the bundle, the dictionary or a golden score is not as expected. */
export async function loadScorer({ bundlePath, engine, warn = () => {} }: ScorerOptions): Promise<Scorer> {
  const manifest = await readManifest(bundlePath); // what is no bundle at all is no reason to try another engine
  const scorer = await firstOf(engine === 'auto' ? engineNames : [engine], bundlePath, manifest, warn);
  for (const { text, score } of scorer.bundle.goldens) {
    const received = scorer.score(text);
    if (!Object.is(received, score)) {
      throw new BundleError(
        `${bundlePath}/manifest.json: expected the golden text ${JSON.stringify(text)} to give ${score}, the ${scorer.engine} engine gave ${received}`,
      );
    }
  }
  return scorer;
}

async function firstOf(
  [engine, ...others]: readonly EngineName[],
  bundlePath: string,
  manifest: Manifest,
  warn: (message: string) => void,
): Promise<Scorer> {
  try {
    return await load(engine as EngineName, bundlePath, manifest, warn);
  } catch (error) {
    if (others.length === 0 || error instanceof BundleError) throw error;
    warn(`engine ${engine} is not to be had, trying ${others[0]}: ${(error as Error).message}`);
    return firstOf(others, bundlePath, manifest, warn);
  }
}

/** Imports an engine when it is asked for: `native` starts without kuromoji, `js` does without an addon. */
async function load(
  engine: EngineName,
  bundlePath: string,
  manifest: Manifest,
  warn: (message: string) => void,
): Promise<Scorer> {
  if (engine === 'native') return (await import('./native-scorer.ts')).loadNativeScorer(bundlePath, manifest, warn);
  return (await import('./reference-scorer.ts')).loadReferenceScorer(engine, bundlePath);
}

/** Loads what explains at the first call, for a start does without. What is not the bundle's fault is tried anew. */
export function explainerOnce(bundlePath: string, manifest: Manifest): () => Promise<Explainer> {
  let explainer: Promise<Explainer> | undefined;
  return () => {
    explainer ??= import('./explain.ts').then(({ Explainer }) => Explainer.load(bundlePath, manifest));
    explainer.catch((error: unknown) => {
      if (!(error instanceof BundleError)) explainer = undefined;
    });
    return explainer;
  };
}

/** The nearest score within [lowest, highest]. */
export function holdWithin([lowest, highest]: readonly [number, number], score: number): number {
  return score > lowest ? (score < highest ? score : highest) : lowest;
}
