import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../model/math/random.ts';
import { Forest } from '../../../model/reference/trees.ts';
import { stackRows } from '../../../model/reference/vectorizer.ts';
import { pruneModelText } from '../../../model/training/prune.ts';
import { Booster, type SparseRow, trainBooster } from '../../../native/index.ts';

/** Three columns, two trees: the first with leaves 3.14159…, −0.000123456 and 1e-7, the second of one leaf. */
const whole = (tree: (text: string) => string) => {
  const trees = [
    tree(`Tree=0
num_leaves=3
num_cat=0
split_feature=2 0
split_gain=2563.4 inf
threshold=1.0000000180025095e-35 0.12345678
decision_type=2 2
left_child=1 -1
right_child=-2 -3
leaf_value=3.1415926 -0.000123456 1e-07
leaf_weight=1 1 1
leaf_count=7 8 9
internal_value=3 2
internal_weight=3 2
internal_count=24 16
is_linear=0
shrinkage=0.1


`),
    'Tree=1\nnum_leaves=1\nnum_cat=0\nleaf_value=0.5\n\n',
  ];
  return { trees, sizes: trees.map((text) => text.length).join(' ') };
};
const header = (names: string, infos: string, sizes: string) => `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=2
objective=regression
feature_names=${names}
feature_infos=${infos}
tree_sizes=${sizes}

`;

test('by hand: counts and rounded numbers stay, and fields that no score uses are dropped', () => {
  const { trees, sizes } = whole((text) => text);
  const given = `${header('Column_0 Column_1 Column_2', '[0:1] none [0:0.53]', sizes)}${trees.join('')}end of trees

feature_importances:
Column_2=1

parameters:
[boosting: gbdt]
end of parameters
`;
  const expected = [
    `Tree=0
num_leaves=3
num_cat=0
split_feature=2 0
split_gain=2600 inf
threshold=1e-35 0.1235
decision_type=2 2
left_child=1 -1
right_child=-2 -3
leaf_value=3.1416 -0.0001 0
leaf_count=7 8 9
internal_count=24 16

`,
    'Tree=1\nnum_leaves=1\nnum_cat=0\nleaf_value=0.5\n\n',
  ];
  const expectedSizes = expected.map((text) => text.length).join(' ');
  assert.equal(
    pruneModelText(given),
    `${header('0 1 2', 'none none none', expectedSizes)}${expected.join('')}end of trees\n`,
  );
});

test('a linear leaf stays; its constant and coefficients are rounded, and a coefficient that becomes 0 is dropped', () => {
  const leaf = (value: string, constant: string, count: number, columns: string, coefficients: string) => `Tree=0
num_leaves=1
num_cat=0
split_feature=
split_gain=
threshold=
decision_type=
left_child=
right_child=
leaf_value=${value}
is_linear=1
leaf_const=${constant}
num_features=${count}
leaf_features=${columns}
leaf_coeff=${coefficients}
`;
  const given = `${leaf('2.71828', '4.14159', 3, '0 1 2  ', '-0.123456 1e-310 2.00001  ')}shrinkage=1\n\n\n`;
  const expected = `${leaf('2.7183', '4.1416', 2, '0 2', '-0.1235 2')}\n`;
  const tree = 'Tree=1\nnum_leaves=1\nnum_cat=0\nleaf_value=0.5\n\n';
  const text = (leaf: string) =>
    `${header('0 1 2', 'none none none', `${leaf.length} ${tree.length}`)}${leaf}${tree}end of trees\n`;
  const pruned = pruneModelText(text(given));
  assert.equal(pruned, text(expected));
  assert.equal(pruneModelText(pruned), pruned);
  const row: SparseRow = { columns: Int32Array.of(0, 2), values: Float64Array.of(1, 0.5) };
  for (const model of [Booster.fromModelText(pruned), Forest.fromModelText(pruned)])
    assert.equal(model.predict(row), 4.1416 - 0.1235 + 1 + 0.5);
});

test('an incomplete text is refused', () => {
  assert.throws(() => pruneModelText('tree\nversion=v4\n'), /expected a line "end of trees", found none/);
});

/** Rows of three of twenty columns with random values, and labels from 1 to 5 that depend on them. */
function rowsAndLabels(count: number): { rows: SparseRow[]; labels: Float64Array } {
  const random = createRandom(1);
  const rows = Array.from({ length: count }, (): SparseRow => {
    const first = random.below(18);
    return {
      columns: Int32Array.of(first, first + 1, first + 2),
      values: Float64Array.from({ length: 3 }, () => (1 + random.below(1000)) / 1001),
    };
  });
  const labels = Float64Array.from(
    rows,
    ({ columns, values }) => 1 + (((columns[0] as number) % 5) * 4 * (values[0] as number)) / 4,
  );
  return { rows, labels };
}

test('LightGBM opens the pruned text: less than half as long, with scores and contributions within 0.01 stars', async () => {
  const { rows, labels } = rowsAndLabels(2000);
  const booster = await trainBooster({
    training: { matrix: stackRows(rows, 20), labels },
    parameters: { objective: 'regression', num_leaves: 31, seed: 1 },
    rounds: 50,
    onRound: () => true,
  });
  const before = booster.modelText();
  const after = pruneModelText(before);
  assert.ok(after.length < before.length / 2, `${after.length} of ${before.length} characters`);
  assert.equal(pruneModelText(after), after);
  const pruned = Booster.fromModelText(after);
  const forest = Forest.fromModelText(after);
  let moved = 0;
  for (const row of rows) {
    const score = pruned.predict(row);
    assert.equal(forest.predict(row), score);
    if (Math.abs(score - booster.predict(row)) > 0.01) moved++;
    const sum = pruned.contributions(row).reduce((total, part) => total + part, 0);
    assert.ok(Math.abs(sum - score) < 1e-9, `${sum}, expected ${score}`);
  }
  // A row with a value very close to a threshold may change sides.
  assert.ok(moved < rows.length * 0.05, `${moved} of ${rows.length}`);
});
