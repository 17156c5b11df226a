import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { writeBundle } from '../../model/bundle/write.ts';
import { compileForest } from '../../model/compile/forest.ts';
import { createRandom, pick, type Random } from '../../model/math/random.ts';
import { Forest as Twin } from '../../model/reference/trees.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { Booster } from '../../native/booster.ts';
import { NativeForest } from '../../native/index.ts';
import type { SparseRow } from '../../native/rows.ts';
import { columnCount, randomBooster, randomRow } from '../fixtures/random-models.ts';
import { randomTrees } from '../fixtures/random-trees.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';
import { withGolden } from '../fixtures/with-golden.ts';
import { doublesOf, readGolden, rowsOf, type ShippedGolden, type TreesGolden } from '../golden/golden.ts';

const golden = readGolden<TreesGolden>('trees.json');
const label = `${golden.header.program} ${golden.header.version}`;
const compiled = (text: string) => NativeForest.load(compileForest(text, 'a test'));
const none: SparseRow = { columns: new Int32Array(), values: new Float64Array() };

/** Edge cases: values around LightGBM's zero threshold, and the limits of a double. */
const edges = [
  0,
  -0,
  1e-35,
  -1e-35,
  Math.fround(1e-35),
  -Math.fround(1e-35),
  1.0000000180025093e-35,
  1.0000000180025097e-35,
  -1.0000000180025097e-35,
  5e-324,
  -5e-324,
  2e-35,
  -2e-35,
  1e300,
  -1e300,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  1,
  -1,
  0.5,
];

function edgeRow(random: Random, columns: number, thresholds: readonly number[]): SparseRow {
  const named = Int32Array.from({ length: columns }, (_, column) => column).filter(() => random.below(3) > 0);
  const near = (value: number) => value * (1 + (random.below(3) - 1) * Number.EPSILON);
  const draw = () => (random.below(2) === 0 ? near(pick(random, thresholds)) : pick(random, edges));
  return { columns: named, values: Float64Array.from(named, draw) };
}

function thresholdsOf(text: string): number[] {
  const lines = Array.from(text.matchAll(/^threshold=(.+)$/gm), ([, line]) =>
    (line as string).replaceAll('inf', 'Infinity').split(' ').map(Number),
  );
  return lines.length === 0 ? [0] : lines.flat();
}

function sameDoubles(text: string, rows: readonly SparseRow[]): void {
  const native = compiled(text);
  const booster = Booster.fromModelText(text);
  const twin = Twin.fromModelText(text);
  assert.equal(native.columnCount, booster.columnCount);
  for (const row of rows) {
    const expected = booster.predict(row);
    const cells = () => `${row.columns}: ${row.values}`;
    assert.ok(Object.is(twin.predict(row), expected), `TypeScript: ${twin.predict(row)} ${expected}: ${cells()}`);
    assert.ok(Object.is(native.predict(row), expected), `native: ${native.predict(row)} ${expected}: ${cells()}`);
  }
}

describe(`forest, golden: ${label}, gives the same doubles`, () => {
  for (const model of golden.models.filter(({ name }) => !['poisson', 'categories', 'linear leaves'].includes(name))) {
    test(model.name, () => {
      const native = compiled(model.text);
      const rows = rowsOf(model.rows);
      assert.deepEqual(
        Float64Array.from(rows, (row) => native.predict(row)),
        doublesOf(model.predictions),
      );
      const random = createRandom(21);
      const drawn = Array.from({ length: 500 }, () => edgeRow(random, golden.columnCount, thresholdsOf(model.text)));
      sameDoubles(model.text, [none, ...rows, ...drawn]);
    });
  }

  for (const model of golden.linearLeaves) {
    test(`a linear leaf before the trees: ${model.name}`, () => {
      const native = compiled(model.text);
      const rows = rowsOf(model.rows);
      assert.deepEqual(
        rows.map((row) => native.predict(row)),
        [...doublesOf(model.predictions)], // not a typed array: the sign bit of NaN does not matter
      );
      const random = createRandom(26);
      const drawn = Array.from({ length: 500 }, () => edgeRow(random, golden.columnCount, thresholdsOf(model.text)));
      sameDoubles(model.text, [none, ...rows, ...drawn]);
    });
  }

  test('the shipped model', () => {
    const shipped = readGolden<ShippedGolden>('shipped.json');
    const native = NativeForest.load('model/stars/forest.bin');
    assert.equal(native.identity, shipped.model, 'run `hoshi compile`');
    assert.deepEqual(
      Float64Array.from(rowsOf(shipped.rows), (row) => native.predict(row)),
      doublesOf(shipped.predictions),
    );
  });
});

