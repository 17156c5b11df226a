/**
 * The step `spelling` of the normalizer: スゴイ and ヒドすぎる become すごい and ひどすぎる. The step runs after `elongation`,
 * which its result passes again. native/normalizer/spelling.cc is the twin.
 *
 * A run is 2 to 16 katakana with ー, or with 〜 before a katakana. Its spelling is the hiragana after the step
 * `elongation`, in which the hiragana after the run are read along; it has at least 2 units and no ー. The run is known if
 * it is a surface, with or without ー at its end, or a sequence of surfaces of 3 units or more. A run turns into hiragana
 * in these cases:
 *
 * 1. The spelling is the stem of an adjective (with い, かっ and く it is a surface), and an ending follows: ヤバい, and
 *    even for a known run, ウマすぎる. 〜く, 〜さ and 〜め are no endings of a known run (シロくま).
 * 2. The spelling is an everyday word of 3 units or more, and the run is no surface (キモい).
 * 3. The run is unknown, and the spelling is a surface of 4 units or more (メッチャ) or an adjective of 3 (スゴイ).
 * 4. The run is unknown, and a surface of 4 units or more begins with the spelling and goes on after it (ヨロしく).
 *
 * Before that, an everyday word of WRITTEN_FORMS (サイコー, スゲー, さいこう) is written as its form: 最高, すごい.
 *
 * Everything else stays: テレビ, ダメ and キレイ are known, and あいふぉん is no surface.
 */
import type { DictionaryWords } from './dictionary-words.ts';
import { elongate, wordUnitsAfter } from './elongation.ts';
import { EVERYDAY_WORDS, WRITTEN_FORMS } from './everyday-words.ts';
import { isHiragana, isKatakana, toHiragana } from './kana.ts';
import { type MappedText, MappedTextBuilder, unmappedText } from './mapped-text.ts';

/** No word begins with another one. */
const HIRAGANA_WORDS = [...WRITTEN_FORMS.keys()].filter((word) => isHiragana(word));
const MIN_RUN = 2;
const MAX_RUN = 16;
const MIN_PIECE = 3; // units of a surface that is part of a known run
const MAX_ROUNDS = 8;
const ENDINGS = /^(い|かっ|かろ|けれ|すぎ|そう)/;
const ENDINGS_OF_UNKNOWN = /^(く|さ|め)/;

/** Turns katakana words into hiragana. Returns the text itself if nothing changes. */
export function respellKatakana(text: MappedText, words: DictionaryWords): MappedText {
  let result = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = respellOnce(writeKnownForms(result), words);
    if (next === result) break;
    result = elongate(next, words);
  }
  return result;
}

/** Writes everyday words as their written forms. */
function writeKnownForms(mapped: MappedText): MappedText {
  const { text } = mapped;
  const builder = new MappedTextBuilder();
  let isChanged = false;
  for (let i = 0; i < text.length; ) {
    const word = knownWordAt(text, i);
    const end = word === undefined ? Math.max(endOfRun(text, i), i + 1) : i + word.length;
    if (word === undefined) builder.addFrom(mapped, i, end);
    else {
      isChanged = true;
      builder.add(WRITTEN_FORMS.get(word) as string, mapped.starts[i] as number, mapped.ends[end - 1] as number);
    }
    i = end;
  }
  return isChanged ? builder.build() : mapped;
}

/** The word of WRITTEN_FORMS at the beginning of a katakana run or of hiragana; undefined if there is none. */
function knownWordAt(text: string, start: number): string | undefined {
  const unit = text[start] as string;
  if (isKatakana(unit)) {
    const run = text.slice(start, endOfRun(text, start));
    return WRITTEN_FORMS.has(run) ? run : undefined;
  }
  const before = text[start - 1] ?? '';
  if (!isHiragana(unit) || isHiragana(before) || before === 'ー') return undefined;
  return HIRAGANA_WORDS.find((word) => text.startsWith(word, start));
}

function respellOnce(mapped: MappedText, words: DictionaryWords): MappedText {
  const { text } = mapped;
  const parts: string[] = [];
  let copied = 0;
  for (let i = 0; i < text.length; ) {
    const end = endOfRun(text, i);
    if (
      end - i >= MIN_RUN &&
      end - i <= MAX_RUN &&
      isMisspelled(text.slice(i, end), wordUnitsAfter(text, end), words)
    ) {
      parts.push(text.slice(copied, i), toHiragana(text.slice(i, end)));
      copied = end;
    }
    i = Math.max(end, i + 1);
  }
  return copied === 0 ? mapped : { ...mapped, text: parts.join('') + text.slice(copied) };
}

/** The end of the run that begins at `start`, or `start` if none does. */
function endOfRun(text: string, start: number): number {
  let end = start;
  for (let i = start; i < text.length; i++) {
    const unit = text[i] as string;
    if (isKatakana(unit) || (unit === 'ー' && i > start)) end = i + 1;
    else if (unit !== '〜' || i === start) break;
  }
  return end;
}

function isMisspelled(run: string, after: string, words: DictionaryWords): boolean {
  const { text, starts } = elongate(unmappedText(toHiragana(run) + after), words);
  const length = starts.filter((start) => start < run.length).length;
  const spelling = text.slice(0, length);
  const rest = text.slice(length);
  if (length < MIN_RUN || spelling.includes('ー')) return false;
  const isStem = ['い', 'かっ', 'く'].every((ending) => words.has(spelling + ending));
  if (isStem && ENDINGS.test(rest)) return true;
  const longest = words.longestPrefix(text);
  const isEveryday = length >= 3 && EVERYDAY_WORDS.has(spelling);
  const isAdjective = spelling.endsWith('い') && words.has(`${spelling.slice(0, -1)}かっ`);
  const isWord = words.has(spelling) && (length >= 4 || (length === 3 && isAdjective));
  const isEnding = isStem && ENDINGS_OF_UNKNOWN.test(rest);
  if (isEveryday) return !words.has(run);
  return (isEnding || isWord || (longest >= 4 && longest > length)) && !isKnown(run, words);
}

function isKnown(run: string, words: DictionaryWords): boolean {
  if (words.has(run) || words.has(run.replace(/ー+$/, ''))) return true;
  const isReached = [true];
  for (let start = 0; start < run.length; start++)
    if (isReached[start])
      words.eachPrefix(run, start, run.length, (length) => {
        if (length >= MIN_PIECE) isReached[start + length] = true;
      });
  return isReached[run.length] ?? false;
}
