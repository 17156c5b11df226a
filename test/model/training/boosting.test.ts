import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Interrupted } from '../../../model/io/interrupted.ts';
import { createRandom } from '../../../model/math/random.ts';
import { type BoostOptions, boost, firstTrees, overrideParameters } from '../../../model/training/boosting.ts';
import { type LinearModel, predictLinear } from '../../../model/training/ridge.ts';
import { randomTrainingSet } from '../../fixtures/random-models.ts';

const training = randomTrainingSet(createRandom(1), { rows: 60 });
const validation = randomTrainingSet(createRandom(2), { rows: 30 });
const options: BoostOptions = {
  parameters: { num_leaves: 6, min_data_in_leaf: 2, learning_rate: 0.3, metric: 'rmse' },
  rounds: 12,
  patience: 100,
};

describe('overriding parameters', () => {
  test('replaces a parameter in its place, by any alias', () => {
    const base = { learning_rate: 0.05, num_leaves: 31, seed: 1 };
    assert.deepEqual(overrideParameters(base, { eta: 0.1, random_state: 3 }), {
      num_leaves: 31,
      eta: 0.1,
      random_state: 3,
    });
    assert.deepEqual(overrideParameters({ eta: 0.1 }, { learning_rate: 0.2 }), { learning_rate: 0.2 });
    assert.deepEqual(overrideParameters(base, {}), base);
    // The order matters: the manifest shows it.
    assert.deepEqual(Object.keys(overrideParameters(base, { seed: 2, max_bin: 15, eta: 0.1 })), [
      'eta',
      'num_leaves',
      'seed',
      'max_bin',
    ]);
  });

  test('keeps unknown and duplicate names, so that LightGBM refuses them', async () => {
    assert.deepEqual(overrideParameters({}, { lerning_rate: 1 }), { lerning_rate: 1 });
    const twice = overrideParameters({ learning_rate: 0.3 }, { eta: 0.1, learning_rate: 0.2 });
    await assert.rejects(
      boost(training, undefined, { ...options, parameters: twice }),
      /Expected learning_rate in parameters to be given once/,
    );
  });
});

describe('the learning curve', () => {
  test('has the metric of each round, and the best round by the validation', async () => {
    const { booster, curve, rounds, treeCountAt, isInterrupted } = await boost(training, validation, options);
    assert.deepEqual([rounds, booster.treeCount, isInterrupted], [12, 12, false]);
    assert.deepEqual([curve.metric, curve.training.length, curve.validation.length], ['rmse', 12, 12]);
    assert.equal(curve.best, curve.validation.indexOf(Math.min(...curve.validation)) + 1);
    assert.deepEqual([treeCountAt(1), treeCountAt(5), treeCountAt(99)], [1, 5, 12]);
    assert.deepEqual([firstTrees(booster, 5).treeCount, firstTrees(booster, 12)], [5, booster]);
  });

  test('has no validation values without a validation set, and no metric with metric=none', async () => {
    const plain = await boost(training, undefined, options);
    assert.deepEqual([plain.curve.validation, plain.curve.best, plain.curve.training.length], [[], 12, 12]);
    const parameters = { ...options.parameters, metric: 'none' };
    const { curve, rounds } = await boost(training, validation, { ...options, parameters });
    assert.deepEqual(
      { curve, rounds },
      {
        curve: { firstRound: 1, metric: '', training: [], validation: [], best: 12 },
        rounds: 12,
      },
    );
  });
});

describe('a linear leaf', () => {
  // Some values of the rows are ±1e300.
  const leaf: LinearModel = { weights: Float64Array.of(5e-301, 0, 0, -1e-300, 0, 0, 0, 0), intercept: 2 };
  const predictions = (set: typeof training) => ({ ...set, initScores: predictLinear(leaf, set.matrix) });
  const leafOptions = { ...options, leaf };

  test('is tree 0 and round 0: counts of trees include it', async () => {
    const { booster, curve, rounds, treeCountAt } = await boost(
      predictions(training),
      predictions(validation),
      leafOptions,
    );
    assert.deepEqual([rounds, booster.treeCount, curve.firstRound], [12, 13, 0]);
    assert.deepEqual([curve.training.length, curve.validation.length], [13, 13]);
    assert.equal(curve.best, curve.validation.indexOf(Math.min(...curve.validation)));
    assert.deepEqual([treeCountAt(0), treeCountAt(1), treeCountAt(12), treeCountAt(99)], [1, 2, 13, 13]);
    assert.equal(firstTrees(booster, 1).treeCount, 1);
    const rmse = (set: typeof training) => {
      const errors = predictLinear(leaf, set.matrix).map((value, i) => value - (set.labels[i] as number));
      return Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    };
    assert.ok(Math.abs((curve.training[0] as number) - rmse(training)) < 1e-6);
    assert.ok(Math.abs((curve.validation[0] as number) - rmse(validation)) < 1e-6);
  });

  test('is the whole model with zero rounds', async () => {
    const { booster, curve, rounds, treeCountAt } = await boost(predictions(training), predictions(validation), {
      ...leafOptions,
      rounds: 0,
    });
    assert.deepEqual([rounds, booster.treeCount, treeCountAt(0), treeCountAt(7)], [0, 1, 1, 1]);
    assert.deepEqual(curve, { firstRound: 0, metric: '', training: [], validation: [], best: 0 });
    const expected = predictLinear(leaf, validation.matrix);
    (await booster.predictBatch(validation.matrix)).forEach((value, i) => {
      assert.ok(Math.abs(value - (expected[i] as number)) < 1e-9);
    });
    const signal = AbortSignal.abort();
    await assert.rejects(boost(predictions(training), undefined, { ...leafOptions, rounds: 0, signal }), Interrupted);
  });

  test('without validation all rounds stay, and with metric=none', async () => {
    const plain = await boost(predictions(training), undefined, leafOptions);
    assert.deepEqual([plain.curve.validation, plain.curve.best, plain.curve.training.length], [[], 12, 13]);
    const parameters = { ...options.parameters, metric: 'none' };
    const { curve } = await boost(predictions(training), predictions(validation), { ...leafOptions, parameters });
    assert.deepEqual(curve, { firstRound: 0, metric: '', training: [], validation: [], best: 12 });
  });
});

describe('a signal', () => {
  test('makes the current round the last one', async () => {
    const stop = new AbortController();
    const { booster, rounds, isInterrupted } = await boost(training, undefined, {
      ...options,
      signal: stop.signal,
      onRound: ({ round }) => round === 4 && stop.abort(),
    });
    assert.deepEqual([booster.treeCount, rounds, isInterrupted], [4, 4, true]);
  });

  test('in the last round interrupts nothing', async () => {
    const stop = new AbortController();
    const { isInterrupted } = await boost(training, undefined, {
      ...options,
      signal: stop.signal,
      onRound: ({ round }) => round === 12 && stop.abort(),
    });
    assert.equal(isInterrupted, false);
  });

  test('before the end of the first round rejects', async () => {
    await assert.rejects(boost(training, undefined, { ...options, signal: AbortSignal.abort() }), Interrupted);
  });
});
