/**
 * Feature extraction for training: text → tokens, and text → row. Uses the native engine if it is available, else the
 * readable twin in reference/, with the same results. A scorer has its own extraction, because its vectorizer is fixed.
 */
import type { SparseRow } from '../../native/rows.ts';
import { type TermToken, termTokenOf } from '../reference/parts-of-speech.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { nativeTokenizer } from './native-tokens.ts';

export interface FeatureExtractor {
  /** The tokens of a text, in order. */
  tokens(text: string): TermToken[];
  /** A function from a text to its row. The row is valid until the next call. */
  rows(vectorizer: Vectorizer): (text: string) => SparseRow;
}

/** `warn` gets a message if the native engine is unavailable. */
export async function loadFeatureExtractor(warn: (message: string) => void): Promise<FeatureExtractor> {
  try {
    return await loadNativeExtractor();
  } catch (error) {
    warn(`the native engine is unavailable; falling back to kuromoji, which is slower: ${(error as Error).message}`);
    return loadReferenceExtractor();
  }
}

async function loadNativeExtractor(): Promise<FeatureExtractor> {
  const { NativeAnalyzer, NativeExtractor, NativeVectorizer } = await import('../../native/index.ts');
  const { compileVocabulary } = await import('../compile/vocabulary.ts');
  const analyzer = NativeAnalyzer.load();
  return {
    tokens: nativeTokenizer(analyzer),
    rows(vectorizer) {
      const compiled = NativeVectorizer.load(compileVocabulary(vectorizer, ''));
      const extractor = new NativeExtractor(analyzer, compiled);
      return (text) => extractor.row(text);
    },
  };
}

async function loadReferenceExtractor(): Promise<FeatureExtractor> {
  const { loadTokenizer } = await import('../reference/tokenizer.ts'); // only here, because it loads kuromoji
  const tokenizer = await loadTokenizer();
  const tokens = (text: string) => tokenizer.analyze(text).map(termTokenOf);
  return {
    tokens,
    rows: (vectorizer) => (text) => vectorizer.row(tokens(text)),
  };
}
