/** Trainings on parts of the reviews: they are those of `learn`, and small enough. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { composeReviews } from '../../../model/corpus/compose.ts';
import { readCorpus } from '../../../model/corpus/read.ts';
import { Interrupted } from '../../../model/io/interrupted.ts';
import type { Review } from '../../../model/io/reviews.ts';
import { createRandom, shuffle } from '../../../model/math/random.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { type LoadedExtractor, loadFeatureExtractor } from '../../../model/scoring/feature-extractor.ts';
import { type BaseModel, readBase } from '../../../model/training/base.ts';
import { heldOutScores, type LearnOptions, learn } from '../../../model/training/learn.ts';
import { partSizes, scoresBySize } from '../../../model/training/smaller.ts';
import { foldSplits, holdoutSplit, type Split } from '../../../model/training/split.ts';
import { packageRoot } from '../../../native/package-root.ts';

const range = [1, 5] as const;
let reviews: Review[];
let extractor: LoadedExtractor;
let base: BaseModel;
before(async () => {
  const counts = { sentences: 150, eachSentence: false, words: 0, contrasts: 0 };
  reviews = composeReviews(await readCorpus(), { seed: 5, counts });
  base = await readBase(join(packageRoot, 'model', 'stars'));
  const { normalizer } = base.manifest;
  extractor = await loadFeatureExtractor({ ...(normalizer && { normalizer }) }, assert.fail);
});

const near = (received: Float64Array, expected: Float64Array) => {
  assert.equal(received.length, expected.length);
  received.forEach((score, i) => {
    assert.ok(Math.abs(score - (expected[i] as number)) < 1e-9, `${score}, expected ${expected[i]}`);
  });
};

function optionsOf(more: Partial<LearnOptions> = {}): LearnOptions {
  const vectorizer = { ...base.manifest.vectorizer, max_features: null, min_df: 2 };
  return { base, seed: 3, vectorizer, leaf: { alpha: 'auto' }, boosting: {}, patience: 5, ...more };
}

/** The whole training by `learn`, and the parts by `scoresBySize`. */
async function trainedBy(splits: readonly Split[], options: LearnOptions, rounds = 0) {
  const { vectorizer } = await learn(extractor, { training: reviews, heldOut: [] }, rounds, options);
  const scores: number[] = [];
  for (const split of splits) {
    const learned = await learn(extractor, split, rounds, options);
    scores.push(...(await heldOutScores(learned, Math.min(rounds, learned.boosted.curve.best), range)));
  }
  const whole = { splits, scores: Float64Array.from(scores), vectorizer, rounds, reviews: reviews.length };
  return { whole, ...(await scoresBySize(extractor, whole, range, options)) };
}

/** The scores by `learn` with a vectorizer of the part's own, after a training on the part of each split. */
async function slowScores(splits: readonly Split[], size: number, options: LearnOptions): Promise<Float64Array> {
  const scores: number[] = [];
  for (const [i, { training, heldOut }] of splits.entries()) {
    const part = { training: shuffle(createRandom(options.seed + i), training).slice(0, size), heldOut };
    scores.push(...(await heldOutScores(await learn(extractor, part, 0, options), 0, range)));
  }
  return Float64Array.from(scores);
}

test('the sizes are halves, ascending; small parts are left out, and large trainings are limited', () => {
  assert.deepEqual(partSizes(160, 5), [20, 40, 80]);
  assert.deepEqual(partSizes(48, 5), [12, 24]);
  assert.deepEqual(partSizes(14, 5), []);
  assert.deepEqual(partSizes(90_000, 1), [1000, 2000, 4000]);
  assert.deepEqual(partSizes(1_000_000, 5), [200, 400, 800]);
});

describe('on a base', () => {
  test('the scores are those of a training on the part alone, with its own new terms and their idf', async () => {
    const splits = foldSplits(reviews, 3, 3);
    for (const options of [optionsOf(), optionsOf({ classWeights: 'balanced' }), optionsOf({ leaf: { alpha: 2 } })]) {
      const { sizes, stars, foldOf, whole } = await trainedBy(splits, options);
      assert.deepEqual(
        sizes.map((size) => size.reviews),
        [13, 25, 50, 100],
      );
      const heldOut = splits.flatMap((split, fold) => split.heldOut.map((review) => ({ ...review, fold })));
      assert.deepEqual(
        [...stars],
        heldOut.map((review) => review.stars),
      );
      assert.deepEqual(
        [...foldOf],
        heldOut.map(({ fold }) => fold),
      );
      for (const { reviews: size, scores } of sizes.slice(0, -1)) near(scores, await slowScores(splits, size, options));
      assert.deepEqual(sizes.at(-1)?.scores, whole.scores);
    }
  });

  test('the new terms of a part are fewer than those of the whole', async () => {
    const options = optionsOf();
    const [split] = foldSplits(reviews, 3, 3) as [Split];
    const part = { training: split.training.slice(0, 13), heldOut: [] };
    const columnsOf = async (each: Split) => (await learn(extractor, each, 0, options)).vectorizer.columnCount;
    assert.ok((await columnsOf(part)) < (await columnsOf(split)), 'so the test above compares different terms');
  });
});

