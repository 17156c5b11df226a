/**
 * The words in a string: its `\w+` parts. A table (word-characters.ts, Python's `\w`) defines the word characters. The
 * running Node's Unicode version does not, because every Node and every engine must find the same terms.
 */
import { wordCharacterRanges } from './word-characters.ts';

/** A word or a term at a place of the text: [start, end) in UTF-16 units. */
export interface Placed {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const BMP = 0x10000;
// By UTF-16 unit, 1 for word characters. Made at the first use, because the native engine does not need it.
let wordUnits: Uint8Array | undefined;

function makeWordUnits(): Uint8Array {
  const units = new Uint8Array(BMP);
  for (let i = 0; i < wordCharacterRanges.length; i += 2)
    units.fill(1, wordCharacterRanges[i], (wordCharacterRanges[i + 1] as number) + 1); // fill ends with the table
  return units;
}

function isWordCharacter(codePoint: number): boolean {
  if (codePoint < BMP) {
    wordUnits ??= makeWordUnits();
    return wordUnits[codePoint] === 1;
  }
  let [low, high] = [0, wordCharacterRanges.length / 2]; // the first range that ends at or after the character
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((wordCharacterRanges[2 * middle + 1] as number) < codePoint) low = middle + 1;
    else high = middle;
  }
  return (wordCharacterRanges[2 * low] ?? Number.POSITIVE_INFINITY) <= codePoint;
}

/** The `\w+` parts of a string, with their places in it. */
export function wordPartsOf(surface: string): Placed[] {
  const parts: Placed[] = [];
  let start = 0; // of the part that is being read
  const endPart = (end: number) => {
    if (end > start) parts.push({ text: surface.slice(start, end), start, end });
  };
  for (let i = 0; i < surface.length; ) {
    const codePoint = surface.codePointAt(i) as number;
    const next = i + (codePoint < BMP ? 1 : 2);
    if (!isWordCharacter(codePoint)) {
      endPart(i);
      start = next;
    }
    i = next;
  }
  endPart(surface.length);
  return parts;
}

/** Whether the whole string is one word. */
export function isWord(text: string): boolean {
  return text !== '' && Array.from(text).every((character) => isWordCharacter(character.codePointAt(0) as number));
}

/** Whether a word has at least `shortest` characters (code points; 𠮷 is one). */
export function isLongEnough(word: string, shortest: number): boolean {
  return shortest === 1 || [...word].length >= shortest;
}
