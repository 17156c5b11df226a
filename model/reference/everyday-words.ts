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
