/** A bundle → its compiled files, in memory. */
import { compileContributions } from '../compile/contributions.ts';
import { compileForest } from '../compile/forest.ts';
import { compileVocabulary } from '../compile/vocabulary.ts';
import { identitiesOf } from './manifest.ts';
import type { Bundle } from './read.ts';

export interface CompiledBundle {
  /** For the engines `native` and `native-lightgbm`. */
  readonly vocabulary: Buffer;
  /** For the engine `native`; or the reason why that engine cannot give the bundle's scores to the last bit. */
  readonly forest: Buffer | Error;
  /** For explanations by both native engines; or the reason why the bundle's scores cannot be explained. */
  readonly contributions: Buffer | Error;
}

/** Compiles all files. The settings have to be checked (`parseManifest`). Throws if no term of the vocabulary can occur in a text. */
export function compileBundle({ manifest, modelText, vectorizer }: Omit<Bundle, 'path'>): CompiledBundle {
  const identities = identitiesOf(manifest);
  return {
    vocabulary: compileVocabulary(vectorizer, identities.vocabulary),
    forest: compiledOrRefusal(() => compileForest(modelText, identities.forest)),
    contributions: compiledOrRefusal(() => compileContributions(modelText, identities.contributions)),
  };
}

function compiledOrRefusal(compile: () => Buffer): Buffer | Error {
  try {
    return compile();
  } catch (error) {
    return error as Error;
  }
}
