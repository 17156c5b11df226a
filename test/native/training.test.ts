import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../model/math/random.ts';
import { Forest } from '../../model/reference/trees.ts';
import { stackRows } from '../../model/reference/vectorizer.ts';
import { Booster, type RoundMetrics, type TrainBoosterOptions, trainBooster } from '../../native/index.ts';
import { columnCount, randomRow, randomTrainingSet } from '../fixtures/random-models.ts';
import { detached, doubles, hiding, integers, refuses, shared } from '../fixtures/refusal.ts';

const training = randomTrainingSet(createRandom(1), { rows: 60 });
const validation = randomTrainingSet(createRandom(2), { rows: 30 });
const parameters = { num_leaves: 6, min_data_in_leaf: 2, learning_rate: 0.3 };
const options: TrainBoosterOptions = { training, parameters, rounds: 4 };

describe('training refuses', () => {
  const { matrix, labels } = training;
  const set = (change: object) => ({ ...options, training: { ...training, ...change } });
  const weights = (...last: number[]) =>
    set({ weights: Float64Array.from([...Array(60 - last.length).fill(1), ...last]) });
  const lastLabel = (label: number) => set({ labels: Float64Array.from([...labels.subarray(1), label]) });
  const valid = (change: object) => ({ ...options, validation: { ...validation, ...change } });

  const refused: [what: string, options: unknown, message: RegExp][] = [
    ['no options', undefined, /^Expected the options to be an object, received undefined$/],
    ['null', null, /^Expected the options to be an object, received null$/],
    ['no training set', { ...options, training: undefined }, /^Expected training to be an object, received undefined$/],
    ['no matrix', set({ matrix: undefined }), /^Expected training\.matrix to be rows, received undefined$/],
    [
      'no rows',
      set({ matrix: stackRows([], columnCount), labels: doubles() }),
      /training\.matrix to be a matrix with at least one row/,
    ],
    [
      'a matrix that is wrong',
      set({ matrix: { ...matrix, columnCount: 3 } }),
      /training\.matrix\.columns\[\d+\] to be/,
    ],
    ['a matrix without columns', set({ matrix: { ...matrix, columnCount: 0 } }), /training\.matrix\.columnCount to be/],
    [
      'a shared matrix',
      set({ matrix: { ...matrix, values: shared(matrix.values) } }),
      /matrix\.values to be .* not shared/,
    ],
    [
      'labels in a list',
      set({ labels: [...labels] }),
      /^Expected training\.labels to be a Float64Array or Float32Array, received Array$/,
    ],
    ['labels as integers', set({ labels: Int32Array.from(labels) }), /training\.labels to be .*, received Int32Array$/],
    [
      'one label too few',
      set({ labels: labels.subarray(1) }),
      /training\.labels\.length to be 60, one for each row, received 59$/,
    ],
    ['labels with a hidden length', set({ labels: hiding(doubles(1), 60) }), /labels\.length to be 60, .*received 1$/],
    [
      'detached labels',
      set({ labels: detached(labels.slice()) }),
      /labels\.length to be 60, one for each row, received 0$/,
    ],
    [
      'a label NaN',
      lastLabel(Number.NaN),
      /^Expected training\.labels\[59\] to be a finite 32-bit number, received NaN$/,
    ],
    [
      'a label ∞',
      lastLabel(Number.NEGATIVE_INFINITY),
      /labels\[59\] to be a finite 32-bit number, received -Infinity$/,
    ],
    ['a label too large for a float', lastLabel(1e39), /labels\[59\] to be a finite 32-bit number, received 1e\+39$/],
    [
      'weights in a list',
      set({ weights: Array(60).fill(1) }),
      /training\.weights to be a Float64Array or .*, received Array$/,
    ],
    [
      'null for weights',
      set({ weights: null }),
      /training\.weights to be a Float64Array or Float32Array, received null$/,
    ],
    [
      'one weight too many',
      set({ weights: new Float32Array(61) }),
      /training\.weights\.length to be 60, .*, received 61$/,
    ],
    ['a negative weight', weights(-1), /^Expected training\.weights\[59\] to be a finite number ≥ 0, received -1$/],
    ['a weight NaN', weights(Number.NaN, 1), /weights\[58\] to be a finite number ≥ 0, received NaN$/],
    ['a weight ∞', weights(Number.POSITIVE_INFINITY), /weights\[59\] to be a finite number ≥ 0, received Infinity$/],
    [
      'init scores in a list',
      set({ initScores: Array(60).fill(1) }),
      /^Expected training\.initScores to be a Float64Array, received Array$/,
    ],
    [
      'init scores of 32 bits',
      set({ initScores: new Float32Array(60) }),
      /training\.initScores to be a Float64Array, received Float32Array$/,
    ],
    [
      'one init score too few',
      set({ initScores: new Float64Array(59) }),
      /training\.initScores\.length to be 60, one for each row, received 59$/,
    ],
    [
      'an init score NaN',
      set({ initScores: new Float64Array(60).fill(Number.NaN, 59) }),
      /^Expected training\.initScores\[59\] to be a finite number, received NaN$/,
    ],
    [
      'shared init scores',
      set({ initScores: shared(new Float64Array(60)) }),
      /training\.initScores to be a Float64Array that is not shared/,
    ],
    [
      'init scores of the training set alone',
      { ...set({ initScores: new Float64Array(60) }), validation },
      /^Expected validation\.initScores to be given, as in the training set, received undefined$/,
    ],
    [
      'init scores of the validation set alone',
      valid({ initScores: new Float64Array(30) }),
      /^Expected validation\.initScores to be absent, as in the training set, received Float64Array$/,
    ],
    ['null for validation', { ...options, validation: null }, /^Expected validation to be an object, received null$/],
    [
      'too few validation labels',
      valid({ labels: doubles(1) }),
      /validation\.labels\.length to be 30, .*, received 1$/,
    ],
    [
      'validation of other columns',
      valid({ matrix: { ...validation.matrix, columnCount: 9 } }),
      /^Expected validation\.matrix\.columnCount to be 8, as in the training set, received 9$/,
    ],
    [
      'an onRound that is not a function',
      { ...options, onRound: 'stop' },
      /^Expected onRound to be a function, received "stop"$/,
    ],
    ...[0, -1, 2.5, Number.NaN, 1_000_001, '4', undefined].map((rounds): [string, unknown, RegExp] => [
      `${typeof rounds} ${rounds} rounds`,
      { ...options, rounds },
      /^Expected rounds to be an integer from 1 to 1000000, received/,
    ]),
  ];
  for (const [what, wrong, message] of refused) {
    test(what, () => refuses(() => trainBooster(wrong as TrainBoosterOptions), 'argument', message));
  }

  const plain = /to be a finite number, a boolean, or a string without spaces and =, received/;
  const files =
    /^Expected each name in parameters to be a parameter that is not for files, machines, outputs or rounds, received/;
  const columns = /^Expected parameters\.\w+ to be lists of columns below 8 as in "\[0,1\],\[2\]", received/;
  const refusedParameters: [parameters: unknown, message: RegExp][] = [
    [undefined, /^Expected parameters to be an object, received undefined$/],
    ['num_leaves=3', /^Expected parameters to be an object, received "num_leaves=3"$/],
    [{ num_leafs: 3 }, /^Expected each name in parameters to be a parameter of LightGBM, received "num_leafs"$/],
    [{ 'num_leaves=3 max_bin': 3 }, /to be a parameter of LightGBM, received "num_leaves=3 max_bin"$/],
    [{ toString: 1 }, /to be a parameter of LightGBM, received "toString"$/],
    [{ learning_rate: 0.1, eta: 0.1 }, /^Expected learning_rate in parameters to be given once, received "eta"$/],
    [{ n_jobs: 1, nthread: 1 }, /^Expected num_threads in parameters to be given once, received "nthread"$/],
    ...['config', 'data', 'input_model', 'model_out', 'forcedsplits_filename', 'machines', 'snapshot_freq'].map(
      (name): [object, RegExp] => [{ [name]: 'x' }, files],
    ),
    ...['task', 'n_estimators', 'num_boost_round', 'num_class', 'save_binary', 'group_id', 'header'].map(
      (name): [object, RegExp] => [{ [name]: 1 }, files],
    ),
    ...['', ' ', 'l1 l2', 'l1\tl2', 'l1\nl2', 'l1\0', 'l1 output_model=x', 'a=b', '\u3000', '\u0085'].map(
      (metric): [object, RegExp] => [{ metric }, plain],
    ),
    ...[Number.NaN, Number.POSITIVE_INFINITY, null, undefined, {}, [1], 1n, Symbol('x'), () => 1].map(
      (num_leaves): [object, RegExp] => [{ num_leaves }, plain],
    ),
    // LightGBM 4.7.0 would write beyond its lists of columns.
    ...['[0,8]', '[99]', '[-1]', '[0', '[]', '0,1', '[0],', '[0x1]', '[4294967296]', 3, true].map(
      (interaction_constraints): [object, RegExp] => [{ interaction_constraints }, columns],
    ),
  ];
  for (const [wrong, message] of refusedParameters) {
    const [name, value] = Object.entries(Object(wrong))[0] ?? [];
    test(`parameters ${typeof wrong} ${name} ${typeof value} ${typeof value === 'symbol' ? '' : JSON.stringify(`${value}`)}`, () =>
      refuses(() => trainBooster({ ...options, parameters: wrong as never }), 'argument', message));
  }

  const refusedByLightGbm: [parameters: TrainBoosterOptions['parameters'], message: RegExp][] = [
    [{ objective: 'nonsense' }, /^LightGBM: Unknown objective type name: nonsense$/],
    [{ objective: 'multiclass' }, /^LightGBM: Number of classes should be specified and greater than 1/],
    [{ objective: 'lambdarank' }, /^LightGBM: Ranking tasks require query information$/],
    [{ objective: 'cross_entropy' }, /^LightGBM: \[cross_entropy\]: does not tolerate element/],
    [{ boosting: 'rf' }, /^LightGBM: Check failed: .*bagging_freq/],
    [{ num_leaves: 1 }, /^LightGBM: Check failed: \(num_leaves\) > \(1\)/],
    [{ max_bin: 2.5 }, /^LightGBM: Parameter max_bin should be of type int, got "2\.5"$/],
    [{ device_type: 'gpu' }, /^LightGBM: GPU Tree Learner was not enabled in this build/],
    [{ monotone_constraints: '1,0' }, /^LightGBM: Check failed: .*monotone_constraints/],
  ];
  for (const [wrong, message] of refusedByLightGbm) {
    test(`refused by LightGBM: ${JSON.stringify(wrong)}`, () =>
      refuses(() => trainBooster({ ...options, parameters: { ...parameters, ...wrong } }), 'lightgbm', message));
  }
});

