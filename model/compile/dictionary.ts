/**
 * kuromoji's dictionary → one table file, which the addon's analyzer maps and reads without parsing. Sections:
 *
 *     0  identity   "kuromoji", its version and the SHA-256 of its files
 *     1  numbers    u32 × 8: contexts, stride, words, trie units, bias, the maximum number of contexts among the words
 *                   that end at one position, UTF-16 units of the longest surface, number of plain features
 *     2  code       u16 × 65536: UTF-16 unit → character code. A character that is in no surface has its category as
 *                   its code, which is below 16. U+0000 and surrogates have the code of U+E000, which is in no surface
 *     3  category   u8: character code → category
 *     4  unknown    u32 × 16: category → its first unknown word (bits 0–23), always invoked (bit 30), grouped (bit 31)
 *     5  words      u32: words.ts
 *     6  costs      u16 × contexts × stride: the connection costs of contexts.ts
 *     7  margins    i8 × contexts × stride: the pruning margins of contexts.ts, in units of 256
 *     8  trie       u64: double-array.ts, from the character codes of a surface to its first word
 *     9  featuresOf u16: word → the number of its features
 *    10  features   u32: features.ts
 *    11  texts      u16: the UTF-16 units of the base forms
 *    12  segmentStarts  u32: words.ts
 *    13  segments   u32: words.ts
 */

import { partOfSpeechOf } from '../reference/parts-of-speech.ts';
import type { UserDictionary, UserWord } from '../reference/user-dictionary.ts';
import { contextsOf } from './contexts.ts';
import { buildDoubleArray } from './double-array.ts';
import { keysByWeight, priorOf, type WeighedSurface, weighSurfaces } from './frequencies.ts';
import type { Category, DictionaryWord, KuromojiDictionary } from './kuromoji-files.ts';
import { encodeTableFile, type TableKind } from './table-file.ts';
import { WordTable } from './words.ts';

const dictionaryKind: TableKind = { name: 'dictionary', tag: 'DICT', version: 5 };

const CATEGORY_CODES = 16;
const MAX_CATEGORIES = CATEGORY_CODES - 1; // The analyzer uses code 15 for the end of a sentence.
const MAX_CONTEXTS_ENDING = 37; // The analyzer keeps so many paths to a position (dictionary.h).
const REPLACEMENT = 0xe000; // for U+0000 and surrogates (reference/tokenizer.ts)

/**
 * Compiles the dictionary. `sample` holds texts that determine the order in memory; they do not change the tokens.
 * `identity` is stored in the file. Throws if the dictionary has more categories, contexts or words than the format can
 * hold.
 */
export function compileDictionary(source: KuromojiDictionary, sample: Iterable<string>, identity: string): Buffer {
  checkSource(source);
  const { categories, categoryOf, connections } = source;
  const surfaces = weighSurfaces(source.surfaces, sample);
  const contexts = contextsOf(weighedWords(surfaces, categories), connections);
  const { code, category } = characterCodes(surfaces, categoryOf);

  const table = new WordTable(contexts);
  const unknown = new Uint32Array(CATEGORY_CODES);
  categories.forEach(({ isAlwaysInvoked, isGrouped, words }, i) => {
    unknown[i] = table.add(words) | (Number(isAlwaysInvoked) << 30) | (Number(isGrouped) << 31);
  });
  const trie = buildDoubleArray(
    surfaces.map(({ text, words, weight }) => ({
      codes: Uint16Array.from({ length: text.length }, (_, i) => code[text.charCodeAt(i)] as number),
      value: table.add(words, text),
      weight,
    })),
  );
  const { words, featuresOf, features, texts, plainFeatures, segmentStarts, segments } = table.finish();
  const contextsEnding = maxContextsEnding(source);
  if (contextsEnding > MAX_CONTEXTS_ENDING)
    throw new Error(
      `Expected words of at most ${MAX_CONTEXTS_ENDING} pairs of ids that can end at one position, received ${contextsEnding}`,
    );
  const numbers = Uint32Array.of(
    contexts.count,
    contexts.stride,
    words.length,
    trie.length,
    contexts.bias,
    contextsEnding,
    surfaces.reduce((longest, { text }) => Math.max(longest, text.length), 0),
    plainFeatures,
  );
  return encodeTableFile(dictionaryKind, identity, [
    numbers,
    code,
    category,
    unknown,
    words,
    contexts.connectionCost,
    contexts.pruningMargin,
    trie,
    featuresOf,
    features,
    texts,
    segmentStarts,
    segments,
  ]);
}

