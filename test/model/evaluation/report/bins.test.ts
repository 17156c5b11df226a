import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { calibrate, errorsBy, joinSmall, LENGTHS } from '../../../../model/evaluation/report/bins.ts';

describe('joining small bins', () => {
  test('by hand: until each has 20 reviews', () => {
    assert.deepEqual(joinSmall([20, 5, 0, 15, 30, 0, 25]), [
      [0, 1],
      [1, 4],
      [4, 5],
      [6, 7],
    ]);
  });

  test('a small rest joins the bin before it, and a few reviews are one bin', () => {
    assert.deepEqual(joinSmall([0, 20, 3, 0, 4]), [[1, 5]]);
    assert.deepEqual(joinSmall([0, 3, 0, 4, 0]), [[1, 4]]);
    assert.deepEqual(joinSmall([0, 0]), []);
  });

  test('no review is lost, and no bin but an only one is small', () => {
    for (let seed = 1; seed < 200; seed++) {
      const counts = Array.from({ length: 9 }, (_, i) => (seed * (i + 3) * 7) % 31);
      const joined = joinSmall(counts);
      const sums = joined.map(([first, end]) => counts.slice(first, end).reduce((sum, count) => sum + count, 0));
      assert.equal(
        sums.reduce((sum, count) => sum + count, 0),
        counts.reduce((sum, count) => sum + count, 0),
      );
      if (sums.length > 1) assert.ok(sums.every((sum) => sum >= 20));
    }
  });
});

test('errors by length: joined bins have the label of all their lengths', () => {
  const reviews = [5, 15, 30, 2000].flatMap((length) => new Array(12).fill({ stars: 3, text: 'あ'.repeat(length) }));
  const scores = new Float64Array(48).fill(3.5);
  const bins = errorsBy([...reviews.keys()], { reviews, scores }, LENGTHS, (text) => text.length);
  assert.deepEqual(
    bins.map(({ label, count, mean, values }) => [label, count, mean, values]),
    [
      ['0–19', 24, 0.5, undefined],
      ['20 +', 24, 0.5, undefined],
    ],
  );
});

test('calibration: equal stars have a mean, but no interval', () => {
  const reviews = new Array(40).fill({ stars: 5, text: '' });
  const { calibration } = calibrate(reviews, new Float64Array(40).fill(4.25), [1, 5]);
  assert.deepEqual(calibration, [{ from: 4, to: 4.5, count: 40, predicted: 4.25, given: 5, interval: null }]);
});
