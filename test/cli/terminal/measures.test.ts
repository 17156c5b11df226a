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

test('a measure with an interval, also of a name that ends like one', () => {
  const measures = { reviews: 9, auc: 0.9, aucFrom: 0.75, aucTo: 1, aucLower: 0.5, labels: 0.25, goesTo: 0.125 };
  assert.deepEqual(measureTexts({ 'held-out': measures }), [
    [
      'held-out',
      '9 reviews, AUC 0.9000 (0.7500 … 1.0000), AUC lowest–middle 0.5000, right labels 0.2500, goesTo 0.1250',
    ],
  ]);
});

test('no measures give no text', () => {
  assert.deepEqual(measureTexts({}), []);
});
