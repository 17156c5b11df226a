/** The figures of a comparison, by hand. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import { readManifest } from '../../../model/bundle/read.ts';
import { type Comparison, compareScores, notesOf } from '../../../model/evaluation/compare.ts';
import type { Pair } from '../../../model/evaluation/range-map.ts';
import { scorePair } from '../../../model/evaluation/score-pair.ts';
import { hashOfReviews } from '../../../model/io/reviews.ts';
import { loadPair, writeTinyPair } from '../../fixtures/tiny-pair.ts';

let folder: string;
let paths: Pair<string>;
let models: Pair<Manifest>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-compare-'));
  paths = await writeTinyPair(folder);
  models = { old: await readManifest(paths.old), new: await readManifest(paths.new) };
});
after(() => rm(folder, { recursive: true }));

const scores = (old: readonly number[], now: readonly number[]) => ({
  scores: { old: Float64Array.from(old), new: Float64Array.from(now) },
  hash: 'hash',
});

/** Numbers as close as eight digits. */
function rounded(values: readonly number[]): number[] {
  return values.map((value) => Number(value.toPrecision(8)));
}

describe('the figures of two tiny models', () => {
  let comparison: Comparison;
  before(async () => {
    const texts = ['良い', '悪い', '普通', ''].map((text) => ({ text }));
    comparison = compareScores(models, await scorePair(await loadPair(paths), [texts], { top: 0 }));
  });

  test('scores and moves: mean and quantiles', () => {
    const { old: before, new: after, move, absoluteMove } = comparison.scores;
    // old 1 3 3 5 · new 1 3 4 4 · moves −2 0 1 1; the quantile at share s lies at 3s of 0 … 3
    assert.deepEqual(
      [before, after, move, absoluteMove].map(({ mean }) => mean),
      [3, 3, 0, 1],
    );
    assert.deepEqual(rounded(before.quantiles), [1.06, 1.3, 2.5, 3, 3.5, 4.7, 4.94]);
    assert.deepEqual(rounded(after.quantiles), [1.06, 1.3, 2.5, 3.5, 4, 4, 4]);
    assert.deepEqual(rounded(move.quantiles), [-1.94, -1.7, -0.5, 0.5, 1, 1, 1]);
    assert.deepEqual(rounded(absoluteMove.quantiles), [0.03, 0.15, 0.75, 1, 1.25, 1.85, 1.97]);
  });

  test('shares that move, labels, ends and rank agreement', () => {
    assert.equal(comparison.texts, 4);
    assert.deepEqual(comparison.moved, [
      { by: 0.1, texts: 3 },
      { by: 0.25, texts: 3 },
      { by: 0.5, texts: 3 },
      { by: 1, texts: 1 }, // a move of exactly 1 is not more
    ]);
    assert.deepEqual(comparison.labels, {
      cuts: { old: [2.5, 3.5], new: [2.5, 3.5] },
      counts: [
        [1, 0, 0],
        [0, 0, 2],
        [0, 1, 0],
      ],
    });
    assert.deepEqual(comparison.ends, { old: { lowest: 1, highest: 1 }, new: { lowest: 1, highest: 0 } });
    // ranks 4 1 2.5 2.5 and 2 1 3.5 3.5: covariance 1.5, both variances 4.5
    assert.ok(Math.abs(comparison.spearman - 1 / 3) < 1e-12);
    assert.equal(comparison.measures, undefined);
    assert.deepEqual(notesOf(comparison), []);
  });
});

