import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortestWord, termsOf, wordsOf } from '../../../model/reference/terms.ts';

const words = (surfaces: string[], shortest = 1) => Array.from(wordsOf(surfaces, shortest), ({ text }) => text);

test('a word is a run of word characters within one token', () => {
  assert.deepEqual(words(['Ver', '.', '2.0', 'は', '！', 'a_b', '々ー']), ['Ver', '2', '0', 'は', 'a_b', '々ー']);
});

test('combining marks and emoji are not word characters, 𠮷 is one', () => {
  assert.deepEqual(words(['か\u3099く', '😀𠮷😀', '\ud800']), ['か', 'く', '𠮷']);
});

test('each word has the number of its token', () => {
  assert.deepEqual(
    [...wordsOf(['、', '1.5', '点'], 1)],
    [
      { text: '1', token: 1 },
      { text: '5', token: 1 },
      { text: '点', token: 2 },
    ],
  );
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

test('n-grams are words joined by one space', () => {
  assert.deepEqual([...termsOf(['a', 'b', 'c'], [1, 2])], ['a', 'b', 'c', 'a b', 'b c']);
  assert.deepEqual([...termsOf(['a', 'b', 'c'], [3, 5])], ['a b c']);
  assert.deepEqual([...termsOf([], [1, 2])], []);
});
