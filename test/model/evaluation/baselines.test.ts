import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baselinesOf } from '../../../model/evaluation/baselines.ts';

const model = { scoreRange: [1, 5] } as const;
const stars = Float64Array.from({ length: 60 }, (_, i) => 1 + 2 * (i % 3));
const worse = stars.map((value, i) => 3 + 0.2 * (value - 3) + 0.01 * (i % 7));
const better = stars.map((value, i) => 3 + 0.8 * (value - 3) + 0.01 * (i % 7));

test('the constant: no order, the spread of the stars, and the share of the most frequent label', () => {
  const { constant, base, verdict } = baselinesOf(stars, { model: better }, 3, model);
  assert.deepEqual([constant.score, constant.auc, constant.aucLower, constant.labels], [3, 0.5, 0.5, 1 / 3]);
  assert.ok(Math.abs(constant.rmse - Math.sqrt(8 / 3)) < 1e-12);
  assert.deepEqual([base, verdict], [undefined, undefined]);
});

test('the base and the model on the same reviews, and a plain verdict', () => {
  const verdictOf = (base: Float64Array, now: Float64Array) => baselinesOf(stars, { base, model: now }, 3, model);
  const { base, verdict } = verdictOf(worse, better);
  assert.ok(base);
  assert.ok(base.difference.rmse < -0.9 && (base.intervals.rmse?.[1] as number) < 0);
  assert.deepEqual([base.old.labels, base.new.labels, base.difference.labels], [1, 1, 0]);
  assert.equal(verdict, 'The new model is better than its base on these reviews.');
  assert.match(verdictOf(better, worse).verdict ?? '', /^The new model is NOT better than its base/);
  const hardly = better.map(
    (score, i) => score + (i % 2 === 0 ? 0.001 : -0.0009) * Math.sign((stars[i] as number) - 3),
  );
  assert.match(verdictOf(better, hardly).verdict ?? '', /^The new model may be better .* too few to be certain\.$/);
});

test('with five reviews, no interval pretends to be one', () => {
  const few = [0, 1, 2, 3, 4];
  const of = (values: Float64Array) => Float64Array.from(few, (i) => values[i] as number);
  const { base } = baselinesOf(of(stars), { base: of(worse), model: of(better) }, 3, model);
  const { auc, aucLower, aucUpper, rmse, mae, spearman, labels } = base?.intervals ?? {};
  assert.deepEqual([auc, aucLower, aucUpper, rmse, mae, spearman, labels], new Array(7).fill(null));
});
