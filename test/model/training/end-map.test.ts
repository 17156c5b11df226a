import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../../model/math/random.ts';
import { type EndMap, ScoreMap, type ScoreRange } from '../../../model/reference/score-range.ts';
import { endMapOf } from '../../../model/training/end-map.ts';

type Bounds = readonly [number, number];

function mapOf(range: ScoreRange, bounds: Bounds, tailShare?: number): EndMap {
  const map = endMapOf(range, bounds, tailShare);
  assert.ok(map !== undefined);
  return map;
}

const view = new DataView(new ArrayBuffer(8));

/** The `steps`-th double after a finite x; before it if `steps` is negative. */
function neighbour(x: number, steps: number): number {
  if (x === 0) return steps * Number.MIN_VALUE;
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(x > 0 ? steps : -steps));
  return view.getFloat64(0);
}

const cases: readonly (readonly [what: string, range: ScoreRange, bounds: Bounds, tailShare?: number])[] = [
  ['bounds far outside', [1, 5], [-23.71, 31.4]],
  ['bounds just outside', [1, 5], [0.93, 5.21]],
  ['bounds at various distances', [1, 5], [-1.9, 6.3]],
  ['one bound within the range', [1, 5], [1.2, 14.9]],
  ['percents', [0, 100], [-341, 512.7]],
  ['a range with a negative end', [-4, 4], [-31.4, 27.3]],
  ['a narrow range', [1, 1.1], [0.3, 2.2]],
  ['long tails', [1, 5], [-23.71, 31.4], 7 / 16],
];

describe('end map', () => {
  for (const [what, range, bounds, tailShare] of cases) {
    test(`${what}: it does not descend at and around its knots, and not for random pairs`, () => {
      const map = mapOf(range, bounds, tailShare);
      const scores = ScoreMap.endMap(map);
      for (const x of map.raw) {
        const around = Array.from({ length: 201 }, (_, i) => neighbour(x, i - 100));
        around.slice(1).forEach((next, i) => {
          assert.ok(scores.score(around[i] as number) <= scores.score(next), `${next}`);
        });
      }
      const random = createRandom(5);
      const fraction = () => random.below(2 ** 32) / 2 ** 32;
      const [lowest, highest] = [bounds[0] - 1, bounds[1] + 1];
      for (let i = 0; i < 1e6 / cases.length; i++) {
        const a = lowest + (highest - lowest) * fraction();
        const b = i % 2 === 0 ? lowest + (highest - lowest) * fraction() : a + 1e-9 * fraction();
        assert.equal(scores.score(Math.min(a, b)) <= scores.score(Math.max(a, b)), true, `${a} and ${b}`);
      }
    });

    test(`${what}: sums within the bounds that are more than 1e-9 apart give different scores`, () => {
      const map = mapOf(range, bounds, tailShare);
      const scores = ScoreMap.endMap(map);
      const random = createRandom(6);
      const fraction = () => random.below(2 ** 32) / 2 ** 32;
      for (let i = 0; i < 20_000; i++) {
        const a = bounds[0] + (bounds[1] - bounds[0] - 2e-9) * fraction();
        assert.ok(scores.score(a) < scores.score(a + 1.01e-9), `${a}`);
      }
      assert.ok(map.slopes.every((slope) => slope > 0.99e-5));
    });

    test(`${what}: it maps the bounds to the ends or, within the range, to themselves`, () => {
      const { raw, scores } = mapOf(range, bounds);
      assert.deepEqual([raw[0], raw.at(-1)], bounds);
      assert.deepEqual([scores[0], scores.at(-1)], [Math.max(range[0], bounds[0]), Math.min(range[1], bounds[1])]);
    });

    test(`${what}: slopes fall from the middle to the ends`, () => {
      const { slopes } = mapOf(range, bounds);
      const middle = slopes.findIndex((slope) => slope > 1 - 1e-12);
      slopes.slice(1).forEach((slope, i) => {
        const [inner, outer] = i + 1 <= middle ? [slope, slopes[i] as number] : [slopes[i] as number, slope];
        assert.ok(outer <= inner * (1 + 1e-12), `${slopes}`);
      });
    });
  }

  test('from 1.5 to 4.5 it is the identity within rounding, and the tails are an exponential decay', () => {
    const { raw, scores } = mapOf([1, 5], [-23.71, 31.4]);
    const map = ScoreMap.endMap({ ...mapOf([1, 5], [-23.71, 31.4]) });
    for (let x = 1.5; x <= 4.5; x += 1 / 64) assert.ok(Math.abs(map.score(x) - x) < 1e-15);
    raw.slice(1, -1).forEach((x, i) => {
      const distance = Math.max(0, 1.5 - x, x - 4.5);
      const remainder = 0.5 * Math.exp(-distance / 0.5);
      const score = scores[i + 1] as number;
      assert.ok(Math.abs(Math.min(score - 1, 5 - score) - remainder) < 5e-5, `${x}`);
    });
    assert.deepEqual([map.score(1), map.score(5)], [1 + 0.5 * 0.3679, 5 - 0.5 * 0.3679]);
  });

  test('there is no map for bounds too far away, without a number, or beside the range', () => {
    const impossible: Bounds[] = [
      [-1e5, 7],
      [0, 1e5],
      [0, Number.POSITIVE_INFINITY],
      [Number.NaN, 6],
      [3, 3],
      [4.8, 6],
    ];
    for (const bounds of impossible) assert.equal(endMapOf([1, 5], bounds), undefined);
  });
});
