import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../model/math/random.ts';
import { fitRidge, predictLinear } from '../../../model/training/ridge.ts';

const options = { alpha: 2, tolerance: 1e-12, maxIterations: 100 };

test('one column, by hand', async () => {
  // x = 0 1 2, y = 1 2 6, centred: x −1 0 1, y −2 −1 3; w = Σxy / (Σx² + α) = 5 / 4; b = ȳ − w·x̄ = 3 − 1.25
  const matrix = {
    rowStarts: Int32Array.of(0, 0, 1, 2),
    columns: Int32Array.of(0, 0),
    values: Float64Array.of(1, 2),
    columnCount: 1,
  };
  const model = await fitRidge(matrix, [1, 2, 6], options);
  assert.ok(Math.abs((model.weights[0] as number) - 1.25) < 1e-12);
  assert.ok(Math.abs(model.intercept - 1.75) < 1e-12);
  assert.deepEqual(
    [...predictLinear(model, matrix)].map((value) => Math.round(value * 1e9) / 1e9),
    [1.75, 3, 4.25],
  );
});

test('at the solution the gradient is zero', async () => {
  // Three dense rows of two columns.
  const matrix = {
    rowStarts: Int32Array.of(0, 2, 4, 6),
    columns: Int32Array.of(0, 1, 0, 1, 0, 1),
    values: Float64Array.of(1, 2, 3, -1, 0.5, 4),
    columnCount: 2,
  };
  const labels = [1, 5, 3];
  const model = await fitRidge(matrix, labels, options);
  const errors = [...predictLinear(model, matrix)].map((value, r) => value - (labels[r] as number));
  for (const column of [0, 1]) {
    const gradient = errors.reduce((sum, error, r) => sum + error * (matrix.values[2 * r + column] as number), 0);
    assert.ok(Math.abs(gradient + options.alpha * (model.weights[column] as number)) < 1e-9);
  }
  assert.ok(Math.abs(errors.reduce((sum, error) => sum + error, 0)) < 1e-9);
});

test('a sample weight counts as copies of its row, and a row of weight 0 has no effect', async () => {
  const random = createRandom(4);
  const rows = Array.from({ length: 12 }, () => Array.from({ length: 3 }, () => random.below(5) / 4));
  const weights = rows.map((_, i) => i % 4);
  const dense = (chosen: readonly number[]) => ({
    rowStarts: Int32Array.from({ length: chosen.length + 1 }, (_, i) => 3 * i),
    columns: Int32Array.from(chosen.flatMap(() => [0, 1, 2])),
    values: Float64Array.from(chosen.flatMap((i) => rows[i] as number[])),
    columnCount: 3,
  });
  const label = (i: number) => 1 + ((i * 7) % 5);
  const all = [...rows.keys()];
  const copies = all.flatMap((i) => new Array<number>(weights[i] as number).fill(i));
  const weighted = await fitRidge(dense(all), all.map(label), options, weights);
  const copied = await fitRidge(dense(copies), copies.map(label), options);
  for (const column of [0, 1, 2])
    assert.ok(Math.abs((weighted.weights[column] as number) - (copied.weights[column] as number)) < 1e-9);
  assert.ok(Math.abs(weighted.intercept - copied.intercept) < 1e-9);
});

test('gives the same bits with all weights 1 as without weights', async () => {
  const matrix = {
    rowStarts: Int32Array.of(0, 1, 2, 4),
    columns: Int32Array.of(0, 1, 0, 1),
    values: Float64Array.of(0.3, 0.7, 0.1, 0.9),
    columnCount: 2,
  };
  assert.deepEqual(await fitRidge(matrix, [1, 2, 4], options, [1, 1, 1]), await fitRidge(matrix, [1, 2, 4], options));
});

test('refuses weights that are all 0, and a number of weights that differs from the number of rows', async () => {
  const matrix = {
    rowStarts: Int32Array.of(0, 0),
    columns: new Int32Array(),
    values: new Float64Array(),
    columnCount: 1,
  };
  await assert.rejects(fitRidge(matrix, [1], options, [0]), /at least one above 0, received "none above 0"/);
  await assert.rejects(
    fitRidge(matrix, [1], options, [1, 1]),
    /the length of sampleWeights of problem 0 to be 1, received 2/,
  );
});

test('refuses a number of labels that differs from the number of rows', async () => {
  const matrix = {
    rowStarts: Int32Array.of(0, 0),
    columns: new Int32Array(0),
    values: new Float64Array(0),
    columnCount: 1,
  };
  await assert.rejects(fitRidge(matrix, [1, 2], options), /the length of labels to be 1, received 2/);
});
