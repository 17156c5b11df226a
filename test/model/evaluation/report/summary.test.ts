import assert from 'node:assert/strict';
import { test } from 'node:test';
import { densityOf, summaryOf } from '../../../../model/evaluation/report/summary.ts';

test('a summary, by hand', () => {
  assert.deepEqual(summaryOf([4, 0, 1, 3, 2]), { count: 5, mean: 2, quantiles: [0.2, 1, 2, 3, 3.8] });
  assert.deepEqual(summaryOf([7]), { count: 1, mean: 7, quantiles: [7, 7, 7, 7, 7] });
});

test('a density is highest where most values are, and near 0 far from all values', () => {
  const density = densityOf([1.5, 1.5, 1.5, 4.5], [1, 5]);
  const at = (place: number) =>
    density.reduce((a, b) => (Math.abs(b.at - place) < Math.abs(a.at - place) ? b : a)).density;
  assert.ok(Math.max(...density.map((point) => point.density)) === 1);
  assert.ok(at(1.5) > 0.9 && at(4.5) < 0.5 && at(4.5) > 0.05);
  const narrow = densityOf([2, 2, 2], [1, 5]);
  assert.ok(narrow.filter((point) => point.density > 0.01).every(({ at }) => Math.abs(at - 2) < 0.3));
});