test('with stars: both models, and the difference with its interval', () => {
  // Four reviews, three times each, so that the bootstrap has enough.
  const thrice = (values: readonly number[]) => [...values, ...values, ...values];
  const measured = compareScores(models, {
    ...scores(thrice([5, 1, 3, 3]), thrice([3, 1, 4, 4])),
    stars: Float64Array.from(thrice([5, 1, 3, 3])),
  }).measures;
  assert.ok(measured);
  assert.deepEqual(measured.stars, { low: 1, high: 5 });
  assert.deepEqual(measured.groups, [
    { from: 1, to: 1, reviews: 3 },
    { from: 3, to: 3, reviews: 6 },
    { from: 5, to: 5, reviews: 3 },
  ]);
  assert.match(measured.few ?? '', /^There are only 12 reviews/);
  const { labels: oldLabels, ...old } = measured.old;
  assert.deepEqual(old, { auc: 1, aucLower: 1, aucUpper: 1, spearman: 1, rmse: 0, mae: 0 });
  const { labels: newLabels, ...now } = measured.new;
  assert.deepEqual(rounded(Object.values(now)), rounded([1, 1, 0, 1 / 3, Math.sqrt(1.5), 1]));
  const { labels: moreLabels, ...difference } = measured.difference;
  assert.deepEqual(rounded(Object.values(difference)), rounded([0, 0, -1, -2 / 3, Math.sqrt(1.5), 1]));
  assert.equal(moreLabels, newLabels - oldLabels);
  assert.equal(measured.intervals.auc, null); // three reviews of 1 star are too few
  // |errors| of NEW are 2 0 1 1, of OLD 0: a draw of them has a mean between 0 and 2.
  const [from, to] = measured.intervals.mae as [number, number];
  assert.ok(0 <= from && from < 1 && 1 < to && to <= 2, `${from} ${to}`);
});

test('reviews of one number of stars have errors, but no AUC and no rank correlation', () => {
  const measured = compareScores(models, { ...scores([5, 3], [3, 4]), stars: Float64Array.of(5, 5) }).measures;
  assert.ok(measured);
  assert.deepEqual([measured.old.mae, measured.new.mae, measured.difference.mae], [1, 1.5, 0.5]);
  assert.deepEqual([measured.old.auc, measured.new.spearman, measured.intervals.auc], [Number.NaN, Number.NaN, null]);
});

test('the same model: nothing moves, and the comparison says so', () => {
  const same = compareScores({ old: models.old, new: models.old }, scores([5, 1], [5, 1]));
  assert.equal(same.isSameModel, true);
  assert.deepEqual(same.scores.absoluteMove, { mean: 0, quantiles: [0, 0, 0, 0, 0, 0, 0] });
  assert.deepEqual(notesOf(same), ['OLD and NEW are the same model, so no score can move.']);
});

test('the same files with another range are not the same model', () => {
  const wider: Manifest = { ...models.old, scoreRange: [0, 5] };
  assert.equal(compareScores({ old: models.old, new: wider }, scores([5, 1], [5, 1])).isSameModel, false);
});

test('another range: old scores are mapped, labels and ends are those of each model', () => {
  const hundred: Manifest = { ...models.new, scoreRange: [0, 100] };
  const comparison = compareScores({ old: models.old, new: hundred }, scores([1, 2, 3.5, 5], [0, 50, 62.5, 90]));
  assert.equal(comparison.isMapped, true);
  assert.deepEqual(comparison.scores.old.mean, (0 + 25 + 62.5 + 100) / 4);
  assert.deepEqual(comparison.scores.move.mean, (0 + 25 + 0 - 10) / 4);
  assert.deepEqual(comparison.moved, [
    { by: 2.5, texts: 2 },
    { by: 6.25, texts: 2 },
    { by: 12.5, texts: 1 },
    { by: 25, texts: 0 },
  ]);
  assert.deepEqual(comparison.labels.cuts, { old: [2.5, 3.5], new: [37.5, 62.5] });
  assert.deepEqual(comparison.labels.counts, [
    [1, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  assert.deepEqual(comparison.ends, { old: { lowest: 1, highest: 1 }, new: { lowest: 1, highest: 0 } });
  assert.deepEqual(notesOf(comparison), [
    "OLD scores from 1 to 5 and NEW from 0 to 100. OLD's scores are mapped linearly to NEW's range.",
  ]);
});

test('a model that was trained on the reviews is named', () => {
  const hash = hashOfReviews([
    { stars: 5, text: '良い' },
    { stars: 1, text: '悪い' },
  ]);
  const trained: Manifest = { ...models.new, made: { ...models.new.made, data: hash } };
  const comparison = compareScores({ old: models.old, new: trained }, { ...scores([5, 1], [3, 1]), hash });
  assert.deepEqual(comparison.trainedOn, { old: false, new: true });
  assert.match(notesOf(comparison).join(), /^NEW was trained on these reviews/);
});

test('all scores are equal: the rank agreement is undefined, which is null in JSON', () => {
  const { spearman } = JSON.parse(JSON.stringify(compareScores(models, scores([3, 3], [4, 4]))));
  assert.equal(spearman, null);
});
