/** scikit-learn on the terms of `hoshi tokenize --terms` is the law of the rows, for the readable twin and in C++. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { normalizerSettings } from '../../../model/bundle/manifest.ts';
import { compileVocabulary } from '../../../model/compile/vocabulary.ts';
import type { TermToken } from '../../../model/reference/parts-of-speech.ts';
import { readWords, termsOf } from '../../../model/reference/terms.ts';
import { loadTokenizer } from '../../../model/reference/tokenizer.ts';
import { defaultVectorizerParameters, type Vectorizer } from '../../../model/reference/vectorizer.ts';
import { referenceTokens } from '../../../model/scoring/reference-tokens.ts';
import { VectorizerFit } from '../../../model/training/vectorizer-fit.ts';
import { NativeAnalyzer, NativeExtractor, NativeNormalizer, NativeVectorizer } from '../../../native/index.ts';
import { doublesOf, type RuledGolden, readGolden, rowsOf } from '../../golden/golden.ts';

const golden = readGolden<RuledGolden>('ruled.json');
const { program, version } = golden.header;

describe(`golden: ${program} ${version} TfidfVectorizer on the terms of hoshi tokenize --terms`, () => {
  let tokens: (readonly TermToken[])[];
  let vectorizer: Vectorizer;
  before(async () => {
    const read = referenceTokens(await loadTokenizer(), normalizerSettings(golden.steps));
    tokens = golden.texts.map(({ text }) => read(text).tokens);
    const fit = new VectorizerFit({
      ...defaultVectorizerParameters,
      max_features: null,
      ...golden.terms,
      ...golden.fit,
    });
    for (const one of tokens) fit.add(one);
    vectorizer = fit.vectorizer();
  });

  test('the readable twin prints the same terms', () => {
    assert.ok(golden.texts.length >= 150);
    golden.texts.forEach(({ text, terms }, t) => {
      const words = readWords(tokens[t] as readonly TermToken[], golden.terms);
      const twin = Array.from(termsOf(words, golden.terms.ngram_range), (term) => term.text);
      assert.equal(twin.join('\t'), terms, text);
    });
  });

  test('the vocabulary and the idf are the same', () => {
    assert.deepEqual(vectorizer.tables.terms, golden.vocabulary);
    doublesOf(golden.idf).forEach((idf, column) => {
      assert.ok(Math.abs((vectorizer.tables.idf[column] as number) - idf) <= 1e-12);
    });
  });

  test('the rows are the same, in the readable twin and in C++', () => {
    const analyzer = NativeAnalyzer.load();
    const native = NativeVectorizer.load(compileVocabulary(vectorizer, ''));
    const extractor = new NativeExtractor(analyzer, native, NativeNormalizer.load(analyzer, golden.steps));
    rowsOf(golden).forEach((law, t) => {
      const row = vectorizer.row(tokens[t] as readonly TermToken[]);
      assert.deepEqual(row.columns, law.columns);
      row.values.forEach((value, i) => {
        assert.ok(Math.abs(value - (law.values[i] as number)) <= 1e-12, `${value} ${law.values[i]}`);
      });
      assert.deepEqual(extractor.row(golden.texts[t]?.text as string), row);
    });
  });
});