describe('forest, LightGBM and the trees in TypeScript give the same doubles', () => {
  const variants: readonly Readonly<Record<string, string | number | boolean>>[] = [
    {},
    { zero_as_missing: true },
    { use_missing: false },
    { boosting: 'rf', bagging_freq: 1, bagging_fraction: 0.7 },
    { reg_sqrt: true },
    { objective: 'regression_l1', num_leaves: 40, min_data_in_leaf: 1 },
    { boosting: 'dart', zero_as_missing: true, num_leaves: 40, min_data_in_leaf: 1 },
  ];
  for (const parameters of variants) {
    test(`for a random model trained with ${JSON.stringify(parameters)}`, async () => {
      for (let seed = 1; seed <= 6; seed++) {
        const text = (await randomBooster(seed, parameters, { withNaN: seed % 2 === 0 })).modelText();
        const random = createRandom(seed);
        sameDoubles(text, [
          none,
          ...Array.from({ length: 150 }, () => randomRow(random, { withNaN: true })),
          ...Array.from({ length: 150 }, () => edgeRow(random, columnCount, thresholdsOf(text))),
        ]);
      }
    });
  }

  test('for random trees with any threshold, kind of missing value, default and shape', () => {
    const random = createRandom(22);
    for (let i = 0; i < 250; i++) {
      const text = randomTrees(random, { columnCount: 4, maxLeaves: pick(random, [1, 2, 5, 30]) });
      sameDoubles(text, [none, ...Array.from({ length: 60 }, () => edgeRow(random, 4, thresholdsOf(text)))]);
    }
  });

  /** The sum of the trees, its square with the option sqrt, or another function of it (null). */
  const objectives: Record<string, 'sum' | 'square' | null> = {
    ...Object.fromEntries(
      ['regression', 'regression_l1', 'fair', 'quantile', 'mape'].flatMap((name) => [
        [name, 'sum'],
        [`${name} sqrt`, 'square'],
        [`${name} unknown:1`, 'sum'],
      ]),
    ),
    ...Object.fromEntries(
      ['huber', 'lambdarank', 'rank_xendcg', 'custom'].flatMap((name) => [
        [name, 'sum'],
        [`${name} sqrt`, 'sum'],
      ]),
    ),
    ...Object.fromEntries(
      `regression_l2 mean_squared_error mse l2 l2_root root_mean_squared_error rmse mean_absolute_error l1 mae
       mean_absolute_percentage_error xendcg xe_ndcg xe_ndcg_mart xendcg_mart none null na`
        .split(/\s+/)
        .map((alias) => [alias, 'sum']),
    ),
    ...Object.fromEntries(
      [
        'poisson',
        'gamma',
        'tweedie',
        'binary sigmoid:1',
        'cross_entropy',
        'xentropy',
        'cross_entropy_lambda',
        'xentlambda',
      ].map((name) => [name, null]),
    ),
  };
  test('for every objective and alias that LightGBM reads in a model text', () => {
    const random = createRandom(28);
    const trees = randomTrees(random, { columnCount: 4, maxLeaves: 30, trees: 5 }).replace('average_output\n', '');
    const textOf = (objective: string) => trees.replace(/^objective=.*$/m, `objective=${objective}`);
    const rows = [none, ...Array.from({ length: 60 }, () => edgeRow(random, 4, thresholdsOf(trees)))];
    const sum = Twin.fromModelText(textOf('regression'));
    for (const [objective, output] of Object.entries(objectives)) {
      const text = textOf(objective);
      if (output === null) {
        assert.throws(
          () => Twin.fromModelText(text),
          /^Error: model: expected an objective of regression, /,
          objective,
        );
        assert.throws(() => compileForest(text, ''), /expected an objective of/, objective);
        Booster.fromModelText(text);
        continue;
      }
      sameDoubles(text, rows);
      for (const row of rows) {
        const x = sum.predict(row);
        assert.equal(Booster.fromModelText(text).predict(row), output === 'sum' ? x : Math.sign(x) * x * x, objective);
      }
    }
  });

  test('an alias with options, and other names, are refused by all', () => {
    const trees = randomTrees(createRandom(28), { columnCount: 4, maxLeaves: 3 });
    for (const objective of [
      'mse sqrt',
      'l2 sqrt',
      'none x',
      'rank',
      'Regression',
      'mse ',
      'multiclass num_class:3',
      '',
    ]) {
      const text = trees.replace(/^objective=.*$/m, `objective=${objective}`);
      assert.throws(() => Booster.fromModelText(text), /header: objective: expected a LightGBM objective/, objective);
      assert.throws(() => Twin.fromModelText(text), /expected an objective of/, objective);
    }
  });

  test('for a random linear leaf before random trees, or before none', () => {
    const random = createRandom(27);
    for (let i = 0; i < 200; i++) {
      const size = { columnCount: pick(random, [1, 4, 9]), maxLeaves: pick(random, [1, 2, 5, 30]) };
      const text = randomTrees(random, { ...size, trees: random.below(4), hasLinearLeaf: true });
      const rows = Array.from({ length: 60 }, () => edgeRow(random, size.columnCount, thresholdsOf(text)));
      const finite = rows.map(({ columns, values }) => ({ columns, values: values.map((value) => value % 8 || 0) }));
      sameDoubles(text, [none, ...rows, ...finite]);
    }
  });

  test('for a tree that is thousands of nodes deep, to either side', () => {
    const random = createRandom(23);
    for (const shape of ['left', 'right'] as const) {
      const text = randomTrees(random, { columnCount: 4, maxLeaves: 3000, shape, trees: 2 });
      sameDoubles(text, [none, ...Array.from({ length: 200 }, () => edgeRow(random, 4, thresholdsOf(text)))]);
    }
  });

  test('for a tree with the maximum of leaves; one leaf more is refused', () => {
    const random = createRandom(24);
    const most = randomTrees(random, { columnCount: 4, maxLeaves: 65_536, trees: 1, hasMaxLeaves: true });
    sameDoubles(most, [none, ...Array.from({ length: 200 }, () => edgeRow(random, 4, thresholdsOf(most)))]);
    assert.throws(
      () => compileForest(randomTrees(random, { columnCount: 4, maxLeaves: 65_537, trees: 1, hasMaxLeaves: true }), ''),
      /^Error: model: tree 0: expected at most 65536 leaves, received 65537$/,
    );
  });

  test('for 200,000 predictions, so that the 16-bit epoch of the scratch wraps around', () => {
    const random = createRandom(25);
    const text = randomTrees(random, { columnCount: 4, maxLeaves: 12, trees: 5 });
    const native = compiled(text);
    const twin = Twin.fromModelText(text);
    const rows = Array.from({ length: 500 }, () => edgeRow(random, 4, thresholdsOf(text)));
    const expected = rows.map((row) => twin.predict(row));
    for (let i = 0; i < 200_000; i++) {
      const at = random.below(rows.length);
      if (!Object.is(native.predict(rows[at] as SparseRow), expected[at])) assert.fail(`prediction ${i}`);
    }
  });
});

