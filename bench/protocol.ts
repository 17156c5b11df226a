/** The stages of a score, and what a contender in its process and the one who times it say to each other. */

export const stages = ['tokenize', 'row', 'predict', 'score'] as const;
export type Stage = (typeof stages)[number];

/** A contender's first message. */
export interface Answers {
  /** Of each text, the UTF-16 offset after each token. */
  readonly ends: readonly (readonly number[])[];
  /** A hash over the answers of each later stage that the contender has, to the last bit. */
  readonly hashes: Readonly<Partial<Record<Exclude<Stage, 'tokenize'>, string>>>;
}

/** What it is told then, any number of times: time this stage for so long. It sends back a list of samples. */
export interface Order {
  readonly stage: Stage;
  readonly milliseconds: number;
}

/** Microseconds a review; one for each pass through all texts. */
export type Samples = readonly number[];
