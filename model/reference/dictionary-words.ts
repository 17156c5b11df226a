/**
 * Exact look-up of the surfaces of kuromoji's dictionary and of a user dictionary, without analysing a text. It walks
 * the trie of kuromoji; the twin, native/normalizer/surfaces.h, walks the compiled one, which has both.
 */
import type { Tokenizer } from 'kuromoji';
import type { UserDictionary } from './user-dictionary.ts';

type DoubleArray = Tokenizer['viterbi_builder']['trie'];

export class DictionaryWords {
  readonly #trie: DoubleArray;
  readonly #user: UserDictionary;
  readonly #bytes = new Map<string, Uint8Array>();

  constructor(trie: DoubleArray, user: UserDictionary) {
    this.#trie = trie;
    this.#user = user;
  }

  /** Whether the text is a surface of a dictionary. */
  has(text: string): boolean {
    return text !== '' && this.longestPrefix(text) === text.length;
  }

  /**
   * The length, in UTF-16 units, of the longest surface that begins at `start` and ends at or before `limit`. 0 if there
   * is none. The time depends on the length of the longest surface, not on that of the text.
   */
  longestPrefix(text: string, start = 0, limit = text.length): number {
    let longest = 0;
    this.eachPrefix(text, start, limit, (length) => {
      longest = length;
    });
    return longest;
  }

  /** Calls `visit` once with the length of each surface that begins at `start`, the short ones first. */
  eachPrefix(text: string, start: number, limit: number, visit: (length: number) => void): void {
    const lengths = new Set<number>();
    this.#eachKuromojiPrefix(text, start, limit, (length) => lengths.add(length));
    const { size } = lengths;
    this.#user.eachPrefix(text, start, limit, (length) => lengths.add(length));
    for (const length of lengths.size === size ? lengths : Array.from(lengths).sort((a, b) => a - b)) visit(length);
  }

  #eachKuromojiPrefix(text: string, start: number, limit: number, visit: (length: number) => void): void {
    for (let node = 0, at = start; at < limit; at++) {
      if (text[at] === '\0') return; // the trie's end of a surface
      for (const byte of this.#bytesOf(text[at] as string)) if (node >= 0) node = this.#trie.traverse(node, byte);
      if (node < 0) return;
      if (this.#trie.traverse(node, 0) >= 0) visit(at + 1 - start);
    }
  }

  /** A surrogate becomes U+FFFD, which is in no surface. */
  #bytesOf(unit: string): Uint8Array {
    let bytes = this.#bytes.get(unit);
    if (bytes === undefined) {
      bytes = Buffer.from(unit, 'utf8');
      this.#bytes.set(unit, bytes);
    }
    return bytes;
  }
}
