import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../model/math/random.ts';
import { stackRows } from '../../../model/reference/vectorizer.ts';
import { MatrixBuilder } from '../../../model/training/matrix-builder.ts';

const random = createRandom(1);
const rowOf = (cells: number) => ({
  columns: Int32Array.from({ length: cells }, (_, i) => i),
  values: Float64Array.from({ length: cells }, () => random.below(1000) / 7),
});

test('rows added one by one give the same matrix as all rows together, for any length', () => {
  const rows = [rowOf(3), rowOf(0), rowOf(10_000), ...Array.from({ length: 2000 }, () => rowOf(random.below(20)))];
  const builder = new MatrixBuilder();
  const reused = { columns: new Int32Array(10_000), values: new Float64Array(10_000) };
  for (const { columns, values } of rows) {
    reused.columns.set(columns);
    reused.values.set(values);
    builder.add({
      columns: reused.columns.subarray(0, columns.length),
      values: reused.values.subarray(0, columns.length),
    });
  }
  assert.deepEqual(builder.matrix(10_000), stackRows(rows, 10_000));
});

test('without rows the matrix is empty', () => {
  assert.deepEqual(new MatrixBuilder().matrix(4), stackRows([], 4));
});