test('without a base: the linear leaf and the rounds of the final model', async () => {
  const rules = base.manifest.vectorizer.rules;
  const vectorizer = { ...defaultVectorizerParameters, ...(rules && { rules }) };
  const { base: _, ...options } = optionsOf({ vectorizer });
  const { sizes } = await trainedBy([holdoutSplit(reviews, 3, 0.3)], options, 4);
  const [smallest] = sizes;
  assert.deepEqual(sizes.map((size) => size.reviews).at(-1), 105);
  const [{ training, heldOut }] = [holdoutSplit(reviews, 3, 0.3)];
  const part = { training: shuffle(createRandom(3), training).slice(0, smallest?.reviews), heldOut };
  const learned = await learn(extractor, part, 4, { ...options, patience: 4 });
  assert.deepEqual(smallest?.scores, await heldOutScores(learned, 4, range));
});

test('without a base: a part without a term in two reviews is left out', async () => {
  const words = Array.from({ length: 60 }, (_, i) => String.fromCodePoint(0x4e00 + 37 * i));
  // Each word is in two reviews.
  const pairs = [...words, ...words].map((text, i) => ({ stars: 1 + 4 * (i % 2), text }));
  const { base: _, ...options } = optionsOf({
    vectorizer: { ...defaultVectorizerParameters, min_df: 2 },
    leaf: { alpha: 1 },
  });
  const splits = [{ training: pairs, heldOut: pairs.slice(0, 20) }];
  const { vectorizer } = await learn(extractor, splits[0] as Split, 0, options);
  const whole = { splits, scores: new Float64Array(20), vectorizer, rounds: 0, reviews: 120 };
  const { sizes } = await scoresBySize(extractor, whole, range, { ...options, seed: 4 });
  const part = (size: number) =>
    shuffle(createRandom(4), pairs)
      .slice(0, size)
      .map(({ text }) => text);
  const expected = [15, 30, 60].filter((size) => new Set(part(size)).size < size);
  assert.ok(expected.length < 3, 'the test needs a part without a repeated word');
  assert.deepEqual(
    sizes.map((size) => size.reviews),
    [...expected, 120],
  );
});

test('class weights of stars that a part lacks, and parts of one number of stars, are no errors', async () => {
  const rare = reviews.map((review, i) => ({ ...review, stars: i < 3 ? 1 : i % 40 === 7 ? 2 : 5 }));
  const splits = [{ training: rare.slice(0, 120), heldOut: rare.slice(120) }];
  const options = optionsOf({
    classWeights: new Map([
      [1, 2],
      [2, 0],
    ]),
  });
  const { vectorizer } = await learn(extractor, splits[0] as Split, 0, optionsOf());
  const whole = { splits, scores: new Float64Array(30), vectorizer, rounds: 0, reviews: 150 };
  const { sizes } = await scoresBySize(extractor, whole, range, options);
  const shuffled = shuffle(createRandom(3), splits[0]?.training ?? []);
  const expected = [15, 30, 60].filter((size) => shuffled.slice(0, size).some(({ stars }) => stars === 1));
  assert.deepEqual(
    sizes.map((size) => size.reviews),
    [...expected, 120],
  );
});

test('many held-out reviews are sampled: the scores of the whole, too', async () => {
  const many = Array.from({ length: 12_000 }, (_, i) => ({ stars: 1 + (i % 5), text: '' }));
  const splits = [{ training: reviews.slice(0, 40), heldOut: many }];
  const { vectorizer } = await learn(extractor, splits[0] as Split, 0, optionsOf());
  const scores = Float64Array.from(many.keys());
  const whole = { splits, scores, baseScores: scores, vectorizer, rounds: 0, reviews: 12_040 };
  const { stars, sizes, base: ofBase, foldOf } = await scoresBySize(extractor, whole, range, optionsOf());
  const lengths = [stars, foldOf, ofBase, ...sizes.map((size) => size.scores)].map((values) => values?.length);
  assert.deepEqual(new Set(lengths), new Set([10_000]));
  sizes.at(-1)?.scores.forEach((review, i) => {
    assert.equal(stars[i], many[review]?.stars);
  });
});

test('a signal ends it', async () => {
  const controller = new AbortController();
  controller.abort();
  const splits = foldSplits(reviews, 3, 3);
  const { vectorizer } = await learn(extractor, splits[0] as Split, 0, optionsOf());
  const whole = { splits, scores: new Float64Array(150), vectorizer, rounds: 0, reviews: 150 };
  await assert.rejects(scoresBySize(extractor, whole, range, optionsOf({ signal: controller.signal })), Interrupted);
});
