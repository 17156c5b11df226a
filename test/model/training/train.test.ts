import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import { readBundle } from '../../../model/bundle/read.ts';
import { spearman } from '../../../model/evaluation/measures.ts';
import type { Review } from '../../../model/io/reviews.ts';
import { createRandom, pick } from '../../../model/math/random.ts';
import { ScoreMap } from '../../../model/reference/score-range.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { type EngineName, engineNames } from '../../../model/scoring/scorer.ts';
import { type TrainOptions, train } from '../../../model/training/train.ts';
import { Booster, type RoundMetrics } from '../../../native/index.ts';
import { tokensOf } from '../../fixtures/vectorize.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-train-'));
});
after(() => rm(folder, { recursive: true }));

/** One tree with one leaf per text, so that the scores can be worked out by hand. */
const oneTree: TrainOptions = {
  name: 'small',
  command: 'a test',
  seed: 1,
  vectorizer: { ...defaultVectorizerParameters, ngram_range: [1, 1] },
  boosting: { learning_rate: 1, num_leaves: 3, min_data_in_leaf: 1, feature_fraction: 1 },
  rounds: 1,
  validationShare: 0,
  patience: 10,
};

/** Trains and returns only the manifest. */
const manifestOf = async (...args: Parameters<typeof train>) => (await train(...args)).bundle.manifest;

const times = (count: number, stars: number, text: string): Review[] => new Array(count).fill({ stars, text });
const goodAndBad = [...times(10, 5, '良い'), ...times(10, 1, '悪い')];
const three = [...goodAndBad, ...times(10, 3, '普通')];

const contentsOf = async (path: string) =>
  Promise.all((await readdir(path)).sort().map((name) => readFile(join(path, name), 'latin1')));
const treesOf = async (path: string) => {
  const text = await readFile(join(path, 'model.txt'), 'utf8');
  return text.slice(text.indexOf('Tree=0'), text.indexOf('end of trees'));
};
const wordsOf = async (path: string) =>
  (await readFile(join(path, 'vocabulary.tsv'), 'utf8')).split('\n').map((line) => line.split('\t')[0]);
const near = (received: number | undefined, expected: number, within = 1e-9) =>
  assert.ok(Math.abs((received as number) - expected) < within, `${received}, expected ${expected}`);

/** Asserts that the engines load the bundle, and give its golden scores and these scores. */
async function assertScores(
  path: string,
  scores: Readonly<Record<string, number>>,
  engines: readonly EngineName[] = ['js'],
): Promise<void> {
  for (const engine of engines) {
    const scorer = await loadScorer({ bundlePath: path, engine });
    assert.equal(scorer.bundle.goldens.length, 9);
    for (const { text, score } of scorer.bundle.goldens) assert.equal(scorer.score(text), score);
    for (const [text, score] of Object.entries(scores)) near(scorer.score(text), score, 1e-6);
  }
}

