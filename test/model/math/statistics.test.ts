import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, quantile, quantileOfSorted, ranksOf } from '../../../model/math/statistics.ts';

test('quantiles of sorted values equal those of numpy', () => {
  // numpy 2.x: numpy.quantile([1, 2, 4, 8], [0, 0.25, 0.5, 0.9, 1])
  const received = [0, 0.25, 0.5, 0.9, 1].map((share) => quantileOfSorted([1, 2, 4, 8], share));
  received.forEach((value, i) => {
    assert.ok(Math.abs(value - ([1, 1.75, 3, 6.8, 8][i] as number)) < 1e-12, String(value));
  });
  assert.equal(quantileOfSorted([], 0.5), Number.NaN);
});

test('quantiles lie between the values on either side', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(quantile([0, 10], 0.25), 2.5);
  assert.equal(quantile([7], 1), 7);
  assert.throws(() => median([]), /^Error: Expected at least one value, received none$/);
});

test('values are sorted as numbers, and the argument is not changed', () => {
  const values = [100, 9, -1, 20];
  assert.equal(quantile(values, 1), 100);
  assert.deepEqual(values, [100, 9, -1, 20]);
});

test('equal values share the mean of their ranks', () => {
  assert.deepEqual([...ranksOf([3, 1, 3, 2])], [3.5, 1, 3.5, 2]);
});
