import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Forest } from '../../../model/reference/trees.ts';
import { stackRows } from '../../../model/reference/vectorizer.ts';
import { Booster, trainBooster } from '../../../native/index.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { doublesOf, readGolden, rowsOf, type ShippedGolden, type TreesGolden } from '../../golden/golden.ts';

const golden = readGolden<TreesGolden>('trees.json');
const shipped = readGolden<ShippedGolden>('shipped.json');
const label = `golden: ${golden.header.program} ${golden.header.version}`;

/** The models that LightGBM accepts and the TypeScript trees refuse. */
const refusedByForest: Record<string, RegExp> = {
  poisson: /expected an objective of .*, received poisson/,
  categories: /expected no categorical split/,
  'linear leaves':
    /tree 0: expected constant leaves, or one linear leaf as tree 0, .*Only the engines native-lightgbm and lightgbm/,
};

describe(`${label}: the same doubles`, () => {
  for (const model of golden.models) {
    const rows = rowsOf(model.rows);
    const expected = doublesOf(model.predictions);

    test(`${model.name}: the addon, row by row and in a batch`, async () => {
      const booster = Booster.fromModelText(model.text);
      assert.equal(booster.treeCount, golden.rounds);
      assert.deepEqual(
        Float64Array.from(rows, (row) => booster.predict(row)),
        expected,
      );
      assert.deepEqual(await booster.predictBatch(stackRows(rows, golden.columnCount)), expected);
    });

    const refused = refusedByForest[model.name];
    test(`${model.name}: the TypeScript trees${refused === undefined ? '' : ' refuse it'}`, () => {
      if (refused !== undefined) return assert.throws(() => Forest.fromModelText(model.text), refused);
      const forest = Forest.fromModelText(model.text);
      assert.deepEqual(
        Float64Array.from(rows, (row) => forest.predict(row)),
        expected,
      );
    });

    if (model.contributions !== null) {
      const contributions = model.contributions.map(doublesOf);
      test(`${model.name}: contributions`, () => {
        const booster = Booster.fromModelText(model.text);
        contributions.forEach((values, r) => {
          assert.deepEqual(booster.contributions(rows[r] as (typeof rows)[number]), values);
        });
      });
    }

    test(`${model.name}: training gives the same model text`, async () => {
      const { labels, weights } = model.training;
      const booster = await trainBooster({
        training: {
          matrix: stackRows(rowsOf(model.training), golden.columnCount),
          labels: doublesOf(labels),
          ...(weights === undefined ? {} : { weights: doublesOf(weights) }),
        },
        parameters: model.parameters,
        rounds: golden.rounds,
      });
      assert.equal(booster.modelText().slice(0, model.text.length), model.text);
    });
  }
});

describe(`${label}: the same doubles with a linear leaf before the trees`, () => {
  for (const { name, text, rows: rowsAsLists, predictions } of golden.linearLeaves) {
    test(name, async () => {
      const rows = rowsOf(rowsAsLists);
      const expected = [...doublesOf(predictions)]; // not a typed array: the sign bit of NaN does not matter
      const [booster, forest] = [Booster.fromModelText(text), Forest.fromModelText(text)];
      for (const predictor of [booster, forest])
        assert.deepEqual(
          rows.map((row) => predictor.predict(row)),
          expected,
        );
      assert.deepEqual([...(await booster.predictBatch(stackRows(rows, golden.columnCount)))], expected);
    });
  }

  test('the predictions include NaN, infinities and many numbers', () => {
    const predictions = golden.linearLeaves.flatMap((model) => [...doublesOf(model.predictions)]);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      assert.ok(predictions.includes(value), `${value}`);
    assert.ok(new Set(predictions.filter(Number.isFinite)).size > 200);
  });
});

test(`${label}: the same doubles for the shipped model`, async () => {
  const text = readFileSync(join(packageRoot, 'model', 'stars', 'model.txt'), 'utf8');
  const hash = createHash('sha256').update(text).digest('hex');
  assert.equal(hash, shipped.model, 'the shipped model has changed: run test/golden/make trees');
  const booster = Booster.fromModelText(text);
  const forest = Forest.fromModelText(text);
  const rows = rowsOf(shipped.rows);
  const expected = doublesOf(shipped.predictions);
  assert.deepEqual(
    Float64Array.from(rows, (row) => booster.predict(row)),
    expected,
  );
  assert.deepEqual(
    Float64Array.from(rows, (row) => forest.predict(row)),
    expected,
  );
  assert.deepEqual(await booster.predictBatch(stackRows(rows, booster.columnCount)), expected);
});
