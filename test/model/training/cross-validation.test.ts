import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { measuresOf } from '../../../model/evaluation/measures.ts';
import { Interrupted } from '../../../model/io/interrupted.ts';
import type { Review } from '../../../model/io/reviews.ts';
import { createRandom, pick } from '../../../model/math/random.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { type FeatureExtractor, loadFeatureExtractor } from '../../../model/scoring/feature-extractor.ts';
import { crossValidate, type ValidationOptions, validateOnHoldout } from '../../../model/training/cross-validation.ts';
import { foldsOf } from '../../../model/training/split.ts';

let stages: FeatureExtractor;
before(async () => {
  stages = await loadFeatureExtractor(assert.fail);
});

/** 150 reviews of 120 texts. The stars follow the words, but by and large they are drawn. */
const reviews = (() => {
  const random = createRandom(4);
  const words = '良い 悪い 普通 映画 店 朝 夜 父 母 駅 犬 猫 花 雨 雪 海'.split(' ');
  return Array.from({ length: 150 }, (_, i): Review => {
    const word = pick(random, words);
    const stars = word === '良い' ? 5 : word === '悪い' ? 1 : 1 + random.below(5);
    return { stars, text: `${word}。${pick(random, words)}。${'！'.repeat(i % 120)}` };
  });
})();
const range = [1, 5] as const;
const options: ValidationOptions = {
  seed: 1,
  vectorizer: { ...defaultVectorizerParameters, ngram_range: [1, 1] },
  boosting: { min_data_in_leaf: 2, learning_rate: 0.1, feature_fraction: 1 },
  rounds: 60,
  patience: 8,
  validationShare: 0,
  folds: 3,
};

