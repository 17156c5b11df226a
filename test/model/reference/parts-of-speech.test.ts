import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { baseOf, PARTS_OF_SPEECH, partOfSpeechOf, termTokenOf } from '../../../model/reference/parts-of-speech.ts';
import { loadTokenizer } from '../../../model/reference/tokenizer.ts';
import { type KuromojiGolden, readGolden } from '../../golden/golden.ts';

describe('parts of speech', () => {
  test('has the thirteen names of IPADIC in the order of the list, and all others are `other`', () => {
    const names = '名詞 動詞 形容詞 副詞 助動詞 助詞 助詞,接続助詞 記号 接続詞 連体詞 接頭詞 感動詞 フィラー'.split(
      ' ',
    );
    const found = names.map((name) => partOfSpeechOf(...(name.split(',') as [string]), ''));
    found[6] = partOfSpeechOf('助詞', '接続助詞');
    assert.deepEqual(['other', ...found], PARTS_OF_SPEECH);
    for (const other of ['その他', '', 'noun', '*']) assert.equal(partOfSpeechOf(other, '間投'), 'other');
  });

  test('a particle is conjunctive by its detail alone', () => {
    assert.equal(partOfSpeechOf('助詞', '接続助詞'), 'conjunctive particle');
    assert.equal(partOfSpeechOf('助詞', '格助詞'), 'particle');
    assert.equal(partOfSpeechOf('名詞', '接続助詞'), 'noun');
  });

  test('knows every part of speech of the golden, except その他', () => {
    const { features } = readGolden<KuromojiGolden>('kuromoji.json');
    const unnamed = features.filter((line) => {
      const [name = '', detail = ''] = line.split(',');
      return partOfSpeechOf(name, detail) === 'other';
    });
    assert.deepEqual(
      unnamed.filter((line) => !line.startsWith('その他,')),
      [],
    );
  });

  test('a base form is undefined if it is the surface form, or if the dictionary has none', () => {
    assert.equal(baseOf('暗く', '暗い'), '暗い');
    assert.equal(baseOf('暗い', '暗い'), undefined);
    assert.equal(baseOf('ホゲ', '*'), undefined);
    assert.equal(baseOf('ホゲ', undefined), undefined);
  });

  test('gives the surface, base form and part of speech of a token', async () => {
    const tokenizer = await loadTokenizer();
    assert.deepEqual(tokenizer.analyze('楽しくなかったので泣いた').map(termTokenOf), [
      { surface: '楽しく', start: 0, end: 3, base: '楽しい', partOfSpeech: 'adjective' },
      { surface: 'なかっ', start: 3, end: 6, base: 'ない', partOfSpeech: 'auxiliary' },
      { surface: 'た', start: 6, end: 7, base: undefined, partOfSpeech: 'auxiliary' },
      { surface: 'ので', start: 7, end: 9, base: undefined, partOfSpeech: 'conjunctive particle' },
      { surface: '泣い', start: 9, end: 11, base: '泣く', partOfSpeech: 'verb' },
      { surface: 'た', start: 11, end: 12, base: undefined, partOfSpeech: 'auxiliary' },
    ]);
    assert.deepEqual(tokenizer.analyze('😀').map(termTokenOf), [
      { surface: '😀', start: 0, end: 2, base: undefined, partOfSpeech: 'symbol' },
    ]);
  });
});
