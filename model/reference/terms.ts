/**
 * Tokens → terms. Without term rules: scikit-learn's `token_pattern` over the tokens joined by spaces, then n-grams of
 * these words. With rules: see term-rules.ts. This is the readable twin of the C++ code in native/vectorizer.
 The
 * space between two tokens is not a word character, so each token is searched alone.
 */
import type { TermToken } from './parts-of-speech.ts';
import { readRuledTerms, type TextWords } from './ruled-terms.ts';
import type { TermRules } from './term-rules.ts';
import { isLongEnough, type Placed, type UnicodeVersion, wordPartsOf } from './word-parts.ts';

export interface TermParameters {
  /** scikit-learn's regular expression: `\w{n,}`, `\w+`, or `(?u)\b\w\w+\b`. */
  readonly token_pattern: string;
  /** Smallest and largest n of the n-grams, both included; 1 ≤ smallest ≤ largest. */
  readonly ngram_range: readonly [number, number];
  /** hoshi's own: how tokens become terms. Undefined: the words are the surface forms. */
  readonly rules?: TermRules;
  /**
   * hoshi's own: the Unicode version that defines `\w`, of the Python that made an imported model. Undefined: hoshi's
   * version, which term rules need.
   */
  readonly unicode?: UnicodeVersion;
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

/** The words of a text's tokens, by the rules of the parameters. */
export function readWords(tokens: Iterable<TermToken>, { token_pattern, rules, unicode }: TermParameters): TextWords {
  const shortest = shortestWord(token_pattern);
  if (rules !== undefined) return readRuledTerms(tokens, rules, shortest);
  const words: Placed[] = [];
  for (const { surface, start: tokenStart } of tokens) {
    for (const { text, start, end } of wordPartsOf(surface, unicode)) {
      if (isLongEnough(text, shortest)) words.push({ text, start: tokenStart + start, end: tokenStart + end });
    }
  }
  return { segments: [words], singles: [] };
}

/**
 * The terms of a text: the n-grams of each segment (words joined by one space, as scikit-learn 1.x `_word_ngrams` makes
 * them), then the single terms.
 */
export function* termsOf(
  { segments, singles }: TextWords,
  [smallest, largest]: readonly [number, number],
): Generator<Placed> {
  for (const words of segments) {
    for (let n = smallest; n <= Math.min(largest, words.length); n++) {
      for (let first = 0; first + n <= words.length; first++) yield joined(words.slice(first, first + n));
    }
  }
  yield* singles;
}

function joined(words: readonly Placed[]): Placed {
  const [first, last] = [words[0] as Placed, words.at(-1) as Placed];
  return { text: words.map(({ text }) => text).join(' '), start: first.start, end: last.end };
}
