import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileForest } from '../../../model/compile/forest.ts';
import { createRandom } from '../../../model/math/random.ts';
import { parseModel } from '../../../model/reference/model-text.ts';
import { Forest } from '../../../model/reference/trees.ts';
import { stackRows } from '../../../model/reference/vectorizer.ts';
import { insertLinearLeaf, leafModelText, predictLeaf } from '../../../model/training/linear-leaf.ts';
import { pruneModelText } from '../../../model/training/prune.ts';
import type { LinearModel } from '../../../model/training/ridge.ts';
import { Booster, NativeForest } from '../../../native/index.ts';
import { columnCount, randomBooster, randomRow } from '../../fixtures/random-models.ts';

const leaf: LinearModel = {
  weights: Float64Array.of(0.1, 0, -1 / 3, 5e-324, -0, 1e-300, 2 ** -1022, -2.5),
  intercept: 2.7,
};
const random = createRandom(3);
const rows = Array.from({ length: 300 }, (_, i) => randomRow(random, { withNaN: i % 3 === 0 }));

/** The engines of a model text. */
const engines = (text: string) => [
  Booster.fromModelText(text),
  Forest.fromModelText(text),
  NativeForest.load(compileForest(text, 'x')),
];

test('the predictions of a leaf are those of LightGBM, to the bit', async () => {
  const some = stackRows(
    Array.from({ length: 300 }, () => randomRow(random, { withNaN: false })),
    columnCount,
  );
  const leaves = [leaf, { ...leaf, intercept: 5e-324 }, { ...leaf, weights: leaf.weights.map((weight) => weight / 3) }];
  for (const one of leaves)
    assert.deepEqual(predictLeaf(one, some), await Booster.fromModelText(leafModelText(one)).predictBatch(some));
});

describe('the text of a linear leaf', () => {
  test('alone: a complete model, without columns of weight 0 or of a subnormal weight', () => {
    const text = leafModelText({ weights: Float64Array.of(0.5, 0, -1e-310, 2), intercept: -3.25 });
    const tree = `Tree=0
num_leaves=1
num_cat=0
split_feature=
split_gain=
threshold=
decision_type=
left_child=
right_child=
leaf_value=-3.25
is_linear=1
leaf_const=-3.25
num_features=2
leaf_features=0 3
leaf_coeff=0.5 2
shrinkage=1


`;
    assert.equal(
      text,
      `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=3
objective=regression
feature_names=0 1 2 3
feature_infos=none none none none
tree_sizes=${tree.length}

${tree}end of trees
`,
    );
  });

  test('alone: LightGBM and the forests give constant + Σ coefficient · value, to the same bit', () => {
    const text = leafModelText(leaf);
    const weights = leaf.weights.map((weight) => (Math.abs(weight) < 2 ** -1022 ? 0 : weight));
    for (const row of rows) {
      const listed = Array.from(row.columns.keys()).filter((i) => weights[row.columns[i] as number] !== 0);
      const products = listed.map((i) => (weights[row.columns[i] as number] as number) * (row.values[i] as number));
      const sum = products.reduce((total, product) => total + product, 2.7);
      const expected = Number.isNaN(sum) ? 2.7 : sum;
      for (const engine of engines(text)) assert.ok(Object.is(engine.predict(row), expected), `${expected}`);
    }
  });

  test('without any column it is a constant', () => {
    const text = leafModelText({ weights: new Float64Array(columnCount), intercept: 1e-310 });
    assert.equal(parseModel(text).linearLeaf?.count, 0);
    for (const engine of engines(text)) for (const row of rows) assert.equal(engine.predict(row), 0);
  });

  test('before trees: their numbers and sizes shift, and the sum begins with the leaf', async () => {
    const booster = await randomBooster(1);
    const text = insertLinearLeaf(booster.modelText(), leaf);
    const model = parseModel(text);
    assert.deepEqual([model.treeCount, model.linearLeaf?.count, model.trees.length], [9, 5, 8]);
    assert.deepEqual(
      Array.from(text.matchAll(/^Tree=(\d+)$/gm), ([, number]) => Number(number)),
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    const sizes = /^tree_sizes=(.*)$/m.exec(text)?.[1]?.split(' ').map(Number) ?? [];
    assert.equal(
      sizes.reduce((sum, size) => sum + size),
      text.indexOf('end of trees') - text.indexOf('Tree=0'),
    );
    assert.equal(
      text.slice(text.indexOf('end of trees')),
      booster.modelText().slice(booster.modelText().indexOf('end of trees')),
    );
    const alone = Booster.fromModelText(leafModelText(leaf));
    const [lightgbm, ...forests] = engines(text);
    for (const row of rows) {
      const sum = lightgbm?.predict(row) as number;
      for (const forest of forests) assert.ok(Object.is(forest.predict(row), sum));
      const parts = alone.predict(row) + booster.predict(row);
      assert.ok(Math.abs(sum - parts) <= 1e-12 * (1 + Math.abs(parts)), `${sum}, expected ${parts}`);
    }
    // LightGBM writes the leaf again with the same doubles.
    const rewritten = Booster.fromModelText(text).modelText();
    assert.deepEqual(parseModel(rewritten).linearLeaf, model.linearLeaf);
    assert.deepEqual(parseModel(Booster.fromModelText(text).modelText(1)).linearLeaf, model.linearLeaf);
  });

  test('is pruned as leaf values are, and stays a leaf that every engine reads', () => {
    const pruned = pruneModelText(leafModelText(leaf));
    assert.match(pruned, /^leaf_const=2\.7\nnum_features=3\nleaf_features=0 2 7\nleaf_coeff=0\.1 -0\.3333 -2\.5$/m);
    const row = { columns: Int32Array.of(0, 3, 7), values: Float64Array.of(1, 1, 2) };
    for (const engine of engines(pruned)) assert.equal(engine.predict(row), 2.7 + 0.1 - 5);
  });
});
