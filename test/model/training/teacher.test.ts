import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { selectTerms, teacherLabels } from '../../../model/training/teacher.ts';
import { fitVectorizer, tokensOf, vectorize } from '../../fixtures/vectorize.ts';

const ridge = { alpha: 1, tolerance: 1e-12, maxIterations: 100 };
/** Columns by code point: 0 悪い, 1 映画, 2 稀, 3 良い. */
const texts = [...times(4, ['良い', '映画']), ...times(4, ['悪い', '映画']), ['稀', '良い', '映画']];
const labels = Float64Array.of(5, 5, 5, 5, 1, 1, 1, 1, 5);
const vectorizer = fitVectorizer(texts, { ...defaultVectorizerParameters, ngram_range: [1, 1], norm: null });
const training = { matrix: vectorize(vectorizer, texts), labels };

function times<T>(count: number, value: T): T[] {
  return new Array(count).fill(value);
}

test('selection keeps the terms that move the labels, not a term in every text or a rare one', () => {
  assert.deepEqual(vectorizer.tables.terms, ['悪い', '映画', '稀', '良い']);
  const selected = selectTerms(vectorizer, training, 2, ridge);
  assert.deepEqual(selected.tables.terms, ['悪い', '良い']);
  assert.deepEqual(
    selected.tables.idf,
    Float64Array.of(vectorizer.tables.idf[0] as number, vectorizer.tables.idf[3] as number),
  );
  assert.equal(selected.parameters, vectorizer.parameters);
  assert.deepEqual(selected.row(tokensOf(['良い', '映画'])).columns, Int32Array.of(1));
  assert.deepEqual(selectTerms(vectorizer, training, 3, ridge).tables.terms, ['悪い', '稀', '良い']);
  assert.deepEqual(selectTerms(vectorizer, training, 9, ridge).tables, vectorizer.tables);
});

test('labels are the predictions of ridge, stretched around their mean and clamped to the range', () => {
  // One column with the values 1 and −1: with α = 2 the weight is 2 · 2 / (2 + 2) = 1. The mean is 3.
  const one = (values: readonly number[]) => ({
    rowStarts: Int32Array.from({ length: values.length + 1 }, (_, i) => i),
    columns: new Int32Array(values.length),
    values: Float64Array.from(values),
    columnCount: 1,
  });
  const set = { matrix: one([1, -1]), labels: Float64Array.of(5, 1) };
  const teacher = { ...ridge, alpha: 2, texts: [] };
  const near = (received: Float64Array, expected: readonly number[]) =>
    assert.ok(
      received.every((value, i) => Math.abs(value - (expected[i] as number)) < 1e-9),
      `${received}`,
    );
  near(teacherLabels(set, one([1, -1, 0]), [1, 5], { ...teacher, spread: 1 }), [4, 2, 3]);
  near(teacherLabels(set, one([1, -1, 0]), [1, 5], { ...teacher, spread: 1.5 }), [4.5, 1.5, 3]);
  near(teacherLabels(set, one([1, -1, 0]), [1, 5], { ...teacher, spread: 3 }), [5, 1, 3]);
  near(teacherLabels(set, one([2, 2, -1]), [1, 5], { ...teacher, spread: 1 }), [5, 5, 2]);
});
