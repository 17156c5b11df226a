/**
 * The golden texts. A bundle stores their scores, and every engine must reproduce them whenever it loads the bundle.
 * They are ordinary reviews, then texts that often reveal bugs: emoji, half-width kana, a lone surrogate, the empty
 * text.
 */
export const goldenTexts: readonly string[] = [
  'すごい！最高に興奮した！楽しい',
  'この映画は全くだめ、楽しくない。駄作',
  '期待したほどではなかったが、映像は美しく、最後まで飽きずに見られた。',
  '届いた日に壊れました。問い合わせても返事がありません。二度と買いません。',
  '普通です。可もなく不可もなく。',
  '最高😀😀😀最高でした',
  'ｶﾞｯｶﾘ… Ver.2.0 は１００点中３０点、𠮷野家の方がまし。',
  '\ud800\u0000 ',
  '',
];
