/**
 * The table of words. A group consists of the words of one surface form, or the unknown words of one category, in
 * kuromoji's order.
 *
 *     bits 16–31  cost, signed
 *     bits 11–15  the number of words that follow in the group
 *     bits  0–10  context
 *
 * Entry 0 is not a word: index 0 means "no word". Each word has the number of its features (features.ts). The segments of
 * user words are words, too, but no surface form leads to them.
 */
import { CONTEXT_BITS, type Contexts } from './contexts.ts';
import { FeatureTable } from './features.ts';
import type { DictionaryWord, WordSegment } from './kuromoji-files.ts';

const MAX_WORDS = 2 ** 5; // per group

export interface WordSections {
  readonly words: Uint32Array;
  /** Word → the number of its features. */
  readonly featuresOf: Uint16Array;
  readonly features: Uint32Array;
  /** The UTF-16 units of the base forms. */
  readonly texts: Uint16Array;
  /** Words whose number of features is this or more become several tokens. */
  readonly plainFeatures: number;
  /** Number of features − `plainFeatures` → index of the first segment, and the end of the last one. */
  readonly segmentStarts: Uint32Array;
  /** The length of a segment in UTF-16 units (bits 0–7) and its word (bits 8–31). */
  readonly segments: Uint32Array;
}

export class WordTable {
  readonly #contexts: Contexts;
  readonly #table = [0];
  readonly #features = new FeatureTable();
  readonly #featuresOf: number[] = [];
  /** The words that become several tokens. */
  readonly #segmented: { readonly word: number; readonly segments: readonly WordSegment[] }[] = [];

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
      throw new Error(`Expected at most ${MAX_WORDS} words of the surface form ${surface}, received ${kept.length}`);
    kept.forEach(({ word, context }, i) => {
      const following = kept.length - 1 - i;
      this.#table.push(((word.cost << 16) | (following << CONTEXT_BITS) | context) >>> 0);
      if (word.segments !== undefined) this.#segmented.push({ word: first + i, segments: word.segments });
      this.#featuresOf.push(this.#features.numberOf(word, surface));
    });
    return first;
  }

  /** The sections of the table file. Call it once, after the last `add`. */
  finish(): WordSections {
    const segments = this.#segmented.map((entry) =>
      entry.segments.map((segment) => ((this.#addSegment(segment) << 8) | segment.text.length) >>> 0),
    );
    const plainFeatures = this.#features.count;
    for (const { word } of this.#segmented)
      this.#featuresOf[word] = this.#features.repeat(this.#featuresOf[word] as number);
    let end = 0;
    const ends = segments.map((list) => {
      end += list.length;
      return end;
    });
    return {
      words: Uint32Array.from(this.#table),
      featuresOf: Uint16Array.from(this.#featuresOf),
      features: this.#features.toArray(),
      texts: this.#features.texts(),
      plainFeatures,
      segmentStarts: Uint32Array.of(0, ...ends),
      segments: Uint32Array.from(segments.flat()),
    };
  }

  /** Its cost and its context are never read. */
  #addSegment(segment: WordSegment): number {
    this.#table.push(0);
    this.#featuresOf.push(this.#features.numberOf(segment, segment.text));
    return this.#table.length - 1;
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
