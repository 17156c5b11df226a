/** Kana: hiragana and katakana, and the rows of vowels that they belong to. */

/** The vowel of a row, and the vowels that write its long sound. */
export interface Row {
  readonly full: string;
  readonly small: string;
  readonly long: string;
}

const ROWS: Readonly<Record<string, Row>> = {
  a: { full: 'あ', small: 'ぁ', long: 'あ' },
  i: { full: 'い', small: 'ぃ', long: 'い' },
  u: { full: 'う', small: 'ぅ', long: 'う' },
  e: { full: 'え', small: 'ぇ', long: 'いえ' },
  o: { full: 'お', small: 'ぉ', long: 'うお' },
};
const FIRST_HIRAGANA = 0x3041;
/** The rows of U+3041 to U+3096. っ and ん have none. */
const ROW_OF_HIRAGANA = 'aaiiuueeooaaiiuueeooaaiiuueeooaaii-uueeooaiueoaaaiiiuuueeeoooaiueoaauuooaiueoaaieo-uae';
const KATAKANA_AFTER_HIRAGANA = 0x60; // the distance of ア from あ

/** The row of a hiragana; undefined for っ, ん and any other unit. */
export function rowOf(unit: string): Row | undefined {
  return ROWS[ROW_OF_HIRAGANA[unit.charCodeAt(0) - FIRST_HIRAGANA] ?? '-'];
}

export function longVowelsOf(unit: string): string {
  return rowOf(unit)?.long ?? '';
}

export function isHiragana(unit: string): boolean {
  return unit >= 'ぁ' && unit <= 'ゖ';
}

/** Whether the unit is a katakana that has a hiragana. */
export function isKatakana(unit: string): boolean {
  return unit >= 'ァ' && unit <= 'ヶ';
}

export function isKanji(unit: string): boolean {
  return (unit >= '\u3400' && unit <= '\u9fff') || unit === '々';
}

const BASE_CHARACTER =
  /[\0-\u02ff\u2000-\u20cf\u2100-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\u9fff\ud83c-\ud83e\uff00-\uffff]/;

/** Whether the unit begins a character that combines with nothing before it. False for a few that do not, either. */
export function isBaseCharacter(unit: string): boolean {
  return BASE_CHARACTER.test(unit);
}

export function toKatakana(text: string): string {
  return text.replace(/[ぁ-ゖ]/g, (unit) => String.fromCharCode(unit.charCodeAt(0) + KATAKANA_AFTER_HIRAGANA));
}

export function toHiragana(text: string): string {
  return text.replace(/[ァ-ヶ]/g, (unit) => String.fromCharCode(unit.charCodeAt(0) - KATAKANA_AFTER_HIRAGANA));
}
