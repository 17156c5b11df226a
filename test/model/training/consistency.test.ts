import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultVectorizerParameters, Vectorizer } from '../../../model/reference/vectorizer.ts';
import { consistenciesOf, weighByConsistency } from '../../../model/training/consistency.ts';
import type { TrainingSet } from '../../../native/index.ts';

/** Rows of 1 in the named columns. Column 3 is in no row. */
function trainingSet(rows: readonly (readonly number[])[], labels: readonly number[], weights?: number[]): TrainingSet {
  const columns = Int32Array.from(rows.flat());
  const rowStarts = Float64Array.of(0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length));
  return {
    matrix: {
      rowStarts: Int32Array.from(rowStarts),
      columns,
      values: new Float64Array(columns.length).fill(1),
      columnCount: 4,
    },
    labels: Float64Array.from(labels),
    ...(weights && { weights: Float64Array.from(weights) }),
  };
}
const near = (received: ArrayLike<number>, expected: readonly number[]) => {
  assert.equal(received.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs((received[i] as number) - value) < 1e-12, `${received[i]}, expected ${value}`);
};

test('by hand: a word of good reviews, a word of all reviews, a word of middling reviews, a word of none', () => {
  const rows = [[0, 1], [0, 1], [1, 2], [1, 2], [1], [1]];
  const set = trainingSet(rows, [5, 5, 3, 3, 1, 1]);
  // The labels deviate by 2, 2, 0, 0, −2, −2, so σ² = 16 / 6. Half a review more has deviation 0 and square σ².
  const variance = 16 / 6;
  const of = (count: number, sum: number, squares: number) => {
    const [m, q] = [sum / (count + 0.5), (squares + 0.5 * variance) / (count + 0.5)];
    return Math.max(0, 1 - Math.sqrt((q - m * m) / variance)) / 2 + Math.abs(m) / Math.sqrt(q) / 2;
  };
  near(consistenciesOf(set), [of(2, 4, 8), 0, of(2, 0, 0), 0]);
  assert.ok(of(2, 4, 8) > of(2, 0, 0) && of(2, 0, 0) > 0.2);
});

test('a review of weight 2 counts as two reviews', () => {
  const once = trainingSet([[0], [0, 1], [1]], [5, 4, 1], [2, 1, 1]);
  const twice = trainingSet([[0], [0], [0, 1], [1]], [5, 5, 4, 1]);
  near(consistenciesOf(once), [...consistenciesOf(twice)]);
});

test('equal labels make no term consistent', () => {
  near(consistenciesOf(trainingSet([[0], [1]], [3, 3])), [0, 0, 0, 0]);
});

test('each idf is multiplied by the floor plus the consistency of its term', () => {
  const set = trainingSet([[0], [0], [1], [1], [0, 1, 2]], [5, 4, 1, 2, 3]);
  const tables = {
    terms: ['あ', 'い', 'う', 'え'],
    idf: Float64Array.of(1, 2, 3, 4),
    logarithms: new Float64Array(1024),
  };
  const vectorizer = weighByConsistency(new Vectorizer(defaultVectorizerParameters, tables), set, 0.2);
  near(
    vectorizer.tables.idf,
    Array.from(consistenciesOf(set), (each, column) => (0.2 + each) * (column + 1)),
  );
  assert.deepEqual(vectorizer.tables.terms, tables.terms);
});
