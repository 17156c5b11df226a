/**
 * The typed face of the native engine: analyzer, vectorizer, forest, and the scorer that is all three in one call. Arguments
 * are checked here, so that the C++ below may assume them; what is wrong comes back as a NativeError. Objects are immutable
 * and hold tables that are mapped, so that threads and processes share them.
 */
import { join } from 'node:path';
import * as types from 'node:util/types';
import { checkArray, checkInteger, checkRow, lengthOf } from './checks.ts';
import { argumentError, call, callAsync } from './errors.ts';
import { loadAddon } from './load.ts';
import { packageRoot } from './package-root.ts';
import type { SparseRow } from './rows.ts';

/** Where `make build` puts the compiled dictionary. */
export const dictionaryPath = join(packageRoot, 'build', 'dictionary', 'ipadic.bin');

interface AnalyzerHandle {
  readonly identity: string;
  analyze(text: string, ends: Uint32Array): number;
}

interface VectorizerHandle {
  readonly identity: string;
  readonly columnCount: number;
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

interface EngineAddon {
  loadAnalyzer(dictionary: string | Uint8Array): AnalyzerHandle;
  loadVectorizer(vocabulary: string | Uint8Array): VectorizerHandle;
  loadForest(forest: string | Uint8Array): ForestHandle;
  makeScorer(
    analyzer: AnalyzerHandle,
    vectorizer: VectorizerHandle,
    forest: ForestHandle,
    lowest: number,
    highest: number,
  ): ScorerHandle;
}

let loaded: EngineAddon | undefined;

function addon(): EngineAddon {
  loaded ??= loadAddon('hoshi_engine') as EngineAddon;
  return loaded;
}

/** How a scorer finds the native halves of what it is made of. */
const analyzers = new WeakMap<NativeAnalyzer, AnalyzerHandle>();
const vectorizers = new WeakMap<NativeVectorizer, VectorizerHandle>();
const forests = new WeakMap<NativeForest, ForestHandle>();

/** Texts → tokens: kuromoji's. */
export class NativeAnalyzer {
  readonly #native: AnalyzerHandle;
  #ends = new Uint32Array(1 << 10); // of the last call; grows to the longest text

  private constructor(native: AnalyzerHandle) {
    this.#native = native;
    analyzers.set(this, native);
  }

  /** From a compiled dictionary: a path, whose file is mapped, or its bytes, which are copied. */
  static load(dictionary: string | Uint8Array = dictionaryPath): NativeAnalyzer {
    checkTables(dictionary, 'the dictionary');
    return new NativeAnalyzer(call(() => addon().loadAnalyzer(dictionary)));
  }

  /** What the dictionary was compiled from: `kuromoji VERSION SHA-256`. */
  get identity(): string {
    return this.#native.identity;
  }

  /** The UTF-16 offset after each token; a token begins where the one before ends. Valid until the next call. */
  analyze(text: string): Uint32Array {
    checkText(text);
    if (this.#ends.length < text.length) this.#ends = new Uint32Array(2 * text.length);
    return this.#ends.subarray(0, this.#native.analyze(text, this.#ends));
  }
}

/** Tokens → a row: scikit-learn's TF-IDF. */
export class NativeVectorizer {
  readonly #native: VectorizerHandle;
  readonly columnCount: number;
  readonly #columns: Int32Array;
  readonly #values: Float64Array;

  private constructor(native: VectorizerHandle) {
    this.#native = native;
    this.columnCount = native.columnCount;
    this.#columns = new Int32Array(this.columnCount);
    this.#values = new Float64Array(this.columnCount);
    vectorizers.set(this, native);
  }

  /** From a compiled vocabulary: a path, whose file is mapped, or its bytes, which are copied. */
  static load(vocabulary: string | Uint8Array): NativeVectorizer {
    checkTables(vocabulary, 'the vocabulary');
    return new NativeVectorizer(call(() => addon().loadVectorizer(vocabulary)));
  }

  get identity(): string {
    return this.#native.identity;
  }

