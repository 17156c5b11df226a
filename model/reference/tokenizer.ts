/**
 * Text → tokens, by the npm package kuromoji 0.1.2 (IPADIC): its dictionary, its lattice, its Viterbi search. This is
 * the readable twin of native/analyzer. Only the step that fills the lattice is hoshi's own, because of these fixes
 * (model/README.md lists them with their tests):
 *
 * - A supplementary character, a lone surrogate or U+0000 is analysed as one character U+E000. kuromoji counts runs of
 *   such characters in UTF-16 units and swallows the text after them, or throws.
 * - Time is linear in the length of the text. kuromoji encodes the rest of the sentence again at every position, and
 *   measures a run of unknown characters again at each of its characters.
 * - Offsets are UTF-16 units of the caller's text. kuromoji's `word_position` shifts.
 *
 * A user dictionary adds words to each surface form, after kuromoji's. A word of several segments becomes several tokens.
 *
 * A tokenizer is immutable after loading and keeps no state between calls.
 */
import kuromoji, { type Tokenizer as Kuromoji } from 'kuromoji';
import ViterbiLattice from 'kuromoji/src/viterbi/ViterbiLattice.js';
import ViterbiNode from 'kuromoji/src/viterbi/ViterbiNode.js';
import { DictionaryWords } from './dictionary-words.ts';
import { dictionaryFolder } from './tokenizer-identity.ts';
import { UserDictionary, type UserSegment, type UserWord } from './user-dictionary.ts';

/** One token. The tokens of a text cover it without gaps. */
export interface Token {
  /** The surface form: `text.slice(start, end)`. */
  readonly surface: string;
  /** UTF-16 offset of the first unit. */
  readonly start: number;
  /** UTF-16 offset after the last unit. */
  readonly end: number;
}

/** A token with its features. */
export interface Morpheme extends Token {
  /** Whether the token is a word of the dictionary. */
  readonly known: boolean;
  /**
   * IPADIC's features: part of speech and its three details, conjugation type and form, base form, reading,
   * pronunciation. `*` means that the dictionary has no value.
   */
  readonly features: readonly string[];
}

/** Accepts any string, lone surrogates included. */
export interface Tokenizer {
  tokenize(text: string): Token[];
  /** The same tokens with their features. */
  analyze(text: string): Morpheme[];
  /** The surfaces of the dictionaries. */
  readonly words: DictionaryWords;
  /** This tokenizer with other user words than its own. */
  withWords(user: UserDictionary): Tokenizer;
  /**
   * The highest cost at which a word of these ids wins against every other way to tokenize exactly its surface form,
   * whatever stands before and after it.
   */
  winningCost(surface: string, leftId: number, rightId: number): number;
}

/**
 * Loads kuromoji with the IPADIC dictionary of its package (about half a second and 300 MB), once in a process: an import
 * or an inspection loads two engines that need it.
 */
export async function loadTokenizer(user = new UserDictionary([])): Promise<Tokenizer> {
  loaded ??= loadKuromoji();
  return new KuromojiTokenizer(await loaded, user);
}

let loaded: Promise<Kuromoji> | undefined;

function loadKuromoji(): Promise<Kuromoji> {
  return new Promise((resolve, reject) => {
    kuromoji.builder({ dicPath: dictionaryFolder() }).build((error, analyzer) => {
      if (error)
        reject(
          new Error(`tokenizer: cannot load kuromoji's dictionary from ${dictionaryFolder()}: ${String(error)}`, {
            cause: error,
          }),
        );
      else resolve(analyzer);
    });
  });
}

class KuromojiTokenizer implements Tokenizer {
  readonly #kuromoji: Kuromoji;
  readonly #user: UserDictionary;
  readonly words: DictionaryWords;

  constructor(analyzer: Kuromoji, user: UserDictionary) {
    this.#kuromoji = analyzer;
    this.#user = user;
    this.words = new DictionaryWords(analyzer.viterbi_builder.trie, user);
  }

