/** A bundle → its compiled files, in memory. */
import type { Bundle } from '../bundle.ts';
import { identitiesOf } from '../compiled-files.ts';
import { compileForest } from './forest.ts';
import { compileVocabulary } from './vocabulary.ts';

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
