import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRandom } from '../../model/math/random.ts';
import type { DictionaryWords } from '../../model/reference/dictionary-words.ts';
import { elongate } from '../../model/reference/elongation.ts';
import { EVERYDAY_WORDS } from '../../model/reference/everyday-words.ts';
import { toKatakana } from '../../model/reference/kana.ts';
import { unmappedText } from '../../model/reference/mapped-text.ts';
import { respellKatakana } from '../../model/reference/spelling.ts';
import { loadTokenizer } from '../../model/reference/tokenizer.ts';
import { NativeAnalyzer, NativeNormalizer } from '../../native/index.ts';
import { elongatedTexts, spellings } from '../fixtures/spellings.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';

describe('elongation and spelling, native', () => {
  const analyzer = NativeAnalyzer.load();
  const elongation = NativeNormalizer.load(analyzer, ['elongation']);
  const both = NativeNormalizer.load(analyzer, ['elongation', 'spelling']);
  let words: DictionaryWords;
  before(async () => {
    ({ words } = await loadTokenizer());
  });

  /** Compares text and offsets of both twins, after one step and after both. */
  const compare = (text: string) => {
    const elongated = elongate(unmappedText(text), words);
    for (const withSpelling of [false, true]) {
      const expected = withSpelling ? respellKatakana(elongated, words) : elongated;
      const received = (withSpelling ? both : elongation).normalize(text);
      const asArrays = { text: received.text, starts: Array.from(received.starts), ends: Array.from(received.ends) };
      assert.deepEqual(asArrays, expected, JSON.stringify(text.slice(0, 80)));
    }
  };

  test('gives the same as the twin for the words of the table', () => {
    for (const { text } of spellings) compare(text);
  });

  test('knows the same everyday words', () => {
    for (const word of EVERYDAY_WORDS) {
      compare(`${word.slice(0, -1)}ー`);
      compare(toKatakana(word));
      compare(`すごく${word.slice(0, -1)}ー`);
    }
  });

  test('reads full vowels before a mark with the mark', () => {
    compare('スゴオォオオイ');
  });

  test('gives the same as the twin for elongated texts', () => {
    const draw = elongatedTexts(createRandom(1), dictionaryWords(7));
    for (let i = 0; i < 4000; i++) compare(draw());
  });

  test('gives the same as the twin for ordinary and hostile texts', () => {
    const draw = textGenerator(createRandom(2), dictionaryWords(11));
    for (let i = 0; i < 1000; i++) compare(draw());
  });

  test('gives the same as the twin for any two units around kana', () => {
    const units = [
      'ー',
      '〜',
      'あ',
      'ぃ',
      'っ',
      'ん',
      'ゔ',
      'ゖ',
      'ゝ',
      'ヴ',
      'ヶ',
      'ヷ',
      'ヽ',
      '々',
      '漢',
      '鿿',
      'a',
      '\0',
      '\uffff',
      '',
    ];
    for (const first of units) for (const second of units) compare(`ま${first}${second}い${second}ヤバ${first}イ`);
  });

  test('gives the same as the twin for long runs', () => {
    for (const unit of ['ーあー', 'あ', 'ア', 'アー', 'ア〜', '〜', 'あー', 'おーい', 'スゴイ', 'すごーい', 'まぁ'])
      compare(unit.repeat(2000));
  });
});