describe('folds', () => {
  test('choose the rounds for all reviews, and measure their models at these', async () => {
    const stagesTold: string[] = [];
    const onStage = (stage: string) => stagesTold.push(stage);
    const { training, measures, curves, heldOut, booster } = await crossValidate(stages, reviews, range, {
      ...options,
      onStage,
    });
    assert.deepEqual(
      curves.map(({ name }) => name),
      ['fold 1', 'fold 2', 'fold 3', 'all'],
    );
    const best = curves.slice(0, 3).map((curve) => curve.best);
    const middle = [...best].sort((a, b) => a - b)[1] as number;
    assert.ok(new Set(best).size > 1, `${best}`);
    assert.deepEqual(training, { rounds: middle, folds: { count: 3, patience: 8, best } });
    assert.equal(booster.treeCount, middle);
    const whole = await validateOnHoldout(stages, reviews, range, { ...options, rounds: middle });
    assert.equal(booster.modelText(), whole.booster.modelText());

    // each fold again, by itself, with the rounds that were chosen
    assert.equal(heldOut.reviews.length, 150);
    const sets: Record<string, number>[] = [];
    let first = 0;
    for (const sides of foldsOf(reviews, 1, 3)) {
      const end = first + sides.heldOut.length;
      assert.deepEqual(heldOut.reviews.slice(first, end), sides.heldOut);
      const { vectorizer, booster } = await validateOnHoldout(stages, sides.training, range, {
        ...options,
        rounds: middle,
      });
      const scores = sides.heldOut.map(({ text }) => booster.predict(vectorizer.row(stages.surfaces(text))));
      const held = Float64Array.from(scores, (score) => Math.min(5, Math.max(1, score)));
      assert.deepEqual(heldOut.scores.slice(first, end), held);
      sets.push(
        measuresOf(
          sides.heldOut.map(({ stars }) => stars),
          held,
          range,
        ),
      );
      first = end;
    }
    const { folds, reviews: measured, ...values } = measures.folds as Record<string, number>;
    assert.deepEqual([folds, measured], [3, 150]);
    for (const name of ['rmse', 'mae', 'spearman', 'auc']) {
      const [a, b, c] = sets.map((set) => set[name]) as [number, number, number];
      const mean = (a + b + c) / 3;
      assert.ok(Math.abs((values[name] as number) - mean) < 1e-12);
      const deviation = Math.sqrt(((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 2);
      assert.ok(Math.abs((values[`${name}Deviation`] as number) - deviation) < 1e-12);
    }
    assert.deepEqual(
      stagesTold.filter((stage) => /^fold|^learning/.test(stage)),
      ['fold 1 of 3', 'fold 2 of 3', 'fold 3 of 3', 'learning from all reviews'],
    );
  });

  test('of an even number choose the middle of the two in the middle', async () => {
    const { training } = await crossValidate(stages, reviews, range, { ...options, folds: 2 });
    const { best } = training.folds as { best: [number, number] };
    assert.notEqual(best[0], best[1]);
    assert.equal(training.rounds, Math.ceil((best[0] + best[1]) / 2));
  });
});

describe('a holdout', () => {
  test('is what a report is drawn from', async () => {
    const { curves, heldOut, measures } = await validateOnHoldout(stages, reviews, range, {
      ...options,
      validationShare: 0.3,
    });
    assert.deepEqual(
      curves.map(({ name }) => name),
      ['validation'],
    );
    assert.equal(curves[0]?.validation.length, curves[0]?.training.length);
    assert.deepEqual(measures.validation, {
      reviews: heldOut.reviews.length,
      ...measuresOf(
        heldOut.reviews.map(({ stars }) => stars),
        heldOut.scores,
        range,
      ),
    });
  });

  test('of none leaves nothing to measure on', async () => {
    const { curves, heldOut, measures } = await validateOnHoldout(stages, reviews, range, options);
    assert.deepEqual(
      [curves[0]?.validation, heldOut.reviews, heldOut.scores, measures],
      [[], [], new Float64Array(0), {}],
    );
  });
});

describe('class weights', () => {
  test('draw the scores to the stars that weigh more', async () => {
    const meanWith = async (weights?: ValidationOptions['classWeights']) => {
      const { booster, vectorizer } = await validateOnHoldout(stages, reviews, range, {
        ...options,
        ...(weights === undefined ? {} : { classWeights: weights }),
      });
      const scores = reviews.map(({ text }) => booster.predict(vectorizer.row(stages.surfaces(text))));
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    };
    const plain = await meanWith();
    assert.ok((await meanWith(new Map([[5, 10]]))) > plain + 0.3);
    assert.ok((await meanWith(new Map([[1, 10]]))) < plain - 0.3);
    assert.equal(await meanWith(new Map([[1, 1]])), plain);
  });

  test('and a teacher are not for one model', async () => {
    const teacher = { alpha: 1, tolerance: 1e-8, maxIterations: 10, spread: 1, texts: [] };
    await assert.rejects(validateOnHoldout(stages, reviews, range, { ...options, classWeights: 'balanced', teacher }), {
      message: 'Expected class weights or a teacher, received both',
    });
  });
});

describe('a signal', () => {
  /** Aborts in this round of all that are told. */
  async function abortedIn(round: number, change: Partial<ValidationOptions> = {}) {
    const stop = new AbortController();
    let told = 0;
    const onRound = () => ++told === round && stop.abort();
    const { folds = 0 } = { ...options, ...change };
    return (folds > 0 ? crossValidate : validateOnHoldout)(stages, reviews, range, {
      ...options,
      patience: 60,
      ...change,
      onRound,
      signal: stop.signal,
    });
  }

  test('keeps the best of the rounds so far', async () => {
    const { booster, interrupted, measures, curves } = await abortedIn(5, { folds: 0, validationShare: 0.3 });
    assert.equal(interrupted, 'after round 5 of 60');
    assert.deepEqual([booster.treeCount, curves[0]?.training.length], [curves[0]?.best, 5]);
    assert.ok((measures.validation?.rmse as number) > 0);
  });

  test('in the first fold keeps what that has learned', async () => {
    const { booster, interrupted, measures } = await abortedIn(5);
    assert.deepEqual([interrupted, Object.keys(measures)], ['after round 5 of 60', ['fold 1']]);
    assert.ok(booster.treeCount <= 5);
  });

  test('in a later fold keeps the first one, which is whole', async () => {
    const { booster, interrupted, curves } = await abortedIn(60 + 5);
    assert.deepEqual([interrupted, curves.map(({ name }) => name)], ['in fold 2 of 3', ['fold 1']]);
    assert.equal(booster.treeCount, curves[0]?.best);
  });

  test('in the last learning, that of all reviews, keeps it, measured at its rounds', async () => {
    const { booster, interrupted, measures, heldOut } = await abortedIn(3 * 60 + 2);
    assert.match(interrupted ?? '', /^after round 2 of \d+$/);
    assert.equal(booster.treeCount, 2);
    assert.equal(heldOut.reviews.length, 150);
    assert.ok((measures.folds?.rmse as number) > 1); // after two small steps from the mean
  });

  test('before there is a round ends it', async () => {
    const signal = AbortSignal.abort();
    for (const learn of [crossValidate, validateOnHoldout])
      await assert.rejects(learn(stages, reviews, range, { ...options, signal }), Interrupted);
  });
});
