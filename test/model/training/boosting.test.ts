import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Interrupted } from '../../../model/io/interrupted.ts';
import { createRandom } from '../../../model/math/random.ts';
import { type BoostOptions, boost, firstTrees, overrideParameters } from '../../../model/training/boosting.ts';
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
    assert.deepEqual({ curve, rounds }, { curve: { metric: '', training: [], validation: [], best: 12 }, rounds: 12 });
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
