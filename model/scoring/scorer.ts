/**
 * Text → score, the whole line in one call: tokens → row → trees → score held within the bundle's range.
 *
 * Every engine gives the same double for the same bundle; a difference is a bug. A scorer reproduces the bundle's
 * golden scores before it is handed out.
 */
import type { Manifest } from '../bundle/manifest.ts';
import type { Explanation } from './explain.ts';

/**
 * `native`: all in C++, one call. `lightgbm`: kuromoji and rows in TypeScript, trees by the addon's LightGBM. `js`: all in
 * TypeScript. An engine loads nothing of the others.
 */
export const engineNames = ['native', 'lightgbm', 'js'] as const;
export type EngineName = (typeof engineNames)[number];
/** `auto`: the first of the engines that loads. */
export type EngineChoice = EngineName | 'auto';

export interface Scorer {
  readonly engine: EngineName;
  readonly bundle: Manifest;
  /** The score of one text, any string. */
  score(text: string): number;
  /** The scores of many texts, in order; other work goes on meanwhile. */
  scoreBatch(texts: readonly string[]): Promise<Float64Array>;
  /** Of all that it has scored; not counted by the reference engines. */
  wordCounts?(): WordCounts;
  /** What made the score of one text. Rejects with an UnexplainableError where the model's scores are no plain sum. */
  explain(text: string): Promise<Explanation>;
}

/** Of texts that were scored: their words, and those among them that are no term of the vocabulary by themselves. */
export interface WordCounts {
  readonly words: number;
  readonly unknownWords: number;
}