describe('LightGBM accepts the models that the forest refuses', () => {
  const refused: Record<string, RegExp> = {
    poisson: /^model: expected an objective of regression, .*, received poisson$/,
    categories: /^model: tree 0: expected no categorical split, received num_cat=\d+$/,
    'linear leaves': /^model: tree 0: expected constant leaves, .*, received is_linear=1 and num_leaves=\d+\. Only /,
  };
  for (const [name, message] of Object.entries(refused)) {
    test(name, async () => {
      const model = golden.models.find((one) => one.name === name);
      assert.ok(model !== undefined);
      assert.throws(() => compileForest(model.text, ''), { message });
      const expected = doublesOf(model.predictions);
      const booster = Booster.fromModelText(model.text);
      rowsOf(model.rows).forEach((row, r) => {
        assert.ok(Object.is(booster.predict(row), expected[r]));
      });
    });
  }

  test('the engine `auto` falls back to native-lightgbm and gives the reason', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hoshi-forest-'));
    try {
      const path = join(folder, 'poisson');
      const tiny = await tinyBundle();
      const modelText = tiny.modelText.replace('objective=regression', 'objective=poisson');
      await writeBundle(path, withGolden({ ...tiny, modelText }));
      const warnings: string[] = [];
      const scorer = await loadScorer({ bundlePath: path, engine: 'auto', warn: (message) => warnings.push(message) });
      assert.equal(scorer.engine, 'native-lightgbm');
      assert.equal(warnings.length, 1);
      assert.match(
        warnings[0] as string,
        /^engine native is unavailable; falling back to native-lightgbm: model: expected an objec/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
