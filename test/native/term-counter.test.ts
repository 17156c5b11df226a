import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { normalizerSettings } from '../../model/bundle/manifest.ts';
import { createRandom } from '../../model/math/random.ts';
import { defaultTermRules } from '../../model/reference/default-term-rules.ts';
import { defaultVectorizerParameters, type VectorizerParameters } from '../../model/reference/vectorizer.ts';
import { type LoadedExtractor, loadFeatureExtractor } from '../../model/scoring/feature-extractor.ts';
import { NativeTermCounts } from '../../model/training/term-counter.ts';
import { FittedVectorizer, VectorizerFit } from '../../model/training/vectorizer-fit.ts';
import { NativeTermCounter } from '../../native/index.ts';
import { NORMALIZER_STEPS } from '../../native/normalizer-steps.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';

const next = textGenerator(createRandom(7), dictionaryWords(700));
const hostile = [
  '',
  '\ud83d',
  '😀😀😀 𠮷野家',
  '\0',
  `${'すごい'.repeat(3000)}。`,
  'よくない？ 綺麗！ 美味しいけど高い。',
];
const texts = [...hostile, ...Array.from({ length: 1500 }, next), ...hostile];

const all: VectorizerParameters = { ...defaultVectorizerParameters, max_features: null };
const settings: Readonly<Record<string, VectorizerParameters>> = {
  'term rules': { ...all, rules: defaultTermRules },
  'term rules, three words, in two texts': { ...all, rules: defaultTermRules, ngram_range: [2, 3], min_df: 2 },
  'surface forms': all,
  'surface forms of two characters': { ...all, token_pattern: '\\w{2,}', ngram_range: [1, 1] },
  'the frequent ones': { ...all, rules: defaultTermRules, max_features: 700 },
  'words of another Unicode version': { ...all, unicode: '13.0.0' },
};

describe('the native term counter', () => {
  let extractor: LoadedExtractor;
  before(async () => {
    extractor = await loadFeatureExtractor({ normalizer: normalizerSettings(NORMALIZER_STEPS) }, assert.fail);
  });

  for (const [name, parameters] of Object.entries(settings)) {
    test(`${name}: the terms and the idf of the twin, whichever thread counts which texts`, async () => {
      const twin = new VectorizerFit(parameters);
      for (const text of texts) twin.add(extractor.tokens(text).tokens);
      const expected = twin.terms();
      assert.ok(expected.terms.length > 200, `${expected.terms.length} terms`);
      for (const [size, atOnce] of [
        [texts.length, 1],
        [200, 4],
        [31, 2],
      ] as const) {
        const counter = extractor.termCounter?.(parameters) as NativeTermCounter;
        const batches = Array.from({ length: Math.ceil(texts.length / size) }, (_, i) =>
          texts.slice(i * size, (i + 1) * size),
        );
        while (batches.length > 0) await Promise.all(batches.splice(0, atOnce).map((batch) => counter.count(batch)));
        const counts = new NativeTermCounts(await counter.kept(parameters.min_df), parameters.min_df);
        assert.equal(counts.textCount, texts.length);
        assert.deepEqual(new FittedVectorizer(parameters, counts).terms(), expected);
      }
    });
  }

  test('counts on after the terms were read, and knows no term before the first text', async () => {
    const counter = extractor.termCounter?.(all) as NativeTermCounter;
    assert.deepEqual(await counter.kept(1), {
      textCount: 0,
      terms: [],
      totals: new Uint32Array(),
      texts: new Uint32Array(),
    });
    await counter.count(['猫 猫']);
    assert.deepEqual((await counter.kept(1)).terms, ['猫\n猫 猫']);
    await counter.count(['犬。', '猫']);
    assert.deepEqual(await counter.kept(2), {
      textCount: 3,
      terms: ['猫'],
      totals: Uint32Array.of(3),
      texts: Uint32Array.of(2),
    });
  });

  test('checks its arguments', async () => {
    const counter = extractor.termCounter?.(all) as NativeTermCounter;
    await assert.rejects(counter.count('text' as never), /texts to be an array, received "text"/);
    await assert.rejects(counter.count([1 as never]), /texts\[0\] to be a string, received 1/);
    await assert.rejects(counter.kept(0), /minTexts to be an integer from 1 to 4294967295, received 0/);
    const none = { ngramRange: [1, 1], spellings: {} } as const;
    assert.throws(() => new NativeTermCounter({} as never, none), /the extractor to be an object that was loaded/);
    assert.throws(() => extractor.termCounter?.({ ...all, ngram_range: [2, 1] }), /largest n to be an integer from 2/);
  });
});
