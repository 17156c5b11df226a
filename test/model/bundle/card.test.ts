import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cardOf } from '../../../model/bundle/card.ts';
import { shippedBundle, shippedManifest } from '../../fixtures/shipped-scorer.ts';

test('a measure has its interval, or its deviation over the folds', () => {
  const measures = {
    folds: { folds: 5, reviews: 60, rmse: 1.25, rmseDeviation: 0.5 },
    'held-out': { reviews: 60, rmse: 1.26, rmseFrom: 1.1, rmseTo: 1.45, auc: 0.9 },
  };
  const card = cardOf({ ...shippedManifest, measures }, undefined, 'en');
  for (const row of [
    '| reviews of | measure | value | 95 % interval |',
    '| folds | rmse | 1.2500 ± 0.5000 |  |',
    '| held-out | rmse | 1.2600 | 1.1000 … 1.4500 |',
    '| held-out | auc | 0.9000 |  |',
  ])
    assert.ok(card.includes(`${row}\n`), row);
  assert.ok(!card.includes('rmseFrom') && !card.includes('rmseDeviation'));
  assert.ok(cardOf(shippedManifest, undefined, 'en').includes('No review was kept apart'));
});

test('the Japanese card has the same structure, numbers and commands as the English one', () => {
  const measures = { 'held-out': { reviews: 60, rmse: 1.26, rmseFrom: 1.1, rmseTo: 1.45 } };
  const [english, japanese] = (['en', 'ja'] as const).map((language) =>
    cardOf({ ...shippedManifest, measures }, undefined, language),
  ) as [string, string];
  const skeleton = (card: string) => card.split('\n').map((line) => /^(?:#+|```\w*|\||$)/.exec(line)?.[0] ?? 'text');
  assert.deepEqual(skeleton(japanese), skeleton(english));
  const figures = (card: string) => card.match(/\d(?:[\w.]*\w)?/g)?.sort();
  assert.deepEqual(figures(japanese), figures(english));
  assert.match(japanese, /\n## 作り方\n/);
});

test('the shipped cards have the same figures', () => {
  const [english, japanese] = ['README.md', 'README.ja.md'].map((name) =>
    readFileSync(join(shippedBundle, name), 'utf8').replaceAll(',', ''),
  ) as [string, string];
  const figures = (card: string) => [...new Set(card.match(/\d+\.\d+/g))].sort();
  assert.deepEqual(figures(japanese), figures(english));
  assert.equal(english.split('\n')[0], japanese.split('\n')[0]);
  assert.equal(english.split('\n## ').length, japanese.split('\n## ').length);
});
