/** A bundle → its compiled files, in memory. */
import { compileForest } from '../compile/forest.ts';
import { compileVocabulary } from '../compile/vocabulary.ts';
import { identitiesOf, type Manifest } from './manifest.ts';
import type { Bundle } from './read.ts';

export interface CompilableBundle extends Pick<Bundle, 'modelText' | 'vectorizer'> {
  readonly manifest: Pick<Manifest, 'files' | 'vectorizer'>;
}

export interface CompiledBundle {
  /** For the engines `native` and `native-lightgbm`. */
  readonly vocabulary: Buffer;
  /** For the engine `native`; or the reason why that engine cannot give the bundle's scores to the last bit. */
  readonly forest: Buffer | Error;
}

/** Compiles the vocabulary and the forest. Throws if no term of the vocabulary can occur in a text. */
export function compileBundle({ manifest, modelText, vectorizer }: CompilableBundle): CompiledBundle {
  const identities = identitiesOf(manifest);
  return {
    vocabulary: compileVocabulary(vectorizer, identities.vocabulary),
    forest: forestOrRefusal(modelText, identities.forest),
  };
}

function forestOrRefusal(modelText: string, identity: string): Buffer | Error {
  try {
    return compileForest(modelText, identity);
  } catch (error) {
    return error as Error;
  }
}
