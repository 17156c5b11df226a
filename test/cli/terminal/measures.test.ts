import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureTexts } from '../../../cli/terminal/measures.ts';

test('counts are integers; measures always have four decimals', () => {
  assert.deepEqual(measureTexts({ validation: { reviews: 24, rmse: 0.123456, mae: 0, spearman: -0.5, auc: 1 } }), [
    ['validation', '24 reviews, RMSE 0.1235, MAE 0.0000, Spearman -0.5000, AUC 1.0000'],
  ]);
});

test('folds have a mean and a deviation; an unknown measure keeps its name', () => {
  assert.deepEqual(
    measureTexts({ folds: { folds: 4, reviews: 240, rmse: 1.5, rmseDeviation: 0.25 }, other: { kappa: 0.5 } }),
    [
      ['folds', '4 folds, 240 reviews, RMSE 1.5000 ± 0.2500'],
      ['other', 'kappa 0.5000'],
    ],
  );
});

test('no measures give no text', () => {
  assert.deepEqual(measureTexts({}), []);
});
