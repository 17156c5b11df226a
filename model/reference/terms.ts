/**
 * Tokens → terms: scikit-learn's `token_pattern` over the tokens joined by spaces, then n-grams of these words.
 *
 * A table (`word-characters.ts`, Python's `\w`) defines the word characters. The running Node's Unicode version does
 * not, because every Node and every engine must find the same terms. The space between two tokens is not a word
 * character, so each token is searched alone.
 */
import { wordCharacterRanges } from './word-characters.ts';

export interface TermParameters {
  /** scikit-learn's regular expression: `\w{n,}`, `\w+`, or `(?u)\b\w\w+\b`. */
  readonly token_pattern: string;
  /** Smallest and largest n of the n-grams, both included; 1 ≤ smallest ≤ largest. */
  readonly ngram_range: readonly [number, number];
}

/** One word. */
export interface Word {
  readonly text: string;
  /** The 0-based number of the token that contains it. */
  readonly token: number;
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

/** The patterns that `shortestWord` knows, for messages. */
export const TOKEN_PATTERNS = '\\w{n,}, \\w+ or (?u)\\b\\w\\w+\\b';

/**
 * The minimum number of characters (code points) of a word under this pattern. Throws if the pattern is not supported.
 */
export function shortestWord(tokenPattern: string): number {
  const length = shortestWordIn(tokenPattern);
  if (length !== undefined) return length;
  throw new Error(`Expected token_pattern to be ${TOKEN_PATTERNS}, received ${JSON.stringify(tokenPattern)}`);
}

/** The same for any value; undefined if it is not a supported pattern. */
export function shortestWordIn(tokenPattern: unknown): number | undefined {
  if (typeof tokenPattern !== 'string') return undefined;
  const pattern = tokenPattern.replace('(?u)', '');
  const repeated = /^(?:\\b)?\\w\{(\d{1,3}),\}(?:\\b)?$/.exec(pattern);
  if (repeated) return Math.max(1, Number(repeated[1]));
  if (/^(?:\\b)?\\w\+(?:\\b)?$/.test(pattern)) return 1;
  return /^(?:\\b)?\\w\\w\+(?:\\b)?$/.test(pattern) ? 2 : undefined;
}

/** The words of the tokens, in order. `shortest` counts characters (code points), so 𠮷 is one. */
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
