/** A bundle → its compiled files, in memory. */

import { compileForest } from '../compile/forest.ts';
import { compileVocabulary } from '../compile/vocabulary.ts';
import { identitiesOf } from './compiled-files.ts';
import type { Bundle } from './read.ts';

/** Throws where the native engine cannot give the bundle's scores to the last bit. */
export function compileBundle({
  manifest,
  modelText,
  vectorizer,
}: Pick<Bundle, 'modelText' | 'vectorizer'> & { readonly manifest: Parameters<typeof identitiesOf>[0] }): {
  vocabulary: Buffer;
  forest: Buffer;
} {
  const identities = identitiesOf(manifest);
  return {
    vocabulary: compileVocabulary(vectorizer, identities.vocabulary),
    forest: compileForest(modelText, identities.forest),
  };
}
