/** The stages of a score, and what a contender and the one who times it say to each other. */
import type { EngineName } from '../model/scorer.ts';

export const stages = ['tokenize', 'row', 'predict', 'score'] as const;
export type Stage = (typeof stages)[number];

/** A contender's first message: its answers of all stages, as one hash each. */
export interface Answers {
  readonly kind: 'answers';
  readonly engine: EngineName;
  readonly hashes: Readonly<Record<Stage, string>>;
}

/** Its second, once it has been told to start the clock: microseconds a review. */
export interface Timings {
  readonly kind: 'timings';
  readonly engine: EngineName;
  readonly microseconds: Readonly<Record<Stage, Timing>>;
}

export interface Timing {
  readonly median: number;
  readonly fastest: number;
  readonly p75: number;
  readonly samples: number;
}
