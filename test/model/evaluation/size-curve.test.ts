import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { doubledText, type SizeScores, sizeCurveOf } from '../../../model/evaluation/size-curve.ts';
import { createRandom } from '../../../model/math/random.ts';

const HELD_OUT = 600;
const stars = Float64Array.from({ length: HELD_OUT }, (_, i) => (i % 2 === 0 ? 1 : 5));

/** Scores whose AUC is `1 − error`, up to rounding: so many of the pairs are in the wrong order, evenly over the folds. */
function scoresOf(error: number): Float64Array {
  const half = HELD_OUT / 2;
  const rankOf = (i: number) => Math.floor(i / 2);
  // A review of 5 stars is below the last `error` of the reviews of 1 star.
  return Float64Array.from(stars, (value, i) => (value === 1 ? ((rankOf(i) * 7) % half) + 0.5 : half * (1 - error)));
}

function curveOf(errors: readonly number[], more: Partial<SizeScores> = {}) {
  const sizes = errors.map((error, i) => ({ reviews: 100 * 2 ** i, scores: scoresOf(error) }));
  return sizeCurveOf({
    stars,
    foldOf: Uint8Array.from(stars, (_, i) => Math.floor(i / 2) % 5),
    sizes,
    reviews: sizes.at(-1)?.reviews ?? 0,
    ...more,
  });
}

describe('the gain of twice as many reviews', () => {
  test('by hand: an error that halves with each doubling halves once more', () => {
    const { doubled, points } = curveOf([0.4, 0.2, 0.1]);
    assert.ok('gain' in doubled);
    assert.ok(Math.abs(doubled.gain - 0.05) < 0.002, `${doubled.gain}`);
    assert.ok(doubled.interval[0] < doubled.gain && doubled.gain < doubled.interval[1]);
    assert.deepEqual(
      points.map(({ reviews, auc }) => [reviews, Number(auc.toFixed(2))]),
      [
        [100, 0.6],
        [200, 0.8],
        [400, 0.9],
      ],
    );
  });

  test('only the last three points count, and the folds learned from fewer reviews than there are', () => {
    const { doubled } = curveOf([0.9, 0.4, 0.2, 0.1], { reviews: 1600 }); // the last point has 800
    assert.ok('gain' in doubled);
    assert.ok(Math.abs(doubled.gain - 0.025) < 0.002, `from 0.05 at 1,600 to 0.025 at 3,200: ${doubled.gain}`);
  });

  test('an error that stays gives no gain, and the sentence does not promise one', () => {
    const curve = curveOf([0.1, 0.1, 0.1]);
    assert.ok('gain' in curve.doubled && Math.abs(curve.doubled.gain) < 1e-9);
    const noise = createRandom(3);
    const noisy = curveOf([0.1, 0.1, 0.1], {
      sizes: [100, 200, 400].map((reviews) => ({
        reviews,
        scores: scoresOf(0.1).map((score) => score + noise.below(300) - 150),
      })),
    });
    assert.match(
      doubledText(noisy),
      /^With twice as many reviews \(800\), AUC would change by about .* \(95 %: −.* to \+.*\)\. That is too uncertain to promise a gain\.$/,
    );
  });

  test('sentences for a gain and for a loss', () => {
    assert.match(
      doubledText(curveOf([0.4, 0.2, 0.1])),
      /^With twice as many reviews \(800\) you would gain about 0\.05\d\d AUC \(95 %: \+0\.0\d+ to \+0\.0\d+\)\.$/,
    );
    assert.match(doubledText(curveOf([0.1, 0.2, 0.4])), /you would gain nothing: AUC would change by about −0\.\d+ \(/);
  });

  test('it is told only from enough reviews: the reasons', () => {
    const reasonOf = (curve: ReturnType<typeof curveOf>) => ('unknown' in curve.doubled ? curve.doubled.unknown : '');
    const two = curveOf([0.2, 0.1]);
    assert.equal(reasonOf(two), 'there are too few reviews to train on parts of them');
    assert.equal(
      doubledText(two),
      'With twice as many reviews (400), the gain cannot be told: there are too few reviews to train on parts of them.',
    );
    const rare = Float64Array.from(stars, (value, i) => (value === 5 && i > 18 ? 3 : value));
    assert.equal(reasonOf(curveOf([0.4, 0.2, 0.1], { stars: rare })), 'only 9 held-out reviews have 5 stars');
    assert.equal(reasonOf(curveOf([0.2, 0.1, 0])), 'AUC is already as high as these reviews can show');
  });
});

test('the base is the point of no reviews, and each point has its intervals', () => {
  const { points, heldOut } = curveOf([0.4, 0.2, 0.1], { base: scoresOf(0.3) });
  assert.deepEqual(
    points.map(({ reviews }) => reviews),
    [0, 100, 200, 400],
  );
  assert.equal(heldOut, HELD_OUT);
  for (const { auc, aucInterval, rmse, rmseInterval } of points) {
    assert.ok(aucInterval && aucInterval[0] < auc && auc < aucInterval[1]);
    assert.ok(rmseInterval && rmseInterval[0] < rmse && rmse < rmseInterval[1]);
  }
});

test('a single split: parts of its held-out reviews take the place of folds', () => {
  const whole = curveOf([0.4, 0.2, 0.1]);
  const single = curveOf([0.4, 0.2, 0.1], { foldOf: new Uint8Array(HELD_OUT) });
  assert.ok('gain' in whole.doubled && 'gain' in single.doubled);
  assert.equal(single.doubled.gain, whole.doubled.gain);
  assert.ok(single.doubled.interval[0] < single.doubled.gain);
});
