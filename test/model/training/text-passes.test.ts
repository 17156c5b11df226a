import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { normalizerSettings } from '../../../model/bundle/manifest.ts';
import { Interrupted } from '../../../model/io/interrupted.ts';
import { createRandom } from '../../../model/math/random.ts';
import { defaultTermRules } from '../../../model/reference/default-term-rules.ts';
import { UserDictionary } from '../../../model/reference/user-dictionary.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { loadFeatureExtractor } from '../../../model/scoring/feature-extractor.ts';
import { TextPasses } from '../../../model/training/text-passes.ts';
import { VectorizerFit } from '../../../model/training/vectorizer-fit.ts';
import { NORMALIZER_STEPS } from '../../../native/normalizer-steps.ts';
import { dictionaryWords, textGenerator } from '../../fixtures/texts.ts';

const parameters = {
  ...defaultVectorizerParameters,
  rules: defaultTermRules,
  ngram_range: [1, 2] as const,
  max_features: 900,
};
const settings = { normalizer: normalizerSettings(NORMALIZER_STEPS) };
const next = textGenerator(createRandom(61), dictionaryWords(900));
const texts = Array.from({ length: 9000 }, next);

describe('passes over many texts', () => {
  test('on threads give the vocabulary, idf and rows of the twin', async () => {
    const extractor = await loadFeatureExtractor(settings, assert.fail);
    const fit = await new TextPasses(extractor, texts.length, {}).fitVectorizer(texts, parameters);
    const twin = new VectorizerFit(parameters);
    for (const text of texts) twin.add(extractor.tokens(text).tokens);
    assert.deepEqual(fit.terms(), twin.terms());

    const vectorizer = fit.vectorizer();
    const matrix = await new TextPasses(extractor, texts.length, {}).matrixOf(texts, vectorizer);
    assert.equal(matrix.rowStarts.length, texts.length + 1);
    for (let i = 0; i < texts.length; i += 97) {
      const [start, end] = [matrix.rowStarts[i] as number, matrix.rowStarts[i + 1] as number];
      const { columns, values } = vectorizer.row(extractor.tokens(texts[i] as string).tokens);
      assert.deepEqual([...matrix.columns.subarray(start, end)], [...columns]);
      assert.deepEqual([...matrix.values.subarray(start, end)], [...values]);
    }
  });

  test('tell their progress up to the total', async () => {
    const extractor = await loadFeatureExtractor(settings, assert.fail);
    const seen: number[] = [];
    const passes = new TextPasses(extractor, 2 * texts.length, { onProgress: (done) => seen.push(done) });
    const fit = await passes.fitVectorizer(texts, parameters);
    await passes.matrixOf(texts, fit.vectorizer());
    assert.equal(seen.at(-1), 2 * texts.length);
    assert.ok(seen.every((done, i) => i === 0 || done >= (seen[i - 1] as number)));
  });

  test('without the native engine give the same vocabulary', async () => {
    const { termCounter: _, countBatches: __, ...extractor } = await loadFeatureExtractor(settings, assert.fail);
    const some = texts.slice(0, 500);
    const fit = await new TextPasses(extractor, some.length, {}).fitVectorizer(some, parameters);
    const native = await loadFeatureExtractor(settings, assert.fail);
    assert.deepEqual(
      fit.terms(),
      (await new TextPasses(native, some.length, {}).fitVectorizer(some, parameters)).terms(),
    );
  });

  test('know the words of a user dictionary', async () => {
    const features = ['名詞', '一般', '*', '*', '*', '*', '*'];
    const word = { surface: '神神対応', leftId: 1285, rightId: 1285, cost: -9000, features, segments: [] };
    const withWords = { ...settings, userDictionary: new UserDictionary([word]) };
    const extractor = await loadFeatureExtractor(withWords, assert.fail);
    const fit = await new TextPasses(extractor, 8, {}).fitVectorizer(Array(8).fill('神神対応だ'), parameters);
    assert.ok(fit.terms().terms.includes('神神対応'));
  });

  test('end at once when they are interrupted, and a wrong parameter is told', async () => {
    const extractor = await loadFeatureExtractor(settings, assert.fail);
    const controller = new AbortController();
    const passes = new TextPasses(extractor, texts.length, {
      onProgress: () => controller.abort(),
      signal: controller.signal,
    });
    await assert.rejects(passes.fitVectorizer(texts, parameters), Interrupted);
    const wrong = { ...parameters, min_df: -1 };
    await assert.rejects(new TextPasses(extractor, 1, {}).fitVectorizer(texts, wrong), /min_df/);
  });
});
