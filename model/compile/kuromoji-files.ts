/**
 * Reads and checks the files of kuromoji 0.1.2's dictionary, each a gzip of little-endian numbers:
 *
 *     base, check     the trie, a double array of i32 over UTF-8 bytes; byte 0 leads to a leaf with base −1 − key
 *     tid_map, tid    key → byte offsets of words (i32: number of keys, then for each: key, count, offsets) →
 *                     i16 left id, i16 right id, i16 cost, i32 byte offset of the word's features
 *     tid_pos         features: UTF-8 that ends with a 0, the surface form and IPADIC's features with commas between
 *     unk_map, unk,   the same for a category's unknown words; the key is the category's number, and the features
 *     unk_pos         begin with its name
 *     unk_invoke      the categories: u8 invoke, u8 group, i32 length (which kuromoji ignores), name, 0
 *     unk_char        u8: the category of every UTF-16 unit
 *     cc              i16: number of right ids, number of left ids, then the cost of each left id after each right id
 *
 * Note two traps. Most files are buffers that had grown and were never shortened, so they end in megabytes of zeros,
 * which are not entries. The base and check of the root are 0, so byte 0 leads from the root to itself.
 */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type PartOfSpeech, partOfSpeechOf } from '../reference/parts-of-speech.ts';

export interface DictionaryWord {
  readonly leftId: number;
  readonly rightId: number;
  readonly cost: number;
  readonly partOfSpeech: PartOfSpeech;
  /** The base form. Undefined if the dictionary has none. */
  readonly base: string | undefined;
  /** Only for a user word that becomes several tokens: at least two, which make the surface form together. */
  readonly segments?: readonly WordSegment[];
}

export interface WordSegment extends Pick<DictionaryWord, 'partOfSpeech' | 'base'> {
  /** The surface form. */
  readonly text: string;
}

export interface Surface {
  readonly text: string;
  /** In kuromoji's order, which breaks ties; at least one. */
  readonly words: readonly DictionaryWord[];
}

/** A category of characters: when and how unknown words are made from them. */
export interface Category {
  readonly name: string;
  /** Unknown words are tried even where the dictionary has a word. */
  readonly isAlwaysInvoked: boolean;
  /** An unknown word is a whole run of the category's characters, not one character. */
  readonly isGrouped: boolean;
  readonly words: readonly DictionaryWord[];
}

export interface ConnectionCosts {
  readonly rightIds: number;
  readonly leftIds: number;
  /** The cost of a left id after a right id, at `rightId * leftIds + leftId`. */
  readonly costs: Int16Array;
}

export interface KuromojiDictionary {
  readonly surfaces: readonly Surface[];
  readonly categories: readonly Category[];
  /** UTF-16 unit → index in `categories`. */
  readonly categoryOf: Uint8Array;
  readonly connections: ConnectionCosts;
}

/**
 * Reads kuromoji's dictionary from a folder. An error names the file, what was expected in it, and what was received.
 */
export async function readKuromojiFiles(folder: string): Promise<KuromojiDictionary> {
  const words = ['tid_map', 'tid', 'tid_pos', 'unk_map', 'unk', 'unk_pos'] as const;
  const names = ['base', 'check', ...words, 'unk_invoke', 'unk_char', 'cc'] as const;
  const contents = await Promise.all(names.map((name) => readCompressed(join(folder, `${name}.dat.gz`))));
  const content = (name: (typeof names)[number], width: number) => {
    const bytes = contents[names.indexOf(name)] as ArrayBuffer;
    expect(bytes.byteLength % width === 0, name, `numbers of ${width} bytes`, `${bytes.byteLength} bytes`);
    return bytes;
  };
  const connections = connectionsOf(new Int16Array(content('cc', 2)));
  const wordsOf = (records: 'tid' | 'unk') =>
    wordsByKey(
      `${records}_map`,
      new Int32Array(content(`${records}_map`, 4)),
      records,
      wordReader(records, content(records, 1), content(`${records}_pos`, 1), connections),
    );
  const surfaces = surfacesOf(new Int32Array(content('base', 4)), new Int32Array(content('check', 4)), wordsOf('tid'));
  const categories = categoriesOf(Buffer.from(content('unk_invoke', 1)), wordsOf('unk'));
  const categoryOf = new Uint8Array(content('unk_char', 1));
  expect(categoryOf.length === 65536, 'unk_char', '65536 bytes', categoryOf.length);
  categoryOf.forEach((category, unit) => {
    expect(category < categories.length, 'unk_char', `categories below ${categories.length}`, `${category} of ${unit}`);
  });
  return { surfaces, categories, categoryOf, connections };
}

