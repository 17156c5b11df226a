/** Tokens of a normalized text, in which each emoji is a token of its own. */
import { emojiLength } from './emoji.ts';
import type { MappedText } from './mapped-text.ts';
import type { TermToken } from './parts-of-speech.ts';

/** Offsets of the tokens are in the normalized text, which has its own offsets in the caller's text. */
export interface NormalizedTokens {
  readonly normalized: MappedText;
  readonly tokens: readonly TermToken[];
}

/**
 * Makes each emoji a token. kuromoji groups emoji with their neighbours, and may cut a sequence. What is left of a token
 * beside an emoji has no word of the dictionary, so it has no base form. The text must be normalized by the step emoji.
 */
export function splitAtEmoji(text: string, tokens: readonly TermToken[]): readonly TermToken[] {
  let emoji = findEmoji(text, 0);
  if (emoji === text.length) return tokens;
  const result: TermToken[] = [];
  const add = (start: number, end: number) =>
    result.push({ surface: text.slice(start, end), start, end, base: undefined, partOfSpeech: 'other' });
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
