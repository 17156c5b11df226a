import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitLine } from '../../bench/statistics.ts';

test('a line through points on a line is that line', () => {
  assert.deepEqual(
    fitLine([
      [0, 1],
      [1, 3],
      [2, 5],
    ]),
    { intercept: 1, slope: 2, r2: 1 },
  );
});
