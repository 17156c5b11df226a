import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { measuresOf } from '../../../model/evaluation/measures.ts';
import { Interrupted } from '../../../model/io/interrupted.ts';
import type { Review } from '../../../model/io/reviews.ts';
import { createRandom, pick } from '../../../model/math/random.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { type LoadedExtractor, loadFeatureExtractor } from '../../../model/scoring/feature-extractor.ts';
import { crossValidate } from '../../../model/training/cross-validation.ts';
import { type ValidationOptions, validateOnHoldout } from '../../../model/training/holdout.ts';
import { foldSplits } from '../../../model/training/split.ts';
import { wordReviews } from '../../fixtures/trained-leaf.ts';

let extractor: LoadedExtractor;
before(async () => {
  extractor = await loadFeatureExtractor({}, assert.fail);
});

/** 150 reviews of 120 texts. Two words determine the stars; the stars of all other reviews are random. */
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
  test('choose the rounds for the model of all reviews, and measure the fold models at these rounds', async () => {
    const reported: string[] = [];
    const onStage = (stage: string) => reported.push(stage);
    const { training, measures, curves, heldOut, booster } = await crossValidate(extractor, reviews, range, {
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
    const whole = await validateOnHoldout(extractor, reviews, range, { ...options, rounds: middle });
    assert.equal(booster.modelText(), whole.booster.modelText());

    // Train each fold again by itself, with the chosen number of rounds.
    assert.equal(heldOut.reviews.length, 150);
    const sets: Record<string, number>[] = [];
    let first = 0;
    for (const split of foldSplits(reviews, 1, 3)) {
      const end = first + split.heldOut.length;
      assert.deepEqual(heldOut.reviews.slice(first, end), split.heldOut);
      const { vectorizer, booster } = await validateOnHoldout(extractor, split.training, range, {
        ...options,
        rounds: middle,
      });
      const scores = split.heldOut.map(({ text }) => booster.predict(vectorizer.row(extractor.tokens(text).tokens)));
      const clamped = Float64Array.from(scores, (score) => Math.min(5, Math.max(1, score)));
      assert.deepEqual(heldOut.scores.slice(first, end), clamped);
      sets.push(
        measuresOf(
          split.heldOut.map(({ stars }) => stars),
          clamped,
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
      reported.filter((stage) => /^fold|^learning/.test(stage)),
      ['fold 1 of 3', 'fold 2 of 3', 'fold 3 of 3', 'learning from all reviews'],
    );
  });

  test('of an even number choose the mean of the two middle values, rounded up', async () => {
    const { training } = await crossValidate(extractor, reviews, range, { ...options, folds: 2 });
    const { best } = training.folds as { best: [number, number] };
    assert.notEqual(best[0], best[1]);
    assert.equal(training.rounds, Math.ceil((best[0] + best[1]) / 2));
  });
});

describe('a holdout', () => {
  test('gives the curve, the scores and the measures of the held-out reviews', async () => {
    const { curves, heldOut, measures } = await validateOnHoldout(extractor, reviews, range, {
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

  test('with share 0 gives no measures', async () => {
    const { curves, heldOut, measures } = await validateOnHoldout(extractor, reviews, range, options);
    assert.deepEqual(
      [curves[0]?.validation, heldOut.reviews, heldOut.scores, measures],
      [[], [], new Float64Array(0), {}],
    );
  });
});

describe('class weights', () => {
  test('move the scores towards the stars with the larger weight', async () => {
    const meanWith = async (weights?: ValidationOptions['classWeights']) => {
      const { booster, vectorizer } = await validateOnHoldout(extractor, reviews, range, {
        ...options,
        ...(weights === undefined ? {} : { classWeights: weights }),
      });
      const scores = reviews.map(({ text }) => booster.predict(vectorizer.row(extractor.tokens(text).tokens)));
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    };
    const plain = await meanWith();
    assert.ok((await meanWith(new Map([[5, 10]]))) > plain + 0.3);
    assert.ok((await meanWith(new Map([[1, 10]]))) < plain - 0.3);
    assert.equal(await meanWith(new Map([[1, 1]])), plain);
  });

  test('move the linear leaf, too', async () => {
    const meanWith = async (weights: ReadonlyMap<number, number>) => {
      const leaf = { alpha: 1 };
      const { booster } = await validateOnHoldout(extractor, reviews, range, {
        ...options,
        rounds: 0,
        leaf,
        classWeights: weights,
      });
      assert.equal(booster.treeCount, 1);
      return booster.predict({ columns: new Int32Array(), values: new Float64Array() });
    };
    const plain = await meanWith(new Map([[1, 1]]));
    assert.ok((await meanWith(new Map([[5, 10]]))) > plain + 0.3);
    assert.ok((await meanWith(new Map([[1, 10]]))) < plain - 0.3);
  });
});

describe('a linear leaf', () => {
  const withLeaf: ValidationOptions = {
    ...options,
    leaf: { alpha: 'auto' },
    boosting: { min_data_in_leaf: 3, learning_rate: 0.3, feature_fraction: 1, num_leaves: 4 },
  };
  const rmseOf = (result: { measures: Record<string, Record<string, number>> }, set: string) =>
    result.measures[set]?.rmse as number;

  test('and no tree, if no tree improves it: zero rounds by a holdout and by folds', async () => {
    const noise = wordReviews(240, 'noise');
    const { booster, training, curves } = await validateOnHoldout(extractor, noise, range, {
      ...withLeaf,
      validationShare: 0.3,
    });
    assert.deepEqual([booster.treeCount, training.rounds], [1, 0]);
    const [curve] = curves;
    assert.deepEqual([curve?.firstRound, curve?.best], [0, 0]);
    assert.equal(curve?.validation.length, 1 + withLeaf.patience);
    assert.equal(curve?.validation[0], Math.min(...(curve?.validation ?? [])));
    const folds = await crossValidate(extractor, noise, range, withLeaf);
    assert.deepEqual([folds.booster.treeCount, folds.training.rounds], [1, 0]);
    assert.deepEqual(folds.curves.at(-1), {
      name: 'all',
      firstRound: 0,
      metric: '',
      training: [],
      validation: [],
      best: 0,
    });
    assert.deepEqual((folds.training.folds as { best: number[] }).best.toSorted().slice(0, 2), [0, 0]);
    assert.equal(folds.heldOut.reviews.length, 240);
    const { endMap } = folds;
    assert.ok(endMap !== undefined);
    for (const score of folds.heldOut.scores) assert.ok(score > 1 && score < 5);
  });

  test('and the trees that improve it, where words interact', async () => {
    const interacting = wordReviews(240, 'interaction');
    const with0 = await crossValidate(extractor, interacting, range, { ...withLeaf, rounds: 0 });
    const withTrees = await crossValidate(extractor, interacting, range, withLeaf);
    assert.equal(with0.booster.treeCount, 1);
    assert.ok(withTrees.booster.treeCount > 5, `${withTrees.booster.treeCount}`);
    assert.equal(withTrees.training.rounds, withTrees.booster.treeCount - 1);
    const [alone, together] = [rmseOf(with0, 'folds'), rmseOf(withTrees, 'folds')];
    assert.ok(together < alone / 2, `${together} and ${alone}`);
  });

  test('is measured in round 0, on the held-out reviews by its own predictions', async () => {
    const interacting = wordReviews(240, 'interaction');
    const rounds0 = await validateOnHoldout(extractor, interacting, range, {
      ...withLeaf,
      rounds: 0,
      validationShare: 0.3,
    });
    const { curves } = await validateOnHoldout(extractor, interacting, range, { ...withLeaf, validationShare: 0.3 });
    const { booster, vectorizer, heldOut } = rounds0;
    const errors = heldOut.reviews.map(
      ({ stars, text }) => booster.predict(vectorizer.row(extractor.tokens(text).tokens)) - stars,
    );
    const rmse = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    assert.ok(Math.abs((curves[0]?.validation[0] as number) - rmse) < 1e-6);
  });
});

describe('a signal', () => {
  /** Aborts in this round, counted over all trainings. */
  async function abortedIn(round: number, change: Partial<ValidationOptions> = {}) {
    const stop = new AbortController();
    let rounds = 0;
    const onRound = () => ++rounds === round && stop.abort();
    const { folds = 0 } = { ...options, ...change };
    return (folds > 0 ? crossValidate : validateOnHoldout)(extractor, reviews, range, {
      ...options,
      patience: 60,
      ...change,
      onRound,
      signal: stop.signal,
    });
  }

  test('keeps the rounds so far, up to the best one', async () => {
    const { booster, interrupted, measures, curves } = await abortedIn(5, { folds: 0, validationShare: 0.3 });
    assert.equal(interrupted, 'after round 5 of 60');
    assert.deepEqual([booster.treeCount, curves[0]?.training.length], [curves[0]?.best, 5]);
    assert.ok((measures.validation?.rmse as number) > 0);
  });

  test('in the first fold keeps the model of the first fold', async () => {
    const { booster, interrupted, measures } = await abortedIn(5);
    assert.deepEqual([interrupted, Object.keys(measures)], ['after round 5 of 60', ['fold 1']]);
    assert.ok(booster.treeCount <= 5);
  });

  test('in a later fold keeps the complete model of the first fold', async () => {
    const { booster, interrupted, curves } = await abortedIn(60 + 5);
    assert.deepEqual([interrupted, curves.map(({ name }) => name)], ['in fold 2 of 3', ['fold 1']]);
    assert.equal(booster.treeCount, curves[0]?.best);
  });

  test('in the training on all reviews keeps that model, and the measures at its rounds', async () => {
    const { booster, interrupted, measures, heldOut } = await abortedIn(3 * 60 + 2);
    assert.match(interrupted ?? '', /^after round 2 of \d+$/);
    assert.equal(booster.treeCount, 2);
    assert.equal(heldOut.reviews.length, 150);
    assert.ok((measures.folds?.rmse as number) > 1); // after two small steps from the mean
  });

  test('after the leaf of the first fold, which is round 0, keeps that leaf', async () => {
    const { booster, interrupted, measures } = await abortedIn(1, { leaf: { alpha: 1 } });
    assert.deepEqual([booster.treeCount, interrupted, Object.keys(measures)], [1, 'after round 0 of 60', ['fold 1']]);
  });

  test('before the first round rejects', async () => {
    const signal = AbortSignal.abort();
    for (const validate of [crossValidate, validateOnHoldout])
      await assert.rejects(validate(extractor, reviews, range, { ...options, signal }), Interrupted);
  });
});
