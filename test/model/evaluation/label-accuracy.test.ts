import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bestCuts, labelAccuracyOf, rightnessOf } from '../../../model/evaluation/label-accuracy.ts';
import { createRandom } from '../../../model/math/random.ts';
import { type LabelCuts, labelOf } from '../../../model/scoring/labels.ts';

const model = { scoreRange: [1, 5] } as const;
const correctBy = (right: Uint8Array, scores: readonly number[], cuts: LabelCuts) =>
  right.filter((label, i) => label === labelOf(scores[i] as number, cuts)).length;

describe('the best cuts', () => {
  test('by hand: between the labels, halfway between scores', () => {
    const right = Uint8Array.of(0, 0, 1, 1, 2, 2);
    assert.deepEqual(bestCuts(right, [1, 1.5, 2.5, 3, 4, 5], [2.5, 3.5]), [2, 3.5]);
    assert.deepEqual(bestCuts(right, [], [2.5, 3.5], new Uint32Array()), [2.5, 3.5]);
  });

  test('of equally good cuts, those nearest to the fallback', () => {
    // without neutral reviews, every cut between 1 and 5 is as good
    assert.deepEqual(bestCuts(Uint8Array.of(0, 2), [1, 5], [2.5, 3.5]), [3, 3]);
    // without a negative one, the lower cut is below all scores
    const [negative, positive] = bestCuts(Uint8Array.of(1, 2), [2, 4], [2.5, 3.5]);
    assert.ok(negative < 2 && positive === 3, `${negative} ${positive}`);
  });

  test('no other cuts give more right labels', () => {
    const reviews = fc.array(fc.record({ label: fc.nat(2), score: fc.nat(6) }), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(reviews, (given) => {
        const right = Uint8Array.from(given, ({ label }) => label);
        const scores = given.map(({ score }) => score);
        const best = correctBy(right, scores, bestCuts(right, scores, [2.5, 3.5]));
        for (let negative = -0.5; negative < 7; negative++)
          for (let positive = negative; positive < 7; positive++)
            assert.ok(correctBy(right, scores, [negative, positive]) <= best, `${negative} ${positive}`);
      }),
    );
  });
});

describe('the accuracy', () => {
  test('labels come from the stars: of 1 to 5, only 3 is neutral', () => {
    const stars = [1, 2, 3, 4, 5];
    const { counts, byModel, mostFrequent } = labelAccuracyOf(stars, [1, 2, 3, 4, 5], model);
    assert.deepEqual(
      counts.map((row) => row.reduce((sum, count) => sum + count, 0)),
      [2, 1, 2],
    );
    assert.deepEqual([byModel.cuts, byModel.accuracy], [[2.5, 3.5], 1]);
    assert.deepEqual(mostFrequent, { label: 'negative', accuracy: 2 / 5 });
  });

  test('cuts of the bundle count as the model’s own', () => {
    const own = { ...model, labels: { negative: 2, positive: 4.5 } };
    const { byModel } = labelAccuracyOf([1, 5, 5], [2.2, 4.4, 4.6], own);
    assert.deepEqual([byModel.cuts, byModel.accuracy], [[2, 4.5], 1 / 3]);
  });

  test('stars of another scale than the scores have labels on their own scale', () => {
    const { byModel } = labelAccuracyOf([0, 50, 100], [1, 3, 5], model);
    assert.equal(byModel.accuracy, 1);
  });

  test('scores of a perfect order: nearly all labels are right, with cuts far from the model’s own', () => {
    const stars = Array.from({ length: 300 }, (_, i) => 1 + 2 * Math.floor(i / 100));
    const scores = stars.map((_, i) => 4 + i / 300);
    const { accuracy, cuts, byModel } = labelAccuracyOf(stars, scores, model);
    assert.ok(accuracy > 0.98, `${accuracy}`);
    assert.ok(Math.abs(cuts[0] - (4 + 99.5 / 300)) < 1e-9 && Math.abs(cuts[1] - (4 + 199.5 / 300)) < 1e-9, `${cuts}`);
    assert.equal(byModel.accuracy, 1 / 3);
  });

  test('it is cross-fitted: on scores that say nothing, the best cuts are not better than chance', () => {
    const random = createRandom(5);
    let [fitted, fair] = [0, 0];
    for (let draw = 0; draw < 40; draw++) {
      const stars = Array.from({ length: 30 }, (_, i) => 1 + 2 * (i % 3));
      const scores = stars.map(() => 1 + random.below(4000) / 1000);
      const right = Uint8Array.from(stars, (value) => (value - 1) / 2);
      const { cuts, accuracy } = labelAccuracyOf(stars, scores, model);
      fitted += correctBy(right, scores, cuts) / 30 / 40;
      fair += accuracy / 40;
    }
    assert.ok(fitted > 0.42, `cuts on the same reviews look better: ${fitted}`);
    assert.ok(fair < 0.37, `cross-fitted ones do not: ${fair}`);
  });

  test('equal scores get the same label, so copies of a text do', () => {
    const random = createRandom(9);
    const stars = Array.from({ length: 200 }, () => 1 + random.below(5));
    const scores = stars.map(() => 1 + random.below(8) / 2);
    const rightness = rightnessOf(stars, scores, model);
    const first = new Map<string, number>();
    rightness.forEach((isRight, i) => {
      const kind = `${stars[i]} ${scores[i]}`;
      assert.equal(isRight, first.get(kind) ?? isRight, kind);
      first.set(kind, isRight);
    });
    const { accuracy, counts } = labelAccuracyOf(stars, scores, model);
    assert.equal(accuracy, rightness.reduce((sum, isRight) => sum + isRight, 0) / 200);
    assert.equal(
      counts.flat().reduce((sum, count) => sum + count, 0),
      200,
    );
  });
});
