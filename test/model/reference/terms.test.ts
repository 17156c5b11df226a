import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWords, shortestWord, termsOf } from '../../../model/reference/terms.ts';
import { tokensOf } from '../../fixtures/vectorize.ts';

const read = (surfaces: string[], shortest = 1) =>
  readWords(tokensOf(surfaces), { token_pattern: `\\w{${shortest},}`, ngram_range: [1, 1] });
const words = (surfaces: string[], shortest = 1) =>
  read(surfaces, shortest).segments.flatMap((segment) => segment.map(({ text }) => text));

test('a word is a run of word characters within one token', () => {
  assert.deepEqual(words(['Ver', '.', '2.0', 'は', '！', 'a_b', '々ー']), ['Ver', '2', '0', 'は', 'a_b', '々ー']);
});

test('combining marks and emoji are not word characters, 𠮷 is one', () => {
  assert.deepEqual(words(['か\u3099く', '😀𠮷😀', '\ud800']), ['か', 'く', '𠮷']);
});

test('each word has its place in the text', () => {
  assert.deepEqual(read(['、', '1.5', '点']), {
    segments: [
      [
        { text: '1', start: 1, end: 2 },
        { text: '5', start: 3, end: 4 },
        { text: '点', start: 4, end: 5 },
      ],
    ],
    singles: [],
  });
});

test('lengths count characters, not UTF-16 units', () => {
  assert.deepEqual(words(['𠮷', '良い', '良'], 2), ['良い']);
});

test('the usual patterns of scikit-learn are supported, others are refused', () => {
  assert.deepEqual(
    ['\\w{1,}', '\\w{3,}', '\\w+', '(?u)\\b\\w\\w+\\b', '(?u)\\b\\w+\\b'].map(shortestWord),
    [1, 3, 1, 2, 1],
  );
  assert.throws(() => shortestWord('[a-z]+'), /^Error: Expected token_pattern to be .*, received "\[a-z\]\+"$/);
});

test('n-grams are words joined by one space, from the first word to the last', () => {
  const terms = (surfaces: string[], range: [number, number]) => [...termsOf(read(surfaces), range)];
  assert.deepEqual(
    terms(['a', 'b', 'c'], [1, 2]).map(({ text }) => text),
    ['a', 'b', 'c', 'a b', 'b c'],
  );
  assert.deepEqual(terms(['a', 'b', 'c'], [3, 5]), [{ text: 'a b c', start: 0, end: 3 }]);
  assert.deepEqual(terms([], [1, 2]), []);
});
