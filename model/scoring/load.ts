/** Loads a scorer: a bundle on the first engine that can serve it, checked with the bundle's golden scores. */
import { join } from 'node:path';
import { loadAhead } from '../../native/index.ts';
import { BundleError, compiledFiles, parseUncheckedSettings } from '../bundle/manifest.ts';
import { type Bundle, readUnreplaced } from '../bundle/read.ts';
import { type BundleSource, sourceOfBundle, sourceOfFolder } from './bundle-source.ts';
import { type EngineChoice, type EngineName, engineNames, type Scorer } from './scorer.ts';

type Warn = (message: string) => void;

export interface ScorerOptions {
  /** The bundle's folder. */
  readonly bundlePath: string;
  readonly engine: EngineChoice;
  /** The bundle of that folder, if it is in memory. Only its compiled tables are then read from the folder. */
  readonly bundle?: Bundle;
  /** Gets a message when `auto` skips an engine, and when the bundle has no usable compiled tables. */
  readonly warn?: Warn;
  /** Called before an engine is loaded, to get what the engine needs. If it throws, the engine is unavailable. */
  readonly prepare?: (engine: EngineName) => void;
}

/**
 * Loads a bundle and an engine for it. Rejects with a BundleError if the bundle, its tokenizer or a golden score is not
 * as expected. If no engine can serve the bundle, rejects with the last engine's error.
 */
export async function loadScorer(options: ScorerOptions): Promise<Scorer> {
  const { bundlePath, bundle } = options;
  if (bundle !== undefined) return loadFrom(sourceOfBundle(bundle), options);
  // The manifest is read first, so that `auto` does not try every engine if there is no manifest. Every engine either
  // maps the compiled vocabulary, whose identity has the version, or reads the whole bundle.
  return readUnreplaced(bundlePath, async (bytes) => {
    const manifest = parseUncheckedSettings(bytes, join(bundlePath, 'manifest.json'));
    return loadFrom(sourceOfFolder(bundlePath, manifest), options);
  });
}

async function loadFrom(source: BundleSource, options: ScorerOptions): Promise<Scorer> {
  const { bundlePath, engine } = options;
  const scorer = await loadFirstAvailable(engine === 'auto' ? engineNames : [engine], source, options);
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

/** A BundleError ends the search: every engine would fail with it. */
async function loadFirstAvailable(
  [engine, ...others]: readonly EngineName[],
  source: BundleSource,
  options: ScorerOptions,
): Promise<Scorer> {
  const { warn = () => {}, prepare } = options;
  try {
    prepare?.(engine as EngineName);
    const dropTables = loadTablesAhead(engine as EngineName, source);
    try {
      return await loadEngine(engine as EngineName, source, warn);
    } finally {
      dropTables();
    }
  } catch (error) {
    if (others.length === 0 || error instanceof BundleError) throw error;
    warn(`engine ${engine} is unavailable; falling back to ${others[0]}: ${(error as Error).message}`);
    return loadFirstAvailable(others, source, options);
  }
}

/** Starts to load the compiled tables of a native engine, before this function returns. */
function loadTablesAhead(engine: EngineName, { path, manifest }: BundleSource): () => void {
  if (engine !== 'native' && engine !== 'native-lightgbm') return () => {};
  return loadAhead({
    vocabulary: join(path, compiledFiles.vocabulary),
    forest: engine === 'native' ? join(path, compiledFiles.forest) : undefined,
    dictionary: manifest.userDictionary === undefined,
    normalizer: manifest.normalizer !== undefined,
  });
}

/**
 * Imports only the engine that it loads: `native` then starts without kuromoji and LightGBM, and `js` runs without an
 * addon.
 */
async function loadEngine(engine: EngineName, source: BundleSource, warn: Warn): Promise<Scorer> {
  if (engine === 'native') return (await import('./native-engine.ts')).loadNativeEngine(source, warn);
  if (engine === 'native-lightgbm')
    return (await import('./native-lightgbm-engine.ts')).loadNativeLightgbmEngine(source, warn);
  return (await import('./reference-engine.ts')).loadReferenceEngine(engine, source);
}
