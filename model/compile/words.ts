/**
 * The table of words. A group consists of the words of one surface form, or the unknown words of one category, in
 * kuromoji's order.
 *
 *     bits 16–31  cost, signed
 *     bits 11–15  the number of words that follow in the group
 *     bits  0–10  context
 *
 * Entry 0 is not a word: index 0 means "no word". Each word has the number of its features (features.ts).
 */
import { CONTEXT_BITS, type Contexts } from './contexts.ts';
import { FeatureTable } from './features.ts';
import type { DictionaryWord } from './kuromoji-files.ts';

const MAX_WORDS = 2 ** 5; // per group

export class WordTable {
  readonly #contexts: Contexts;
  readonly #table = [0];
  readonly #features = new FeatureTable();
  readonly #featuresOf: number[] = [];

  constructor(contexts: Contexts) {
    this.#contexts = contexts;
    this.#featuresOf.push(this.#features.numberOf({ partOfSpeech: 'other', base: undefined }, ''));
  }

  /**
   * Appends a group and returns the index of its first word. The words of a category have no surface.
   *
   * REQUIRES: at least one word
   */
  add(words: readonly DictionaryWord[], surface = ''): number {
    const first = this.#table.length;
    const kept = this.#withoutDominated(words);
    if (kept.length > MAX_WORDS)
      throw new Error(`Expected at most ${MAX_WORDS} words of one surface, received ${kept.length}`);
    kept.forEach(({ word, context }, i) => {
      const following = kept.length - 1 - i;
      this.#table.push(((word.cost << 16) | (following << CONTEXT_BITS) | context) >>> 0);
      this.#featuresOf.push(this.#features.numberOf(word, surface));
    });
    return first;
  }

  toArray(): Uint32Array {
    return Uint32Array.from(this.#table);
  }

  /** The features: their number by word, the features by number, and the texts of their base forms. */
  features(): readonly [featuresOf: Uint16Array, features: Uint32Array, texts: Uint16Array] {
    return [Uint16Array.from(this.#featuresOf), this.#features.toArray(), this.#features.texts()];
  }

  /** Keeps the first of the cheapest words of each context: no other word of that context can win. */
  #withoutDominated(words: readonly DictionaryWord[]): { word: DictionaryWord; context: number }[] {
    const inContext = words.map((word) => ({ word, context: this.#contexts.numberOf(word) }));
    return inContext.filter(
      ({ word, context }, i) =>
        !inContext.some(
          (other, j) =>
            other.context === context && (other.word.cost < word.cost || (other.word.cost === word.cost && j < i)),
        ),
    );
  }
}
