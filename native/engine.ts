/**
 * The stages of the native engine after the normalizer: analyzer, vectorizer, forest. The scorer and the extractor
 * (scorer.ts) run several stages in one call. engine-addon.ts has the rules for arguments and objects.
 */
import { join } from 'node:path';
import * as types from 'node:util/types';
import { checkArray, checkInteger, checkRow, checkTables, checkText, lengthOf } from './checks.ts';
import { type AnalyzerHandle, addon, type ForestHandle, type VectorizerHandle } from './engine-addon.ts';
import { argumentError, call } from './errors.ts';
import { packageRoot } from './package-root.ts';
import { PARTS_OF_SPEECH, type PartOfSpeech } from './parts-of-speech.ts';
import type { SparseRow } from './rows.ts';

/** The compiled dictionary that `make build` creates. */
export const dictionaryPath = join(packageRoot, 'build', 'dictionary', 'ipadic.bin');

export const analyzerHandles = new WeakMap<NativeAnalyzer, AnalyzerHandle>();
export const vectorizerHandles = new WeakMap<NativeVectorizer, VectorizerHandle>();
export const forestHandles = new WeakMap<NativeForest, ForestHandle>();

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
