/**
 * Counts the terms of texts: the total count of each term, and the number of texts that contain it. The native engine does
 * it with native/term_counter.h, and this file is the readable twin. The terms form a trie: a node is the node of the term without its last word, plus the number of that word. A bigram is thus a pair of
 * numbers in typed arrays, and a term takes at most 28 bytes. A Map of strings takes over 100 bytes per term and holds
 * at most 2^24 entries. A million reviews may have more terms than that. Strings are made only for the terms that are
 * kept.
 */
import type { KeptTerms } from '../../native/index.ts';
import type { TextWords } from '../reference/ruled-terms.ts';
import type { TermParameters } from '../reference/terms.ts';
import { compareCodePoints } from '../reference/vectorizer.ts';

export interface CountedTerm {
  readonly term: string;
  /** The number of texts that contain it. */
  readonly texts: number;
}

/** Counts of terms. */
export interface TermCounts {
  /** The number of all texts. */
  readonly textCount: number;
  /**
   * The terms in at least `minTexts` texts, by code point. If there are more than `maxTerms`, those with the highest total
   * count; among equal counts the first by code point.
   */
  kept(minTexts: number, maxTerms: number | null): CountedTerm[];
}

const NONE = -1;

export class TermCounter implements TermCounts {
  readonly #ngramRange: readonly [number, number];
  readonly #words: string[] = [];
  readonly #numbers = new Map<string, number>();
  // One entry per node.
  #parents = new Int32Array(1 << 10);
  #lastWords = new Int32Array(1 << 10);
  #totals = new Uint32Array(1 << 10); // occurrences in all texts
  #texts = new Uint32Array(1 << 10); // texts that contain the term
  #lastTexts = new Uint32Array(1 << 10); // the last of these texts, 1-based
  #nodeCount = 0;
  /**
   * A hash table of the nodes by parent and last word, with open addressing. At most three quarters of the slots are
   * used.
   */
  #slots = new Int32Array(1 << 11).fill(NONE);
  #textCount = 0;

  constructor({ ngram_range }: Pick<TermParameters, 'ngram_range'>) {
    this.#ngramRange = ngram_range;
  }

  get textCount(): number {
    return this.#textCount;
  }

  /** Counts the terms of one text. */
  add({ segments, singles }: TextWords): void {
    this.#textCount++;
    for (const segment of segments) this.#countNgrams(segment.map(({ text }) => this.#numberOf(text)));
    for (const { text } of singles) this.#count(this.#childOf(NONE, this.#numberOf(text)));
  }

