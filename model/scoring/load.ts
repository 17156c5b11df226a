/** Loads a scorer: a bundle on the first engine that can serve it, proved by the bundle's golden scores. */
import { BundleError, type Manifest } from '../bundle/manifest.ts';
import { readManifest } from '../bundle/read.ts';
import { type EngineChoice, type EngineName, engineNames, type Scorer } from './scorer.ts';

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
  if (engine === 'native') return (await import('./native-engine.ts')).loadNativeEngine(bundlePath, manifest, warn);
  return (await import('./reference-engine.ts')).loadReferenceEngine(engine, bundlePath);
}
