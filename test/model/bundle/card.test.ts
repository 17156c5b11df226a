import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardOf } from '../../../model/bundle/card.ts';
import { shippedManifest } from '../../fixtures/shipped-scorer.ts';

test('a measure has its interval, or its deviation over the folds', () => {
  const measures = {
    folds: { folds: 5, reviews: 60, rmse: 1.25, rmseDeviation: 0.5 },
    'held-out': { reviews: 60, rmse: 1.26, rmseFrom: 1.1, rmseTo: 1.45, auc: 0.9 },
  };
  const card = cardOf({ ...shippedManifest, measures }, undefined);
  for (const row of [
    '| reviews of | measure | value | 95 % interval |',
    '| folds | rmse | 1.2500 ± 0.5000 |  |',
    '| held-out | rmse | 1.2600 | 1.1000 … 1.4500 |',
    '| held-out | auc | 0.9000 |  |',
  ])
    assert.ok(card.includes(`${row}\n`), row);
  assert.ok(!card.includes('rmseFrom') && !card.includes('rmseDeviation'));
  assert.ok(cardOf(shippedManifest, undefined).includes('No review was kept apart'));
});
