/** What both native engines have: the stages from a text to its row, and the explainer. */
import {
  type NativeAnalyzer,
  NativeExtractor,
  type NativeNormalizer,
  type NativeVectorizer,
} from '../../native/index.ts';
import { type BundleSource, lazyExplainer } from './bundle-source.ts';
import type { NativeExplainer } from './native-explainer.ts';
import { loadNormalizer } from './native-tables.ts';

/** The stages from a text to its row. */
export interface RowStages {
  readonly analyzer: NativeAnalyzer;
  /** Undefined if the bundle has none. */
  readonly normalizer: NativeNormalizer | undefined;
  readonly vectorizer: NativeVectorizer;
  readonly extractor: NativeExtractor;
}

/** Throws a BundleError if the tables of the bundle's normalizer are not those of this program. */
export function loadRowStages(source: BundleSource, analyzer: NativeAnalyzer, vectorizer: NativeVectorizer): RowStages {
  const normalizer = loadNormalizer(source, analyzer);
  return { analyzer, normalizer, vectorizer, extractor: new NativeExtractor(analyzer, vectorizer, normalizer) };
}

/** The explainer of the bundle. Its code and its tables are loaded at the first call. */
export function nativeExplainer(
  source: BundleSource,
  vectorizer: NativeVectorizer,
  warn: (message: string) => void,
): () => Promise<NativeExplainer> {
  return lazyExplainer(async () =>
    (await import('./native-explainer.ts')).NativeExplainer.load(source, vectorizer, warn),
  );
}
