/** Tokens of a normalized text, in which each emoji is a token of its own. */
import { emojiLength } from './emoji.ts';
import type { MappedText } from './mapped-text.ts';
import type { TermToken } from './parts-of-speech.ts';
import type { Token } from './tokenizer.ts';

/** Offsets of the tokens are in the normalized text, which has its own offsets in the caller's text. */
export interface NormalizedTokens {
  readonly normalized: MappedText;
  readonly tokens: readonly TermToken[];
}

/** A token without a word of the dictionary. */
export function wordlessToken(token: Token): TermToken {
  return { ...token, base: undefined, partOfSpeech: 'other' };
}

/**
 * Makes each emoji a token. kuromoji groups emoji with their neighbours, and may cut a sequence. What is left of a token
 * beside an emoji has no word of the dictionary: `make` gives it and the emoji their features. The text must be
 * normalized by the step emoji.
 */
export function splitAtEmoji<T extends Token>(
  text: string,
  tokens: readonly T[],
  make: (token: Token) => T,
): readonly T[] {
  let emoji = findEmoji(text, 0);
  if (emoji === text.length) return tokens;
  const result: T[] = [];
  const add = (start: number, end: number) => result.push(make({ surface: text.slice(start, end), start, end }));
  let done = 0; // everything before is in a token
  for (const token of tokens) {
    const isWhole = done === token.start && emoji >= token.end;
    while (emoji < token.end) {
      if (emoji > done) add(done, emoji);
      done = emoji + emojiLength(text, emoji);
      add(emoji, done);
      emoji = findEmoji(text, done);
    }
    if (done >= token.end) continue;
    if (isWhole) result.push(token);
    else add(done, token.end);
    done = token.end;
  }
  return result;
}

/** The offset of the first emoji from `start` on, or the length of the text. */
function findEmoji(text: string, start: number): number {
  let i = start;
  while (i < text.length && emojiLength(text, i) === 0) i++;
  return i;
}
