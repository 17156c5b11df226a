import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  groupText,
  HIGHEST,
  LOWEST,
  MIDDLE,
  NO_SIDE,
  scaleOf,
  sideOf,
  starGroupsOf,
  starsText,
} from '../../../model/evaluation/star-sides.ts';

test('on a range from 1 to 5: 1 star, 2.5 to 3.5 stars, and 5 stars', () => {
  const sides = [1, 1.49, 1.5, 2, 2.49, 2.5, 3, 3.5, 3.51, 4, 4.5, 4.51, 5].map((stars) => sideOf(stars, [1, 5]));
  const [low, none, middle, high] = [LOWEST, NO_SIDE, MIDDLE, HIGHEST];
  assert.deepEqual(sides, [low, low, none, none, none, middle, middle, middle, none, none, none, high, high]);
});

test('each group has the stars that were given, and the number of reviews', () => {
  assert.deepEqual(starGroupsOf([0, 12, 12.4, 13, 45, 100], [0, 100]), [
    { from: 0, to: 12.4, reviews: 3 },
    { from: 45, to: 45, reviews: 1 },
    { from: 100, to: 100, reviews: 1 },
  ]);
  assert.deepEqual(starGroupsOf([1, 5], [1, 5])[MIDDLE], undefined);
  assert.deepEqual(starGroupsOf([3, 3], [3, 3]), [undefined, undefined, undefined]); // a range without width
});

test('the scale of stars is that of the scores, unless stars are outside', () => {
  assert.deepEqual(scaleOf([2, 4], [1, 5]), [1, 5]);
  assert.deepEqual(scaleOf([0, 80], [1, 5]), [0, 80]);
});

test('groups as text', () => {
  const text = (from: number, to: number) => [groupText({ from, to }), starsText({ from, to })];
  assert.deepEqual(text(1, 1), ['1', '1 star']);
  assert.deepEqual(text(5, 5), ['5', '5 stars']);
  assert.deepEqual(text(0, 12), ['0–12', '0–12 stars']);
});
