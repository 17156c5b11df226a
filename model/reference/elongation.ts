/**
 * The step `elongation` of the normalizer: すごーい, すごぉい and すごおおおい become すごい, おいしー becomes おいしい.
 * native/normalizer/elongation.cc is the twin. The step runs after `dashes`, so that a run of ー is one ー.
 *
 * A mark follows a hiragana or a kanji, its base. It is a run of full vowels of the base's row (none, or at least two),
 * then any of ー, 〜 and the row's small vowel. One full vowel alone belongs to the word. For each mark, from left to
 * right, the longest of these words decides; if two are equally long, the first in this list decides. A word begins
 * among the 8 kana and kanji before the mark, and it may end among the 12 units after it. A word is at a start if no
 * kana is before it.
 *
 * 1. The mark stays if a surface at a start covers it as written (うーん). 〜 counts as ー. The surface has 3 units, or 2
 *    (へー) but not なー, ねー or どー.
 * 2. The mark is deleted if a surface of 3 units, or one with a kanji, covers the base and a unit after it (すごーい).
 * 3. It becomes a vowel that can write the row's long sound (お: う or お) if a word with that vowel covers it:
 *    a surface that goes on after the vowel, of 4 units, or of 3 at a start (おーきい); an everyday word, of 3 units or
 *    nothing before it (ありがとー, もー); an adjective (おいしー: おいしかっ is a surface, too); another surface of 3 units
 *    at a start, if it is one only with the vowel: not すごう, because すごい is a surface, and not そこう, because そこ is.
 * 4. The mark stays if another surface covers it as written, of 4 units, or of 3 that goes on after it; if a surface in
 *    katakana covers it (らーめん), of 4 units that goes on after it, or of 3 with nothing before it; or if its full vowels
 *    begin a word (人のおおい).
 *
 * If no word decides, a run of 〜 stays and any other mark is deleted (だよー). まぁ stays wherever it is (まぁー: まぁ).
 * Passes repeat until nothing changes, so a normalized text stays as it is.
 */
import type { DictionaryWords } from './dictionary-words.ts';
import { EVERYDAY_WORDS } from './everyday-words.ts';
import { isBaseCharacter, isHiragana, isKanji, longVowelsOf, rowOf, toKatakana } from './kana.ts';
import { type MappedText, MappedTextBuilder } from './mapped-text.ts';

const MAX_BEFORE = 8; // units before a mark that a word may begin at
const MAX_AFTER = 12; // units after a mark that a word may end at
const MAX_MARK = 8; // units of a mark that a surface may contain
const MAX_PASSES = 8;

/** Deletes or replaces the elongation marks. Returns the text itself if nothing changes. */
export function elongate(text: MappedText, words: DictionaryWords): MappedText {
  let result = text;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = elongateOnce(result, words);
    if (next === result) break;
    result = next;
  }
  return result;
}

function elongateOnce(mapped: MappedText, words: DictionaryWords): MappedText {
  const { text } = mapped;
  const builder = new MappedTextBuilder();
  let isChanged = false;
  let before = ''; // the last units of the result, one more than a decision reads
  for (let i = 0; i < text.length; ) {
    const markEnd = endOfMark(text, i, before.slice(-1));
    const end = Math.max(markEnd, i + 1);
    const mark = text.slice(i, markEnd);
    const spelled = mark === '' ? '' : spelledMark(before, mark, wordUnitsAfter(text, end), words);
    if (spelled === mark) {
      builder.addFrom(mapped, i, end);
      before += text.slice(Math.max(i, end - MAX_BEFORE - 1), end);
    } else {
      isChanged = true;
      const start = mapped.starts[i] as number;
      builder.add(spelled, start, mapped.ends[i] as number);
      builder.delete(mapped.ends[end - 1] as number);
      before += spelled;
    }
    before = before.slice(-MAX_BEFORE - 1);
    i = end;
  }
  return isChanged ? builder.build() : mapped;
}

/** The end of the mark that begins at `start`, or `start` if none does. */
function endOfMark(text: string, start: number, base: string): number {
  if (!isHiragana(base) && !isKanji(base)) return start;
  const row = rowOf(base);
  let end = start;
  while (end < text.length && text[end] === row?.full) end++;
  if (end === start + 1) return start;
  while (end < text.length && (text[end] === 'ー' || text[end] === '〜' || text[end] === row?.small)) end++;
  // Without the mark, a combining character after it, such as a dakuten, could join the unit before it.
  return end === text.length || isBaseCharacter(text[end] as string) ? end : start;
}

/** The word that decides so far: a longer one wins, then the one of the higher rank. */
class Decision {
  #strength = 0;
  spelled: string;

  constructor(spelled: string) {
    this.spelled = spelled;
  }

