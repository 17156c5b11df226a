/** Counts the terms of texts, to fit a vectorizer. engine-addon.ts has the rules for arguments and objects. */
import { checkInteger, checkTexts } from './checks.ts';
import { addon, handleOf, type KeptTerms, type TermCounterHandle } from './engine-addon.ts';
import { call, callAsync } from './errors.ts';
import { extractorHandles, type NativeExtractor } from './scorer.ts';

const MAX = 2 ** 32 - 1;

export interface TermCounterSettings {
  /** Smallest and largest n of the n-grams, both included. */
  readonly ngramRange: readonly [number, number];
  /** Words, each with the word that stands for it. */
  readonly spellings: Readonly<Record<string, string>>;
}

/**
 * Terms as `model/reference/terms.ts` makes them. Any number of `count` may be in progress, each on a thread of its own:
 * the sums do not depend on it.
 */
export class NativeTermCounter {
  readonly #handle: TermCounterHandle;

  /** `extractor` has the rules of the terms: its vocabulary has all words that they name. */
  constructor(extractor: NativeExtractor, { ngramRange: [smallest, largest], spellings }: TermCounterSettings) {
    const handle = handleOf(extractorHandles, extractor, 'the extractor');
    checkInteger(smallest, 1, MAX, 'the smallest n');
    checkInteger(largest, smallest, MAX, 'the largest n');
    const words = checkTexts(Object.entries(spellings).flat());
    this.#handle = call(() => addon().makeTermCounter(handle, smallest, largest, words));
  }

  /** Counts the terms of texts, outside the event loop. Lone surrogates are allowed. */
  async count(texts: readonly string[]): Promise<void> {
    const copy = checkTexts(texts);

    await callAsync(() => this.#handle.count(copy));
  }

  /** The terms in at least `minTexts` of all texts that were counted. No `count` may be in progress. */
  async kept(minTexts: number): Promise<KeptTerms> {
    checkInteger(minTexts, 1, MAX, 'minTexts');
    return callAsync(() => this.#handle.kept(minTexts));
  }
}
