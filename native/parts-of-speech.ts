/**
 * The parts of speech that hoshi tells apart, in the order of `enum class PartOfSpeech` in dictionary.h. The comments
 * have IPADIC's names. A part of speech that is not in the list is `other`.
 */
export const PARTS_OF_SPEECH = [
  'other',
  'noun', // 名詞
  'verb', // 動詞
  'adjective', // 形容詞
  'adverb', // 副詞
  'auxiliary', // 助動詞
  'particle', // 助詞, without 接続助詞
  'conjunctive particle', // 助詞 with the detail 接続助詞
  'symbol', // 記号
  'conjunction', // 接続詞
  'adnominal', // 連体詞
  'prefix', // 接頭詞
  'interjection', // 感動詞
  'filler', // フィラー
] as const;

export type PartOfSpeech = (typeof PARTS_OF_SPEECH)[number];
