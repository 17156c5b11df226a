import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareInterval } from '../../../model/evaluation/interval.ts';
import { scoreEndsOf } from '../../../model/evaluation/score-ends.ts';

test('by hand: scores near the ends, those that are right, and those that are exactly the end', () => {
  const stars = [1, 1, 3, 5, 5, 5, 1];
  const scores = [1, 1.49, 1.2, 4.51, 5, 4.5, 5];
  const { share, interval, lowest, highest } = scoreEndsOf(stars, scores, [1, 5]);
  assert.equal(share, 6 / 7); // 4.5 is not near
  assert.deepEqual(interval, shareInterval(6, 7));
  assert.deepEqual(lowest, { reviews: 3, right: 2, interval: shareInterval(2, 3), exact: 1 });
  assert.deepEqual(highest, { reviews: 3, right: 2, interval: shareInterval(2, 3), exact: 2 });
});

test('no score at the ends, and stars of another scale', () => {
  const none = scoreEndsOf([1, 5], [3, 3], [1, 5]);
  assert.deepEqual(none.highest, { reviews: 0, right: 0, interval: null, exact: 0 });
  assert.deepEqual(scoreEndsOf([0, 100], [1, 5], [1, 5]).highest.right, 1);
});
