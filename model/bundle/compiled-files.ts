/**
 * What a bundle is compiled to for the native engine, beside it in its folder (`compile/` makes them). Each says by the hashes in
 * the manifest what it was made from, so that nobody takes it for another's.
 */
import type { Manifest } from './manifest.ts';

export const compiledFiles = { vocabulary: 'vocabulary.bin', forest: 'forest.bin' } as const;

/** What the compiled files of a bundle call themselves. */
export function identitiesOf({ files, vectorizer }: Pick<Manifest, 'files' | 'vectorizer'>) {
  return {
    vocabulary: `${files['vocabulary.tsv'].sha256} ${files['logarithms.txt'].sha256} ${JSON.stringify(vectorizer)}`,
    forest: files['model.txt'].sha256,
  };
}