async function readCompressed(file: string): Promise<ArrayBuffer> {
  try {
    const bytes = await promisify(gunzip)(await readFile(file));
    // A copy, because a Buffer may start at any address and numbers may not.
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  } catch (error) {
    throw new Error(`${file}: expected a file of kuromoji's dictionary, ${(error as Error).message}`, { cause: error });
  }
}

function connectionsOf(numbers: Int16Array): ConnectionCosts {
  const [rightIds = 0, leftIds = 0] = numbers;
  const costs = numbers.subarray(2);
  expect(rightIds > 0 && leftIds > 0, 'cc', 'counts of right and left ids', `${rightIds} and ${leftIds}`);
  expect(costs.length === rightIds * leftIds, 'cc', `${rightIds} × ${leftIds} costs`, costs.length);
  return { rightIds, leftIds, costs };
}

function wordsByKey(
  mapName: string,
  map: Int32Array,
  recordsName: string,
  { bytes, read }: WordReader,
): Map<number, DictionaryWord[]> {
  const words = new Map<number, DictionaryWord[]>();
  const [keys = 0] = map;
  let at = 1;
  const next = () => {
    expect(at < map.length, mapName, `${keys} keys with their words`, `an end after ${words.size} keys`);
    return map[at++] as number;
  };
  for (let i = 0; i < keys; i++) {
    const key = next();
    const count = next();
    expect(!words.has(key), mapName, 'each key once', `${key} again`);
    expect(count > 0, mapName, `words for key ${key}`, count);
    const ofKey: DictionaryWord[] = [];
    for (let j = 0; j < count; j++) {
      const offset = next();
      const isInside = offset >= 0 && offset + RECORD_BYTES <= bytes;
      expect(isInside, mapName, `offsets into ${recordsName} (${bytes} bytes)`, offset);
      ofKey.push(read(offset));
    }
    words.set(key, ofKey);
  }
  const rest = map.subarray(at).findIndex((number) => number !== 0);
  expect(rest === -1, mapName, `nothing after ${keys} keys`, `${map[at + rest]}`);
  return words;
}

interface WordReader {
  readonly bytes: number;
  /** REQUIRES: 0 <= offset <= bytes − RECORD_BYTES */
  read(offset: number): DictionaryWord;
}

const RECORD_BYTES = 10;

function wordReader(
  name: 'tid' | 'unk',
  recordBytes: ArrayBuffer,
  featureBytes: ArrayBuffer,
  { rightIds, leftIds }: ConnectionCosts,
): WordReader {
  const records = new DataView(recordBytes);
  const features = Buffer.from(featureBytes);
  const read = (offset: number) => {
    const leftId = records.getInt16(offset, true);
    const rightId = records.getInt16(offset + 2, true);
    const featuresAt = records.getInt32(offset + 6, true);
    expect(leftId >= 0 && leftId < leftIds, name, `left ids below ${leftIds}`, leftId);
    expect(rightId >= 0 && rightId < rightIds, name, `right ids below ${rightIds}`, rightId);
    const isInside = featuresAt >= 0 && featuresAt < features.length;
    expect(isInside, name, `offsets into ${name}_pos (${features.length} bytes)`, featuresAt);
    return { leftId, rightId, cost: records.getInt16(offset + 4, true), ...featuresFrom(features, featuresAt, name) };
  };
  return { bytes: recordBytes.byteLength, read };
}

