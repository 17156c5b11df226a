/**
 * The first two stages on the fastest engine there is: text → surface forms, and texts → rows. For training, whose vectorizer is
 * new; a bundle's scorer has its own. Every engine gives the same tokens and doubles.
 */
import type { SparseRow } from '../../native/rows.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';

export interface Stages {
  /** The surface forms of a text's tokens. */
  surfaces(text: string): string[];
  /** What turns a text into its row, which is valid until the next one. */
  rows(vectorizer: Vectorizer): (text: string) => SparseRow;
}

/** `warn` is told why the native engine is not taken. */
export async function loadStages(warn: (message: string) => void): Promise<Stages> {
  try {
    return await loadNativeStages();
  } catch (error) {
    warn(`without the native engine, which is slower: ${(error as Error).message}`);
    return loadReferenceStages();
  }
}

async function loadNativeStages(): Promise<Stages> {
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

async function loadReferenceStages(): Promise<Stages> {
  const { loadTokenizer } = await import('../reference/tokenizer.ts'); // with kuromoji, which nothing else here needs
  const tokenizer = await loadTokenizer();
  const surfaces = (text: string) => tokenizer.tokenize(text).map(({ surface }) => surface);
  return {
    surfaces,
    rows: (vectorizer) => (text) => vectorizer.row(surfaces(text)),
  };
}
