/**
 * The interface of a scorer: text → normalized text → tokens → row → raw sum → score, in one call.
 *
 * Every engine gives the same double for the same bundle and text; a difference is a bug. `loadScorer` (load.ts)
 * returns a scorer only after it has reproduced the bundle's golden scores.
 */
import type { CountedScores } from '../../native/index.ts';
import type { Manifest } from '../bundle/manifest.ts';
import type { Explanation } from './explain.ts';

export { binBounds, HISTOGRAM_BINS } from '../bundle/manifest.ts';

/**
 * `native`: all in C++, one call per text. `native-lightgbm`: tokens and rows in C++, trees by LightGBM in an addon.
 * `lightgbm`: kuromoji and rows in TypeScript, trees by LightGBM. `js`: all in TypeScript. Each engine is loaded
 * without the code that only another engine needs.
 */
export const engineNames = ['native', 'native-lightgbm', 'lightgbm', 'js'] as const;
export type EngineName = (typeof engineNames)[number];
/** `auto` selects the first engine of the list that can serve the model. */
export type EngineChoice = EngineName | 'auto';

/** Normalization makes at most this many UTF-16 units of one: U+FDFA. */
export const MAX_GROWTH = 18;

export interface Scorer {
  readonly engine: EngineName;
  /** The manifest of the bundle that it scores with. */
  readonly bundle: Manifest;
  /** The score of one text in stars, within the bundle's range. Takes any string. */
  score(text: string): number;
  /** The scores of many texts, in their order. The event loop can do other work in the meantime. */
  scoreBatch(texts: readonly string[]): Promise<Float64Array>;
  /**
   * The same, with the number of words of each text and of its unknown words, which are not a term of the vocabulary on
   * their own. Every engine gives the same numbers. The native engines count while they score, at no cost.
   */
  scoreBatchWithWords(texts: readonly string[]): Promise<CountedScores>;
  /**
   * The most UTF-16 units that the text may have when it is normalized, at most MAX_GROWTH times as many as it has. Runs
   * of w, which may add half of their length, are not counted. The native engines look at a thousand units in about a
   * microsecond.
   */
  maxUnits(text: string): number;
  /** Counts over all texts scored so far. The reference engines do not count. */
  wordCounts?(): WordCounts;
  /**
   * The terms that made the score of one text. The first call reads what an explanation needs of the bundle. The native
   * engines compute outside the event loop. Rejects with an UnexplainableError if the model's scores are not a plain
   * sum, and with a BundleError if the bundle has changed since the start.
   */
  explain(text: string): Promise<Explanation>;
}

export interface WordCounts {
  readonly words: number;
  /** The words that are not a term of the vocabulary on their own. */
  readonly unknownWords: number;
  /**
   * The texts that have a word, by their share of unknown words, in HISTOGRAM_BINS.unknownShare bins of equal width. The
   * upper bound belongs to a bin, and the first bin also has 0.
   */
  readonly unknownShares: readonly number[];
  /** The sum of these shares. */
  readonly unknownShareSum: number;
}
