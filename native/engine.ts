/**
 * The TypeScript interface of the native engine: normalizer, analyzer, vectorizer, forest. The scorer runs analyzer,
 * vectorizer and forest in one call, and the extractor analyzer and vectorizer. This file checks every argument and
 * throws a NativeError with the code `argument`, so the C++ code may assume valid ones. The objects are immutable.
 * Their tables are mapped files, which threads and processes share. An object belongs to the thread that created it:
 * its methods reuse buffers between calls.
 */
import { join } from 'node:path';
import * as types from 'node:util/types';
import { checkArray, checkInteger, checkRow, lengthOf } from './checks.ts';
import { argumentError, call, callAsync } from './errors.ts';
import { loadAddon } from './load.ts';
import { checkSteps, NORMALIZER_STEPS, type NormalizerStep } from './normalizer-steps.ts';
import { packageRoot } from './package-root.ts';
import { PARTS_OF_SPEECH, type PartOfSpeech } from './parts-of-speech.ts';
import type { CsrMatrix, SparseRow } from './rows.ts';
import { checkScoreMap, type ScoreMapTables } from './score-map.ts';

/** The compiled dictionary that `make build` creates. */
export const dictionaryPath = join(packageRoot, 'build', 'dictionary', 'ipadic.bin');

/** The compiled tables of the normalizer, beside the dictionary. */
export const normalizerPath = join(packageRoot, 'build', 'dictionary', 'normalizer.bin');

// The addon's objects. Only the classes below hold them.

interface AnalyzerHandle {
  readonly identity: string;
  readonly wordCount: number;
  analyze(text: string, ends: Uint32Array): number;
  words(text: string, ends: Uint32Array, words: Uint32Array): number;
  partOfSpeech(word: number): number;
  baseForm(word: number): string;
  find(surface: string): number;
}

interface VectorizerHandle {
  readonly identity: string;
  readonly columnCount: number;
  readonly hasRules: boolean;
  term(column: number): string;
  row(text: string, ends: Uint32Array, columns: Int32Array, values: Float64Array): number;
}

interface ForestHandle {
  readonly identity: string;
  readonly columnCount: number;
  predict(columns: Int32Array, values: Float64Array): number;
}

interface ScorerHandle {
  score(text: string): number;
  scoreBatch(texts: readonly string[], threads: number): Promise<Float64Array>;
  wordCounts(): Float64Array;
}

export interface ContributionsHandle {
  readonly identity: string;
  readonly columnCount: number;
  of(columns: Int32Array, values: Float64Array, ofColumns: Float64Array): ContributionTotals;
}

interface ExtractorHandle {
  row(text: string, columns: Int32Array, values: Float64Array): number;
  rowBatch(texts: readonly string[]): Promise<Omit<CsrMatrix, 'columnCount'>>;
  explain(text: string, contributions: ContributionsHandle): Promise<ExplainedText>;
  wordCounts(): Float64Array;
}

interface NormalizerHandle {
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

/** The row of a text and the contribution of each of its columns, in stars. */
export interface ExplainedText extends SparseRow, ContributionTotals {
  readonly contributions: Float64Array;
  /** For each occurrence of a term: its column, and its start and end in UTF-16 units of the caller's text. */
  readonly occurrences: Uint32Array;
}

let loaded: EngineAddon | undefined;

/** Loads the addon at the first call. */
export function addon(): EngineAddon {
  loaded ??= loadAddon('hoshi_engine') as EngineAddon;
  return loaded;
}

// The handles of the objects that this file has loaded. A scorer is created from the handles of its parts; any other
// object is refused.
const analyzerHandles = new WeakMap<NativeAnalyzer, AnalyzerHandle>();
const vectorizerHandles = new WeakMap<NativeVectorizer, VectorizerHandle>();
const forestHandles = new WeakMap<NativeForest, ForestHandle>();
const normalizerHandles = new WeakMap<NativeNormalizer, NormalizerHandle>();
export const extractorHandles = new WeakMap<NativeExtractor, ExtractorHandle>();

/** Text → tokens, the same as kuromoji's (reference/tokenizer.ts is the readable twin). */
export class NativeAnalyzer {
  readonly #handle: AnalyzerHandle;
  #ends = new Uint32Array(1 << 10); // The result of the last call. It grows with the longest text.
  #words = new Uint32Array(); // as #ends