describe('rounds', () => {
  const squaredError = (booster: Booster, { matrix, labels }: typeof training) => {
    const errors = Array.from(labels, (label, r) => {
      const [start, end] = [matrix.rowStarts[r], matrix.rowStarts[r + 1]];
      const row = { columns: matrix.columns.subarray(start, end), values: matrix.values.subarray(start, end) };
      return (booster.predict(row) - Math.fround(label)) ** 2;
    });
    return errors.reduce((sum, error) => sum + error) / errors.length;
  };

  test('are reported one by one, with the metrics of the model so far', async () => {
    const reported: RoundMetrics[] = [];
    const booster = await trainBooster({
      ...options,
      validation,
      parameters: { ...parameters, metric: 'l2,l1' },
      onRound: (metrics) => void reported.push(metrics),
    });
    assert.deepEqual(
      reported.map(({ round, rounds, trees }) => [round, rounds, trees]),
      [1, 2, 3, 4].map((n) => [n, 4, n]),
    );
    for (const { round, metrics } of reported) {
      assert.deepEqual(Object.keys(metrics), ['l2', 'l1']);
      const soFar = Booster.fromModelText(booster.modelText(round));
      assert.ok(Math.abs((metrics.l2?.training as number) - squaredError(soFar, training)) < 1e-9);
      assert.ok(Math.abs((metrics.l2?.validation as number) - squaredError(soFar, validation)) < 1e-9);
    }
  });

  test('are reported without the metrics of a missing validation set, and without any for the metric none', async () => {
    const reported: RoundMetrics['metrics'][] = [];
    const onRound = ({ metrics }: RoundMetrics) => void reported.push(metrics);
    await trainBooster({ ...options, rounds: 1, onRound });
    await trainBooster({ ...options, rounds: 1, parameters: { ...parameters, metric: 'none' }, onRound });
    assert.deepEqual(
      reported.map((metrics) => Object.keys(metrics)),
      [['l2'], []],
    );
    assert.deepEqual(Object.keys(reported[0]?.l2 as object), ['training']);
  });

  test('stop only if the callback returns false or a promise of false', async () => {
    const treesWith = async (onRound: TrainBoosterOptions['onRound'] & {}) =>
      (await trainBooster({ ...options, onRound })).treeCount;
    assert.equal(await treesWith(() => false), 1);
    assert.equal(await treesWith(({ round }) => round < 3), 3);
    assert.equal(await treesWith(async ({ round }) => round < 2), 2);
    for (const answer of [undefined, true, null, 0, '']) assert.equal(await treesWith(() => answer as boolean), 4);
  });

  test("end with the callback's error, which is passed on unchanged", async () => {
    const mine = new RangeError('mine');
    let calls = 0;
    const thrower = () => {
      calls++;
      throw mine;
    };
    await assert.rejects(trainBooster({ ...options, onRound: thrower }), (error) => error === mine);
    await assert.rejects(trainBooster({ ...options, onRound: () => Promise.reject(mine) }), (error) => error === mine);
    assert.equal(calls, 1);
  });

  test('add no tree if they find nothing to split', async () => {
    const trees: number[] = [];
    const booster = await trainBooster({
      ...options,
      parameters: { min_data_in_leaf: 60 },
      onRound: (metrics) => void trees.push(metrics.trees),
    });
    assert.deepEqual(trees, [1, 1, 1, 1]);
    assert.equal(booster.treeCount, 1);
    const mean = training.labels.reduce((sum, label) => sum + label) / 60;
    assert.ok(Math.abs(booster.predict(randomRow(createRandom(3))) - mean) < 1e-6);
  });

  test('go on after a round whose sampled column has no split', async () => {
    // Only column 0 is informative. Each round samples one of the eight columns.
    const rows = Array.from({ length: 60 }, (_, r) => ({
      columns: integers(0, (r % 7) + 1),
      values: doubles(r % 2, 1),
    }));
    const set = { matrix: stackRows(rows, columnCount), labels: Float64Array.from(rows, (_, r) => r % 2) };
    const trees: number[] = [];
    await trainBooster({
      training: set,
      parameters: { min_data_in_leaf: 20, feature_fraction: 0.1, feature_pre_filter: false },
      rounds: 30,
      onRound: (metrics) => void trees.push(metrics.trees),
    });
    const added = trees.map((count, round) => count - (trees[round - 1] ?? 0));
    assert.ok(added.includes(0) && added.lastIndexOf(1) > added.indexOf(0), `trees added: ${added}`);
  });
});

