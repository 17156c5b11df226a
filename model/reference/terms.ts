/**
 * Tokens → terms: scikit-learn's `token_pattern` over the tokens joined by spaces, then n-grams of the words found.
 *
 * What a word character is comes from a table (`word-characters.ts`, Python's `\w`), not from the running Node's
 * Unicode version: every Node and every engine has to find the same terms. Since a space stands between two tokens and
 * is no word character, each token can be searched alone.
 */
import { wordCharacterRanges } from './word-characters.ts';

export interface TermParameters {
  /** scikit-learn's regular expression: `\w{n,}`, `\w+`, or `(?u)\b\w\w+\b`. */
  readonly token_pattern: string;
  /** Smallest and largest n of the n-grams, both included; 1 ≤ smallest ≤ largest. */
  readonly ngram_range: readonly [number, number];
}

/** One word, found in token number `token`. */
export interface Word {
  readonly text: string;
  readonly token: number;
}

let wordPattern: RegExp | undefined; // a millisecond to make, and the native engine does without

function wordCharacterClass(): string {
  const codeUnit = (codePoint: number | undefined) => `\\u{${(codePoint ?? 0).toString(16)}}`;
  let ranges = '';
  for (let i = 0; i < wordCharacterRanges.length; i += 2) {
    ranges += `${codeUnit(wordCharacterRanges[i])}-${codeUnit(wordCharacterRanges[i + 1])}`;
  }
  return ranges;
}

/** How many characters (code points) a word must have for the pattern; throws if the pattern is not one of those known. */
export function shortestWord(tokenPattern: string): number {
  const pattern = tokenPattern.replace('(?u)', '');
  const repeated = /^(?:\\b)?\\w\{(\d{1,3}),\}(?:\\b)?$/.exec(pattern);
  if (repeated) return Math.max(1, Number(repeated[1]));
  if (/^(?:\\b)?\\w\+(?:\\b)?$/.test(pattern)) return 1;
  if (/^(?:\\b)?\\w\\w\+(?:\\b)?$/.test(pattern)) return 2;
  throw new Error(
    `Expected token_pattern to be \\w{n,}, \\w+ or (?u)\\b\\w\\w+\\b, received ${JSON.stringify(tokenPattern)}`,
  );
}

/** The words of the tokens, in order. Lengths are in characters, so that 𠮷 is one. */
export function* wordsOf(surfaces: Iterable<string>, shortest: number): Generator<Word> {
  wordPattern ??= new RegExp(`[${wordCharacterClass()}]+`, 'gu');
  let token = 0;
  for (const surface of surfaces) {
    for (const text of surface.match(wordPattern) ?? []) {
      if (shortest === 1 || [...text].length >= shortest) yield { text, token };
    }
    token++;
  }
}

/** The n-grams of the words: words joined by one space, as scikit-learn 1.x `_word_ngrams` makes them. */
export function* termsOf(words: readonly string[], [smallest, largest]: readonly [number, number]): Generator<string> {
  for (let n = smallest; n <= Math.min(largest, words.length); n++) {
    for (let first = 0; first + n <= words.length; first++) {
      yield n === 1 ? (words[first] as string) : words.slice(first, first + n).join(' ');
    }
  }
}
