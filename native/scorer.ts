/**
 * Text → score, and text → row: several stages of the native engine in one call. engine-addon.ts has the rules for
 * arguments and objects.
 */
import { checkInteger, checkText, checkTexts } from './checks.ts';
import {
  analyzerHandles,
  forestHandles,
  type NativeAnalyzer,
  type NativeForest,
  type NativeVectorizer,
  vectorizerHandles,
} from './engine.ts';
import {
  addon,
  type CountedScores,
  type CountsByText,
  type ExtractorHandle,
  handleOf,
  type ScorerHandle,
} from './engine-addon.ts';
import { argumentError, call, callAsync } from './errors.ts';
import { type NativeNormalizer, normalizerHandles } from './normalizer.ts';
import type { CsrMatrix, SparseRow } from './rows.ts';
import { checkScoreMap, type ScoreMapTables } from './score-map.ts';

export const extractorHandles = new WeakMap<NativeExtractor, ExtractorHandle>();

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
    return (await this.scoreBatchWithWords(texts, threads)).scores;
  }

  /** The same, with the counts of each text. */
  async scoreBatchWithWords(texts: readonly string[], threads = 1): Promise<CountedScores> {
    const copy = checkTexts(texts);
    checkInteger(threads, 1, 1024, 'threads');
    return callAsync(() => this.#handle.scoreBatch(copy, threads));
  }

  /** Counts over all scored texts. An unknown word is not a term of the vocabulary on its own. */
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
    const { words: _, unknownWords: __, ...matrix } = await this.rowBatchWithWords(texts);
    return matrix;
  }

  /** The same, with the counts of each text. */
  async rowBatchWithWords(texts: readonly string[]): Promise<CsrMatrix & CountsByText> {
    const copy = checkTexts(texts);
    return { ...(await callAsync(() => this.#handle.rowBatch(copy))), columnCount: this.columnCount };
  }

  /** Counts over all texts, as `NativeScorer.wordCounts`. */
  wordCounts(): WordCounts {
    return wordCountsFrom(call(() => this.#handle.wordCounts()));
  }
}

interface WordCounts {
  readonly words: number;
  readonly unknownWords: number;
  /** Texts with a word, by tenths of their share of unknown words: (0.1, 0.2] is the second. The first also has 0. */
  readonly unknownShares: readonly number[];
  readonly unknownShareSum: number;
}

function wordCountsFrom([
  words = 0,
  unknownWords = 0,
  unknownShareSum = 0,
  ...unknownShares
]: Float64Array): WordCounts {
  return { words, unknownWords, unknownShares, unknownShareSum };
}
