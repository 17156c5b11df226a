import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Review } from '../../../model/io/reviews.ts';
import { createRandom } from '../../../model/math/random.ts';
import { baseInRange, extendVectorizer, leafOn, rangeOnBase, readBase } from '../../../model/training/base.ts';
import { fitOnBase } from '../../../model/training/fit-on-base.ts';
import type { CsrMatrix } from '../../../native/index.ts';
import { packageRoot } from '../../../native/package-root.ts';

const base = await readBase(join(packageRoot, 'model', 'stars'));
const near = (received: number, expected: number, error = 1e-9) =>
  assert.ok(Math.abs(received - expected) < error, `${received}, expected ${expected}`);

describe('a base', () => {
  test('in another range has its scores mapped linearly', () => {
    const mapped = baseInRange(base, [0, 100]);
    const mapOf = (stars: number) => (stars - 1) * 25;
    const [before, after] = [base.scoreMap, mapped.scoreMap];
    for (let sum = -5; sum <= 11; sum += 0.37) near(after.score(mapOf(sum)), mapOf(before.score(sum)));
    near(mapped.leaf.intercept, mapOf(base.leaf.intercept));
    near(mapped.leaf.weights[7] as number, 25 * (base.leaf.weights[7] as number));
    assert.equal(baseInRange(base, [1, 5]), base);
  });

  test('keeps its range for stars within it, and takes that of stars beyond it', () => {
    const reviews = (...stars: number[]): Review[] => stars.map((given, i) => ({ stars: given, text: `${i}` }));
    assert.deepEqual(rangeOnBase(reviews(2, 4), base), [1, 5]);
    assert.deepEqual(rangeOnBase(reviews(0, 10, 20, 55, 70, 100), base), [0, 100]);
    assert.throws(
      () => rangeOnBase(reviews(...Array(30).fill(3), 4, 500), base),
      /received others in 1 of 32 reviews, first 500 in review 32\./,
    );
    assert.throws(() => rangeOnBase(reviews(3, 3), base), /at least two different stars/);
  });

  test('gets new terms with a smaller idf, and keeps its own', () => {
    const [known = ''] = base.vectorizer.tables.terms;
    const extended = extendVectorizer(base.vectorizer, {
      terms: [known, '新しい言葉'],
      idf: Float64Array.of(9, 10),
    });
    const idfOf = (term: string) => extended.tables.idf[extended.columnOf(term) as number];
    assert.equal(extended.columnCount, base.vectorizer.columnCount + 1);
    assert.equal(idfOf(known), base.vectorizer.tables.idf[0]);
    assert.equal(idfOf('新しい言葉'), 7);
    const leaf = leafOn(base, extended);
    assert.equal(leaf.weights[extended.columnOf('新しい言葉') as number], 0);
    for (const [column, term] of base.vectorizer.tables.terms.entries())
      assert.equal(leaf.weights[extended.columnOf(term) as number], base.leaf.weights[column]);
  });

  test('the slope of its scores is that of the map', () => {
    const map = base.scoreMap;
    for (let sum = -8.003; sum < 14; sum += 0.211) {
      near(map.slope(sum), (map.score(sum + 1e-6) - map.score(sum)) / 1e-6, 1e-6);
    }
    assert.deepEqual([map.score(-1e6), map.slope(-1e6)], [1, 0]);
    assert.deepEqual([map.score(1e6), map.slope(1e6)], [5, 0]);
  });
});

describe('a leaf that is fitted on a base', () => {
  const random = createRandom(8);
  const rows = Array.from({ length: 40 }, () =>
    Array.from({ length: 6 }, () => random.below(base.vectorizer.columnCount)),
  );
  const trainingOf = () => {
    const sorted = rows.map((row) => [...new Set(row)].sort((a, b) => a - b));
    const matrix: CsrMatrix = {
      rowStarts: Int32Array.from([0, ...sorted.map((_, i) => sorted.slice(0, i + 1).flat().length)]),
      columns: Int32Array.from(sorted.flat()),
      values: Float64Array.from(sorted.flat(), () => 0.4),
      columnCount: base.vectorizer.columnCount,
    };
    return { matrix, labels: Float64Array.from(rows, (_, i) => 1 + (i % 5)) };
  };
  const reviews = rows.map((_, i) => ({ stars: 1 + (i % 5), text: `文${i}` }));

  test('is the base plus the solution of the normal equations, in score units', async () => {
    const training = trainingOf();
    const alpha = 0.7;
    const { model } = await fitOnBase(base, base.vectorizer, training, reviews, { alpha, seed: 1 });
    const { rowStarts, columns, values } = training.matrix;
    const gradient = new Map<number, number>();
    let constant = 0;
    for (let row = 0; row < 40; row++) {
      const cells = Array.from(columns.subarray(rowStarts[row], rowStarts[row + 1]));
      const sumBy = (weights: Float64Array, intercept: number) =>
        cells.reduce((sum, column, i) => sum + (weights[column] as number) * (values[i] as number), intercept);
      const start = sumBy(base.leaf.weights, base.leaf.intercept);
      const [score, rawSlope] = [base.scoreMap.score(start), base.scoreMap.slope(start)];
      const slope = Math.max(rawSlope, 0.05);
      const change = sumBy(model.weights, model.intercept) - start;
      const left = slope * ((training.labels[row] as number) - score - slope * change);
      constant += left;
      for (const [i, column] of cells.entries())
        gradient.set(column, (gradient.get(column) ?? 0) + left * (values[i] as number));
    }
    near(constant, 0, 1e-4);
    for (const [column, left] of gradient)
      near(left, alpha * ((model.weights[column] as number) - (base.leaf.weights[column] as number)), 1e-4);
  });

  test('is the base but for a constant if α is large, and auto takes a candidate', async () => {
    const { model } = await fitOnBase(base, base.vectorizer, trainingOf(), reviews, { alpha: 1e9, seed: 1 });
    for (const [column, weight] of model.weights.entries()) near(weight, base.leaf.weights[column] as number, 1e-6);
    const { alpha, outOfFold } = await fitOnBase(base, base.vectorizer, trainingOf(), reviews, {
      alpha: 'auto',
      seed: 1,
    });
    assert.ok([0.25, 0.5, 1, 2, 4, 8, 16].includes(alpha));
    assert.equal(outOfFold.length, 40);
  });
});
