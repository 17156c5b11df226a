import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitLine, median, quantile } from '../../bench/statistics.ts';

test('a quantile is interpolated between its two neighbours', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(quantile([0, 10], 0.25), 2.5);
  assert.equal(quantile([7], 1), 7);
  assert.throws(() => median([]), /^Error: Expected at least one value, received none$/);
});

test('the fitted line of points on a line is that line', () => {
  assert.deepEqual(
    fitLine([
      [0, 1],
      [1, 3],
      [2, 5],
    ]),
    { intercept: 1, slope: 2, r2: 1 },
  );
});
