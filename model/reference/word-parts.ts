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
  return wordPartsOf(text)[0]?.text === text;
}

/** Whether a word has at least `shortest` characters (code points; 𠮷 is one). */
export function isLongEnough(word: string, shortest: number): boolean {
  return shortest === 1 || [...word].length >= shortest;
}