/** The dictionary with the words of a user dictionary, after its own words of the same surface form. */
export function withUserWords(source: KuromojiDictionary, user: UserDictionary): KuromojiDictionary {
  const added = new Map<string, DictionaryWord[]>();
  for (const word of user.words) {
    const words = added.get(word.surface) ?? [];
    added.set(word.surface, [...words, dictionaryWordOf(word)]);
  }
  const merged = source.surfaces.map(({ text, words }) => {
    const own = added.get(text) ?? [];
    added.delete(text);
    return { text, words: [...words, ...own] };
  });
  return { ...source, surfaces: [...merged, ...Array.from(added, ([text, words]) => ({ text, words }))] };
}

function dictionaryWordOf({ leftId, rightId, cost, features, segments }: UserWord): DictionaryWord {
  return {
    leftId,
    rightId,
    cost,
    ...featuresFrom(features),
    ...(segments.length > 0 && {
      segments: segments.map((segment) => ({ text: segment.surface, ...featuresFrom(segment.features) })),
    }),
  };
}

function featuresFrom([name = '', detail = '', , , , , base]: readonly string[]) {
  return { partOfSpeech: partOfSpeechOf(name, detail), base: base === '*' ? undefined : base };
}

function checkSource({ surfaces, categories }: KuromojiDictionary): void {
  if (categories.length > MAX_CATEGORIES)
    throw new Error(`Expected at most ${MAX_CATEGORIES} categories, received ${categories.length}`);
  for (const { name, words } of categories) {
    if (words.length === 0) throw new Error(`Expected category ${name} to have unknown words, received none`);
  }
  for (const { text } of surfaces) {
    if (!/^[^\0\ud800-\udfff\ue000]+$/.test(text))
      throw new Error(
        `Expected surfaces that are not empty and have no U+0000, U+E000 or surrogate, received ${JSON.stringify(text)}`,
      );
  }
}

function* weighedWords(
  surfaces: readonly WeighedSurface[],
  categories: readonly Category[],
): Generator<readonly [DictionaryWord, weight: number]> {
  for (const { words, weight } of surfaces) for (const word of words) yield [word, weight];
  for (const { words } of categories) for (const word of words) yield [word, priorOf(word)];
}

function characterCodes(
  surfaces: readonly WeighedSurface[],
  categoryOf: Uint8Array,
): { code: Uint16Array; category: Uint8Array } {
  const characters = keysByWeight(weighedCharacters(surfaces));
  const code = Uint16Array.from(categoryOf);
  characters.forEach((character, i) => {
    code[character] = CATEGORY_CODES + i;
  });
  code[0] = code[REPLACEMENT] as number;
  code.fill(code[REPLACEMENT] as number, 0xd800, 0xe000);
  const ofCharacters = characters.map((character) => categoryOf[character] as number);
  return { code, category: Uint8Array.of(...Array(CATEGORY_CODES).keys(), ...ofCharacters) };
}

function* weighedCharacters(surfaces: readonly WeighedSurface[]): Generator<readonly [character: number, number]> {
  for (const { text, weight } of surfaces) for (let i = 0; i < text.length; i++) yield [text.charCodeAt(i), weight];
}

/**
 * An upper bound on the number of contexts among the words that end at one position. The known words are suffixes of
 * the longest known word, and the unknown words belong to one category.
 */
function maxContextsEnding({ surfaces, categories }: KuromojiDictionary): number {
  const wordsOf = new Map(surfaces.map(({ text, words }) => [text, words]));
  let maxKnown = 0;
  for (const { text } of surfaces) {
    const ending: DictionaryWord[] = [];
    for (let i = 0; i < text.length; i++) ending.push(...(wordsOf.get(text.slice(i)) ?? []));
    if (ending.length > maxKnown) maxKnown = Math.max(maxKnown, contextsAmong(ending));
  }
  return maxKnown + Math.max(...categories.map(({ words }) => contextsAmong(words)));
}

function contextsAmong(words: readonly DictionaryWord[]): number {
  return new Set(words.map(({ leftId, rightId }) => `${leftId} ${rightId}`)).size;
}
