/**
 * The table of words. A group consists of the words of one surface form, or the unknown words of one category, in
 * kuromoji's order.
 *
 *     bits 16–31  cost, signed
 *     bits 11–15  the number of words that follow in the group
 *     bits  0–10  context
 *
 * Entry 0 is not a word: index 0 means "no word".
 */
import { CONTEXT_BITS, type Contexts } from './contexts.ts';
import type { DictionaryWord } from './kuromoji-files.ts';

const MAX_WORDS = 2 ** 5; // per group

export class WordTable {
  readonly #contexts: Contexts;
  readonly #table = [0];

  constructor(contexts: Contexts) {
    this.#contexts = contexts;
  }

  /** Appends a group and returns the index of its first word. REQUIRES: at least one word */
  add(words: readonly DictionaryWord[]): number {
    const first = this.#table.length;
    const kept = this.#withoutDominated(words);
    if (kept.length > MAX_WORDS)
      throw new Error(`Expected at most ${MAX_WORDS} words of one surface, received ${kept.length}`);
    kept.forEach(({ cost, context }, i) => {
      const following = kept.length - 1 - i;
      this.#table.push(((cost << 16) | (following << CONTEXT_BITS) | context) >>> 0);
    });
    return first;
  }

  toArray(): Uint32Array {
    return Uint32Array.from(this.#table);
  }

  /** Keeps the first of the cheapest words of each context: no other word of that context can win. */
  #withoutDominated(words: readonly DictionaryWord[]): { cost: number; context: number }[] {
    const inContext = words.map((word) => ({ cost: word.cost, context: this.#contexts.numberOf(word) }));
    return inContext.filter(
      (word, i) =>
        !inContext.some(
          (other, j) =>
            other.context === word.context && (other.cost < word.cost || (other.cost === word.cost && j < i)),
        ),
    );
  }
}
