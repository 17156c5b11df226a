/**
 * Exact look-up of the dictionary's surfaces, without analysing a text. It walks the trie of kuromoji; the twin,
 * native/normalizer/surfaces.h, walks the compiled one.
 */
import type { Tokenizer } from 'kuromoji';

type DoubleArray = Tokenizer['viterbi_builder']['trie'];

export class DictionaryWords {
  readonly #trie: DoubleArray;
  readonly #bytes = new Map<string, Uint8Array>();

  constructor(trie: DoubleArray) {
    this.#trie = trie;
  }

  /** Whether the text is a surface of the dictionary. */
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

  /** Calls `visit` with the length of each surface that begins at `start`, the short ones first. */
  eachPrefix(text: string, start: number, limit: number, visit: (length: number) => void): void {
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
