import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRandom } from '../../../model/math/random.ts';
import type { DictionaryWords } from '../../../model/reference/dictionary-words.ts';
import { elongate } from '../../../model/reference/elongation.ts';
import { EVERYDAY_WORDS, WRITTEN_FORMS } from '../../../model/reference/everyday-words.ts';
import { type MappedText, unmappedText } from '../../../model/reference/mapped-text.ts';
import { respellKatakana } from '../../../model/reference/spelling.ts';
import { loadTokenizer } from '../../../model/reference/tokenizer.ts';
import { elongatedTexts, spellings } from '../../fixtures/spellings.ts';
import { dictionaryWords } from '../../fixtures/texts.ts';

describe('elongation and spelling', () => {
  let words: DictionaryWords;
  before(async () => {
    ({ words } = await loadTokenizer());
  });
  const bothSteps = (text: string) => respellKatakana(elongate(unmappedText(text), words), words);

  test('the table has everyday words that change and words that must not', () => {
    const changed = spellings.filter(({ text, normalized }) => text !== normalized).length;
    assert.ok(changed >= 150 && spellings.length - changed >= 160);
    assert.equal(new Set(spellings.map(({ text }) => text)).size, spellings.length);
  });

  test('each word of the table gets its spelling', () => {
    for (const { text, normalized } of spellings) assert.equal(bothSteps(text).text, normalized, text);
  });

  test('each everyday word is the spelling of its elongation', () => {
    for (const word of EVERYDAY_WORDS)
      if (word.length > 2) assert.equal(bothSteps(word).text, WRITTEN_FORMS.get(word) ?? word);
  });

  test('a text without marks and katakana is returned itself', () => {
    for (const text of ['', 'とてもよい店でした。', 'abc 123 😀', '\ud800\0']) {
      const mapped = unmappedText(text);
      assert.equal(elongate(mapped, words), mapped);
      assert.equal(respellKatakana(mapped, words), mapped);
    }
  });

  test('the katakana of elongation is left to spelling', () => {
    assert.equal(elongate(unmappedText('スゴーイ'), words).text, 'スゴーイ');
  });

  test('a deleted mark belongs to the unit before it', () => {
    const expected: MappedText = { text: 'すごい', starts: [0, 1, 4], ends: [1, 4, 5] };
    assert.deepEqual(elongate(unmappedText('すごぉーい'), words), expected);
    assert.deepEqual(bothSteps('スゴォーイ'), expected);
  });

  test('a vowel has the offsets of its mark', () => {
    const expected: MappedText = { text: 'おいしい！', starts: [0, 1, 2, 3, 4], ends: [1, 2, 3, 4, 5] };
    assert.deepEqual(elongate(unmappedText('おいしー！'), words), expected);
  });

  test('offsets of an earlier step are kept', () => {
    const text: MappedText = { text: 'すごーい', starts: [3, 4, 6, 9], ends: [4, 6, 9, 10] };
    assert.deepEqual(elongate(text, words), { text: 'すごい', starts: [3, 4, 9], ends: [4, 9, 10] });
  });

  test('a normalized text stays as it is', () => {
    const draw = elongatedTexts(createRandom(13), dictionaryWords(7));
    let changed = 0;
    for (let i = 0; i < 4000; i++) {
      const text = draw();
      const normalized = bothSteps(text).text;
      if (normalized !== text) changed++;
      assert.equal(bothSteps(normalized).text, normalized, text);
    }
    assert.ok(changed > 1000);
  });

  test('a run longer than any word changes as a whole or not at all', () => {
    assert.equal(bothSteps(`すご${'お'.repeat(100_000)}い`).text, 'すごい');
    assert.equal(bothSteps('ア'.repeat(100_000)).text, 'ア'.repeat(100_000));
  });
});

describe('words of the dictionary', () => {
  test('has and longestPrefix find whole surfaces only', async () => {
    const { words } = await loadTokenizer();
    assert.ok(words.has('すごい') && words.has('々'));
    for (const text of ['', 'すごいい', 'ーい', '\0', '\ud800', '😀']) assert.ok(!words.has(text), text);
    assert.equal(words.longestPrefix('とてもすごいです', 3), 3);
    assert.equal(words.longestPrefix('とてもすごいです', 3, 5), 2);
    assert.equal(words.longestPrefix('ヷヷ'), 0);
  });
});
