import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileForest } from '../../model/compile/forest.ts';
import { Forest } from '../../model/reference/trees.ts';
import { stackRows } from '../../model/reference/vectorizer.ts';
import { Booster, NativeForest, trainBooster } from '../../native/index.ts';
import { trainedLeafModel } from '../fixtures/trained-leaf.ts';
import { doublesOf, readGolden, rowsOf, type TrainingGolden } from '../golden/golden.ts';

const golden = readGolden<TrainingGolden>('training.json');

test('from init scores, with validation and weights, trains the trees that Python trains', async () => {
  const { parameters, rounds, training, validation, text, metrics, predictions } = golden.initScores;
  const setOf = (set: typeof training) => ({
    matrix: stackRows(rowsOf(set), golden.columnCount),
    labels: doublesOf(set.labels),
    weights: doublesOf(set.weights),
    initScores: doublesOf(set.initScores),
  });
  const rmse: { training: number[]; validation: number[] } = { training: [], validation: [] };
  const booster = await trainBooster({
    training: setOf(training),
    validation: setOf(validation),
    parameters,
    rounds,
    onRound: ({ metrics }) => {
      rmse.training.push(metrics.rmse?.training as number);
      rmse.validation.push(metrics.rmse?.validation as number);
    },
  });
  const treesIn = (text: string) => text.slice(text.indexOf('Tree=0'), text.indexOf('end of trees'));
  assert.equal(treesIn(booster.modelText()), treesIn(text));
  assert.deepEqual(await booster.predictBatch(setOf(validation).matrix), doublesOf(predictions));
  // Round 0 has the error of the init scores; Python does not report it.
  const squares = doublesOf(validation.labels).map(
    (label, i) => (label - (doublesOf(validation.initScores)[i] as number)) ** 2,
  );
  const weights = doublesOf(validation.weights);
  const weighted = squares.reduce((sum, square, i) => sum + square * (weights[i] as number), 0);
  const [first, ...others] = rmse.validation;
  assert.ok(Math.abs((first as number) - Math.sqrt(weighted / weights.reduce((a, b) => a + b))) < 1e-6);
  assert.deepEqual(Float64Array.from(others), doublesOf(metrics.validation));
  assert.deepEqual(Float64Array.from(rmse.training.slice(1)), doublesOf(metrics.training));
});

test('a model that hoshi trains with a linear leaf has the bytes of the golden, and the raw sums of Python on every engine', async () => {
  const { text, rows, predictions } = golden.trained;
  assert.equal((await trainedLeafModel()).text, text);
  assert.ok(text.split('\nTree=').length > 10);
  const expected = doublesOf(predictions);
  const forests = [
    Booster.fromModelText(text),
    Forest.fromModelText(text),
    NativeForest.load(compileForest(text, 'x')),
  ];
  for (const forest of forests)
    rowsOf(rows).forEach((row, r) => {
      assert.ok(Object.is(forest.predict(row), expected[r]), `row ${r}`);
    });
});
