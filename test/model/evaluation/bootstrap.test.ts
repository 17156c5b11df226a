import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bootstrap, pairedBootstrap } from '../../../model/evaluation/bootstrap.ts';
import {
  type DrawnMeasures,
  drawnDifferences,
  drawnMeasures,
  drawnTogether,
  measureNames,
} from '../../../model/evaluation/bootstrap-draws.ts';
import { allMeasuresOf } from '../../../model/evaluation/measures.ts';
import { createRandom } from '../../../model/math/random.ts';

/**
 * The same draws by their definition. The same generator picks from the reviews in order of score, and measures.ts
 * measures the picked reviews.
 */
function slowMeasures(
  stars: readonly number[],
  scores: readonly number[],
  draws: number,
  seed: number,
): DrawnMeasures[] {
  const order = stars.map((_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const range = [Math.min(...stars), Math.max(...stars)] as const;
  const random = createRandom(seed);
  return Array.from({ length: draws }, () => {
    const picked = stars.map(() => order[random.below(stars.length)] as number);
    const of = (values: readonly number[]) => picked.map((i) => values[i] as number);
    return allMeasuresOf(of(stars), of(scores), range);
  });
}

describe('bootstrap', () => {
  test('each draw has the measures of measures.ts, also with ties and without the highest stars', () => {
    const random = createRandom(7);
    for (const size of [2, 3, 12, 60]) {
      const stars = Array.from({ length: size }, (_, i) => (i === 0 ? 0.5 : i === 1 ? 5 : 1 + random.below(4)));
      const scores = stars.map((value) => value + random.below(5) - 2); // whole steps, so many are equal
      const fast = [...drawnMeasures(stars, scores, 50, size)];
      slowMeasures(stars, scores, 50, size).forEach((expected, draw) => {
        for (const name of measureNames) {
          const [a, b] = [fast[draw]?.[name] as number, expected[name]];
          assert.ok(Object.is(a, b) || Math.abs(a - b) < 1e-9, `${name} of ${size}, draw ${draw}: ${a}, expected ${b}`);
        }
      });
    }
  });

  test('by hand: equal errors give an interval of no width, and so does a perfect order for the rank measures', () => {
    const stars = Array.from({ length: 40 }, (_, i) => 1 + (i % 5));
    const {
      rmse,
      mae,
      auc,
      spearman: ranks,
      level,
      draws,
    } = bootstrap(
      stars,
      stars.map((value) => value + 0.5),
    );
    assert.deepEqual(
      { rmse, mae, auc, level, draws },
      { rmse: [0.5, 0.5], mae: [0.5, 0.5], auc: [1, 1], level: 0.95, draws: 1000 },
    );
    assert.ok(ranks?.every((end) => Math.abs(end - 1) < 1e-12));
  });

  test('the interval of a mean is as wide as by the normal distribution', () => {
    // |errors| are 0 or 1, half of them each: mean 0.5, standard error 0.5 / √400
    const stars = Array.from({ length: 400 }, (_, i) => 1 + (i % 4));
    const { mae } = bootstrap(
      stars,
      stars.map((value, i) => value + (i < 200 ? 1 : 0)),
    );
    const [from, to] = mae ?? [Number.NaN, Number.NaN];
    assert.ok(Math.abs(from - (0.5 - 1.96 * 0.025)) < 0.006 && Math.abs(to - (0.5 + 1.96 * 0.025)) < 0.006, `${mae}`);
  });

  test('the same seed gives the same intervals, another seed different ones', () => {
    const [stars, scores] = [
      [1, 2, 3, 4, 5, 5, 4, 3, 2, 1],
      [1.1, 2.9, 2.5, 3, 4.4, 4.9, 4.5, 2, 2.2, 1.7],
    ];
    assert.deepEqual(bootstrap(stars, scores, 3), bootstrap(stars, scores, 3));
    assert.notDeepEqual(bootstrap(stars, scores, 3).rmse, bootstrap(stars, scores, 4).rmse);
  });

  test('a measure that is undefined in most draws has no interval', () => {
    const stars = Array.from({ length: 10 }, (_, i) => (i < 5 ? 1 : 5));
    const { spearman: ranks, rmse } = bootstrap(stars, new Float64Array(10).fill(3));
    assert.equal(ranks, null);
    const twos = new Float64Array(10).fill(2);
    assert.equal(bootstrap(twos, stars).auc, null);
    assert.deepEqual(rmse, [2, 2]);
  });

  test('fewer than ten reviews have no intervals: draws of a few are too much alike', () => {
    const {
      rmse,
      mae,
      auc,
      aucLower,
      aucUpper,
      spearman: ranks,
    } = bootstrap([1, 3, 5, 1, 3, 5, 1, 3, 5], new Float64Array(9));
    assert.deepEqual([rmse, mae, auc, aucLower, aucUpper, ranks], [null, null, null, null, null, null]);
  });

  test('more reviews get fewer draws, but at least 200', () => {
    const stars = Array.from({ length: 60_000 }, (_, i) => 1 + (i % 5));
    assert.equal(bootstrap(stars, stars).draws, 500);
  });
});

describe('the paired bootstrap', () => {
  const random = createRandom(11);
  const stars = Array.from({ length: 60 }, (_, i) => (i === 0 ? 0.5 : i === 1 ? 5 : 1 + random.below(4)));
  const before = stars.map((value) => value + random.below(5) - 2);
  const after = stars.map((value) => value + random.below(3) - 1);

  test('each draw measures both models on the same reviews', () => {
    const differences = [...drawnDifferences(stars, before, after, 50, 3)];
    const order = stars.map((_, i) => i).sort((a, b) => (before[a] as number) - (before[b] as number));
    const picks = createRandom(3);
    for (const difference of differences) {
      const picked = stars.map(() => order[picks.below(stars.length)] as number);
      const of = (values: readonly number[]) => picked.map((i) => values[i] as number);
      const measures = (scores: readonly number[]): DrawnMeasures => allMeasuresOf(of(stars), of(scores), [0.5, 5]);
      const [old, now] = [measures(before), measures(after)];
      for (const name of measureNames) {
        const [a, b] = [difference[name], now[name] - old[name]];
        assert.ok(Object.is(a, b) || Math.abs(a - b) < 1e-9, `${name}: ${a}, expected ${b}`);
      }
    }
  });

  test('three models on the same draws: each has its own measures of the drawn reviews', () => {
    const order = stars.map((_, i) => i).sort((a, b) => (before[a] as number) - (before[b] as number));
    const picks = createRandom(5);
    const same = stars.map(() => 3);
    for (const drawn of drawnTogether(stars, [before, after, same], 20, 5)) {
      const picked = stars.map(() => order[picks.below(stars.length)] as number);
      const of = (values: readonly number[]) => picked.map((i) => values[i] as number);
      [before, after, same].forEach((scores, model) => {
        const expected = allMeasuresOf(of(stars), of(scores), [0.5, 5]);
        for (const name of measureNames) {
          const [a, b] = [drawn[model]?.[name] as number, expected[name]];
          assert.ok(Object.is(a, b) || Math.abs(a - b) < 1e-9, `${name} of model ${model}: ${a}, expected ${b}`);
        }
      });
    }
  });

  test('by hand: two models with the same errors differ by nothing, whatever the draw', () => {
    const { rmse, mae, auc, spearman: ranks, draws } = pairedBootstrap(stars, before, before);
    assert.deepEqual([rmse, mae, ranks, auc, draws], [[0, 0], [0, 0], [0, 0], [0, 0], 1000]);
  });

  test('the interval of a constant difference has no width, where a single model has one', () => {
    const shifted = stars.map((value, i) => value + 0.25 * (i % 4));
    const worse = shifted.map((value) => value + 0.5);
    const { mae } = pairedBootstrap(stars, shifted, worse);
    assert.ok(
      mae?.every((end) => Math.abs(end - 0.5) < 1e-12),
      `${mae}`,
    );
    const single = bootstrap(stars, shifted).mae as readonly [number, number];
    assert.ok(single[1] - single[0] > 0.05);
  });
});