describe('a trained model', () => {
  test('has the same bytes for the same input, given as floats or as doubles', async () => {
    const text = (await trainBooster(options)).modelText();
    assert.equal((await trainBooster(options)).modelText(), text);
    const floats = { ...training, labels: Float32Array.from(training.labels) };
    assert.equal((await trainBooster({ ...options, training: floats })).modelText(), text);
  });

  test('uses a copy of the data, so that the arrays may be changed or transferred at once', async () => {
    const copyOf = () => structuredClone({ training, validation });
    const [changed, given] = [copyOf(), copyOf()];
    const underWay = [changed, given].map((sets) => trainBooster({ ...options, ...sets }));
    for (const { matrix, labels } of Object.values(changed)) {
      for (const array of [matrix.rowStarts, matrix.columns, matrix.values, labels]) array.fill(-7);
    }
    for (const { matrix, labels } of Object.values(given)) {
      for (const array of [matrix.rowStarts, matrix.columns, matrix.values, labels]) detached(array);
    }
    const text = (await trainBooster(options)).modelText();
    for (const booster of await Promise.all(underWay)) assert.equal(booster.modelText(), text);
  });

  test('depends on the weights; weights of 1 change nothing', async () => {
    const predictions = async (weights?: Float32Array | Float64Array) => {
      const booster = await trainBooster({ ...options, training: { ...training, ...(weights && { weights }) } });
      return booster.predictBatch(validation.matrix);
    };
    const plain = await predictions();
    assert.deepEqual(await predictions(new Float32Array(60).fill(1)), plain);
    assert.notDeepEqual(await predictions(Float64Array.from({ length: 60 }, (_, r) => 1 + (r % 5))), plain);
  });

  test('ignores rows with weight 0', async () => {
    const outliers = Float64Array.from(training.labels, (label, r) => (r % 4 === 0 ? 1e6 : label));
    const weights = Float64Array.from(outliers, (_, r) => (r % 4 === 0 ? 0 : 1));
    const booster = await trainBooster({ ...options, training: { ...training, labels: outliers, weights } });
    for (const score of await booster.predictBatch(validation.matrix)) assert.ok(score > 0 && score < 10, `${score}`);
  });

  test('accepts rows without cells, a single row, and columns that no row lists', async () => {
    const set = (rows: Parameters<typeof stackRows>[0], columns: number) => ({
      matrix: stackRows(rows, columns),
      labels: new Float64Array(rows.length).fill(3),
    });
    const empty = { columns: integers(), values: doubles() };
    for (const one of [
      set([empty, empty], 1),
      set([empty], 8),
      set([{ columns: integers(5), values: doubles(1) }], 99_999),
    ]) {
      const booster = await trainBooster({ ...options, training: one });
      assert.equal(booster.columnCount, one.matrix.columnCount);
      assert.equal(booster.predict(empty), 3);
    }
  });

  test('may separate missing values from all others, with a threshold of inf', async () => {
    const rows = Array.from({ length: 60 }, (_, r) => ({
      columns: integers(0),
      values: doubles(r % 2 ? Number.NaN : 0),
    }));
    const labels = Float64Array.from(rows, (_, r) => r % 2);
    const booster = await trainBooster({ ...options, training: { matrix: stackRows(rows, 1), labels } });
    assert.match(booster.modelText(), /^threshold=inf$/m);
    const forest = Forest.fromModelText(booster.modelText());
    const [missing, ...numbers] = [Number.NaN, 0, 1e308, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
      (value) => {
        const row = { columns: integers(0), values: doubles(value) };
        assert.equal(forest.predict(row), booster.predict(row));
        return booster.predict(row);
      },
    );
    assert.deepEqual(new Set(numbers).size, 1);
    assert.ok((missing as number) > (numbers[0] as number));
  });

  test('may have gains that are too large for a float', async () => {
    const labels = training.labels.map((label) => label * 1e30);
    const booster = await trainBooster({ ...options, training: { ...training, labels } });
    assert.match(booster.modelText(), /^split_gain=.*inf/m);
    for (const score of await booster.predictBatch(validation.matrix)) assert.ok(score > 1e29 && score < 1e31);
  });

  test('respects interaction constraints', async () => {
    const apart = { interaction_constraints: '[0,1],[2],[3,4,5,6,7]' };
    const booster = await trainBooster({ ...options, parameters: { ...parameters, ...apart } });
    const groups = booster
      .modelText()
      .match(/(?<=^split_feature=).*/gm)
      ?.map(
        (columns) =>
          new Set(columns.split(' ').map((column) => (Number(column) < 2 ? 0 : Number(column) === 2 ? 1 : 2))).size,
      );
    assert.deepEqual(groups, [1, 1, 1, 1]);
  });
});