function featuresFrom(bytes: Buffer, start: number, name: string): Pick<DictionaryWord, 'partOfSpeech' | 'base'> {
  const line = bytes.toString('utf8', start, Math.max(start, bytes.indexOf(0, start)));
  // As kuromoji 0.1.2 IpadicFormatter.js: the surface form comes first, the base form is the eighth.
  const [, partOfSpeech = '', detail = '', , , , , base] = line.split(',');
  if (base === undefined) throw mismatch(`${name}_pos`, 'eight features or more', JSON.stringify(line));
  return { partOfSpeech: partOfSpeechOf(partOfSpeech, detail), base: base === '*' ? undefined : base };
}

/** Walks from each leaf up to the root: far fewer steps than trying all bytes at each node from the root down. */
function surfacesOf(base: Int32Array, check: Int32Array, wordsOfKey: Map<number, DictionaryWord[]>): Surface[] {
  expect(base.length === check.length, 'check', `as many nodes as base (${base.length})`, check.length);
  const surfaces: Surface[] = [];
  const bytes = Buffer.alloc(1024);
  for (let leaf = 1; leaf < base.length; leaf++) {
    const parent = check[leaf] as number;
    const isLeaf = parent > 0 && (base[leaf] as number) < 0 && base[parent] === leaf;
    if (!isLeaf) continue;
    let start = bytes.length;
    for (let node = parent; node !== 0; ) {
      const above = check[node] ?? -1;
      const byte = node - (base[above] ?? 0);
      expect(
        above >= 0 && byte > 0 && byte < 256 && start > 0,
        'check',
        `a path from leaf ${leaf} to the root`,
        'none',
      );
      bytes[--start] = byte;
      node = above;
    }
    const key = -(base[leaf] as number) - 1;
    const words = wordsOfKey.get(key);
    expect(isUtf8(bytes.subarray(start)), 'base', 'surface forms in UTF-8', `other bytes at leaf ${leaf}`);
    if (words === undefined) throw mismatch('tid_map', `words for each surface form`, `none for key ${key}`);
    surfaces.push({ text: bytes.toString('utf8', start), words });
  }
  expect(surfaces.length === wordsOfKey.size, 'base', `as many leaves as tid_map has keys`, surfaces.length);
  return surfaces;
}

function categoriesOf(bytes: Buffer, wordsOfCategory: Map<number, DictionaryWord[]>): Category[] {
  const categories: Category[] = [];
  for (let at = 0; ; ) {
    const nameAt = at + 6;
    const end = bytes.indexOf(0, nameAt);
    if (end <= nameAt) break; // An empty name: the zeros at the end of the file.
    const name = bytes.toString('utf8', nameAt, end);
    const [invoke, group] = [bytes[at], bytes[at + 1]];
    const words = wordsOfCategory.get(categories.length);
    if (words === undefined) throw mismatch('unk_map', `words for category ${name}`, 'none');
    expect((invoke ?? 2) < 2 && (group ?? 2) < 2, 'unk_invoke', '0 or 1 for invoke and group', `${invoke}, ${group}`);
    categories.push({ name, isAlwaysInvoked: invoke === 1, isGrouped: group === 1, words });
    at = end + 1;
  }
  expect(
    categories.length === wordsOfCategory.size,
    'unk_invoke',
    `${wordsOfCategory.size} categories`,
    categories.length,
  );
  return categories;
}

function expect(isRight: boolean, file: string, expected: string, received: string | number): void {
  if (!isRight) throw mismatch(file, expected, received);
}

function mismatch(file: string, expected: string, received: string | number): Error {
  return new Error(`${file}.dat.gz: expected ${expected}, received ${received}`);
}
