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

// Created at the first use, because it takes a millisecond and the native engine does not need it.
let wordPattern: RegExp | undefined;

function wordCharacterClass(): string {
  const codeUnit = (codePoint: number | undefined) => `\\u{${(codePoint ?? 0).toString(16)}}`;
  let ranges = '';
  for (let i = 0; i < wordCharacterRanges.length; i += 2) {
    ranges += `${codeUnit(wordCharacterRanges[i])}-${codeUnit(wordCharacterRanges[i + 1])}`;
  }
  return ranges;
}

/** The `\w+` parts of a string, with their places in it. */
export function wordPartsOf(surface: string): Placed[] {
  wordPattern ??= new RegExp(`[${wordCharacterClass()}]+`, 'gu');
  return Array.from(surface.matchAll(wordPattern), ({ 0: text, index }) => ({
    text,
    start: index,
    end: index + text.length,
  }));
}

/** Whether the whole string is one word. */
export function isWord(text: string): boolean {
  return text !== '' && Array.from(text).every((character) => isWordCharacter(character.codePointAt(0) as number));
}

function isWordCharacter(codePoint: number): boolean {
  let [low, high] = [0, wordCharacterRanges.length / 2]; // the first range that ends at or after the character
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((wordCharacterRanges[2 * middle + 1] as number) < codePoint) low = middle + 1;
    else high = middle;
  }
  return (wordCharacterRanges[2 * low] ?? Number.POSITIVE_INFINITY) <= codePoint;
}

/** Whether a word has at least `shortest` characters (code points; 𠮷 is one). */
export function isLongEnough(word: string, shortest: number): boolean {
  return shortest === 1 || [...word].length >= shortest;
}
