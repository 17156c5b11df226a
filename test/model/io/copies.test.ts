import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conflictsIn, countTexts, repeatsIn } from '../../../model/io/copies.ts';

const reviews = [
  { stars: 5, text: 'ガッカリ' },
  { stars: 5, text: 'ｶﾞｯｶﾘ' },
  { stars: 2, text: '悪い' },
  { stars: 1, text: '悪 い' },
  { stars: 2, text: '悪い' },
  { stars: 3, text: '普通' },
  { stars: 1, text: '良い' },
  { stars: 5, text: '良い' },
];

test('texts that occur more than once are counted, and those with different stars', () => {
  assert.deepEqual(repeatsIn(reviews), { repeated: 3, conflicting: 2, copies: 4 });
  assert.deepEqual(repeatsIn([]), { repeated: 0, conflicting: 0, copies: 0 });
  assert.equal(countTexts(reviews), 4);
});

test('a conflict has the first of its texts and all its stars; only so many as asked for', () => {
  const both = [
    { text: '悪い', stars: [1, 2, 2] },
    { text: '良い', stars: [1, 5] },
  ];
  assert.deepEqual(conflictsIn(reviews, 10), both);
  assert.deepEqual(conflictsIn(reviews, 1), both.slice(0, 1));
  assert.deepEqual(conflictsIn(reviews.slice(0, 2), 10), []);
});
