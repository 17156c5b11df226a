/** From IPADIC's features of a token to the two that terms are made of: part of speech and base form. */
import type { PartOfSpeech } from '../../native/parts-of-speech.ts';
import type { Morpheme } from './tokenizer.ts';

export { PARTS_OF_SPEECH, type PartOfSpeech } from '../../native/parts-of-speech.ts';

/** A token with its dictionary word. Offsets are UTF-16 units of the tokenized text. */
export interface TermToken {
  readonly surface: string;
  readonly start: number;
  readonly end: number;
  /** The base form, as in a dictionary. Undefined if it is the surface form, or if the dictionary has none. */
  readonly base: string | undefined;
  readonly partOfSpeech: PartOfSpeech;
}

export function termTokenOf({ surface, start, end, features }: Morpheme): TermToken {
  const [partOfSpeech = '', detail = ''] = features;
  return {
    surface,
    start,
    end,
    base: baseOf(surface, features[6]),
    partOfSpeech: partOfSpeechOf(partOfSpeech, detail),
  };
}

/** The base form that IPADIC gives. Undefined if it is `*` or the surface form. */
export function baseOf(surface: string, base: string | undefined): string | undefined {
  return base === '*' || base === surface ? undefined : base;
}

/** The part of speech, by IPADIC's name of it and of its first detail. */
export function partOfSpeechOf(name: string, detail: string): PartOfSpeech {
  if (name === '助詞' && detail === '接続助詞') return 'conjunctive particle';
  return byName.get(name) ?? 'other';
}

const byName: ReadonlyMap<string, PartOfSpeech> = new Map([
  ['名詞', 'noun'],
  ['動詞', 'verb'],
  ['形容詞', 'adjective'],
  ['副詞', 'adverb'],
  ['助動詞', 'auxiliary'],
  ['助詞', 'particle'],
  ['記号', 'symbol'],
  ['接続詞', 'conjunction'],
  ['連体詞', 'adnominal'],
  ['接頭詞', 'prefix'],
  ['感動詞', 'interjection'],
  ['フィラー', 'filler'],
]);
