/**
 * The addon hoshi_engine as TypeScript sees it: its functions, and its objects, which the files beside this one call
 * handles. Only the classes of these files hold a handle. They check every argument and throw a NativeError with the code
 * `argument`, so the C++ code may assume valid ones. The objects are immutable. Their tables are mapped files, which
 * threads and processes share. An object belongs to the thread that created it: its methods reuse buffers between calls.
 */
import { argumentError } from './errors.ts';
import { loadAddon } from './load.ts';
import type { CsrMatrix } from './rows.ts';

export interface AnalyzerHandle {
  readonly identity: string;
  readonly wordCount: number;
  analyze(text: string, ends: Uint32Array): number;
  words(text: string, ends: Uint32Array, words: Uint32Array): number;
  partOfSpeech(word: number): number;
  baseForm(word: number): string;
  find(surface: string): number;
}

export interface VectorizerHandle {
  readonly identity: string;
  readonly columnCount: number;
  readonly hasRules: boolean;
  term(column: number): string;
  row(text: string, ends: Uint32Array, columns: Int32Array, values: Float64Array): number;
}

export interface ForestHandle {
  readonly identity: string;
  readonly columnCount: number;
  predict(columns: Int32Array, values: Float64Array): number;
}

export interface ScorerHandle {
  score(text: string): number;
  scoreBatch(texts: readonly string[], threads: number): Promise<CountedScores>;
  wordCounts(): Float64Array;
}

export interface ContributionsHandle {
  readonly identity: string;
  readonly columnCount: number;
  of(columns: Int32Array, values: Float64Array, ofColumns: Float64Array): ContributionTotals;
}

export interface ExtractorHandle {
  row(text: string, columns: Int32Array, values: Float64Array): number;
  rowBatch(texts: readonly string[]): Promise<Omit<CsrMatrix, 'columnCount'> & CountsByText>;
  /** The terms are in one string, with \n between them. */
  explain(
    text: string,
    contributions: ContributionsHandle,
  ): Promise<Omit<ExplainedText, 'terms'> & { readonly terms: string }>;
  wordCounts(): Float64Array;
}

export interface TermCounterHandle {
  count(texts: readonly string[]): Promise<number>;
  kept(minTexts: number): Promise<KeptTerms>;
}

export interface NormalizerHandle {
  readonly identity: string;
  normalize(text: string): NormalizedText | undefined;
  maxUnits(text: string): number;
  emojiLength(text: string, index: number): number;
}

interface EngineAddon {
  loadAnalyzer(dictionary: string | Uint8Array): AnalyzerHandle;
  loadVectorizer(vocabulary: string | Uint8Array): VectorizerHandle;
  loadForest(forest: string | Uint8Array): ForestHandle;
  loadContributions(contributions: string | Uint8Array): ContributionsHandle;
  makeScorer(
    extractor: ExtractorHandle,
    forest: ForestHandle,
    raw: Float64Array,
    scores: Float64Array,
    slopes: Float64Array,
  ): ScorerHandle;
  makeExtractor(
    normalizer: NormalizerHandle | undefined,
    analyzer: AnalyzerHandle,
    vectorizer: VectorizerHandle,
  ): ExtractorHandle;
  loadNormalizer(tables: string | Uint8Array, steps: Uint8Array, analyzer: AnalyzerHandle): NormalizerHandle;
  makeTermCounter(
    extractor: ExtractorHandle,
    smallest: number,
    largest: number,
    spellings: readonly string[],
  ): TermCounterHandle;
  /** Start threads that load the tables of a path. The call that loads them then waits for the thread. */
  loadAnalyzerAhead(dictionary: string): void;
  loadVectorizerAhead(vocabulary: string): void;
  loadForestAhead(forest: string): void;
  loadNormalizerAhead(tables: string): void;
  /** Drops the tables that no call has taken. */
  dropAhead(): void;
  /** Returns 0 or the errno, as `tryLock` does. */
  exchangePaths(one: string, other: string): number;
  tryLock(descriptor: number): number;
}

/** The words of each text, and those of them that are not a term of the vocabulary on their own. */
export interface CountsByText {
  readonly words: Uint32Array;
  readonly unknownWords: Uint32Array;
}

/** The terms in at least so many texts, by code point. */
export interface KeptTerms {
  /** The number of all texts. */
  readonly textCount: number;
  /** Many terms in each string, with \n between them. */
  readonly terms: readonly string[];
  /** For each term, how often it occurs. */
  readonly totals: Uint32Array;
  /** For each term, the number of texts that contain it. */
  readonly texts: Uint32Array;
}

/** The scores of many texts, in stars, in the order of the texts. */
export interface CountedScores extends CountsByText {
  readonly scores: Float64Array;
}

/** A normalized text, with the offsets of each UTF-16 unit in the caller's text. */
export interface NormalizedText {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** In stars. contributions.ts explains them. */
export interface ContributionTotals {
  /** The sum of the trees, to the bits of `NativeForest.predict`: base + absent + the contributions of the columns. */
  readonly sum: number;
  /** The constant of the linear leaf, plus the mean of the other trees' sum over the training rows. */
  readonly base: number;
  /** The total contribution of the columns that the row does not name. */
  readonly absent: number;
}

/**
 * The terms of a text's row, by |contribution| from the largest (NaN counts as 0). Equal ones are in the order of
 * columns.
 */
export interface ExplainedText extends ContributionTotals {
  /** Of the vocabulary. */
  readonly terms: readonly string[];
  /** Of the row, one for each term. */
  readonly values: Float64Array;
  /** One for each term, in stars. */
  readonly contributions: Float64Array;
  /**
   * Start and end of each occurrence, in UTF-16 units of the caller's text. The occurrences of the first term are first;
   * those of a term are in the order of the text.
   */
  readonly offsets: Uint32Array;
  /** For each term: its number of occurrences, plus those of the terms before it. */
  readonly occurrenceEnds: Uint32Array;
}

let loaded: EngineAddon | undefined;

/** Loads the addon at the first call. */
export function addon(): EngineAddon {
  loaded ??= loadAddon('hoshi_engine') as EngineAddon;
  return loaded;
}

/** The handle of an object that is in `handles`. An object is created from the handles of its parts; others are refused. */
export function handleOf<T extends object, Handle>(handles: WeakMap<T, Handle>, object: T, name: string): Handle {
  const handle = handles.get(object);
  if (handle === undefined) throw argumentError(name, 'an object that was loaded', object);
  return handle;
}
