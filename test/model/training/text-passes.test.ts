import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { normalizerSettings } from '../../../model/bundle/manifest.ts';
import { Interrupted } from '../../../model/io/interrupted.ts';
import { createRandom } from '../../../model/math/random.ts';
import { defaultTermRules } from '../../../model/reference/default-term-rules.ts';
import { UserDictionary } from '../../../model/reference/user-dictionary.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { loadFeatureExtractor } from '../../../model/scoring/feature-extractor.ts';
import { countOnThreads, threadsFor } from '../../../model/training/counting.ts';
import { TextPasses } from '../../../model/training/text-passes.ts';
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
  test('on threads give the same vocabulary, idf and rows as one thread', async () => {
    const extractor = await loadFeatureExtractor(settings, assert.fail);
    const counted: number[] = [];
    const onCounted = (count: number) => counted.push(count);
    const fit = await countOnThreads(texts, settings, parameters, 3, { onCounted });
    assert.equal(
      counted.reduce((sum, count) => sum + count, 0),
      texts.length,
    );

    const few = new TextPasses(extractor, texts.length, {});
    const parts = [];
    for (let start = 0; start < texts.length; start += 2000) parts.push(texts.slice(start, start + 2000));
    const alone = await few.fitVectorizer(parts[0] as string[], parameters);
    for (const part of parts.slice(1)) alone.addCounts((await few.fitVectorizer(part, parameters)).counts());
    assert.deepEqual(fit.terms(), alone.terms());

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

  test('on threads know the words of a user dictionary', async () => {
    const features = ['名詞', '一般', '*', '*', '*', '*', '*'];
    const word = { surface: '神神対応', leftId: 1285, rightId: 1285, cost: -9000, features, segments: [] };
    const withWords = { ...settings, userDictionary: new UserDictionary([word]) };
    const fit = await countOnThreads(Array(8).fill('神神対応だ'), withWords, parameters, 1, { onCounted: () => {} });
    assert.ok(fit.terms().terms.includes('神神対応'));
  });

  test('on threads end at once when they are interrupted, and a wrong parameter is told', async () => {
    const controller = new AbortController();
    const counting = countOnThreads(texts, settings, parameters, 2, {
      onCounted: () => controller.abort(),
      signal: controller.signal,
    });
    await assert.rejects(counting, Interrupted);
    const wrong = { ...parameters, min_df: -1 };
    await assert.rejects(countOnThreads(texts, settings, wrong, 2, { onCounted: () => {} }), /min_df/);
  });

  test('use threads only for many texts', () => {
    assert.deepEqual([threadsFor(0), threadsFor(4000), threadsFor(7999)], [1, 1, 1]);
  });
});
