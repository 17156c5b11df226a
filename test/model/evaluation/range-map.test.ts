import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangeMapOf } from '../../../model/evaluation/range-map.ts';

test('the same range: every score stays the same double', () => {
  const { isNeeded, slope, score } = rangeMapOf({ old: { scoreRange: [1, 5] }, new: { scoreRange: [1, 5] } });
  assert.deepEqual([isNeeded, slope, score(0.1 + 0.2)], [false, 1, 0.1 + 0.2]);
});

test('other ranges: ends go to ends, and differences grow by the slope', () => {
  const { isNeeded, slope, score } = rangeMapOf({ old: { scoreRange: [1, 5] }, new: { scoreRange: [0, 100] } });
  assert.deepEqual([isNeeded, slope, score(1), score(2.5), score(5)], [true, 25, 0, 37.5, 100]);
  const moved = rangeMapOf({ old: { scoreRange: [1, 5] }, new: { scoreRange: [0, 4] } });
  assert.deepEqual([moved.isNeeded, moved.slope, moved.score(5)], [true, 1, 4]);
});
