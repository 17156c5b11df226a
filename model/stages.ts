/**
 * The first two stages on the fastest engine there is: text → surface forms, and texts → rows. For training, whose vectorizer is
 * new; a bundle's scorer has its own. Every engine gives the same tokens and doubles.
 */
import type { CsrMatrix, SparseRow } from '../native/rows.ts';
import { loadTokenizer } from './tokenizer.ts';
import { stackRows, type Vectorizer, vectorize } from './vectorizer.ts';

export interface Stages {
  /** The surface forms of a text's tokens. */
  surfaces(text: string): string[];
  matrix(vectorizer: Vectorizer, texts: readonly string[]): CsrMatrix;
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
  const native = await import('../native/index.ts');
  const { compileVocabulary } = await import('./compile/vocabulary.ts');
  const analyzer = native.Analyzer.load();
  return {
    surfaces(text) {
      let start = 0;
      return Array.from(analyzer.analyze(text), (end) => {
        const surface = text.slice(start, end);
        start = end;
        return surface;
      });
    },
    matrix(vectorizer, texts) {
      const compiled = native.Vectorizer.load(compileVocabulary(vectorizer, ''));
      const row = (text: string): SparseRow => {
        const { columns, values } = compiled.row(text, analyzer.analyze(text));
        return { columns: columns.slice(), values: values.slice() };
      };
      return stackRows(texts.map(row), vectorizer.columnCount);
    },
  };
}

async function loadReferenceStages(): Promise<Stages> {
  const tokenizer = await loadTokenizer();
  const surfaces = (text: string) => tokenizer.tokenize(text).map(({ surface }) => surface);
  return {
    surfaces,
    matrix(vectorizer, texts) {
      function* surfacesOfEach() {
        for (const text of texts) yield surfaces(text);
      }
      return vectorize(vectorizer, surfacesOfEach());
    },
  };
}
