/**
 * Loads tables ahead: threads map and check compiled files while the event loop does other work. The `load` of a file then
 * waits for its thread, and gives the same tables or the same error.
 */
import { dictionaryPath } from './engine.ts';
import { addon } from './engine-addon.ts';
import { NativeError } from './errors.ts';
import { normalizerPath } from './normalizer.ts';

/** The paths of the compiled files. Undefined: the file is not needed. */
export interface FilesAhead {
  readonly vocabulary: string;
  readonly forest: string | undefined;
  /** Whether the dictionary and the normalizer's tables of this program are needed. */
  readonly dictionary: boolean;
  readonly normalizer: boolean;
}

/**
 * Starts the threads, the longest one first. Returns a function that drops the tables that no `load` has taken; call it
 * after the loads. Without the addon, nothing starts, and `load` throws the error.
 */
export function loadAhead({ vocabulary, forest, dictionary, normalizer }: FilesAhead): () => void {
  try {
    const engine = addon();
    if (dictionary) engine.loadAnalyzerAhead(dictionaryPath);
    engine.loadVectorizerAhead(vocabulary);
    if (forest !== undefined) engine.loadForestAhead(forest);
    if (normalizer) engine.loadNormalizerAhead(normalizerPath);
    return () => engine.dropAhead();
  } catch (error) {
    if (error instanceof NativeError && error.code === 'addon') return () => {};
    throw error;
  }
}