  private constructor(handle: AnalyzerHandle) {
    this.#handle = handle;
    analyzerHandles.set(this, handle);
  }

  /**
   * Loads a compiled dictionary. The file of a path is mapped; bytes are copied. Every index in it is checked. Throws a
   * NativeError with the code `tables` if a check fails, or `addon` if the addon is not built.
   */
  static load(dictionary: string | Uint8Array = dictionaryPath): NativeAnalyzer {
    checkTables(dictionary, 'the dictionary');
    return new NativeAnalyzer(call(() => addon().loadAnalyzer(dictionary)));
  }

  /** The origin of the dictionary: `kuromoji VERSION SHA-256`. */
  get identity(): string {
    return this.#handle.identity;
  }

  /** The number of words in the dictionary, with index 0, which means no word. */
  get wordCount(): number {
    return this.#handle.wordCount;
  }

  /**
   * The UTF-16 offset of the end of each token, ascending. A token starts at the end of the token before. The array is
   * valid until the next call.
   */
  analyze(text: string): Uint32Array {
    checkText(text);
    if (this.#ends.length < text.length) this.#ends = new Uint32Array(2 * text.length);
    return this.#ends.subarray(0, this.#handle.analyze(text, this.#ends));
  }

  /** The ends of `analyze`, and the dictionary word of each token, for `word`. Both are valid until the next call. */
  analyzeWords(text: string): { ends: Uint32Array; words: Uint32Array } {
    checkText(text);
    if (this.#ends.length < text.length) this.#ends = new Uint32Array(2 * text.length);
    if (this.#words.length < this.#ends.length) this.#words = new Uint32Array(this.#ends.length);
    const count = this.#handle.words(text, this.#ends, this.#words);
    return { ends: this.#ends.subarray(0, count), words: this.#words.subarray(0, count) };
  }

  /**
   * The base form and the part of speech of a word, an integer from 0 to `wordCount` − 1. The base form is undefined if
   * it is the surface form, or if the dictionary has none.
   */
  word(index: number): { base: string | undefined; partOfSpeech: PartOfSpeech } {
    checkInteger(index, 0, this.wordCount - 1, 'the word');
    const base = this.#handle.baseForm(index);
    const partOfSpeech = PARTS_OF_SPEECH[this.#handle.partOfSpeech(index)] as PartOfSpeech;
    return { base: base === '' ? undefined : base, partOfSpeech };
  }

  /** Whether the dictionary has a word of exactly this surface form. Unknown words do not count. */
  hasSurface(text: string): boolean {
    checkText(text);
    return this.#handle.find(text) !== 0;
  }
}

/** Tokens → TF-IDF row, as scikit-learn's (reference/vectorizer.ts is the readable twin). */
export class NativeVectorizer {
  readonly #handle: VectorizerHandle;
  readonly columnCount: number;
  readonly #columns: Int32Array;
  readonly #values: Float64Array;

  private constructor(handle: VectorizerHandle) {
    this.#handle = handle;
    this.columnCount = handle.columnCount;
    this.#columns = new Int32Array(this.columnCount);
    this.#values = new Float64Array(this.columnCount);
    vectorizerHandles.set(this, handle);
  }

  /** Loads a compiled vocabulary, as `NativeAnalyzer.load` does. */
  static load(vocabulary: string | Uint8Array): NativeVectorizer {
    checkTables(vocabulary, 'the vocabulary');
    return new NativeVectorizer(call(() => addon().loadVectorizer(vocabulary)));
  }

  /** The origin of the vocabulary (`identitiesOf` in bundle/manifest.ts). */
  get identity(): string {
    return this.#handle.identity;
  }

  /** Whether its terms follow term rules. They need a dictionary: see NativeExtractor. */
  get hasRules(): boolean {
    return this.#handle.hasRules;
  }

  /** The term of a column. */
  term(column: number): string {
    checkInteger(column, 0, this.columnCount - 1, 'the column');
    return this.#handle.term(column);
  }

  /**
   * The row of a text, given the ends of its tokens from `NativeAnalyzer.analyze`. The row is valid until the next
   * call. Throws if the vectorizer has term rules.
   */
  row(text: string, ends: Uint32Array): SparseRow {
    if (this.hasRules) throw argumentError('the vectorizer', 'one without term rules, or a NativeExtractor', 'rules');
    checkText(text);
    checkArray(ends, types.isUint32Array, 'a Uint32Array', 'ends');
    const endCount = lengthOf(ends);
    let last = 0;
    for (let i = 0; i < endCount; i++) {
      const end = ends[i] as number;
      if (end < last || end > text.length)
        throw argumentError(`ends[${i}]`, `an integer from ${last} to ${text.length}`, end);
      last = end;
    }
    const count = this.#handle.row(text, ends, this.#columns, this.#values);
    return { columns: this.#columns.subarray(0, count), values: this.#values.subarray(0, count) };
  }
}

/** Row → prediction, to the same bits as LightGBM's (reference/trees.ts is the readable twin). */
export class NativeForest {
  readonly #handle: ForestHandle;
  readonly columnCount: number;

  private constructor(handle: ForestHandle) {
    this.#handle = handle;
    this.columnCount = handle.columnCount;
    forestHandles.set(this, handle);
  }

  /** Loads a compiled forest, as `NativeAnalyzer.load` does. */
  static load(forest: string | Uint8Array): NativeForest {
    checkTables(forest, 'the forest');
    return new NativeForest(call(() => addon().loadForest(forest)));
  }

  /** The SHA-256 of the model text it was compiled from. */
  get identity(): string {
    return this.#handle.identity;
  }

  /** The prediction of one row, in stars. It is not clamped to a range. NaN is a missing value. */
  predict(row: SparseRow): number {
    const { columns, values } = checkRow(row, this.columnCount);
    return this.#handle.predict(columns, values);
  }
}

/** Text → score, in stars. */
export class NativeScorer {
  readonly #handle: ScorerHandle;

  /** Throws if the forest and the extractor have different numbers of columns. */
  constructor(extractor: NativeExtractor, forest: NativeForest, scoreMap: ScoreMapTables) {
    const handles = [
      handleOf(extractorHandles, extractor, 'the extractor'),
      handleOf(forestHandles, forest, 'the forest'),
    ] as const;
    if (forest.columnCount !== extractor.columnCount) {
      throw argumentError(
        'the forest',
        `of ${extractor.columnCount} columns, as many as the extractor`,
        forest.columnCount,
      );
    }
    const { raw, scores, slopes } = checkScoreMap(scoreMap);
    this.#handle = call(() => addon().makeScorer(...handles, raw, scores, slopes));
  }

  /** The score of one text. Any string is accepted, lone surrogates included. */
  score(text: string): number {
    checkText(text);
    return call(() => this.#handle.score(text));
  }

  /** The scores of many texts, in order. They are computed outside the event loop, on 1 to 1024 `threads`. */
  async scoreBatch(texts: readonly string[], threads = 1): Promise<Float64Array> {
    const copy = checkTexts(texts);
    checkInteger(threads, 1, 1024, 'threads');
    return callAsync(() => this.#handle.scoreBatch(copy, threads));
  }

  /** Counts over all scored texts: the words, and the words that are not a term of the vocabulary on their own. */
  wordCounts(): WordCounts {
    return wordCountsFrom(call(() => this.#handle.wordCounts()));
  }
}

/** Text → row: normalizer, analyzer and vectorizer in one call. LightGBM's boosters (booster.ts) take its rows. */
export class NativeExtractor {
  readonly #handle: ExtractorHandle;
  readonly columnCount: number;
  // The result of the last call of `row`; empty before.
  #columns = new Int32Array();
  #values = new Float64Array();

  /** Without a normalizer, texts are analyzed as they are. */
  constructor(analyzer: NativeAnalyzer, vectorizer: NativeVectorizer, normalizer?: NativeNormalizer) {
    const handles = [
      normalizer && handleOf(normalizerHandles, normalizer, 'the normalizer'),
      handleOf(analyzerHandles, analyzer, 'the analyzer'),
      handleOf(vectorizerHandles, vectorizer, 'the vectorizer'),
    ] as const;
    this.#handle = call(() => addon().makeExtractor(...handles));
    extractorHandles.set(this, this.#handle);
    this.columnCount = vectorizer.columnCount;
  }

  /** The row of a text. Any string is accepted. The row is valid until the next call. */
  row(text: string): SparseRow {
    checkText(text);
    if (this.#columns.length === 0) {
      this.#columns = new Int32Array(this.columnCount);
      this.#values = new Float64Array(this.columnCount);
    }
    const count = call(() => this.#handle.row(text, this.#columns, this.#values));
    return { columns: this.#columns.subarray(0, count), values: this.#values.subarray(0, count) };
  }

  /** The rows of many texts, in order. They are computed outside the event loop, on one thread. */
  async rowBatch(texts: readonly string[]): Promise<CsrMatrix> {
    const copy = checkTexts(texts);
    return { ...(await callAsync(() => this.#handle.rowBatch(copy))), columnCount: this.columnCount };
  }

  /** Counts over all texts, as `NativeScorer.wordCounts`. */
  wordCounts(): WordCounts {
    return wordCountsFrom(call(() => this.#handle.wordCounts()));
  }
}

/** A normalized text, with the offsets of each UTF-16 unit in the caller's text. */
export interface NormalizedText {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Text → normalized text (reference/normalizer.ts is the readable twin). */
export class NativeNormalizer {
  readonly #handle: NormalizerHandle;

  /** Whether the step emoji runs: then each emoji of a normalized text is a token. */
  readonly keepsEmoji: boolean;

  private constructor(handle: NormalizerHandle, steps: readonly NormalizerStep[]) {
    this.#handle = handle;
    this.keepsEmoji = steps.includes('emoji');
    normalizerHandles.set(this, handle);
  }

  /**
   * Loads compiled tables, as `NativeAnalyzer.load` does. The steps elongation and spelling look words up in the
   * analyzer's dictionary. Throws a NativeError with the code `argument` if a step is unknown, named twice, or not in
   * order.
   */
  static load(
    analyzer: NativeAnalyzer,
    steps: readonly string[],
    tables: string | Uint8Array = normalizerPath,
  ): NativeNormalizer {
    const dictionary = handleOf(analyzerHandles, analyzer, 'the analyzer');
    const checked = checkSteps(steps);
    const numbers = Uint8Array.from(checked, (step) => NORMALIZER_STEPS.indexOf(step));
    checkTables(tables, 'the tables');
    return new NativeNormalizer(
      call(() => addon().loadNormalizer(tables, numbers, dictionary)),
      checked,
    );
  }

  /** The SHA-256 of the files that the tables were compiled from. */
  get identity(): string {
    return this.#handle.identity;
  }

  /** Any string is accepted, lone surrogates included. If nothing changes, each unit has its own offsets. */
  normalize(text: string): NormalizedText {
    checkText(text);
    const changed = call(() => this.#handle.normalize(text));
    if (changed !== undefined) return changed;
    const starts = Uint32Array.from({ length: text.length }, (_, i) => i);
    return { text, starts, ends: starts.map((start) => start + 1) };
  }

  /**
   * The most UTF-16 units that the text may have after the step nfkc, in linear time. The other steps make no text
   * longer, except that repeats makes www of ww.
   */
  maxUnits(text: string): number {
    checkText(text);
    return call(() => this.#handle.maxUnits(text));
  }

  /**
   * The length in UTF-16 units of the emoji sequence that begins at `index`, or 0. The text must be normalized by the
   * step emoji.
   */
  emojiLength(text: string, index: number): number {
    checkText(text);
    checkInteger(index, 0, text.length, 'the index');
    return this.#handle.emojiLength(text, index);
  }
}

interface WordCounts {
  readonly words: number;
  readonly unknownWords: number;
}

function wordCountsFrom([words = 0, unknownWords = 0]: Float64Array): WordCounts {
  return { words, unknownWords };
}

export function handleOf<T extends object, Handle>(handles: WeakMap<T, Handle>, object: T, name: string): Handle {
  const handle = handles.get(object);
  if (handle === undefined) throw argumentError(name, 'an object that was loaded', object);
  return handle;
}

export function checkText(text: string): void {
  if (typeof text !== 'string') throw argumentError('the text', 'a string', text);
}

/** Returns a copy, which cannot change after the check. */
function checkTexts(texts: readonly string[]): string[] {
  if (!Array.isArray(texts)) throw argumentError('texts', 'an array', texts);
  const copy: string[] = Array.from(texts); // turns holes into undefined
  copy.forEach((text, i) => {
    if (typeof text !== 'string') throw argumentError(`texts[${i}]`, 'a string', text);
  });
  return copy;
}

export function checkTables(from: string | Uint8Array, name: string): void {
  if (typeof from === 'string' && !from.includes('\0')) return;
  if (types.isUint8Array(from) && !types.isSharedArrayBuffer(from.buffer)) return;
  throw argumentError(name, 'a path without a NUL, or a Uint8Array that is not shared', from);
}