  withWords(user: UserDictionary): Tokenizer {
    return new KuromojiTokenizer(this.#kuromoji, user);
  }

  tokenize(text: string): Token[] {
    const tokens: Token[] = [];
    this.#forEachToken(text, (start, end) => tokens.push({ surface: text.slice(start, end), start, end }));
    return tokens;
  }

  analyze(text: string): Morpheme[] {
    const morphemes: Morpheme[] = [];
    this.#forEachToken(text, (start, end, node, segment) => {
      const known = node.type !== 'UNKNOWN';
      const features = segment?.features ?? this.#featuresOf(node);
      morphemes.push({ surface: text.slice(start, end), start, end, known, features });
    });
    return morphemes;
  }

  #featuresOf({ type, name }: ViterbiNode): readonly string[] {
    if (type === 'USER') return this.#userWord(name).features;
    const dictionary = type === 'KNOWN' ? this.#kuromoji.token_info_dictionary : this.#kuromoji.unknown_dictionary;
    return dictionary.getFeatures(name).split(',').slice(1);
  }

  #userWord(index: number): UserWord {
    return this.#user.words[index] as UserWord;
  }

  #forEachToken(
    text: string,
    visit: (start: number, end: number, node: ViterbiNode, segment: UserSegment | undefined) => void,
  ): void {
    const { plain, offsets } = toPlainCharacters(text);
    const offsetOf = (index: number) => offsets?.[index] ?? index;
    for (const [first, sentence] of sentencesOf(plain)) {
      for (const node of this.#kuromoji.viterbi_searcher.search(this.#latticeOf(sentence))) {
        let start = first + node.start_pos - 1;
        const segments = node.type === 'USER' ? this.#userWord(node.name).segments : [];
        if (segments.length === 0) visit(offsetOf(start), offsetOf(start + node.length), node, undefined);
        for (const segment of segments) {
          const end = start + segment.surface.length;
          visit(offsetOf(start), offsetOf(end), node, segment);
          start = end;
        }
      }
    }
  }

  winningCost(surface: string, leftId: number, rightId: number): number {
    const costs = this.#kuromoji.viterbi_searcher.connection_costs;
    // The least that the word gains at its left end against a word of another left id, over all words before.
    const gainBefore = (other: number) =>
      least(costs.forward_dimension, (before) => costs.get(before, other) - costs.get(before, leftId));
    const gainAfter = (other: number) =>
      least(costs.backward_dimension, (after) => costs.get(other, after) - costs.get(rightId, after));
    const nodes = this.#latticeOf(surface).nodes_end_at;
    const cheapest = new Map<ViterbiNode, number>();
    for (let end = 1; end <= surface.length; end++) {
      for (const node of nodes[end] ?? []) {
        const before = nodes[node.start_pos - 1] ?? [];
        const path =
          node.start_pos === 1
            ? gainBefore(node.left_id)
            : Math.min(
                ...before.map((other) => (cheapest.get(other) as number) + costs.get(other.right_id, node.left_id)),
              );
        cheapest.set(node, path + node.cost);
      }
    }
    const paths = (nodes[surface.length] ?? []).map(
      (node) => (cheapest.get(node) as number) + gainAfter(node.right_id),
    );
    return Math.min(...paths) - 1;
  }

  /**
   * kuromoji 0.1.2 ViterbiBuilder.js `build`, in linear time: the same nodes in the same order, without unreachable
   * nodes.
   */
  #latticeOf(sentence: string): ViterbiLattice {
    const { token_info_dictionary: words, unknown_dictionary: unknowns } = this.#kuromoji;
    const lattice = new ViterbiLattice();
    const bytes = Buffer.from(sentence, 'utf8');
    const classes = Array.from(sentence, (character) => unknowns.lookup(character));
    let firstByte = 0;
    let runEnd = 0; // the end of the run of one character class at the position

    for (let position = 0; position < sentence.length; position++) {
      const characterClass = classes[position] as (typeof classes)[number];
      if (position >= runEnd) {
        runEnd = position + 1;
        while (classes[runEnd]?.class_name === characterClass.class_name) runEnd++;
      }
      // If no node ends here, a node that begins here has no path back to the beginning of the sentence and never wins.
      if (lattice.nodes_end_at[position] !== undefined) {
        const append = (dictionary: typeof words, key: number, type: 'KNOWN' | 'UNKNOWN', length: number) => {
          for (const id of dictionary.target_map[key] ?? []) {
            const record = dictionary.dictionary;
            const [left, right, cost] = [record.getShort(id), record.getShort(id + 2), record.getShort(id + 4)];
            lattice.append(new ViterbiNode(id, cost, position + 1, length, type, left, right, ''));
          }
        };
        const keys = this.#keysAt(bytes, firstByte);
        const ownLengths: number[] = [];
        this.#user.eachPrefix(sentence, position, sentence.length, (length) => ownLengths.push(length));
        const lengths = new Set([...keys.keys(), ...ownLengths]);
        for (const length of Array.from(lengths).sort((a, b) => a - b)) {
          const key = keys.get(length);
          if (key !== undefined) append(words, key, 'KNOWN', length);
          this.#user.indicesOf(sentence.slice(position, position + length)).forEach((index) => {
            const { leftId, rightId, cost } = this.#userWord(index);
            lattice.append(new ViterbiNode(index, cost, position + 1, length, 'USER', leftId, rightId, ''));
          });
        }
        if (lengths.size === 0 || characterClass.is_always_invoke === 1) {
          const unknownLength = characterClass.is_grouping === 1 ? runEnd - position : 1;
          append(unknowns, characterClass.class_id, 'UNKNOWN', unknownLength);
        }
      }
      do firstByte++;
      while (!isLastByteOfCharacter(bytes, firstByte));
    }
    lattice.appendEos();
    return lattice;
  }

  /** kuromoji's surfaces that begin at a byte: their lengths in characters, ascending, and their keys. */
  #keysAt(bytes: Uint8Array, first: number): ReadonlyMap<number, number> {
    const { trie } = this.#kuromoji.viterbi_builder;
    const keys = new Map<number, number>();
    let length = 0;
    for (let node = 0, at = first; at < bytes.length; ) {
      node = trie.traverse(node, bytes[at++] as number);
      if (node < 0) break;
      if (!isLastByteOfCharacter(bytes, at)) continue;
      length++;
      const leaf = trie.traverse(node, 0);
      if (leaf >= 0) keys.set(length, -trie.bc.getBase(leaf) - 1);
    }
    return keys;
  }
}

