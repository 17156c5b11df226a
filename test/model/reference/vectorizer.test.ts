import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { loadTokenizer, type Tokenizer } from '../../../model/reference/tokenizer.ts';
import {
  compareCodePoints,
  defaultVectorizerParameters,
  stackRows,
  type VectorizerParameters,
} from '../../../model/reference/vectorizer.ts';
import { fitVectorizer, tokensOf, vectorize } from '../../fixtures/vectorize.ts';
import { doublesOf, readGolden, rowsOf, type TfidfGolden, textOf } from '../../golden/golden.ts';
import { tfidfByDefinition } from '../../oracle/tfidf.ts';

const parameters = (change: Partial<VectorizerParameters>) => ({ ...defaultVectorizerParameters, ...change });
const golden = readGolden<TfidfGolden>('tfidf.json');

describe('vectorizer', () => {
  test('by hand: counts, idf and norm of three words', () => {
    const vectorizer = fitVectorizer([['a', 'b'], ['a']], parameters({ ngram_range: [1, 1] }));
    assert.deepEqual(vectorizer.tables.terms, ['a', 'b']);
    assert.deepEqual([...vectorizer.tables.idf], [1, Math.log(2) + 1]);
    const { columns, values } = vectorizer.row(tokensOf(['b', 'c', 'b', 'a']));
    assert.deepEqual([...columns], [0, 1]);
    const raw = [1, (1 + Math.log(2)) * (1 + Math.log(2))];
    const length = Math.hypot(...raw);
    values.forEach((value, i) => {
      assert.ok(Math.abs(value - (raw[i] as number) / length) < 1e-15);
    });
  });

  test('a text without known terms gives an empty row', () => {
    const vectorizer = fitVectorizer([['a']], defaultVectorizerParameters);
    for (const surfaces of [[], ['b'], ['。', ' ']]) assert.equal(vectorizer.row(tokensOf(surfaces)).columns.length, 0);
  });

  test('max_features keeps the most frequent terms; of equally frequent ones, the first by code point', () => {
    const texts = [['c', 'b', 'a', 'z', 'z', '\ue000', '😀字']];
    const kept = (max_features: number) =>
      fitVectorizer(texts, parameters({ ngram_range: [1, 1], max_features })).tables.terms;
    assert.deepEqual(kept(1), ['z']);
    assert.deepEqual(kept(2), ['a', 'z']);
    assert.deepEqual(kept(3), ['a', 'b', 'z']);
  });

  test('min_df drops terms that are in fewer texts; an empty vocabulary is an error', () => {
    const texts = [['a', 'b', 'b'], ['a']];
    assert.deepEqual(fitVectorizer(texts, parameters({ min_df: 2, ngram_range: [1, 1] })).tables.terms, ['a']);
    assert.throws(
      () => fitVectorizer(texts, parameters({ min_df: 3 })),
      /at least min_df = 3 texts, found none in 2 texts/,
    );
    assert.throws(() => fitVectorizer([['。']], defaultVectorizerParameters), /found none in 1 texts/);
  });

  test('terms are ordered by code point, as in Python, not by UTF-16 unit', () => {
    assert.ok(compareCodePoints('\uffee', '𠮷') < 0);
    assert.ok(compareCodePoints('𠮷', '𠮸') < 0);
    assert.ok(compareCodePoints('a', 'a b') < 0);
    assert.equal(compareCodePoints('神', '神'), 0);
  });

  test('rows are joined into one matrix', () => {
    const matrix = vectorize(fitVectorizer([['a', 'b'], ['b']], parameters({ ngram_range: [1, 1], norm: null })), [
      ['a'],
      [],
      ['b', 'a'],
    ]);
    assert.deepEqual([...matrix.rowStarts], [0, 1, 1, 3]);
    assert.deepEqual([...matrix.columns], [0, 0, 1]);
    assert.equal(matrix.columnCount, 2);
    assert.deepEqual([...stackRows([], 4).rowStarts], [0]);
  });

  const refused: [object, RegExp][] = [
    [{ ngram_range: [0, 2] }, /^Error: vectorizer: expected ngram_range to be two integers .* received \[0,2\]/],
    [{ ngram_range: [2, 1] }, /^Error: vectorizer: expected ngram_range/],
    [{ ngram_range: 2 }, /^Error: vectorizer: expected ngram_range/],
    [{ max_features: 0 }, /^Error: vectorizer: expected max_features to be null or an integer ≥ 1, received 0/],
    [{ min_df: 0.5 }, /^Error: vectorizer: expected min_df to be an integer ≥ 1, received 0.5/],
    [{ norm: 'max' }, /^Error: vectorizer: expected norm to be "l1", "l2" or null, received "max"/],
    [{ lowercase: true }, /^Error: vectorizer: expected lowercase to be false, received true/],
    [{ sublinear_tf: 1 }, /^Error: vectorizer: expected sublinear_tf to be true or false, received 1/],
    [{ token_pattern: '[a-z]+' }, /^Error: vectorizer: expected token_pattern to be .*, received "\[a-z\]\+"/],
  ];
  for (const [change, message] of refused) {
    test(`refuses ${JSON.stringify(change)}`, () =>
      assert.throws(() => fitVectorizer([['a']], parameters(change)), message));
  }

  test('equals TF-IDF by its definition for any texts', () => {
    const texts = fc.array(fc.array(fc.constantFrom('良い', '悪い', '店', 'a', '。'), { maxLength: 8 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(texts, fc.boolean(), fc.boolean(), (surfaces, smooth_idf, sublinear_tf) => {
        const words = surfaces.map((text) => text.filter((surface) => surface !== '。'));
        fc.pre(words.some((text) => text.length > 0));
        const terms = words.map((text) => [...text, ...text.slice(1).map((word, i) => `${text[i]} ${word}`)]);
        const vectorizer = fitVectorizer(surfaces, parameters({ smooth_idf, sublinear_tf }));
        const expected = tfidfByDefinition(terms, vectorizer.tables.terms, { smooth_idf, sublinear_tf });
        surfaces.forEach((text, t) => {
          const row = new Array<number>(vectorizer.columnCount).fill(0);
          const { columns, values } = vectorizer.row(tokensOf(text));
          columns.forEach((column, i) => {
            row[column] = values[i] as number;
          });
          row.forEach((value, column) => {
            assert.ok(Math.abs(value - (expected[t]?.[column] as number)) < 1e-13);
          });
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe(`golden: ${golden.header.program} ${golden.header.version} TfidfVectorizer`, () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadTokenizer();
  });

  for (const fit of golden.fits) {
    test(JSON.stringify(fit.parameters), () => {
      assert.ok(golden.texts.length >= 300);
      const texts = golden.texts.map(({ text }) => tokenizer.tokenize(textOf(text)).map(({ surface }) => surface));
      const vectorizer = fitVectorizer(texts, fit.parameters);
      assert.deepEqual(vectorizer.tables.terms, fit.terms);
      if (fit.idf !== null) {
        doublesOf(fit.idf).forEach((idf, column) => {
          assert.ok(Math.abs((vectorizer.tables.idf[column] as number) - idf) <= 1e-12);
        });
      }
      rowsOf(fit).forEach((law, t) => {
        const row = vectorizer.row(tokensOf(texts[t] as string[]));
        assert.deepEqual(row.columns, law.columns);
        row.values.forEach((value, i) => {
          assert.ok(Math.abs(value - (law.values[i] as number)) <= 1e-12, `${value} ${law.values[i]}`);
        });
      });
    });
  }
});
