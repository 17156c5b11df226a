/**
 * Emoji and kaomoji. The twins are tables.cc, kaomoji.cc and steps.cc in native/normalizer/.
 *
 * The step emoji deletes variation selectors, skin tones and the keycap everywhere, so 👍🏽 is 👍, ❤️ is ❤, and 5️⃣ is 5.
 * The other emoji of normalization/emoji.tsv are then protected: no later step changes one, or joins it with a mark. A
 * kaomoji becomes its emoji after the other steps, when all ways to write it have become one.
 */
import { codePointAt } from './code-points.ts';
import { type MappedText, MappedTextBuilder } from './mapped-text.ts';
import { normalizationTables } from './normalization-tables.ts';

const ZERO_WIDTH_JOINER = 0x200d;
const [FIRST_TAG, LAST_TAG] = [0xe0020, 0xe007f];
const [FIRST_REGIONAL_INDICATOR, LAST_REGIONAL_INDICATOR] = [0x1f1e6, 0x1f1ff];
/** Deleted by the step emoji, beside the skin tones. U+FE0E and U+FE0F: text and emoji style. U+20E3: the keycap. */
export const STYLES: ReadonlySet<number> = new Set([0xfe0e, 0xfe0f, 0x20e3]);

/** Whether the code point is a protected emoji, or a part of one. */
export function isEmoji(code: number): boolean {
  return normalizationTables().emoji.has(code);
}

/**
 * The length in UTF-16 units of the emoji sequence that begins at `index`, or 0. The text must be normalized by the step
 * emoji. The grammar is that of UTS #51 for a possible emoji, without the deleted characters: a flag of two regional
 * indicators, or elements with U+200D between them. An element is an emoji, with tags or without.
 */
export function emojiLength(text: string, index: number): number {
  let end = elementEnd(text, index);
  if (end === index) return 0;
  if (isRegionalIndicator(text, index) && isRegionalIndicator(text, end)) return end + 2 - index;
  while (text.charCodeAt(end) === ZERO_WIDTH_JOINER) {
    const next = elementEnd(text, end + 1);
    if (next === end + 1) break;
    end = next;
  }
  return end - index;
}

/** The end of the emoji at `index` and its tags, or `index` if there is no emoji. */
function elementEnd(text: string, index: number): number {
  if (index >= text.length) return index;
  let { code, end } = codePointAt(text, index);
  if (!isEmoji(code)) return index;
  while (end < text.length) {
    const tag = codePointAt(text, end);
    code = tag.code;
    if (code < FIRST_TAG || code > LAST_TAG) break;
    end = tag.end;
  }
  return end;
}

function isRegionalIndicator(text: string, index: number): boolean {
  const code = text.codePointAt(index) ?? 0;
  return code >= FIRST_REGIONAL_INDICATOR && code <= LAST_REGIONAL_INDICATOR;
}

/**
 * Deletes variation selectors, skin tones and keycaps. One between two lone surrogates stays, because these would become
 * a pair.
 */
export function deleteStyles(text: MappedText): MappedText {
  const { modifiers } = normalizationTables();
  const builder = new MappedTextBuilder();
  let last = '';
  for (let i = 0, next: number; i < text.text.length; i = next) {
    const { code, end } = codePointAt(text.text, i);
    next = end;
    const isSplitPair = /[\ud800-\udbff]$/.test(last) && /^[\udc00-\udfff]/.test(text.text.charAt(end));
    if ((STYLES.has(code) || modifiers.has(code)) && !isSplitPair) {
      builder.delete(text.ends[end - 1] as number);
    } else {
      builder.addFrom(text, i, end);
      last = text.text[end - 1] as string;
    }
  }
  return builder.build();
}

/** Finds kaomoji in texts. `kaomoji`: the normalized form of each, and its emoji. */
export class KaomojiFinder {
  /** By first unit, the longest first. */
  readonly #byFirst = new Map<string, (readonly [kaomoji: string, emoji: string])[]>();

  constructor(kaomoji: ReadonlyMap<string, string>) {
    for (const entry of [...kaomoji].sort(([a], [b]) => b.length - a.length)) {
      const first = entry[0][0] as string;
      const others = this.#byFirst.get(first);
      if (others === undefined) this.#byFirst.set(first, [entry]);
      else others.push(entry);
    }
  }

  /** Replaces each kaomoji by its emoji, from left to right, the longest first. */
  replace(text: MappedText): MappedText {
    const builder = new MappedTextBuilder();
    for (let i = 0; i < text.text.length; ) {
      const [kaomoji, emoji] = this.#find(text.text, i);
      if (kaomoji === '') builder.addFrom(text, i++);
      else {
        const end = i + kaomoji.length;
        builder.add(emoji, text.starts[i] as number, text.ends[end - 1] as number);
        i = end;
      }
    }
    return builder.build();
  }

  /** A kaomoji that begins or ends with a Latin letter is not one within a word: Corzine has no orz. */
  #find(text: string, index: number): readonly [kaomoji: string, emoji: string] {
    const found = this.#byFirst.get(text[index] as string)?.find(([kaomoji]) => {
      const end = index + kaomoji.length;
      return text.startsWith(kaomoji, index) && !isInWord(text, index) && !isInWord(text, end);
    });
    return found ?? ['', ''];
  }
}

/** Whether the units on both sides of `index` are Latin letters. */
function isInWord(text: string, index: number): boolean {
  return isLatinLetter(text[index - 1]) && isLatinLetter(text[index]);
}

/** Whether the unit is a letter of ASCII, or the full-width form of one. */
export function isLatinLetter(unit: string | undefined): boolean {
  return unit !== undefined && /^[A-Za-zＡ-Ｚａ-ｚ]$/.test(unit);
}
