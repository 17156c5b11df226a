import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countText, digitsFor, fixed, signed } from '../../../../model/evaluation/report/numbers.ts';

test('numbers have separators, a true minus sign and no −0', () => {
  assert.deepEqual([0, 999, 1000, 1234567].map(countText), ['0', '999', '1,000', '1,234,567']);
  assert.deepEqual(
    [1.005, -0.5, -0.001, Number.NaN].map((value) => fixed(value, 2)),
    ['1.00', '−0.50', '0.00', '–'],
  );
  assert.deepEqual(
    [0.5, -0.5, 0.001, -0.001, 0].map((value) => signed(value, 2)),
    ['+0.50', '−0.50', '0.00', '0.00', '0.00'],
  );
});

test('the number of decimals depends on the range of stars', () => {
  const ranges = [
    [1, 5],
    [0.5, 5],
    [0, 1],
    [0, 100],
    [0, 1e6],
    [0, 1e-12],
  ] as const;
  assert.deepEqual(ranges.map(digitsFor), [2, 2, 3, 1, 0, 8]);
});
