/** A bundle → its compiled files, in memory. */
import { compileForest } from '../compile/forest.ts';
import { compileVocabulary } from '../compile/vocabulary.ts';
import { identitiesOf, type Manifest } from './manifest.ts';
import type { Bundle } from './read.ts';

export interface CompilableBundle extends Pick<Bundle, 'modelText' | 'vectorizer'> {
  readonly manifest: Pick<Manifest, 'files' | 'vectorizer'>;
}

/**
 * Compiles the vocabulary and the forest. Throws if the native engine cannot give the bundle's scores to the last bit.
 */
export function compileBundle({ manifest, modelText, vectorizer }: CompilableBundle): {
  vocabulary: Buffer;
  forest: Buffer;
} {
  const identities = identitiesOf(manifest);
  return {
    vocabulary: compileVocabulary(vectorizer, identities.vocabulary),
    forest: compileForest(modelText, identities.forest),
  };
}
