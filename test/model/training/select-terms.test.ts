import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultVectorizerParameters, Vectorizer } from '../../../model/reference/vectorizer.ts';
import { selectTerms, withoutNumbers } from '../../../model/training/select-terms.ts';
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

test('selection keeps the terms that move the labels, not a term in every text or a rare one', async () => {
  assert.deepEqual(vectorizer.tables.terms, ['悪い', '映画', '稀', '良い']);
  const selected = await selectTerms(vectorizer, training, 2, ridge);
  assert.deepEqual(selected.tables.terms, ['悪い', '良い']);
  assert.deepEqual(
    selected.tables.idf,
    Float64Array.of(vectorizer.tables.idf[0] as number, vectorizer.tables.idf[3] as number),
  );
  assert.equal(selected.parameters, vectorizer.parameters);
  assert.deepEqual(selected.row(tokensOf(['良い', '映画'])).columns, Int32Array.of(1));
  assert.deepEqual((await selectTerms(vectorizer, training, 3, ridge)).tables.terms, ['悪い', '稀', '良い']);
  assert.deepEqual((await selectTerms(vectorizer, training, 9, ridge)).tables, vectorizer.tables);
});

test('selection follows sample weights', async () => {
  // Without the last review, 稀 moves nothing.
  const weights = Float64Array.from(labels, (_, i) => (i === labels.length - 1 ? 0 : 1));
  const selected = await selectTerms(vectorizer, { ...training, weights }, 2, ridge);
  assert.deepEqual(selected.tables.terms, ['悪い', '良い']);
  const only = Float64Array.from(labels, (_, i) => (i >= labels.length - 2 ? 1 : 0));
  assert.ok((await selectTerms(vectorizer, { ...training, weights: only }, 3, ridge)).tables.terms.includes('稀'));
});

test('terms of one number alone are left out, marked or not; n-grams with numbers stay', () => {
  const terms = ['1', '1¬', 'A:1', 'B:10¬', 'L:3', '1 か月', '1つ', 'S:1', '一', '星', '星 1'];
  const idf = Float64Array.from(terms, (_, i) => i);
  const numbered = new Vectorizer(defaultVectorizerParameters, { terms, idf, logarithms: new Float64Array(1024) });
  const { tables } = withoutNumbers(numbered);
  assert.deepEqual(tables.terms, ['1 か月', '1つ', 'S:1', '一', '星', '星 1']);
  assert.deepEqual([...tables.idf], [5, 6, 7, 8, 9, 10]);
});
