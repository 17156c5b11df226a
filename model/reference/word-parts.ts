/**
 * The words in a string: its `\w+` parts. A table (word-characters.ts, Python's `\w`) defines the word characters. The
 * running Node's Unicode version does not, because every Node and every engine must find the same terms.
 */
import { wordCharacterChanges, wordCharacterRanges } from './word-characters.ts';

/** A word or a term at a place of the text: [start, end) in UTF-16 units. */
export interface Placed {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The Unicode version of another Python than hoshi's, for the words of a model that was made with it. */
export type UnicodeVersion = keyof typeof wordCharacterChanges;

/** Their names, the lowest version first. */
export const otherUnicodeVersions: readonly string[] = Object.keys(wordCharacterChanges);

export function isOtherUnicodeVersion(version: unknown): version is UnicodeVersion {
  return typeof version === 'string' && Object.hasOwn(wordCharacterChanges, version);
}

const BMP = 0x10000;

/** The ranges of word characters of a Unicode version, as in word-characters.ts. By default, hoshi's own version. */
export function wordCharacterRangesOf(unicode?: UnicodeVersion): Uint32Array {
  if (unicode === undefined) return wordCharacterRanges;
  // Where a range begins, and where the characters after one begin. A place in both lists is no longer an end.
  const ends = new Set<number>();
  for (const ranges of [wordCharacterRanges, wordCharacterChanges[unicode]])
    ranges.forEach((end, i) => {
      const place = end + (i % 2);
      if (!ends.delete(place)) ends.add(place);
    });
  return Uint32Array.from(ends)
    .sort()
    .map((place, i) => place - (i % 2));
}

/** The word characters of a Unicode version. */
class WordCharacters {
  readonly #ranges: Uint32Array;
  /** By UTF-16 unit, 1 for word characters. */
  readonly #units = new Uint8Array(BMP);

  constructor(ranges: Uint32Array) {
    this.#ranges = ranges;
    for (let i = 0; i < ranges.length; i += 2) this.#units.fill(1, ranges[i], (ranges[i + 1] as number) + 1); // fill ends with the table
  }

  has(codePoint: number): boolean {
    if (codePoint < BMP) return this.#units[codePoint] === 1;
    let [low, high] = [0, this.#ranges.length / 2]; // the first range that ends at or after the character
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[2 * middle + 1] as number) < codePoint) low = middle + 1;
      else high = middle;
    }
    return (this.#ranges[2 * low] ?? Number.POSITIVE_INFINITY) <= codePoint;
  }
}

/** Made at the first use, because the native engine needs none. */
const made = new Map<UnicodeVersion | undefined, WordCharacters>();

function wordCharactersOf(unicode: UnicodeVersion | undefined): WordCharacters {
  const known = made.get(unicode) ?? new WordCharacters(wordCharacterRangesOf(unicode));
  made.set(unicode, known);
  return known;
}

/** The `\w+` parts of a string, with their places in it. */
export function wordPartsOf(surface: string, unicode?: UnicodeVersion): Placed[] {
  const characters = wordCharactersOf(unicode);
  const parts: Placed[] = [];
  let start = 0; // of the part that is being read
  const endPart = (end: number) => {
    if (end > start) parts.push({ text: surface.slice(start, end), start, end });
  };
  for (let i = 0; i < surface.length; ) {
    const codePoint = surface.codePointAt(i) as number;
    const next = i + (codePoint < BMP ? 1 : 2);
    if (!characters.has(codePoint)) {
      endPart(i);
      start = next;
    }
    i = next;
  }
  endPart(surface.length);
  return parts;
}

/** Whether the whole string is one word. */
export function isWord(text: string, unicode?: UnicodeVersion): boolean {
  const characters = wordCharactersOf(unicode);
  return text !== '' && Array.from(text).every((character) => characters.has(character.codePointAt(0) as number));
}

/** Whether a word has at least `shortest` characters (code points; 𠮷 is one). */
export function isLongEnough(word: string, shortest: number): boolean {
  return shortest === 1 || [...word].length >= shortest;
}
