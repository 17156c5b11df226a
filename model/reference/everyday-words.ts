/**
 * Everyday words that IPADIC lacks as one surface, or that are too short to be trusted elsewhere than at the start of a
 * word. The steps `elongation` and `spelling` treat them as surfaces. The twin is in native/spelling.cc.
 */
export const EVERYDAY_WORDS: ReadonlySet<string> = new Set([
  ...['ああ', 'いい', 'うう', 'ええ', 'おお', 'もう', 'そう', 'どう', 'こう'],
  ...['しよう', 'でしょう', 'だろう', 'ましょう', 'ありがとう', 'おはよう', 'おめでとう', 'ほんとう', 'さいこう'],
  ...[
    'さいあく',
    'さいてい',
    'びみょう',
    'だいじょうぶ',
    'がっこう',
    'せんせい',
    'きれい',
    'おねえ',
    'おにい',
    'おじい',
  ],
  ...['すげえ', 'やべえ', 'うめえ', 'ひでえ', 'だせえ', 'うるせえ', 'きもい', 'ださい', 'うざい'],
  ...['くねえ', 'つまらねえ', 'つまんねえ'], // ねー alone is a particle
]);

/**
 * Katakana words with the form that kuromoji reads as one word: it cuts さいこう, the hiragana of サイコー, into さ, いこ and
 * う. The step `spelling` writes them so. No form is longer than its word. The twin is in native/normalizer/spelling.cc.
 */
export const WRITTEN_FORMS: ReadonlyMap<string, string> = new Map([
  ['サイコー', '最高'],
  ['サイコウ', '最高'],
  ['サイアク', '最悪'],
  ['サイテー', '最低'],
  ['サイテイ', '最低'],
  ['ビミョー', '微妙'],
  ['ビミョウ', '微妙'],
  ['スゲー', 'すごい'],
  ['スゲエ', 'すごい'],
  ['スゲェ', 'すごい'],
  ['ヤベー', 'やばい'],
  ['ヤベエ', 'やばい'],
  ['ヤベェ', 'やばい'],
  ['ウメー', 'うまい'],
  ['ウメエ', 'うまい'],
  ['ウメェ', 'うまい'],
  ['ヒデー', 'ひどい'],
  ['ヒデエ', 'ひどい'],
  ['ダセー', 'ださい'],
  ['ダセエ', 'ださい'],
  ['ウルセー', 'うるさい'],
  ['ウルセエ', 'うるさい'],
  ['ウルセェ', 'うるさい'],
]);
