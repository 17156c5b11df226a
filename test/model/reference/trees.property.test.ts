/**
 * LightGBM row by row, LightGBM in batches, and the TypeScript trees give the same doubles to the last bit. Random
 * models are trained, and the rows are generated to meet their thresholds.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../../model/math/random.ts';
import { parseModel } from '../../../model/reference/model-text.ts';
import { Forest } from '../../../model/reference/trees.ts';
import { stackRows } from '../../../model/reference/vectorizer.ts';
import { type Booster, type TrainBoosterOptions, trainBooster } from '../../../native/index.ts';
import { columnCount, randomTrainingSet } from '../../fixtures/random-models.ts';
import { smallModels } from '../../fixtures/small-models.ts';

type Parameters = TrainBoosterOptions['parameters'];

/** Includes two columns that no training row names. */
const wideColumnCount = columnCount + 2;

function train(seed: number, parameters: Parameters, withNaN: boolean): Promise<Booster> {
  const random = createRandom(seed);
  const { matrix, labels } = randomTrainingSet(random, { withNaN });
  // Even columns have few distinct values, odd columns have many.
  const values = matrix.values.map((value, i) =>
    (matrix.columns[i] as number) % 2 === 0 ? value : value + random.below(997) / 1000,
  );
  return trainBooster({
    training: { matrix: { ...matrix, values, columnCount: wideColumnCount }, labels },
    parameters: { num_leaves: 16, min_data_in_leaf: 2, learning_rate: 0.3, seed, ...parameters },
    rounds: 12,
  });
}

const view = new DataView(new ArrayBuffer(8));
/** The double `by` steps of the last bit from `value`. */
function nudged(value: number, by: number): number {
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(by));
  return view.getFloat64(0);
}

// LightGBM include/LightGBM/meta.h: kZeroThreshold is a float; a value that is not above it counts as zero.
const zeroThreshold = Math.fround(1e-35);
const edges = [0, 1e-35, zeroThreshold, nudged(zeroThreshold, 1), nudged(zeroThreshold, -1), 2e-35, 5e-324, 1e-300];
edges.push(...edges.map((edge) => -edge), Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
edges.push(Number.MAX_VALUE, -Number.MAX_VALUE, 0.25, 0.5, 1, -1, 2 ** 31, -(2 ** 31), 1e16);

/** Rows with any columns. The values are on the thresholds, next to them, at the edges, or anywhere. */
function rowsFor(thresholds: readonly number[]) {
  const onThresholds = fc.tuple(fc.constantFrom(...thresholds), fc.integer({ min: -1, max: 1 }));
  const value = fc.oneof(
    { weight: 3, arbitrary: onThresholds.map(([threshold, by]) => nudged(threshold, by)) },
    { weight: 2, arbitrary: fc.constantFrom(...edges) },
    { weight: 1, arbitrary: fc.double() },
    { weight: 1, arbitrary: fc.double({ min: -4, max: 8 }) },
  );
  const cells = fc.uniqueArray(fc.tuple(fc.nat(wideColumnCount - 1), value), { selector: ([column]) => column });
  return cells.map((cells) => {
    cells.sort(([a], [b]) => a - b);
    return {
      columns: Int32Array.from(cells, ([column]) => column),
      values: Float64Array.from(cells, ([, value]) => value),
    };
  });
}

const kinds: Record<string, Parameters> = {
  regression: {},
  'without missing values': { use_missing: false },
  'zero as missing': { zero_as_missing: true },
  regression_l1: { objective: 'regression_l1' },
  huber: { objective: 'huber', alpha: 0.5 },
  fair: { objective: 'fair' },
  quantile: { objective: 'quantile', alpha: 0.3 },
  mape: { objective: 'mape' },
  reg_sqrt: { reg_sqrt: true },
  dart: { boosting: 'dart', drop_rate: 0.5, skip_drop: 0 },
  rf: { boosting: 'rf', bagging_freq: 1, bagging_fraction: 0.6 },
  'rf of square roots': { boosting: 'rf', bagging_freq: 1, bagging_fraction: 0.6, reg_sqrt: true },
  goss: { data_sample_strategy: 'goss', learning_rate: 0.5, top_rate: 0.3 },
  extra_trees: { extra_trees: true },
  'random columns': { feature_fraction: 0.4, feature_fraction_bynode: 0.5 },
  'few bins': { max_bin: 3 },
  'zero as missing, few bins': { zero_as_missing: true, max_bin: 4, min_data_in_bin: 1 },
  'bins of few rows': { bin_construct_sample_cnt: 3 },
  'large leaves': { min_data_in_leaf: 30 },
  'leaves of one row': { min_data_in_leaf: 1, min_sum_hessian_in_leaf: 0, num_leaves: 64 },
  'no split found': { min_data_in_leaf: 120 },
  'monotone, smooth': { monotone_constraints: '1,0,-1,0,0,0,0,0,0,0', path_smooth: 2 },
};

describe('the addon and the TypeScript trees give the same doubles', () => {
  const thresholdsMet = new Set<number>();
  for (const [kind, parameters] of Object.entries(kinds)) {
    test(kind, async () => {
      for (const [seed, withNaN] of [
        [1, true],
        [2, true],
        [3, false],
      ] as const) {
        const booster = await train(seed, parameters, withNaN);
        const forest = Forest.fromModelText(booster.modelText());
        const { trees } = parseModel(booster.modelText());
        assert.deepEqual([forest.columnCount, trees.length], [wideColumnCount, booster.treeCount]);
        const thresholds = booster
          .modelText()
          .match(/(?<=^threshold=).+/gm)
          ?.flatMap((line) => line.split(' '));
        const numbers = (thresholds ?? ['0']).map((word) => Number(word.replace('inf', 'Infinity')));
        for (const threshold of numbers) thresholdsMet.add(threshold);
        await fc.assert(
          fc.asyncProperty(fc.array(rowsFor(numbers), { minLength: 20, maxLength: 40 }), async (rows) => {
            const batch = await booster.predictBatch(stackRows(rows, wideColumnCount));
            rows.forEach((row, r) => {
              const score = booster.predict(row);
              assert.ok(Object.is(batch[r], score), `batch ${batch[r]}, row ${score}`);
              assert.ok(Object.is(forest.predict(row), score), `trees ${forest.predict(row)}, row ${score}`);
            });
          }),
          { numRuns: 25, seed },
        );
      }
    });
  }

  test('the thresholds above included every kind', () => {
    assert.ok(thresholdsMet.size > 100, `${thresholdsMet.size}`);
    // The threshold between NaN and all numbers, and those between zero and the numbers above or below it.
    for (const threshold of [Number.POSITIVE_INFINITY, 1.0000000180025095e-35, -1.0000000180025095e-35])
      assert.ok(thresholdsMet.has(threshold), `${threshold}`);
  });

  test('the TypeScript trees refuse linear leaves, categories and objectives with exp', async () => {
    const texts = new Map(await smallModels());
    for (const [kind, message] of [
      [
        'linear leaves',
        /tree 0: expected constant leaves, .*, received is_linear=1 and num_leaves=\d+\. Only the engines native-lightgbm and lightgbm can/,
      ],
      ['categories', /tree 0: expected no categorical split, received num_cat=2$/],
      ['probabilities', /expected an objective of regression, .*, received binary$/],
      ['counts', /expected an objective of regression, .*, received poisson$/],
    ] as const)
      assert.throws(() => Forest.fromModelText(texts.get(kind) as string), message);
  });
});
