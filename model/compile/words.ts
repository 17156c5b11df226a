/**
 * The table of words: those of one surface, or of one category's unknown words, lie together in kuromoji's order.
 *
 *     bits 16–31  cost, signed
 *     bits 11–15  how many words of the same surface follow
 *     bits  0–10  context
 *
 * Word 0 is none.
 */
import { CONTEXT_BITS, type Contexts } from './contexts.ts';
import type { DictionaryWord } from './kuromoji-files.ts';

const MAX_WORDS = 2 ** 5; // of one surface

export class WordTable {
  readonly #contexts: Contexts;
  readonly #table = [0];

  constructor(contexts: Contexts) {
    this.#contexts = contexts;
  }

  /** Tells the index of the first. REQUIRES: at least one word */
  add(words: readonly DictionaryWord[]): number {
    const first = this.#table.length;
    const kept = this.#withoutLosers(words);
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

  /** Of words with the same surface and context only the first of the cheapest can ever win. */
  #withoutLosers(words: readonly DictionaryWord[]): { cost: number; context: number }[] {
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
