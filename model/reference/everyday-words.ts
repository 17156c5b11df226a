/**
 * Everyday words that IPADIC lacks as one surface, or that are too short to be trusted elsewhere than at the start of a
 * word. The steps `elongation` and `spelling` treat them as surfaces. The twin is in native/normalizer/surfaces.h.
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
 * Everyday words with the form that kuromoji reads as one word: it cuts さいこう and すげえ into pieces. The step `spelling`
 * writes a run of katakana so if it is one of the words, and hiragana that begin with one of them after another
 * character. No form is longer than its word. The twin is in native/normalizer/spelling.cc.
 */
export const WRITTEN_FORMS: ReadonlyMap<string, string> = new Map([
  ['さいこう', '最高'],
  ['さいあく', '最悪'],
  ['さいてい', '最低'],
  ['びみょう', '微妙'],
  ['すげえ', 'すごい'],
  ['やべえ', 'やばい'],
  ['うめえ', 'うまい'],
  ['ひでえ', 'ひどい'],
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
