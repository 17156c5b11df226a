/**
 * Feature extraction for training: text → surface forms of its tokens, and text → row. Uses the native engine if it is
 * available, else the readable twin in reference/, with the same results. A scorer has its own extraction, because its
 * vectorizer is fixed.
 */
import type { SparseRow } from '../../native/rows.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';

export interface FeatureExtractor {
  /** The surface forms of a text's tokens, in order. */
  surfaces(text: string): string[];
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
  const native = await import('../../native/index.ts');
  const { compileVocabulary } = await import('../compile/vocabulary.ts');
  const analyzer = native.NativeAnalyzer.load();
  return {
    surfaces(text) {
      let start = 0;
      return Array.from(analyzer.analyze(text), (end) => {
        const surface = text.slice(start, end);
        start = end;
        return surface;
      });
    },
    rows(vectorizer) {
      const compiled = native.NativeVectorizer.load(compileVocabulary(vectorizer, ''));
      return (text) => compiled.row(text, analyzer.analyze(text));
    },
  };
}

async function loadReferenceExtractor(): Promise<FeatureExtractor> {
  const { loadTokenizer } = await import('../reference/tokenizer.ts'); // only here, because it loads kuromoji
  const tokenizer = await loadTokenizer();
  const surfaces = (text: string) => tokenizer.tokenize(text).map(({ surface }) => surface);
  return {
    surfaces,
    rows: (vectorizer) => (text) => vectorizer.row(surfaces(text)),
  };
}