function least(count: number, at: (index: number) => number): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) lowest = Math.min(lowest, at(i));
  return lowest;
}

/** Whether a UTF-8 character ends before `index`: the next byte is not a continuation byte. */
function isLastByteOfCharacter(bytes: Uint8Array, index: number): boolean {
  return ((bytes[index] ?? 0) & 0xc0) !== 0x80;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: kuromoji cannot process U+0000
const NOT_PLAIN = /[\u0000\ud800-\udfff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const EACH_NOT_PLAIN = /[\ud800-\udbff][\udc00-\udfff]|[\u0000\ud800-\udfff]/g;

/**
 * Replaces each character that kuromoji cannot process by one U+E000. `offsets` has the UTF-16 offset in the text of
 * each character of `plain` and of its end; undefined if all offsets are equal.
 */
function toPlainCharacters(text: string): { plain: string; offsets: Int32Array | undefined } {
  if (!NOT_PLAIN.test(text)) return { plain: text, offsets: undefined };
  const plain = text.replace(EACH_NOT_PLAIN, '\ue000');
  if (plain.length === text.length) return { plain, offsets: undefined };
  const offsets = new Int32Array(plain.length + 1);
  for (let i = 0, offset = 0; i <= plain.length; i++) {
    offsets[i] = offset;
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return { plain, offsets };
}

/** kuromoji 0.1.2 Tokenizer.js `splitByPunctuation`: a sentence ends after 、 or 。. */
function* sentencesOf(plain: string): Generator<[first: number, sentence: string]> {
  let first = 0;
  for (let i = 0; i < plain.length; i++) {
    const character = plain[i];
    if (character !== '、' && character !== '。') continue;
    yield [first, plain.slice(first, i + 1)];
    first = i + 1;
  }
  if (first < plain.length) yield [first, plain.slice(first)];
}
