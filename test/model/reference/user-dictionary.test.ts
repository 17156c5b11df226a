import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_SURFACE, UserDictionary, type UserWord } from '../../../model/reference/user-dictionary.ts';

const features = ['名詞', '一般', '*', '*', '*', '*', '*'];
const word = (surface: string, others: Partial<UserWord> = {}): UserWord => ({
  surface,
  leftId: 1285,
  rightId: 1288,
  cost: -100,
  features,
  segments: [],
  ...others,
});
const segments = [
  { surface: '神', features },
  { surface: '対応', features: ['名詞', 'サ変接続', '*', '*', '*', '*', '対応'] },
];

describe('a user dictionary', () => {
  test('is read as it was written, with its hash', () => {
    const words = [
      word('推せる'),
      word('神対応', { cost: 32767, segments }),
      word('推せる', { leftId: 0, cost: -32768 }),
    ];
    const dictionary = new UserDictionary(words);
    const read = UserDictionary.parse(dictionary.format(), 'words.tsv');
    assert.deepEqual(read.words, words);
    assert.equal(read.sha256, dictionary.sha256);
    assert.notEqual(new UserDictionary(words.slice(1)).sha256, dictionary.sha256);
    assert.deepEqual(dictionary.format().split('\n')[1]?.split('\t').slice(0, 4), ['神対応', '1285', '1288', '32767']);
  });

  test('finds the surface forms at a place, short ones first', () => {
    const dictionary = new UserDictionary(['神', '神対応', '対応', '神'].map((surface) => word(surface)));
    const lengthsAt = (start: number, limit = 5) => {
      const lengths: number[] = [];
      dictionary.eachPrefix('の神対応だ', start, limit, (length) => lengths.push(length));
      return lengths;
    };
    assert.deepEqual([lengthsAt(0), lengthsAt(1), lengthsAt(2), lengthsAt(1, 3)], [[], [1, 3], [2], [1]]);
    assert.deepEqual(dictionary.indicesOf('神'), [0, 3]);
    assert.deepEqual(dictionary.indicesOf('応'), []);
  });

  test('with another one: a surface form of both has the words of the other', () => {
    const mine = new UserDictionary([word('ア', { cost: 1 }), word('イ', { cost: 2 }), word('ア', { cost: 3 })]);
    const joined = mine.with(new UserDictionary([word('ア', { cost: 4 }), word('ウ', { cost: 5 })]));
    assert.deepEqual(
      joined.words.map(({ surface, cost }) => [surface, cost]),
      [
        ['イ', 2],
        ['ア', 4],
        ['ウ', 5],
      ],
    );
  });

  const line = new UserDictionary([word('神対応', { segments })]).format();
  for (const [what, text, message] of [
    ['no line feed at the end', line.slice(0, -1), /words\.tsv: expected at least one word, and a line feed/],
    ['no word', '', /expected at least one word/],
    ['no surface form', line.replace('神対応', ''), /words\.tsv:1: expected a surface form, received/],
    [
      'a supplementary character',
      line.replace('神対応', '𠮷'),
      /:1: expected a surface form without characters beyond/,
    ],
    ['a lone surrogate', line.replace('神対応', '\ud800'), /:1: expected a surface form without characters beyond/],
    [
      'U+E000',
      line.replace('神対応', '神\ue000'),
      /:1: expected a surface form without U\+E000, by which the tokenizer/,
    ],
    ['a long surface form', line.replace('神対応', '神'.repeat(MAX_SURFACE + 1)), /of at most 63 characters/],
    ['a sentence end inside', line.replace('神対応', '神。対'), /with 、 or 。 at most at its end/],
    ['a left id too high', line.replace('1285', '1316'), /expected a left id from 0 to 1315/],
    ['no number as right id', line.replace('1288', 'x'), /expected a right id from 0 to 1315/],
    ['a cost too low', line.replace('-100', '-32769'), /expected a cost from -32768 to 32767/],
    ['few features', line.replace('名詞,一般,*,*,*,*,*', '名詞'), /expected at least 7 features/],
    ['a segment without features', line.replace(/\t[^\t]*\n/, '\n'), /expected a surface form and features for each/],
    [
      'other segments',
      line.replace('\t対応\t', '\t対\t'),
      /expected segments that make the surface form 神対応 together/,
    ],
  ] as const)
    test(`is refused: ${what}`, () => assert.throws(() => UserDictionary.parse(text, 'words.tsv'), message));
});
