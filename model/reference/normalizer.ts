/**
 * The normalizer: a caller's text → the text that the tokenizer reads, with offsets back to the caller's text. The twin
 * of native/normalizer/normalizer.cc: both give the same text and the same offsets for any text, lone surrogates included.
 *
 * Steps, in this order. A bundle names the steps that it uses.
 *
 *     emoji        ❤️ → ❤, 👍🏽 → 👍, 5️⃣ → 5. Emoji are protected from the later steps; kaomoji become emoji (emoji.ts)
 *     dashes       ‐ → -, － → ー, ーー → ー, ～ → 〜 (punctuation.ts)
 *     nfkc         ｻｲｺｰ → サイコー, ５つ星 → 5つ星, ㌔ → キロ (nfkc.ts). Dashes run again after it: ︱ → — → ー
 *     punctuation  ! → ！ (punctuation.ts)
 *     repeats      ！！！！ → ！！, 。。。 → …, wwwww → www (punctuation.ts)
 *     elongation   すごーい, すごぉい → すごい, where the dictionary says so (elongation.ts)
 *     spelling     スゴイ → すごい, where the dictionary does not know the katakana (spelling.ts)
 *
 * A normalized text does not change if it is normalized again. The time is linear in the length of the text.
 */
import { checkSteps, type NormalizerStep } from '../../native/normalizer-steps.ts';
import type { DictionaryWords } from './dictionary-words.ts';
import { elongate } from './elongation.ts';
import { deleteStyles, isEmoji, KaomojiFinder } from './emoji.ts';
import { type MappedText, unmappedText } from './mapped-text.ts';
import { toNfkc } from './nfkc.ts';
import { normalizationTables } from './normalization-tables.ts';
import { joinEllipses, replaceDashes, replacePunctuation, shortenRuns } from './punctuation.ts';
import { respellKatakana } from './spelling.ts';

export interface Normalizer {
  /** Any string is accepted. If nothing changes, each unit has its own offsets. */
  normalize(text: string): MappedText;
}

/**
 * `words` are those of the tokenizer; the steps elongation and spelling look words up in them. Throws a NativeError with
 * the code `argument` if a step is unknown, named twice, or not in order.
 */
export function createNormalizer(steps: readonly string[], words: DictionaryWords): Normalizer {
  const chosen: ReadonlySet<NormalizerStep> = new Set(checkSteps(steps));
  const kaomoji = chosen.has('emoji') ? normalizedKaomoji(chosen) : undefined;
  return {
    normalize(text) {
      const mapped = normalizeCharacters(unmappedText(text), chosen);
      let result = kaomoji?.replace(mapped) ?? mapped;
      if (chosen.has('elongation')) result = elongate(result, words);
      if (chosen.has('spelling')) result = respellKatakana(result, words);
      return result.text === text ? unmappedText(text) : result;
    },
  };
}

/**
 * The most UTF-16 units that a text may have after the step nfkc, in linear time. The other steps make no text longer,
 * except that repeats makes www of ww.
 */
export function maxUnits(text: string, steps: readonly string[]): number {
  const chosen: ReadonlySet<NormalizerStep> = new Set(checkSteps(steps));
  if (!chosen.has('nfkc')) return text.length;
  let units = 0;
  for (const character of text) units += maxUnitsOf(character, chosen);
  return units;
}

/** The most units of a code point after NFKC. One that comes back as it is (… → ... → …) counts as it is. */
function maxUnitsOf(character: string, steps: ReadonlySet<NormalizerStep>): number {
  const code = character.codePointAt(0) as number;
  const decomposition = normalizationTables().decompositions.get(code) ?? '';
  if (decomposition.length <= character.length || (steps.has('emoji') && isEmoji(code))) return character.length;
  const isRestored = normalizeCharacters(unmappedText(character), steps).text === character;
  return isRestored ? character.length : decomposition.length;
}

/** The kaomoji as they are after the other steps. If two become the same, the first one counts. */
function normalizedKaomoji(steps: ReadonlySet<NormalizerStep>): KaomojiFinder {
  const byText = new Map<string, string>();
  for (const [kaomoji, emoji] of normalizationTables().kaomoji) {
    const { text } = normalizeCharacters(unmappedText(kaomoji), steps);
    if (!byText.has(text)) byText.set(text, emoji);
  }
  return new KaomojiFinder(byText);
}

function normalizeCharacters(text: MappedText, steps: ReadonlySet<NormalizerStep>): MappedText {
  const isProtected = steps.has('emoji') ? isEmoji : () => false;
  let result = text;
  if (steps.has('emoji')) result = deleteStyles(result);
  if (steps.has('dashes')) result = replaceDashes(result);
  if (steps.has('nfkc')) {
    result = toNfkc(result, isProtected);
    if (steps.has('dashes')) result = replaceDashes(result);
  }
  if (steps.has('punctuation')) result = replacePunctuation(result);
  if (steps.has('repeats')) result = joinEllipses(shortenRuns(result));
  return result;
}
