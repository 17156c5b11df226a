import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Interrupted } from '../../../model/io/interrupted.ts';
import type { Review } from '../../../model/io/reviews.ts';
import { createRandom } from '../../../model/math/random.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { fitLeaf } from '../../../model/training/fit-leaf.ts';
import { predictLinear } from '../../../model/training/ridge.ts';
import { foldsOf } from '../../../model/training/split.ts';
import type { CsrMatrix } from '../../../native/index.ts';
import { fitVectorizer, vectorize } from '../../fixtures/vectorize.ts';
import { fitRidge } from '../../oracle/ridge.ts';

const solver = { tolerance: 1e-6, maxIterations: 500 };
const seed = 1;

/** Reviews of two words. The first determines the stars, up to noise; each text is there twice. */
const reviews = (() => {
  const random = createRandom(2);
  const words = [...'良悪並店朝夜父母駅犬猫花雨雪海山川空風月'];
  const texts = Array.from({ length: 60 }, (): Review => {
    const [first, second] = [random.below(words.length), random.below(words.length)];
    return { stars: 1 + ((first + random.below(2)) % 5), text: `${words[first]} ${words[second]}` };
  });
  return [...texts, ...texts];
})();
const tokens = reviews.map(({ text }) => text.split(' '));
const vectorizer = fitVectorizer(tokens, { ...defaultVectorizerParameters, ngram_range: [1, 1] });
const labels = Float64Array.from(reviews, ({ stars }) => stars);
const training = { matrix: vectorize(vectorizer, tokens), labels };

/** The rows of a matrix at these indices. */
function rowsAt({ rowStarts, columns, values, columnCount }: CsrMatrix, indices: readonly number[]): CsrMatrix {
  const ranges = indices.map((i) => [rowStarts[i] as number, rowStarts[i + 1] as number] as const);
  const starts = [0];
  for (const [start, end] of ranges) starts.push((starts.at(-1) as number) + end - start);
  return {
    rowStarts: Int32Array.from(starts),
    columns: Int32Array.from(ranges.flatMap(([start, end]) => [...columns.subarray(start, end)])),
    values: Float64Array.from(ranges.flatMap(([start, end]) => [...values.subarray(start, end)])),
    columnCount,
  };
}

const near = (received: Float64Array, expected: Float64Array, within = 1e-4) => {
  assert.equal(received.length, expected.length);
  received.forEach((value, i) => {
    assert.ok(Math.abs(value - (expected[i] as number)) < within, `${i}: ${value}, expected ${expected[i]}`);
  });
};

/** Out-of-fold predictions by the definition: a ridge on the rows of the other folds. */
function outOfFoldBy(alpha: number, weights?: Float64Array): Float64Array {
  const foldOf = foldsOf(reviews, seed, 5);
  const predictions = new Float64Array(reviews.length);
  for (let fold = 0; fold < 5; fold++) {
    const others = [...foldOf.keys()].filter((i) => foldOf[i] !== fold);
    const at = (values: Float64Array) => others.map((i) => values[i] as number);
    const model = fitRidge(
      rowsAt(training.matrix, others),
      at(labels),
      { alpha, ...solver },
      weights === undefined ? undefined : at(weights),
    );
    predictLinear(model, training.matrix).forEach((prediction, i) => {
      if (foldOf[i] === fold) predictions[i] = prediction;
    });
  }
  return predictions;
}

describe('the linear leaf', () => {
  test('is the ridge of all reviews, and each out-of-fold prediction is by a ridge of the other folds', async () => {
    const { model, outOfFold, alpha } = await fitLeaf(training, reviews, { alpha: 2 }, { seed });
    const expected = fitRidge(training.matrix, labels, { alpha: 2, ...solver });
    assert.deepEqual(model, expected);
    near(outOfFold, outOfFoldBy(2));
    assert.equal(alpha, 2);
  });

  test('copies of a text are in one fold, so both get the same out-of-fold prediction', async () => {
    const { outOfFold } = await fitLeaf(training, reviews, { alpha: 2 }, { seed });
    assert.deepEqual(outOfFold.subarray(0, 60), outOfFold.subarray(60));
  });

  test('follows sample weights', async () => {
    const weights = Float64Array.from(reviews, (_, i) => (i % 60 < 30 ? 3 : 0.5));
    const { model, outOfFold } = await fitLeaf({ ...training, weights }, reviews, { alpha: 2 }, { seed });
    assert.deepEqual(model, fitRidge(training.matrix, labels, { alpha: 2, ...solver }, weights));
    near(outOfFold, outOfFoldBy(2, weights));
  });

  test('auto takes the α with the smallest error of the out-of-fold predictions', async () => {
    const { alpha, outOfFold } = await fitLeaf(training, reviews, { alpha: 'auto' }, { seed });
    const candidates = [0.3, 1, 3, 10, 30];
    const errors = candidates.map((candidate) =>
      outOfFoldBy(candidate).reduce((sum, prediction, i) => sum + (prediction - (labels[i] as number)) ** 2, 0),
    );
    assert.equal(alpha, candidates[errors.indexOf(Math.min(...errors))]);
    assert.ok(new Set(errors).size === 5);
    near(outOfFold, outOfFoldBy(alpha));
  });

  test('stretch moves predictions away from the mean of the labels, by sample weights', async () => {
    const weights = Float64Array.from(reviews, (_, i) => (i % 60 < 30 ? 3 : 0.5));
    const set = { ...training, weights };
    const plain = await fitLeaf(set, reviews, { alpha: 10 }, { seed });
    const { model, outOfFold } = await fitLeaf(set, reviews, { alpha: 10, stretch: 1.5 }, { seed });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = weights.reduce((sum, weight, i) => sum + weight * (labels[i] as number), 0) / total;
    const stretched = (value: number) => mean + 1.5 * (value - mean);
    near(outOfFold, plain.outOfFold.map(stretched), 1e-9);
    near(predictLinear(model, training.matrix), predictLinear(plain.model, training.matrix).map(stretched), 1e-9);
  });

  test('learns from fewer texts than folds, from one text, and where one fold has all the weight', async () => {
    for (const count of [1, 2, 4]) {
      const few = reviews.slice(0, count);
      const set = { matrix: rowsAt(training.matrix, [...few.keys()]), labels: labels.slice(0, count) };
      const { model, outOfFold } = await fitLeaf(set, few, { alpha: 'auto' }, { seed });
      for (const value of [...model.weights, model.intercept, ...outOfFold]) assert.ok(Number.isFinite(value));
    }
    const weights = labels.map((_, i) => (i === 7 ? 1 : 0));
    const { model, outOfFold } = await fitLeaf({ ...training, weights }, reviews, { alpha: 1 }, { seed });
    assert.equal(model.intercept, labels[7]);
    assert.ok(outOfFold.every((prediction) => Math.abs(prediction - (labels[7] as number)) < 1e-9));
  });

  test('rejects once the signal is aborted, also between two fits', async () => {
    const stop = new AbortController();
    const fitting = fitLeaf(training, reviews, { alpha: 'auto' }, { seed, signal: stop.signal });
    setImmediate(() => setImmediate(() => stop.abort()));
    await assert.rejects(fitting, Interrupted);
    await assert.rejects(fitLeaf(training, reviews, { alpha: 1 }, { seed, signal: AbortSignal.abort() }), Interrupted);
  });
});
