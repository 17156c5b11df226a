import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitRidge, predictLinear } from '../../../model/training/ridge.ts';

const options = { alpha: 2, tolerance: 1e-12, maxIterations: 100 };

test('one column, by hand', () => {
  // x = 0 1 2, y = 1 2 6, centred: x −1 0 1, y −2 −1 3; w = Σxy / (Σx² + α) = 5 / 4; b = ȳ − w·x̄ = 3 − 1.25
  const matrix = {
    rowStarts: Int32Array.of(0, 0, 1, 2),
    columns: Int32Array.of(0, 0),
    values: Float64Array.of(1, 2),
    columnCount: 1,
  };
  const model = fitRidge(matrix, [1, 2, 6], options);
  assert.ok(Math.abs((model.weights[0] as number) - 1.25) < 1e-12);
  assert.ok(Math.abs(model.intercept - 1.75) < 1e-12);
  assert.deepEqual(
    [...predictLinear(model, matrix)].map((value) => Math.round(value * 1e9) / 1e9),
    [1.75, 3, 4.25],
  );
});

test('at the solution the gradient is zero', () => {
  // Three dense rows of two columns.
  const matrix = {
    rowStarts: Int32Array.of(0, 2, 4, 6),
    columns: Int32Array.of(0, 1, 0, 1, 0, 1),
    values: Float64Array.of(1, 2, 3, -1, 0.5, 4),
    columnCount: 2,
  };
  const labels = [1, 5, 3];
  const model = fitRidge(matrix, labels, options);
  const errors = [...predictLinear(model, matrix)].map((value, r) => value - (labels[r] as number));
  for (const column of [0, 1]) {
    const gradient = errors.reduce((sum, error, r) => sum + error * (matrix.values[2 * r + column] as number), 0);
    assert.ok(Math.abs(gradient + options.alpha * (model.weights[column] as number)) < 1e-9);
  }
  assert.ok(Math.abs(errors.reduce((sum, error) => sum + error, 0)) < 1e-9);
});

test('refuses a number of labels that differs from the number of rows', () => {
  const matrix = {
    rowStarts: Int32Array.of(0, 0),
    columns: new Int32Array(0),
    values: new Float64Array(0),
    columnCount: 1,
  };
  assert.throws(() => fitRidge(matrix, [1, 2], options), /Expected 1 labels, one per row, received 2/);
});
