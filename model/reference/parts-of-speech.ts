/** Parts of speech, as far as the terms of a text need them, and tokens with their base forms. */
import type { Morpheme } from './tokenizer.ts';

/** In the order of the numbers in the compiled dictionary (PartOfSpeech in native/dictionary.h). */
export const PARTS_OF_SPEECH = [
  'other',
  'noun',
  'verb',
  'adjective',
  'adverb',
  'auxiliary',
  'particle',
  'conjunctive particle',
  'symbol',
  'conjunction',
  'adnominal',
  'prefix',
  'interjection',
  'filler',
] as const;
export type PartOfSpeech = (typeof PARTS_OF_SPEECH)[number];

/** A token as the terms need it. Offsets are UTF-16 units. */
export interface TermToken {
  readonly surface: string;
  readonly start: number;
  readonly end: number;
  /** Undefined if it is the surface form, and for unknown words. */
  readonly base: string | undefined;
  readonly partOfSpeech: PartOfSpeech;
}

const OF_IPADIC: Readonly<Record<string, PartOfSpeech>> = {
  名詞: 'noun',
  動詞: 'verb',
  形容詞: 'adjective',
  副詞: 'adverb',
  助動詞: 'auxiliary',
  助詞: 'particle',
  記号: 'symbol',
  接続詞: 'conjunction',
  連体詞: 'adnominal',
  接頭詞: 'prefix',
  感動詞: 'interjection',
  フィラー: 'filler',
};

/** The part of speech by IPADIC's features. */
export function partOfSpeechOf([pos = '', detail = '']: readonly string[]): PartOfSpeech {
  return pos === '助詞' && detail === '接続助詞' ? 'conjunctive particle' : (OF_IPADIC[pos] ?? 'other');
}

const BASE_FORM = 6; // the index of the base form in IPADIC's features

export function termTokenOf({ surface, start, end, known, features }: Morpheme): TermToken {
  const base = features[BASE_FORM];
  const hasBase = known && base !== undefined && base !== '*' && base !== '' && base !== surface;
  return { surface, start, end, base: hasBase ? base : undefined, partOfSpeech: partOfSpeechOf(features) };
}