  /** The row of a text, given the ends of its tokens as `Analyzer` tells them. Valid until the next call. */
  row(text: string, ends: Uint32Array): SparseRow {
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
    const count = this.#native.row(text, ends, this.#columns, this.#values);
    return { columns: this.#columns.subarray(0, count), values: this.#values.subarray(0, count) };
  }
}

/** A row → a score: LightGBM's trees. */
export class NativeForest {
  readonly #native: ForestHandle;
  readonly columnCount: number;

  private constructor(native: ForestHandle) {
    this.#native = native;
    this.columnCount = native.columnCount;
    forests.set(this, native);
  }

  /** From a compiled forest: a path, whose file is mapped, or its bytes, which are copied. */
  static load(forest: string | Uint8Array): NativeForest {
    checkTables(forest, 'the forest');
    return new NativeForest(call(() => addon().loadForest(forest)));
  }

  /** The SHA-256 of the model text it was compiled from. */
  get identity(): string {
    return this.#native.identity;
  }

  predict(row: SparseRow): number {
    const { columns, values } = checkRow(row, this.columnCount);
    return this.#native.predict(columns, values);
  }
}

/** A text → its score, held within [lowest, highest]. */
export class NativeScorer {
  readonly #native: ScorerHandle;

  constructor(
    analyzer: NativeAnalyzer,
    vectorizer: NativeVectorizer,
    forest: NativeForest,
    range: readonly [lowest: number, highest: number],
  ) {
    const halves = [
      halfOf(analyzers, analyzer, 'the analyzer'),
      halfOf(vectorizers, vectorizer, 'the vectorizer'),
      halfOf(forests, forest, 'the forest'),
    ] as const;
    if (forest.columnCount !== vectorizer.columnCount) {
      throw argumentError(
        'the forest',
        `of ${vectorizer.columnCount} columns, as many as the vocabulary`,
        forest.columnCount,
      );
    }
    if (!Array.isArray(range)) throw argumentError('the range', 'two numbers [lowest, highest]', range);
    const [lowest, highest] = range as readonly [number, number];
    if (typeof lowest !== 'number' || typeof highest !== 'number' || !(lowest < highest))
      throw argumentError('the range', 'two numbers [lowest, highest]', `${lowest}, ${highest}`);
    this.#native = call(() => addon().makeScorer(...halves, lowest, highest));
  }

  score(text: string): number {
    checkText(text);
    return call(() => this.#native.score(text));
  }

  /** The scores of many texts in their order, computed on `threads` threads off the event loop. */
  async scoreBatch(texts: readonly string[], threads = 1): Promise<Float64Array> {
    if (!Array.isArray(texts)) throw argumentError('texts', 'an array', texts);
    const copy = Array.from(texts); // what is checked is what is handed over, holes included
    copy.forEach((text, i) => {
      if (typeof text !== 'string') throw argumentError(`texts[${i}]`, 'a string', text);
    });
    checkInteger(threads, 1, 1024, 'threads');
    return callAsync(() => this.#native.scoreBatch(copy, threads));
  }

  /** Of all texts that it has scored: words, and those among them that are no term of the vocabulary by themselves. */
  wordCounts(): { words: number; unknownWords: number } {
    const [words = 0, unknownWords = 0] = call(() => this.#native.wordCounts());
    return { words, unknownWords };
  }
}

function halfOf<Whole extends object, Half>(halves: WeakMap<Whole, Half>, whole: Whole, name: string): Half {
  const half = halves.get(whole);
  if (half === undefined) throw argumentError(name, 'one that was loaded', whole);
  return half;
}

function checkText(text: string): void {
  if (typeof text !== 'string') throw argumentError('the text', 'a string', text);
}

function checkTables(from: string | Uint8Array, name: string): void {
  if (typeof from === 'string' && !from.includes('\0')) return;
  if (types.isUint8Array(from) && !types.isSharedArrayBuffer(from.buffer)) return;
  throw argumentError(name, 'a path without a NUL, or a Uint8Array that is not shared', from);
}
