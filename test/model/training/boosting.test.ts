import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Interrupted } from '../../../model/io/interrupted.ts';
import { createRandom } from '../../../model/math/random.ts';
import { type BoostOptions, boost, boostingOnTop, truncate } from '../../../model/training/boosting.ts';
import { randomTrainingSet } from '../../fixtures/random-models.ts';

const training = randomTrainingSet(createRandom(1), { rows: 60 });
const validation = randomTrainingSet(createRandom(2), { rows: 30 });
const options: BoostOptions = {
  parameters: { num_leaves: 6, min_data_in_leaf: 2, learning_rate: 0.3, metric: 'rmse' },
  rounds: 12,
  patience: 100,
};

describe('parameters on top of others', () => {
  test('take their place by whatever name they go', () => {
    const base = { learning_rate: 0.05, num_leaves: 31, seed: 1 };
    assert.deepEqual(boostingOnTop(base, { eta: 0.1, random_state: 3 }), { num_leaves: 31, eta: 0.1, random_state: 3 });
    assert.deepEqual(boostingOnTop({ eta: 0.1 }, { learning_rate: 0.2 }), { learning_rate: 0.2 });
    assert.deepEqual(boostingOnTop(base, {}), base);
    // in their order, which the manifest shows
    assert.deepEqual(Object.keys(boostingOnTop(base, { seed: 2, max_bin: 15, eta: 0.1 })), [
      'eta',
      'num_leaves',
      'seed',
      'max_bin',
    ]);
  });

  test('keep a name that is none, and one that is there twice, for LightGBM to refuse', async () => {
    assert.deepEqual(boostingOnTop({}, { lerning_rate: 1 }), { lerning_rate: 1 });
    const twice = boostingOnTop({ learning_rate: 0.3 }, { eta: 0.1, learning_rate: 0.2 });
    await assert.rejects(
      boost(training, undefined, { ...options, parameters: twice }),
      /learning_rate in parameters to be given once/,
    );
  });
});

describe('the learning curve', () => {
  test('tells the metric of each round, and the best by the validation', async () => {
    const { booster, curve, rounds, treesAt, isInterrupted } = await boost(training, validation, options);
    assert.deepEqual([rounds, booster.treeCount, isInterrupted], [12, 12, false]);
    assert.deepEqual([curve.metric, curve.training.length, curve.validation.length], ['rmse', 12, 12]);
    assert.equal(curve.best, curve.validation.indexOf(Math.min(...curve.validation)) + 1);
    assert.deepEqual([treesAt(1), treesAt(5), treesAt(99)], [1, 5, 12]);
    assert.deepEqual([truncate(booster, 5).treeCount, truncate(booster, 12)], [5, booster]);
  });

  test('has no validation where there is none, nor a metric of none', async () => {
    const plain = await boost(training, undefined, options);
    assert.deepEqual([plain.curve.validation, plain.curve.best, plain.curve.training.length], [[], 12, 12]);
    const parameters = { ...options.parameters, metric: 'none' };
    const { curve, rounds } = await boost(training, validation, { ...options, parameters });
    assert.deepEqual({ curve, rounds }, { curve: { metric: '', training: [], validation: [], best: 12 }, rounds: 12 });
  });
});

describe('a signal', () => {
  test('makes the round under way the last', async () => {
    const stop = new AbortController();
    const { booster, rounds, isInterrupted } = await boost(training, undefined, {
      ...options,
      signal: stop.signal,
      onRound: ({ round }) => round === 4 && stop.abort(),
    });
    assert.deepEqual([booster.treeCount, rounds, isInterrupted], [4, 4, true]);
  });

  test('in the last round cuts nothing short', async () => {
    const stop = new AbortController();
    const { isInterrupted } = await boost(training, undefined, {
      ...options,
      signal: stop.signal,
      onRound: ({ round }) => round === 12 && stop.abort(),
    });
    assert.equal(isInterrupted, false);
  });

  test('before the end of the first round leaves no model', async () => {
    await assert.rejects(boost(training, undefined, { ...options, signal: AbortSignal.abort() }), Interrupted);
  });
});
