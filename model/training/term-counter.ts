/**
 * Counts the terms of texts: how often each comes, and in how many texts. A term is a node: the term without its last word, and
 * that word's number. So a bigram is a pair of numbers in typed arrays, 28 bytes a term at most; a Map of strings takes over a hundred,
 * and ends at 2^24 entries, which a million reviews may have. Strings are made of the terms that are kept alone.
 */
import { shortestWord, type TermParameters, wordsOf } from '../reference/terms.ts';

export interface CountedTerm {
  readonly term: string;
  /** How many texts hold it. */
  readonly texts: number;
}

const NONE = -1;

export class TermCounter {
  readonly #parameters: TermParameters;
  readonly #shortestWord: number;
  /** Words by their number, and numbers by word; for surface forms, which come again and again, the numbers of their words. */
  readonly #words: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #numbersOfSurface = new Map<string, readonly number[]>();
  /** Node by node. */
  #parents = new Int32Array(1 << 10);
  #lastWords = new Int32Array(1 << 10);
  #totals = new Uint32Array(1 << 10);
  #texts = new Uint32Array(1 << 10);
  #lastTexts = new Uint32Array(1 << 10); // the last text that held it, 1-based
  #nodeCount = 0;
  /** Nodes by a hash of parent and word, open addressing; at most three in four slots are taken. */
  #slots = new Int32Array(1 << 11).fill(NONE);
  #textCount = 0;

  constructor(parameters: TermParameters) {
    this.#parameters = parameters;
    this.#shortestWord = shortestWord(parameters.token_pattern);
  }

  get textCount(): number {
    return this.#textCount;
  }

  /** Counts one text, given the surface forms of its tokens. */
  add(surfaces: Iterable<string>): void {
    this.#textCount++;
    const words: number[] = [];
    for (const surface of surfaces) words.push(...this.#wordsOfSurface(surface));
    const [smallest, largest] = this.#parameters.ngram_range;
    for (let first = 0; first < words.length; first++) {
      const end = Math.min(words.length, first + largest);
      let node = NONE;
      for (let i = first; i < end; i++) {
        node = this.#child(node, words[i] as number);
        if (i - first + 1 >= smallest) this.#count(node);
      }
    }
  }

  /** The terms that are in at least `minTexts` texts; of them the `most` of the highest total, those of equal total by `compare`. */
  kept(minTexts: number, most: number | null, compare: (a: string, b: string) => number): CountedTerm[] {
    let nodes: number[] = [];
    for (let node = 0; node < this.#nodeCount; node++) {
      if ((this.#texts[node] as number) >= minTexts) nodes.push(node);
    }
    if (most !== null && nodes.length > most) {
      const lowest = Uint32Array.from(nodes, this.#totalOf).sort()[nodes.length - most] as number;
      const above = nodes.filter((node) => this.#totalOf(node) > lowest);
      const equal = nodes
        .filter((node) => this.#totalOf(node) === lowest)
        .map((node) => ({ node, term: this.#term(node) }));
      equal.sort((a, b) => compare(a.term, b.term));
      nodes = [...above, ...equal.slice(0, most - above.length).map(({ node }) => node)];
    }
    return nodes
      .map((node) => ({ term: this.#term(node), texts: this.#texts[node] as number }))
      .sort((a, b) => compare(a.term, b.term));
  }

  readonly #totalOf = (node: number): number => this.#totals[node] as number;

  #wordsOfSurface(surface: string): readonly number[] {
    let numbers = this.#numbersOfSurface.get(surface);
    if (numbers === undefined) {
      numbers = Array.from(wordsOf([surface], this.#shortestWord), ({ text }) => this.#numberOf(text));
      this.#numbersOfSurface.set(surface, numbers);
    }
    return numbers;
  }

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

  /** The node of a term with one word more; `parent` NONE: of the word alone. */
  #child(parent: number, word: number): number {
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

  /** Where the node is, or would be. */
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

  #term(node: number): string {
    let term = this.#words[this.#lastWords[node] as number] as string;
    for (let above = this.#parents[node] as number; above !== NONE; above = this.#parents[above] as number)
      term = `${this.#words[this.#lastWords[above] as number]} ${term}`;
    return term;
  }
}