  #countNgrams(words: readonly number[]): void {
    const [smallest, largest] = this.#ngramRange;
    for (let first = 0; first < words.length; first++) {
      const end = Math.min(words.length, first + largest);
      let node = NONE;
      for (let i = first; i < end; i++) {
        node = this.#childOf(node, words[i] as number);
        if (i - first + 1 >= smallest) this.#count(node);
      }
    }
  }

  kept(minTexts: number, maxTerms: number | null): CountedTerm[] {
    let nodes: number[] = [];
    for (let node = 0; node < this.#nodeCount; node++) {
      if ((this.#texts[node] as number) >= minTexts) nodes.push(node);
    }
    if (maxTerms !== null && nodes.length > maxTerms) {
      const lowest = Uint32Array.from(nodes, this.#totalOf).sort()[nodes.length - maxTerms] as number;
      const above = nodes.filter((node) => this.#totalOf(node) > lowest);
      const equal = nodes
        .filter((node) => this.#totalOf(node) === lowest)
        .map((node) => ({ node, term: this.#termOf(node) }));
      equal.sort((a, b) => compareCodePoints(a.term, b.term));
      nodes = [...above, ...equal.slice(0, maxTerms - above.length).map(({ node }) => node)];
    }
    return nodes
      .map((node) => ({ term: this.#termOf(node), texts: this.#texts[node] as number }))
      .sort((a, b) => compareCodePoints(a.term, b.term));
  }

  readonly #totalOf = (node: number): number => this.#totals[node] as number;

  #numberOf(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.#words.length);
    return this.#words.push(word) - 1;
  }

  #count(node: number): void {
    this.#totals[node] = this.#totalOf(node) + 1;
    if (this.#lastTexts[node] === this.#textCount) return;
    this.#lastTexts[node] = this.#textCount;
    this.#texts[node] = (this.#texts[node] as number) + 1;
  }

  /** The node of the parent's term plus one word. With the parent NONE, the node of the word alone. */
  #childOf(parent: number, word: number): number {
    let slot = this.#slotOf(parent, word);
    let node = this.#slots[slot] as number;
    if (node !== NONE) return node;
    if (this.#nodeCount * 4 >= this.#slots.length * 3) {
      this.#rehash();
      slot = this.#slotOf(parent, word);
    }
    node = this.#nodeCount++;
    if (node === this.#parents.length) this.#grow();
    this.#parents[node] = parent;
    this.#lastWords[node] = word;
    this.#slots[slot] = node;
    return node;
  }

  /** The slot of the node, or the free slot where it belongs. */
  #slotOf(parent: number, word: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(parent + 1, 0x9e3779b1) ^ Math.imul(word, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const node = this.#slots[slot] as number;
      if (node === NONE || (this.#parents[node] === parent && this.#lastWords[node] === word)) return slot;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(NONE);
    for (let node = 0; node < this.#nodeCount; node++)
      this.#slots[this.#slotOf(this.#parents[node] as number, this.#lastWords[node] as number)] = node;
  }

  #grow(): void {
    const length = Math.ceil(this.#parents.length * 1.5);
    const grown = <A extends Int32Array | Uint32Array>(array: A, larger: A): A => {
      larger.set(array);
      return larger;
    };
    this.#parents = grown(this.#parents, new Int32Array(length));
    this.#lastWords = grown(this.#lastWords, new Int32Array(length));
    this.#totals = grown(this.#totals, new Uint32Array(length));
    this.#texts = grown(this.#texts, new Uint32Array(length));
    this.#lastTexts = grown(this.#lastTexts, new Uint32Array(length));
  }

  #termOf(node: number): string {
    let term = this.#words[this.#lastWords[node] as number] as string;
    for (let above = this.#parents[node] as number; above !== NONE; above = this.#parents[above] as number)
      term = `${this.#words[this.#lastWords[above] as number]} ${term}`;
    return term;
  }
}

/** The terms that the native engine has counted. REQUIRES: `kept` has the terms in at least `minTexts` texts */
export class NativeTermCounts implements TermCounts {
  readonly #kept: KeptTerms;
  readonly #minTexts: number;

  constructor(kept: KeptTerms, minTexts: number) {
    this.#kept = kept;
    this.#minTexts = minTexts;
  }

  get textCount(): number {
    return this.#kept.textCount;
  }

  kept(minTexts: number, maxTerms: number | null): CountedTerm[] {
    const { terms, totals, texts } = this.#kept;
    if (minTexts !== this.#minTexts)
      throw new Error(`Expected the minimum of texts to be ${this.#minTexts}, received ${minTexts}`);
    const lowest = maxTerms !== null && totals.length > maxTerms ? totals.slice().sort()[totals.length - maxTerms] : 0;
    // So many of the terms with the lowest total count that is kept.
    let equal = (maxTerms ?? 0) - totals.reduce((count, total) => count + Number(total > (lowest as number)), 0);
    const kept: CountedTerm[] = [];
    let i = 0;
    for (const many of terms) {
      for (const term of many.split('\n')) {
        const total = totals[i] as number;
        if (total > (lowest as number) || (total === lowest && equal-- > 0))
          kept.push({ term, texts: texts[i] as number });
        i++;
      }
    }
    return kept;
  }
}
