/**
 * Feature extraction for training: text → tokens, and text → row. Uses the native engine if it is available, else the
 * readable twin in reference/, with the same results. A scorer has its own extraction, because its vectorizer is fixed.
 */
import type { SparseRow } from '../../native/rows.ts';
import type { NormalizerSettings } from '../bundle/manifest.ts';
import type { NormalizedTokens } from '../reference/normalized-tokens.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';

export interface FeatureExtractor {
  /** The tokens of a text, in order. */
  tokens(text: string): NormalizedTokens;
  /** A function from a text to its row. The row is valid until the next call. */
  rows(vectorizer: Vectorizer): (text: string) => SparseRow;
}

/**
 * Without `normalizer`, texts are tokenized as they are. `warn` gets a message if the native engine is unavailable.
 */
export async function loadFeatureExtractor(
  normalizer: NormalizerSettings | undefined,
  warn: (message: string) => void,
): Promise<FeatureExtractor> {
  try {
    return await loadNativeExtractor(normalizer);
  } catch (error) {
    warn(`the native engine is unavailable; falling back to kuromoji, which is slower: ${(error as Error).message}`);
    return loadReferenceExtractor(normalizer);
  }
}

async function loadNativeExtractor(settings: NormalizerSettings | undefined): Promise<FeatureExtractor> {
  const { NativeAnalyzer, NativeExtractor, NativeNormalizer, NativeVectorizer } = await import('../../native/index.ts');
  const { compileVocabulary } = await import('../compile/vocabulary.ts');
  const { nativeTokens } = await import('./native-tokens.ts');
  const analyzer = NativeAnalyzer.load();
  const normalizer = settings && NativeNormalizer.load(analyzer, settings.steps);
  const compile = (vectorizer: Vectorizer) =>
    new NativeExtractor(analyzer, NativeVectorizer.load(compileVocabulary(vectorizer, '')), normalizer);
  // Training asks for the rows of one vectorizer several times, and to compile a large one takes a quarter of a second.
  const compiled = new WeakMap<Vectorizer, ReturnType<typeof compile>>();
  return {
    tokens: nativeTokens(analyzer, normalizer),
    rows(vectorizer) {
      const extractor = compiled.get(vectorizer) ?? compile(vectorizer);
      compiled.set(vectorizer, extractor);
      return (text) => extractor.row(text);
    },
  };
}

async function loadReferenceExtractor(settings: NormalizerSettings | undefined): Promise<FeatureExtractor> {
  // Only here, because these load kuromoji.
  const { loadTokenizer } = await import('../reference/tokenizer.ts');
  const { referenceTokens } = await import('./reference-tokens.ts');
  const tokens = referenceTokens(await loadTokenizer(), settings);
  return {
    tokens,
    rows: (vectorizer) => (text) => vectorizer.row(tokens(text).tokens),
  };
}