describe('train', () => {
  test('by hand: one tree with one leaf for each of three texts', async () => {
    const path = join(folder, 'three');
    const manifest = await manifestOf(path, three, oneTree);
    await assertScores(path, { 良い: 5, 悪い: 1, 普通: 3 }, engineNames);
    assert.deepEqual((await wordsOf(path)).slice(0, -1), ['悪い', '普通', '良い']);
    assert.deepEqual(JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')), manifest);
    assert.deepEqual(manifest.made, {
      command: 'a test',
      seed: 1,
      data: createHash('sha256')
        .update('5\t良い\n'.repeat(10) + '1\t悪い\n'.repeat(10) + '3\t普通\n'.repeat(10))
        .digest('hex'),
      reviews: 30,
    });
    assert.deepEqual(manifest.training, {
      parameters: {
        objective: 'regression',
        metric: 'rmse',
        num_leaves: 3,
        min_data_in_leaf: 1,
        learning_rate: 1,
        feature_fraction: 1,
        max_bin: 15,
        seed: 1,
      },
      rounds: 1,
    });
    assert.deepEqual([manifest.name, manifest.scoreRange, manifest.measures], ['small', [1, 5], {}]);
  });

  test('scores are clamped to the range of the stars', async () => {
    const path = join(folder, 'narrow');
    const overshooting = { ...oneTree, boosting: { ...oneTree.boosting, learning_rate: 2 }, validationShare: 0.5 };
    // Seed 1 holds out 良い and 悪い, and trains on 良い。 and 悪い。
    const reviews = ['', '。'].flatMap((end) => [...times(10, 4, `良い${end}`), ...times(10, 2.5, `悪い${end}`)]);
    const { scoreRange, measures } = await manifestOf(path, reviews, overshooting);
    assert.deepEqual(scoreRange, [2.5, 4]);
    // Twice as far from the mean of 3.25 as the labels: 4.75 and 1.75.
    await assertScores(path, { 良い: 4, 悪い: 2.5 });
    const { reviews: count, rmse, mae, spearman: ranks, auc, aucFrom } = measures.validation as Record<string, number>;
    assert.deepEqual([count, rmse, mae, ranks, auc], [20, 0, 0, 1, 1]);
    assert.ok((aucFrom as number) > 0.7 && (aucFrom as number) < 1, 'no interval of no width');
  });

  test('with prune writes a pruned model, which every engine serves', async () => {
    const path = join(folder, 'pruned');
    await train(path, three, { ...oneTree, prune: true });
    await assertScores(path, { 良い: 5, 悪い: 1, 普通: 3 }, engineNames);
    assert.doesNotMatch(await treesOf(path), /leaf_weight|internal_value/);
  });

  test('gives the same bytes each time, and different trees with another seed', async () => {
    const options = {
      ...oneTree,
      boosting: { feature_fraction: 0.5, min_data_in_leaf: 1 },
      rounds: 20,
      validationShare: 0.2,
      leaf: { alpha: 'auto', terms: 14, stretch: 1.5 } as const,
      prune: true,
    };
    const contents = async (name: string, seed: number) => {
      await train(join(folder, name), noisyReviews(3), { ...options, seed });
      return contentsOf(join(folder, name));
    };
    const first = await contents('first', 1);
    assert.ok(first.length >= 5, 'at least manifest, card, trees, vocabulary and logarithms');
    assert.deepEqual(await contents('second', 1), first);
    const treesOfFirst = await treesOf(join(folder, 'first'));
    await contents('second', 2);
    assert.notEqual(await treesOf(join(folder, 'second')), treesOfFirst);
  });

  test('gives the same bytes each time with folds and class weights', async () => {
    const options: TrainOptions = {
      ...oneTree,
      preset: 'original',
      boosting: { num_leaves: 8, min_data_in_leaf: 2, bagging_fraction: 0.7, bagging_freq: 1 },
      rounds: 30,
      folds: 3,
      classWeights: 'balanced',
    };
    const contents = async (name: string) => {
      await train(join(folder, name), noisyReviews(3), options);
      return contentsOf(join(folder, name));
    };
    const first = await contents('first-folds');
    assert.deepEqual(await contents('second-folds'), first);
    const { training, measures } = JSON.parse(await readFile(join(folder, 'first-folds', 'manifest.json'), 'utf8'));
    assert.deepEqual(training.parameters, {
      objective: 'regression',
      metric: 'rmse',
      learning_rate: 0.018,
      feature_fraction: 0.5,
      seed: 1,
      ...options.boosting,
    });
    assert.deepEqual([training.preset, training.classWeights, training.folds.count], ['original', 'balanced', 3]);
    assert.equal(measures.folds.reviews, 240);
    const card = await readFile(join(folder, 'first-folds', 'README.md'), 'utf8');
    assert.match(card, /\| folds \| rmse \| \d\.\d{4} ± \d\.\d{4} \|/);
    assert.doesNotMatch(card, /Deviation/);
  });

  test('reports where it was stopped, also in the manifest', async () => {
    const stop = new AbortController();
    const path = join(folder, 'stopped-by-hand');
    const {
      bundle: { manifest },
      interrupted,
    } = await train(path, three, {
      ...oneTree,
      boosting: { ...oneTree.boosting, learning_rate: 0.1 },
      rounds: 50,
      signal: stop.signal,
      onRound: ({ round }) => round === 7 && stop.abort(),
    });
    assert.equal(interrupted, 'after round 7 of 50');
    assert.deepEqual([manifest.training.interrupted, manifest.training.rounds], [interrupted, 7]);
    await assertScores(path, {}, engineNames);
  });

  test('stopped before the first round writes nothing', async () => {
    const names = await readdir(folder);
    const path = join(folder, 'nothing');
    await assert.rejects(train(path, three, { ...oneTree, signal: AbortSignal.abort() }), {
      name: 'Interrupted',
      message: 'interrupted before there was a model; nothing was written',
    });
    assert.deepEqual(await readdir(folder), names);
  });
});

/** 240 texts of two words. Two words determine the stars; the stars of all other reviews are random. */
function noisyReviews(seed: number): Review[] {
  const random = createRandom(seed);
  const words = [
    '良い',
    '悪い',
    '普通',
    '映画',
    '店',
    '朝',
    '夜',
    '父',
    '母',
    '駅',
    '犬',
    '猫',
    '花',
    '雨',
    '雪',
    '海',
  ];
  return Array.from({ length: 240 }, (_, i) => {
    const [first, second] = [pick(random, words), pick(random, words)];
    const stars = first === '良い' ? 5 : first === '悪い' ? 1 : 1 + random.below(5);
    return { stars, text: `${first}。${second}。${'！'.repeat(i)}` };
  });
}

describe('the holdout', () => {
  // Each text has its own word and its own number of copies, from 1 to 20.
  const names =
    'alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango';
  const reviews = names.split(' ').flatMap((name, i) =>
    Array.from({ length: i + 1 }, (_, copy): Review => {
      const isGood = i % 2 === 0;
      return {
        stars: (isGood ? 5 : 1) + (copy === 3 ? (isGood ? -1 : 1) : 0),
        text: `${name} ${isGood ? '良い' : '悪い'}`,
      };
    }),
  );
  const options: TrainOptions = {
    ...oneTree,
    boosting: { min_data_in_leaf: 1, feature_fraction: 1 },
    rounds: 5,
    validationShare: 0.25,
  };

  /** The held-out reviews: their own word is not in the vocabulary. */
  async function heldOutBy(path: string): Promise<Review[]> {
    const words = await wordsOf(path);
    return reviews.filter(({ text }) => !words.includes(text.split(' ')[0]));
  }

  let path: string;
  let manifest: Manifest;
  let heldOut: Review[];
  before(async () => {
    path = join(folder, 'copies');
    manifest = await manifestOf(path, reviews, options);
    heldOut = await heldOutBy(path);
  });

  test('has the requested share of the texts, with all copies of each', async () => {
    assert.equal(new Set(heldOut.map(({ text }) => text)).size, 5);
    assert.equal(manifest.measures.validation?.reviews, heldOut.length);
    assert.equal(manifest.made.reviews, 210);
    assert.deepEqual(manifest.training.validation, { share: 0.25, patience: 10 });
  });

  test('differs with another seed', async () => {
    const other = join(folder, 'other-copies');
    const { measures } = await manifestOf(other, reviews, { ...options, seed: 2 });
    const otherHeldOut = await heldOutBy(other);
    assert.equal(measures.validation?.reviews, otherHeldOut.length);
    assert.equal(new Set(otherHeldOut.map(({ text }) => text)).size, 5);
    assert.notDeepEqual(otherHeldOut, heldOut);
  });

  test('has no AUC without a review of the highest stars, and the manifest on disk has none either', async () => {
    const path = join(folder, 'one-sided');
    const only = { stars: 9, text: '最高' };
    const { measures } = await manifestOf(path, [...reviews, only], options);
    assert.ok((await wordsOf(path)).includes(only.text), 'it is not held out');
    const names = Object.keys(measures.validation ?? {}).filter((name) => !/(From|To)$/.test(name));
    assert.deepEqual(names, ['reviews', 'rmse', 'mae', 'spearman', 'labels', 'ends']);
    assert.deepEqual(JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')).measures, measures);
  });

  test('gives the measures, by their definitions', async () => {
    const scorer = await loadScorer({ bundlePath: path, engine: 'js' });
    const pairs = heldOut.map(({ stars, text }) => ({ stars, score: scorer.score(text) }));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const errors = pairs.map(({ stars, score }) => score - stars);
    const scoresOf = (given: number) => pairs.filter(({ stars }) => stars === given).map(({ score }) => score);
    const duels = scoresOf(1).flatMap((low) =>
      scoresOf(5).map((high): number => (high > low ? 1 : high === low ? 0.5 : 0)),
    );
    assert.ok(duels.length > 0);
    const { rmse, mae, auc, ...rest } = manifest.measures.validation as Record<string, number>;
    near(rmse, Math.sqrt(mean(errors.map((error) => error ** 2))));
    near(mae, mean(errors.map(Math.abs)));
    near(auc, mean(duels));
    near(
      rest.spearman,
      spearman(
        pairs.map(({ stars }) => stars),
        pairs.map(({ score }) => score),
      ),
    );
  });
});

describe('early stopping', () => {
  const reviews = noisyReviews(1);
  const options: TrainOptions = {
    ...oneTree,
    boosting: { min_data_in_leaf: 2, learning_rate: 0.1, feature_fraction: 1 },
    rounds: 300,
    validationShare: 0.3,
    patience: 15,
  };

  /** Trains, and returns the validation metric of each round. */
  async function rounds(name: string, change: Partial<TrainOptions>) {
    const path = join(folder, name);
    const reported: RoundMetrics[] = [];
    const manifest = await manifestOf(path, reviews, {
      ...options,
      ...change,
      onRound: (round) => reported.push(round),
    });
    const values = reported.map(({ metrics }) => Object.values(metrics)[0]?.validation as number);
    return { path, manifest, values };
  }

  test('keeps only the rounds up to the best one', async () => {
    const { path, manifest, values } = await rounds('stopped', {});
    const best = values.indexOf(Math.min(...values)) + 1;
    assert.ok(best > 3 && best + 15 < 300, `${best}`);
    assert.equal(values.length, best + 15);
    assert.equal(manifest.training.rounds, best);
    near(manifest.measures.validation?.rmse, values[best - 1] as number);
    assert.equal((await treesOf(path)).match(/^Tree=/gm)?.length, best);
    const fixed = await rounds('fixed', { rounds: best, patience: 300 });
    assert.equal(fixed.values.length, best);
    assert.equal(await treesOf(fixed.path), await treesOf(path));
    // R² is 1 minus the squared error over a constant, so both metrics have the same best round.
    const rising = await rounds('rising', { boosting: { ...options.boosting, metric: 'r2' } });
    assert.equal(rising.values.indexOf(Math.max(...rising.values)) + 1, best);
    assert.equal(await treesOf(rising.path), await treesOf(path));
    await assertScores(path, {}, ['lightgbm']);
  });

  test('keeps all rounds if the last one is the best', async () => {
    const { manifest, values } = await rounds('all', { rounds: 3 });
    assert.equal(values.indexOf(Math.min(...values)), 2);
    assert.equal(manifest.training.rounds, 3);
  });

  test('does nothing without a holdout', async () => {
    const { manifest, values } = await rounds('whole', { validationShare: 0, rounds: 40, patience: 1 });
    assert.deepEqual(values, new Array(40).fill(undefined));
    assert.equal(manifest.training.rounds, 40);
    assert.deepEqual(manifest.measures, {});
    assert.equal(manifest.training.validation, undefined);
  });
});

describe('a linear leaf', () => {
  // Ten rows have a 1 in the first column, ten in the second. By symmetry the weights are ±w, and the intercept is the
  // mean of 3. w minimises 20 (w − 2)² + 2 α w², so w = 40 / (20 + 2 α). With α = 10, w is 1.
  const leafAlone: TrainOptions = { ...oneTree, leaf: { alpha: 10 }, rounds: 0 };
  const rawSums = async (path: string, texts: readonly string[]) => {
    const { modelText, vectorizer } = await readBundle(path);
    return texts.map((text) =>
      Booster.fromModelText(modelText).predict(vectorizer.row(tokensOf(text === '' ? [] : [text]))),
    );
  };

  test('alone, by hand: every engine serves it, and its end map is almost the identity from 1.5 to 4.5', async () => {
    const path = join(folder, 'leaf');
    const { training, scoreRange, endMap } = await manifestOf(path, goodAndBad, leafAlone);
    await assertScores(path, { 良い: 4, 悪い: 2, '': 3 }, engineNames);
    assert.deepEqual([training.ridge, training.linearLeaf, training.rounds], [{ alpha: 10 }, { alpha: 10 }, 0]);
    assert.deepEqual(scoreRange, [1, 5]);
    // The norm of the weights is √2: sums are from 3 − √2 to 3 + √2, which is within the range.
    near(endMap?.raw[0], 3 - Math.SQRT2, 1e-6);
    near(endMap?.scores.at(-1), 3 + Math.SQRT2, 1e-6);
  });

  test('that overshoots the range bends at its ends: no score is exactly 1 or 5, and the order stays', async () => {
    const path = join(folder, 'bent');
    const words = '良い 悪い 店 海'.split(' ');
    const reviews = words.flatMap((word, i) => times(20, 1 + (i % 2) * 4, word));
    const { endMap } = await manifestOf(path, reviews, { ...leafAlone, leaf: { alpha: 0.01 } });
    assert.ok(endMap !== undefined);
    assert.ok((endMap.raw[0] as number) < 0.2 && (endMap.raw.at(-1) as number) > 5.8, `${endMap.raw}`);
    assert.deepEqual([endMap.scores[0], endMap.scores.at(-1)], [1, 5]);
    const scores: number[] = [];
    for (const engine of engineNames) {
      const scorer = await loadScorer({ bundlePath: path, engine });
      const own = ['悪い', '店 海', '良い 良い', '悪い 海', '良い'].map((text) => scorer.score(text));
      assert.ok(
        own.every((score) => score > 1 && score < 5),
        `${own}`,
      );
      if (scores.length === 0) scores.push(...own);
      assert.deepEqual(own, scores);
    }
    const scoreMap = ScoreMap.endMap(endMap);
    const sums = await rawSums(path, ['良い', '']);
    assert.deepEqual([scores[4], scoreMap.score(sums[1] as number)], [scoreMap.score(sums[0] as number), 3]);
  });

  test('and one tree, which learns what the out-of-fold predictions leave over', async () => {
    const path = join(folder, 'leaf-and-tree');
    const { training } = await manifestOf(path, three, { ...leafAlone, rounds: 1 });
    assert.equal(training.rounds, 1);
    // Each text is in a fold of its own. A ridge that did not see a word predicts the mean of the other texts: 2 for 良い,
    // 4 for 悪い, 3 for 普通. So the tree adds 3, −3 and 0 to the leaf.
    const leafOnly = join(folder, 'leaf-only');
    await train(leafOnly, three, leafAlone);
    const texts = ['良い', '悪い', '普通'];
    const [sums, leafSums] = [await rawSums(path, texts), await rawSums(leafOnly, texts)];
    [3, -3, 0].forEach((residual, i) => {
      near((sums[i] as number) - (leafSums[i] as number), residual, 1e-6);
    });
    assert.match(await treesOf(path), /^Tree=0\nnum_leaves=1\n[\s\S]*^Tree=1\nnum_leaves=3\n/m);
  });

  test('keeps only the terms that move its predictions most', async () => {
    const path = join(folder, 'selected');
    const reviews = [...goodAndBad, ...times(2, 3, '普通')];
    const { training } = await manifestOf(path, reviews, { ...leafAlone, leaf: { alpha: 10, terms: 2 } });
    await assertScores(path, { 良い: 4, 悪い: 2, 普通: 3 }, engineNames);
    assert.deepEqual((await wordsOf(path)).slice(0, -1), ['悪い', '良い']);
    assert.deepEqual(training.ridge, { alpha: 10, terms: 2 });
  });

  test('learns from twelve reviews', async () => {
    const path = join(folder, 'twelve');
    const reviews = Array.from({ length: 12 }, (_, i) => ({
      stars: 1 + (i % 5),
      text: `${'良悪店海山'[i % 5]}。${i}`,
    }));
    for (const change of [{ validationShare: 0.1 }, { folds: 3 }, { folds: 12 }]) {
      const options = {
        ...leafAlone,
        leaf: { alpha: 'auto' } as const,
        rounds: 30,
        preset: 'default' as const,
        boosting: {},
      };
      await train(path, reviews, { ...options, ...change });
      await assertScores(path, {}, engineNames);
    }
  });

  test('has no end map where nothing bounds its sums: rows are not normalized', async () => {
    const path = join(folder, 'unbounded');
    const vectorizer = { ...oneTree.vectorizer, norm: null };
    const { endMap } = await manifestOf(path, goodAndBad, { ...leafAlone, vectorizer });
    assert.equal(endMap, undefined);
    await assertScores(path, {}, engineNames);
  });

  test('is stopped in each of its stages without a bundle, and in round 0 with the leaf', async () => {
    const path = join(folder, 'stopped-leaf');
    const names = await readdir(folder);
    const options: TrainOptions = { ...oneTree, leaf: { alpha: 'auto', terms: 2 }, rounds: 5 };
    for (const begin of ['tokenizing', 'selecting', 'fitting', 'boosting']) {
      const stop = new AbortController();
      const onStage = (stage: string) => stage.startsWith(begin) && stop.abort();
      await assert.rejects(train(path, three, { ...options, onStage, signal: stop.signal }), { name: 'Interrupted' });
      assert.deepEqual(await readdir(folder), names);
    }
    const stop = new AbortController();
    const onRound = ({ round }: RoundMetrics) => round === 0 && stop.abort();
    const { bundle, interrupted } = await train(path, three, { ...options, onRound, signal: stop.signal });
    assert.deepEqual([interrupted, bundle.manifest.training.rounds], ['after round 0 of 5', 0]);
    await assertScores(path, {}, engineNames);
  });
});

describe('failures', () => {
  const refused: [what: string, reviews: Review[], change: Partial<TrainOptions>, message: string | RegExp][] = [
    ['no review', [], {}, 'Expected reviews with at least two different stars, received no review'],
    [
      'one number of stars',
      times(5, 4, '良い'),
      {},
      'Expected reviews with at least two different stars, received only 4',
    ],
    [
      'too few texts for a holdout',
      [...times(5, 4, '良い'), ...times(5, 1, '良い')],
      { validationShare: 0.5 },
      'Expected enough different texts to hold out a share of 0.5, received 1',
    ],
    ['an unknown parameter', three, { boosting: { lerning_rate: 1 } }, /lerning_rate/],
  ];
  const path = () => join(folder, 'earlier');
  let contents: string[];
  before(async () => {
    await train(path(), three, oneTree);
    contents = await contentsOf(path());
  });

  for (const [what, reviews, change, message] of refused) {
    test(`${what}: the earlier bundle stays, and nothing else is written`, async () => {
      const names = await readdir(folder);
      await assert.rejects(train(path(), reviews, { ...oneTree, ...change }), { message });
      assert.deepEqual(await contentsOf(path()), contents);
      assert.deepEqual(await readdir(folder), names);
    });
  }

  test('a folder with other files fails before the work begins', async () => {
    const path = await mkdtemp(join(folder, 'mine-'));
    await writeFile(join(path, 'thesis.txt'), 'kept');
    const stages: string[] = [];
    await assert.rejects(train(path, three, { ...oneTree, onStage: (stage) => stages.push(stage) }), {
      message: `${path}: expected a bundle, an empty folder or nothing, found thesis.txt in it. Choose another folder, or delete this one first`,
    });
    assert.deepEqual(stages, []);
    assert.equal(await readFile(join(path, 'thesis.txt'), 'utf8'), 'kept');
  });

  test('a failed write: the earlier bundle stays intact, and no other file is left', async () => {
    const names = await readdir(folder);
    let temporary: string[] = [];
    const about = {
      en: '',
      // The Japanese card is written last, so the other files are in the temporary folder now.
      get ja(): string {
        temporary = readdirSync(folder).filter((name) => !names.includes(name));
        throw new Error('the disk is full');
      },
    };
    const options = { ...oneTree, about };
    await assert.rejects(train(path(), goodAndBad, options), /^Error: the disk is full$/);
    assert.equal(temporary.length, 2, 'the temporary folder and the lock');
    assert.deepEqual(await readdir(folder), names);
    assert.deepEqual(await contentsOf(path()), contents);
  });
});