  propose(length: number, rank: number, spelled: string): void {
    const strength = length === 0 ? 0 : 4 * length + rank;
    if (strength <= this.#strength) return;
    this.#strength = strength;
    this.spelled = spelled;
  }
}

const KEPT = 3;
const DELETED = 2;
const VOWEL = 1;
const WEAKLY_KEPT = 0;
const NOT_KEPT = new Set(['なー', 'ねー', 'どー']);

/** A mark with the text around it. */
interface Place {
  /** The kana and kanji before the mark. */
  readonly before: string;
  readonly mark: string;
  /** The hiragana after it, with marks. */
  readonly after: string;
  /** The index in `before` of the first of the kana before the mark, or -1 if they begin earlier. */
  readonly start: number;
}

/** The spelling of a mark, given what is before it and the kana after it: the mark, nothing, or one unit. */
function spelledMark(left: string, mark: string, after: string, words: DictionaryWords): string {
  const before = wordUnitsBefore(left);
  const base = before.slice(-1);
  if (base === 'ま' && mark.startsWith('ぁ')) return 'ぁ';
  const place: Place = { before, mark, after, start: startOfKana(left, before) };
  const decision = new Decision(/^〜+$/.test(mark) ? mark : '');
  for (let from = 0; from < before.length; from++) {
    const length = words.longestPrefix(before + after, from);
    if (from + length > before.length && (length >= 3 || isKanji(before[from] as string)))
      decision.propose(length, DELETED, '');
    for (const vowel of longVowelsOf(base)) decision.propose(vowelWord(place, vowel, from, words), VOWEL, vowel);
    if (mark.length > MAX_MARK) continue;
    proposeWritten(decision, place, from, words);
    if (!mark.includes('〜') && !isKanji(before[from] as string))
      decision.propose(katakanaWord(place, from, words), WEAKLY_KEPT, mark);
  }
  if (mark[0] === rowOf(base)?.full && mark.length <= MAX_MARK)
    decision.propose(wordOfVowels(place, words), WEAKLY_KEPT, mark);
  return decision.spelled;
}

/** The length of the word at `from` in which the mark is the vowel, or 0. */
function vowelWord({ before, mark, after, start }: Place, vowel: string, from: number, words: DictionaryWords): number {
  const isAtStart = from <= start;
  const spelled = before + vowel + after;
  const length = words.longestPrefix(spelled, from);
  if (from + length > before.length + 1 && length >= (isAtStart ? 3 : 4)) return length;
  const stem = before.slice(from);
  const word = stem + vowel;
  if (EVERYDAY_WORDS.has(word)) {
    const isTrusted = word.length > 2 || (start === 0 && from === 0);
    return isTrusted || (word === 'いい' && mark.startsWith('い') && !endsAdjective(before, words)) ? word.length : 0;
  }
  if (word.length < 3 || !words.has(word)) return 0;
  if (vowel === 'い' && rowOf(stem.slice(-1))?.full === 'い') return words.has(`${stem}かっ`) ? word.length : 0;
  return isAtStart && !words.has(stem) && !words.has(`${stem}い`) ? word.length : 0;
}

/** Whether an adjective or an everyday word ends with the text, which ends in い. */
function endsAdjective(text: string, words: DictionaryWords): boolean {
  for (let from = 0; from + 1 < text.length; from++)
    if (EVERYDAY_WORDS.has(text.slice(from)) || words.has(`${text.slice(from, -1)}かっ`)) return true;
  return false;
}

/** Proposes the surface at `from` that covers the mark as written. */
function proposeWritten(decision: Decision, place: Place, from: number, words: DictionaryWords): void {
  const { before, mark, after, start } = place;
  const written = before + mark.replaceAll('〜', 'ー') + after;
  const end = before.length + mark.length;
  const length = words.longestPrefix(written, from);
  if (from + length < end) return;
  const kept = mark.startsWith('〜') ? 'ー' : mark;
  if (from <= start && (length >= 3 || !NOT_KEPT.has(written.slice(from, end)))) decision.propose(length, KEPT, kept);
  else if (length >= (from + length > end ? 3 : 4)) decision.propose(length, WEAKLY_KEPT, kept);
}

/** The length of the surface in katakana at `from` that covers the mark as written, or 0. */
function katakanaWord({ before, mark, after, start }: Place, from: number, words: DictionaryWords): number {
  const end = before.length + mark.length;
  const length = words.longestPrefix(toKatakana(before + mark + after), from);
  const isFirst = start === 0 && from === 0;
  const isInside = from + length > end && length >= (isFirst ? 3 : 4);
  const isAtEnd = from + length === end && length >= 3 && isFirst && !words.has(before);
  return isInside || isAtEnd ? length : 0;
}

/** The length of the word that begins with the full vowels of the mark, or of the two that meet between them, or 0. */
function wordOfVowels({ before, mark, after }: Place, words: DictionaryWords): number {
  const text = mark + after;
  const second = mark.length === 2 ? words.longestPrefix(text, 1) : 0;
  if (second >= 3)
    for (let from = 0; from + 2 <= before.length; from++)
      if (words.has(before.slice(from) + mark[0])) return before.length - from + 1 + second;
  const length = words.longestPrefix(text);
  return length >= mark.length && (length >= 3 || mark === 'いい' || mark === 'ええ') ? length : 0;
}

function wordUnitsBefore(left: string): string {
  let start = left.length;
  while (start > 0 && left.length - start < MAX_BEFORE && isWordUnit(left[start - 1] as string)) start--;
  return left.slice(start);
}

/** The index in `before` of the first unit of the kana at its end, or -1 if they begin before it. */
function startOfKana(left: string, before: string): number {
  let start = left.length;
  while (start > 0 && isKana(left[start - 1] as string)) start--;
  return Math.max(start - (left.length - before.length), -1);
}

/** The hiragana at `start`, with marks. */
export function wordUnitsAfter(text: string, start: number): string {
  let end = start;
  while (end < text.length && end - start < MAX_AFTER && (isKana(text[end] as string) || text[end] === '〜')) end++;
  return text.slice(start, end);
}

function isKana(unit: string): boolean {
  return isHiragana(unit) || unit === 'ー';
}

function isWordUnit(unit: string): boolean {
  return isKana(unit) || isKanji(unit);
}
