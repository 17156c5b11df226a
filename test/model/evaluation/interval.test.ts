import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aucInterval, meanInterval, NORMAL_QUANTILE, shareInterval } from '../../../model/evaluation/interval.ts';

const near = (received: number | undefined, expected: number, within = 5e-4) =>
  assert.ok(Math.abs((received as number) - expected) < within, `${received}, expected ${expected}`);

test('a share: Wilson’s interval', () => {
  // Newcombe 1998, table 1, method 3: 81 of 263, and 0 of 20
  const [from, to] = shareInterval(81, 263) as [number, number];
  near(from, 0.2553);
  near(to, 0.3662);
  const [none, some] = shareInterval(0, 20) as [number, number];
  assert.equal(none, 0);
  near(some, 0.1611);
  assert.equal(shareInterval(20, 20)?.[1], 1);
  assert.equal(shareInterval(0, 0), null);
});

test('AUC: the ends are z times their own standard error away from the measured value', () => {
  for (const [auc, low, high] of [
    [0.9, 40, 60],
    [0.5, 12, 5],
    [0.99, 1000, 1000],
    [1, 7, 9],
  ] as const) {
    const ends = aucInterval(auc, low, high) as [number, number];
    for (const end of ends) {
      if (end === 1) continue;
      const [q1, q2] = [end / (2 - end), (2 * end * end) / (1 + end)]; // Hanley and McNeil 1982
      const pairs = (low + high) / 2 - 1;
      const variance = (end * (1 - end) + pairs * (q1 - end * end) + pairs * (q2 - end * end)) / (low * high);
      near((end - auc) ** 2, NORMAL_QUANTILE ** 2 * variance, 1e-9);
    }
    assert.ok(ends[0] < auc && ends[1] >= auc);
  }
});

test('AUC: a perfect order is less certain with fewer reviews, and no group may be empty', () => {
  const lower = [3, 10, 100].map((count) => aucInterval(1, count, count)?.[0] as number);
  assert.deepEqual(
    lower,
    lower.toSorted((a, b) => a - b),
  );
  assert.ok((lower[0] as number) < 0.6 && (lower[2] as number) > 0.95, `${lower}`);
  assert.equal(aucInterval(Number.NaN, 0, 5), null);
});

test('a mean of differences, by hand', () => {
  // 1, 3: mean 2, deviation √2, standard error 1
  const [from, to] = meanInterval([1, 3]) as [number, number];
  near(from, 2 - NORMAL_QUANTILE, 1e-12);
  near(to, 2 + NORMAL_QUANTILE, 1e-12);
  assert.deepEqual([meanInterval([2]), meanInterval([2, 2]), meanInterval([])], [null, null, null]);
});
