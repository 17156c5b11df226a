/**
 * Feature extraction for training: text → tokens, and text → row. Uses the native engine if it is available, else the
 * readable twin in reference/, with the same results. A scorer has its own extraction, because its vectorizer is fixed.
 */
import type { CountsByText, NativeAnalyzer, NativeTermCounter } from '../../native/index.ts';
import type { CsrMatrix, SparseRow } from '../../native/rows.ts';
import { BundleError, type NormalizerSettings } from '../bundle/manifest.ts';
import { type Bundle, readUserDictionary } from '../bundle/read.ts';
import type { NormalizedTokens } from '../reference/normalized-tokens.ts';
import { shortestWord } from '../reference/terms.ts';
import type { UserDictionary } from '../reference/user-dictionary.ts';
import { Vectorizer, type VectorizerParameters } from '../reference/vectorizer.ts';

export interface FeatureExtractor {
  /** The tokens of a text, in order. */
  tokens(text: string): NormalizedTokens;
  /** A function from a text to its row. The row is valid until the next call. */
  rows(vectorizer: Vectorizer): (text: string) => SparseRow;
  /**
   * A function from texts to rows whose values are the counts of the terms, computed beside the event loop. Only the native
   * engine has one.
   */
  countBatches?(vectorizer: Vectorizer): (texts: readonly string[]) => Promise<CsrMatrix & CountsByText>;
  /** Counts terms, to fit a vectorizer with these parameters. Only the native engine has one. */
  termCounter?(parameters: VectorizerParameters): NativeTermCounter;
}

/** An extractor with the settings that it was loaded with, so that other threads can load the same. */
export interface LoadedExtractor extends FeatureExtractor {
  readonly settings: TextSettings;
}

/** How texts become tokens. */
export interface TextSettings {
  /** Undefined: texts are tokenized as they are. */
  readonly normalizer?: NormalizerSettings;
  /** Words beside kuromoji's. */
  readonly userDictionary?: UserDictionary;
  /** The compiled dictionary with these words (compile/user-dictionary.ts). The native engine compiles it otherwise. */
  readonly compiledDictionary?: Uint8Array;
}

type Warn = (message: string) => void;

/** `warn` gets a message if the native engine is unavailable. */
export async function loadFeatureExtractor(settings: TextSettings, warn: Warn): Promise<LoadedExtractor> {
  const { normalizer, userDictionary, compiledDictionary } = settings;
  const loadAnalyzer = async () => {
    const { NativeAnalyzer } = await import('../../native/index.ts');
    if (userDictionary === undefined) return NativeAnalyzer.load();
    const { compileUserDictionary } = await import('../compile/user-dictionary.ts');
    return NativeAnalyzer.load(compiledDictionary ?? (await compileUserDictionary(userDictionary, [])));
  };
  return { ...(await loadFirst(loadAnalyzer, normalizer, () => userDictionary, warn)), settings };
}

/** The extractor of a bundle: with its normalizer and its user dictionary. */
export function loadBundleExtractor(bundle: Pick<Bundle, 'path' | 'manifest'>, warn: Warn): Promise<FeatureExtractor> {
  const { path, manifest } = bundle;
  const analyzer = async () => (await import('./native-tables.ts')).loadAnalyzer(bundle, warn);
  return loadFirst(analyzer, manifest.normalizer, () => readUserDictionary(path, manifest), warn);
}

async function loadFirst(
  loadAnalyzer: () => Promise<NativeAnalyzer>,
  normalizer: NormalizerSettings | undefined,
  userDictionary: () => UserDictionary | undefined,
  warn: Warn,
): Promise<FeatureExtractor> {
  try {
    return await nativeExtractor(await loadAnalyzer(), normalizer);
  } catch (error) {
    if (error instanceof BundleError) throw error;
    warn(`the native engine is unavailable; falling back to kuromoji, which is slower: ${(error as Error).message}`);
    return loadReferenceExtractor(normalizer, userDictionary());
  }
}

async function nativeExtractor(
  analyzer: NativeAnalyzer,
  settings: NormalizerSettings | undefined,
): Promise<FeatureExtractor> {
  const { NativeExtractor, NativeNormalizer, NativeTermCounter, NativeVectorizer } = await import(
    '../../native/index.ts'
  );
  const { compileVocabulary } = await import('../compile/vocabulary.ts');
  const { nativeTokens } = await import('./native-tokens.ts');
  const normalizer = settings && NativeNormalizer.load(analyzer, settings.steps);
  // Training asks for the rows of one vectorizer several times.
  const compiled = new WeakMap<Vectorizer, InstanceType<typeof NativeExtractor>>();
  const compiledForCounts = new WeakMap<Vectorizer, InstanceType<typeof NativeExtractor>>();
  const extractorOf = (vectorizer: Vectorizer) =>
    new NativeExtractor(analyzer, NativeVectorizer.load(compileVocabulary(vectorizer, '')), normalizer);
  const compile = (vectorizer: Vectorizer) => {
    const extractor = extractorOf(vectorizer);
    compiled.set(vectorizer, extractor);
    return extractor;
  };
  const tokens = nativeTokens(analyzer, normalizer);
  return {
    tokens,
    rows(vectorizer) {
      let texts = 0;
      return (text) => {
        const extractor = compiled.get(vectorizer);
        if (extractor === undefined && ++texts <= MAX_TEXTS_OF_TWIN) return vectorizer.row(tokens(text).tokens);
        return (extractor ?? compile(vectorizer)).row(text);
      };
    },
    countBatches(vectorizer) {
      const extractor = compiledForCounts.get(vectorizer) ?? extractorOf(countingVectorizer(vectorizer));
      compiledForCounts.set(vectorizer, extractor);
      return (texts) => extractor.rowBatchWithWords(texts);
    },
    termCounter(parameters) {
      const { ngram_range, rules } = parameters;
      const settings = { ngramRange: ngram_range, spellings: rules?.spellings ?? {} };
      return new NativeTermCounter(extractorOf(vectorizerOfRules(parameters)), settings);
    },
  };
}

/** A vectorizer of the same terms whose rows have the counts of these. */
function countingVectorizer({ parameters, tables }: Vectorizer): Vectorizer {
  return new Vectorizer({ ...parameters, sublinear_tf: false, use_idf: false, norm: null }, tables);
}

/** A vectorizer whose vocabulary has the words of the term rules, and one term, because it may not be empty. */
function vectorizerOfRules(parameters: VectorizerParameters): Vectorizer {
  const term = '0'.repeat(shortestWord(parameters.token_pattern));
  const tables = { terms: [term], idf: Float64Array.of(1), logarithms: new Float64Array(1024) };
  return new Vectorizer({ ...parameters, ngram_range: [1, 1] }, tables);
}

/** To compile a large vectorizer takes a quarter of a second: as long as so many rows by the twin, which are the same. */
const MAX_TEXTS_OF_TWIN = 3000;

async function loadReferenceExtractor(
  settings: NormalizerSettings | undefined,
  userDictionary: UserDictionary | undefined,
): Promise<FeatureExtractor> {
  // Only here, because these load kuromoji.
  const { loadTokenizer } = await import('../reference/tokenizer.ts');
  const { referenceTokens } = await import('./reference-tokens.ts');
  const tokens = referenceTokens(await loadTokenizer(userDictionary), settings);
  return {
    tokens,
    rows: (vectorizer) => (text) => vectorizer.row(tokens(text).tokens),
  };
}
