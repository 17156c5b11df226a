import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  areaUnderCurve,
  confusionOf,
  meanAbsoluteError,
  meanAndDeviation,
  measuresOf,
  rootMeanSquaredError,
  spearman,
} from '../../../model/evaluation/measures.ts';

test('errors, by hand', () => {
  assert.equal(rootMeanSquaredError([1, 5], [4, 1]), Math.sqrt((9 + 16) / 2));
  assert.equal(meanAbsoluteError([1, 5], [4, 1]), 3.5);
});

test('Spearman is 1 for the same order, −1 for the reverse, NaN if one side is constant', () => {
  assert.equal(spearman([1, 2, 3], [10, 20, 25]), 1);
  assert.equal(spearman([1, 2, 3], [3, 2, 1]), -1);
  assert.equal(spearman([1, 2, 3], [1, 1, 1]), Number.NaN);
});

test('Spearman with ties equals scipy.stats.spearmanr (scipy 1.x) on five pairs', () => {
  // ranks 1.5 1.5 3 4.5 4.5 and 1 2 3 4 5: 9 / sqrt(9 · 10)
  assert.ok(Math.abs(spearman([1, 1, 2, 3, 3], [1, 2, 3, 4, 5]) - 9 / Math.sqrt(90)) < 1e-15);
});

test('the area under the curve is the share of pairs in order, and ties count half', () => {
  // low: .1 .4; high: .4 .8 → pairs: < < = <
  assert.equal(areaUnderCurve([1, 1, 3, 5, 5], [0.1, 0.4, 9, 0.4, 0.8], 1, 5), 3.5 / 4);
});

test('a confusion matrix counts each review in its row and its column', () => {
  assert.deepEqual(confusionOf([0, 1, 1, 1], [2, 0, 0, 1], [2, 3]), [
    [0, 0, 1],
    [2, 1, 0],
  ]);
  assert.deepEqual(confusionOf([], [], [1, 2]), [[0, 0]]);
});

test('all measures by name, without the undefined ones', () => {
  assert.deepEqual(measuresOf([1, 5], [1, 4], [1, 5]), { rmse: Math.SQRT1_2, mae: 0.5, spearman: 1, auc: 1 });
  assert.deepEqual(measuresOf([1, 4], [1, 4], [1, 5]), { rmse: 0, mae: 0, spearman: 1 });
});

test('the mean and the deviation of the measures that all sets have', () => {
  const sets = [{ rmse: 1, auc: 0.9 }, { rmse: 2 }, { rmse: 3, auc: 0.7 }];
  assert.deepEqual(meanAndDeviation(sets), { rmse: 2, rmseDeviation: 1 });
});
