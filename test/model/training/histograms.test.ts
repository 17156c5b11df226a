/** The histograms of a training, on tables that one can work out, and against the native engine. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Histogram } from '../../../function/counters.ts';
import { binBounds } from '../../../model/bundle/manifest.ts';
import { createRandom } from '../../../model/math/random.ts';
import { defaultTermRules } from '../../../model/reference/default-term-rules.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { type LoadedExtractor, loadFeatureExtractor } from '../../../model/scoring/feature-extractor.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { histogramsOf } from '../../../model/training/histograms.ts';
import { type TrainOptions, train } from '../../../model/training/train.ts';
import { NORMALIZER_STEPS } from '../../../native/index.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

const sum = (counts: readonly number[] | undefined) => counts?.reduce((total, count) => total + count, 0);

describe('the histograms of held-out reviews', () => {
  let extractor: LoadedExtractor;
  before(async () => {
    extractor = await loadFeatureExtractor({}, assert.fail);
  });
  const reviewsOf = (...texts: string[]) => texts.map((text) => ({ text, stars: 3 }));

  test('count scores and shares of unknown words, over all parts', async () => {
    const { vectorizer } = await tinyBundle(); // its terms: 悪い, 普通, 良い
    const histograms = await histogramsOf(
      [
        { vectorizer, heldOut: reviewsOf('良い映画、良い', '', '良い'), scores: Float64Array.of(1, 1.25, 1.26) },
        { vectorizer, heldOut: reviewsOf('映画', '悪い映画'), scores: Float64Array.of(3, 5) },
      ],
      extractor,
      [1, 5],
    );
    assert.deepEqual(histograms, {
      scores: [2, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
      unknownShare: [1, 0, 0, 1, 1, 0, 0, 0, 0, 1], // the empty text has no word
    });
  });

  test('are undefined without a review or without a word', async () => {
    const { vectorizer } = await tinyBundle();
    assert.equal(await histogramsOf([], extractor, [1, 5]), undefined);
    const part = { vectorizer, heldOut: reviewsOf('', '！'), scores: Float64Array.of(3, 3) };
    assert.equal(await histogramsOf([part], extractor, [1, 5]), undefined);
  });

  test('have the bins of the server, also for bounds that are not exact', async () => {
    const { vectorizer } = await tinyBundle();
    const random = createRandom(5);
    for (const range of [
      [1, 5],
      [0, 10],
      [-0.3, 0.7],
    ] as const) {
      const bounds = binBounds(16, range);
      const any = Array.from({ length: 500 }, () => range[0] + (random.below(1e6) / 1e6) * (range[1] - range[0]));
      const scores = Float64Array.from([...bounds, ...range, ...any]);
      const live = new Histogram(bounds);
      for (const score of scores) live.observe(score);
      const heldOut = reviewsOf(...Array<string>(scores.length).fill('良い'));
      const trained = (await histogramsOf([{ vectorizer, heldOut, scores }], extractor, range))?.scores;
      assert.deepEqual([...(trained ?? []), 0], [...live.counts]);
    }
  });

  test('of very many reviews are counted on some of them', async () => {
    const { vectorizer } = await tinyBundle();
    const heldOut = reviewsOf(...Array.from({ length: 25_000 }, (_, i) => (i % 2 === 0 ? '良い' : '映画')));
    const scores = new Float64Array(25_000).fill(2);
    const parts = [{ vectorizer, heldOut, scores }];
    const { unknownShare, scores: counts } = (await histogramsOf(parts, extractor, [1, 5])) ?? {};
    assert.equal(sum(counts), 25_000);
    assert.deepEqual([unknownShare?.[0], unknownShare?.[9], sum(unknownShare)], [4167, 4167, 8334]);
  });
});

describe('a training', () => {
  const stars = [1, 2, 4, 5];
  const words = ['最悪', '不満', '満足', '最高'];
  const reviews = Array.from({ length: 240 }, (_, i) => ({
    stars: stars[i % 4] as number,
    text: `${words[i % 4]}の商品${i}でした。${i % 3 === 0 ? 'とても丁寧' : '普通'}`,
  }));
  const common: TrainOptions = {
    name: 'small',
    command: 'a test',
    seed: 1,
    normalizer: NORMALIZER_STEPS,
    vectorizer: { ...defaultVectorizerParameters, max_features: null, min_df: 2, rules: defaultTermRules },
    leaf: { alpha: 3 },
    boosting: {},
    rounds: 0,
    validationShare: 0,
    patience: 50,
  };
  const trained = async (options: Partial<TrainOptions>) => {
    const folder = await mkdtemp(join(tmpdir(), 'hoshi-histograms-'));
    try {
      const { bundle } = await train(join(folder, 'model'), reviews, { ...common, ...options });
      const scorer = await loadScorer({ bundlePath: join(folder, 'model'), engine: 'native' });
      return { histograms: bundle.manifest.histograms, scorer };
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test('with folds counts each review once, with a holdout its share, and without either none', async () => {
    assert.equal(sum((await trained({ folds: 3 })).histograms?.scores), reviews.length);
    assert.equal(sum((await trained({ validationShare: 0.25 })).histograms?.scores), 60);
    assert.equal((await trained({})).histograms, undefined);
  });

  test('with a split of its own measures a model of that split', async () => {
    const heldOut = [...reviews.slice(0, 5), { stars: 3, text: 'まったく別の文章' }];
    const { histograms } = await trained({ histogramSplit: { training: reviews.slice(5), heldOut } });
    assert.equal(sum(histograms?.scores), 6);
    assert.equal(sum(histograms?.unknownShare), 6);
    assert.ok((histograms?.unknownShare.slice(5).reduce((a, b) => a + b) ?? 0) >= 1, 'the other text is unknown');
  });

  test('counts the words of a text as the native engine does', async () => {
    const heldOut = reviews.map(({ stars, text }, i) => ({
      stars,
      text: `${text}${'未知、別'.slice(i % 4)}！すごーーい`,
    }));
    const { histograms, scorer } = await trained({ histogramSplit: { training: reviews, heldOut } });
    const before = scorer.wordCounts?.().unknownShares ?? [];
    for (const { text } of heldOut) scorer.score(text);
    const grown = scorer.wordCounts?.().unknownShares.map((texts, i) => texts - (before[i] as number));
    assert.deepEqual(histograms?.unknownShare, grown);
    assert.ok((grown?.filter((texts) => texts > 0).length ?? 0) >= 2);
  });
});
