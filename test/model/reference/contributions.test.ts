import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileContributions } from '../../../model/compile/contributions.ts';
import { createRandom } from '../../../model/math/random.ts';
import { Contributions } from '../../../model/reference/contributions.ts';
import { parseModel, type Tree } from '../../../model/reference/model-text.ts';
import { Forest, goesLeft } from '../../../model/reference/trees.ts';
import { Booster, type SparseRow } from '../../../native/index.ts';
import { contributionTwins } from '../../fixtures/contribution-twins.ts';
import { columnCount, randomBooster, randomRow } from '../../fixtures/random-models.ts';
import { randomTrees } from '../../fixtures/random-trees.ts';
import { doublesOf, readGolden, rowsOf, type TreesGolden } from '../../golden/golden.ts';
import { shapleyByDefinition, shapleyExactly } from '../../oracle/shapley.ts';

interface Shape {
  readonly columns: readonly number[];
  readonly thresholds?: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly values: readonly number[];
  readonly inner: readonly number[];
  readonly leaf: readonly number[];
}

/** A model of one tree as LightGBM writes it. Its nodes treat NaN as missing and send zero to the left. */
function modelText(shape: Shape, { columnCount = 3, objective = 'regression' } = {}): string {
  const { columns, thresholds = columns.map(() => 0.5), left, right, values, inner, leaf } = shape;
  const tree = `Tree=0
num_leaves=${values.length}
num_cat=0
split_feature=${columns.join(' ')}
split_gain=${columns.map(() => 1).join(' ')}
threshold=${thresholds.join(' ')}
decision_type=${columns.map(() => 10).join(' ')}
left_child=${left.join(' ')}
right_child=${right.join(' ')}
leaf_value=${values.join(' ')}
leaf_weight=${leaf.join(' ')}
leaf_count=${leaf.join(' ')}
internal_value=${columns.map(() => 0).join(' ')}
internal_weight=${inner.join(' ')}
internal_count=${inner.join(' ')}
is_linear=0
shrinkage=1


`;
  const names = Array.from({ length: columnCount }, (_, i) => `Column_${i}`);
  return `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=${columnCount - 1}
objective=${objective}
feature_names=${names.join(' ')}
feature_infos=${names.map(() => '[0:1]').join(' ')}
tree_sizes=${tree.length}

${tree}end of trees
`;
}

const row = (...values: number[]): SparseRow => ({
  columns: Int32Array.from(values, (_, column) => column),
  values: Float64Array.from(values),
});

/** The same row with every column named, so that each gets a contribution. */
function whole({ columns, values }: SparseRow, columnCount: number): SparseRow {
  const all = new Float64Array(columnCount);
  columns.forEach((column, i) => {
    all[column] = values[i] as number;
  });
  return row(...all);
}

function near(received: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(received.length, expected.length);
  Array.from(received).forEach((value, i) => {
    const wanted = expected[i] as number;
    assert.ok(
      Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted)),
      `${i}: ${value}, expected ${wanted}`,
    );
  });
}

/** Both columns above ½ → 8, else 0; half of the rows, then a quarter. */
const both: Shape = {
  columns: [0, 1],
  left: [-1, -2],
  right: [1, -3],
  values: [0, 0, 8],
  inner: [4, 2],
  leaf: [2, 1, 1],
};

describe('contributions by hand', () => {
  test('two columns that matter only together get equal shares', () => {
    const contributions = contributionTwins(modelText(both));
    // no column: 2, either column: 4, both: 8
    assert.deepEqual(contributions.of(row(1, 1)), { sum: 8, base: 2, ofColumns: Float64Array.of(3, 3), absent: 0 });
    // no column: 2, column 0: 0, column 1: 4, both: 0
    assert.deepEqual(contributions.of(row(0, 1)), { sum: 0, base: 2, ofColumns: Float64Array.of(-3, 1), absent: 0 });
  });

  test('columns that the row does not name are reported together', () => {
    const contributions = contributionTwins(modelText(both));
    const one: SparseRow = { columns: Int32Array.of(1), values: Float64Array.of(1) };
    assert.deepEqual(contributions.of(one), { sum: 0, base: 2, ofColumns: Float64Array.of(1), absent: -3 });
    assert.deepEqual(contributions.of(row()), { sum: 0, base: 2, ofColumns: new Float64Array(), absent: -2 });
  });

  test('a column that occurs twice on a path counts as one column', () => {
    // ≤ ½ → 0, ≤ 1½ → 4, else 16: 1, 1 and 2 rows
    const twice = {
      ...both,
      columns: [0, 0],
      thresholds: [0.5, 1.5],
      values: [0, 4, 16],
      inner: [4, 3],
      leaf: [1, 1, 2],
    };
    const contributions = contributionTwins(modelText(twice));
    for (const [value, sum] of [
      [0, 0],
      [1, 4],
      [2, 16],
    ] as const) {
      assert.deepEqual(contributions.of(row(value)), { sum, base: 9, ofColumns: Float64Array.of(sum - 9), absent: 0 });
    }
  });

  test('a child that no training row reached', () => {
    const none = { ...both, inner: [4, 2], leaf: [2, 2, 0] };
    const { base, ofColumns } = contributionTwins(modelText(none)).of(row(1, 1));
    // no column: 0, column 0: 0, column 1: ½ · 8, both: 8
    assert.equal(base, 0);
    near(ofColumns, [2, 6], 1e-15);
  });

  test('a tree of one leaf has only a base', () => {
    const leaf = { columns: [], left: [], right: [], values: [2.5], inner: [], leaf: [4] };
    assert.deepEqual(contributionTwins(modelText(leaf)).of(row(1)), {
      sum: 2.5,
      base: 2.5,
      ofColumns: Float64Array.of(0),
      absent: 0,
    });
  });

  /** The text with the linear leaf 4 + 2 · column 0 − column 2 before its tree. */
  const withLeaf = (text: string) =>
    text.replace(
      'Tree=0\n',
      `Tree=0
num_leaves=1
num_cat=0
split_feature=
threshold=
left_child=
right_child=
leaf_value=7
is_linear=1
leaf_const=4
num_features=2
leaf_features=0 2
leaf_coeff=2 -1

Tree=1
`,
    );

  test('a linear leaf adds its constant to the base, and coefficient · value to each column', () => {
    const contributions = contributionTwins(withLeaf(modelText(both)));
    // The tree as above: (3, 3) of 8, and (−3, 1) of 0.
    assert.deepEqual(contributions.of(row(1, 1, 5)), {
      sum: 4 + 2 - 5 + 8,
      base: 4 + 2,
      ofColumns: Float64Array.of(2 + 3, 3, -5),
      absent: 0,
    });
    // Column 0 is absent: −3 by the tree, nothing by the leaf.
    const two: SparseRow = { columns: Int32Array.of(1, 2), values: Float64Array.of(1, 0.5) };
    assert.deepEqual(contributions.of(two), {
      sum: 4 - 0.5,
      base: 6,
      ofColumns: Float64Array.of(1, -0.5),
      absent: -3,
    });
  });

  test('a linear leaf with a missing column: the column explains the value that the leaf then gives', () => {
    const contributions = contributionTwins(withLeaf(modelText(both)));
    const { sum, base, ofColumns, absent } = contributions.of(row(1, 1, Number.NaN));
    assert.deepEqual(
      { sum, base, ofColumns, absent },
      { sum: 15, base: 6, ofColumns: Float64Array.of(3, 3, 3), absent: 0 },
    );
    const unlisted: SparseRow = { columns: Int32Array.of(1), values: Float64Array.of(Number.NaN) };
    assert.equal(contributions.of(unlisted).sum, 4);
  });

  test('the mean of a linear leaf and a tree', () => {
    const text = withLeaf(modelText(both)).replace('feature_names', 'average_output\nfeature_names');
    assert.deepEqual(contributionTwins(text).of(row(1, 1, 5)), {
      sum: 4.5,
      base: 3,
      ofColumns: Float64Array.of(2.5, 1.5, -2.5),
      absent: 0,
    });
  });

  test('a linear leaf without trees', () => {
    const text = withLeaf(modelText(both)).replace(/Tree=1.*(?=end of trees)/s, '');
    assert.deepEqual(contributionTwins(text).of({ columns: Int32Array.of(2), values: Float64Array.of(3) }), {
      sum: 1,
      base: 4,
      ofColumns: Float64Array.of(-3),
      absent: 0,
    });
  });

  const refused: [what: string, text: string, message: RegExp][] = [
    [
      'a tree after a linear leaf by its number in the text',
      withLeaf(modelText({ ...both, inner: [5, 3] })),
      /tree 1: expected internal_count\[1\]/,
    ],
    [
      'counts that do not add up',
      modelText({ ...both, inner: [5, 3] }),
      /tree 0: expected internal_count\[1\] to be .* of both children, received 3, 1 and 1$/,
    ],
    ['no training rows', modelText({ ...both, inner: [0, 0], leaf: [0, 0, 0] }), /received 0, 0 and 0$/],
    [
      'no counts',
      modelText(both).replace(/^leaf_count.*\n/m, ''),
      /tree 0: expected leaf_count to hold 3 numbers, found 0$/,
    ],
    [
      'a squared sum',
      modelText(both, { objective: 'regression sqrt' }),
      /expected a score that is a sum, received a squared sum/,
    ],
  ];
  for (const [what, text, message] of refused)
    test(`refused: ${what}`, () => {
      assert.throws(() => Contributions.fromModelText(text), message);
      assert.throws(() => compileContributions(text, ''), message);
    });
});

const golden = readGolden<TreesGolden>('trees.json');

describe(`golden: pred_contrib of ${golden.header.program} ${golden.header.version}`, () => {
  const explained = golden.models.filter(({ name }) => !/square|poisson|categories|linear/.test(name));
  for (const { name, text, rows, contributions } of explained) {
    test(name, () => {
      const ours = contributionTwins(text);
      // For a random forest, LightGBM's contributions add up to the sum over the trees; the prediction is their mean.
      const scale = name === 'random forest' ? golden.rounds : 1;
      assert.ok(contributions !== null && contributions.length > 0);
      contributions.forEach((expected, r) => {
        const { base, ofColumns } = ours.of(whole(rowsOf(rows)[r] as SparseRow, golden.columnCount));
        near(
          Float64Array.of(...ofColumns, base).map((value) => scale * value),
          doublesOf(expected),
          1e-12,
        );
      });
    });
  }
});

test('the addon gives the same contributions for models that it has trained', async () => {
  const kinds = [{}, { zero_as_missing: true }, { use_missing: false }, { num_leaves: 40, min_data_in_leaf: 1 }];
  for (const [seed, parameters] of kinds.entries()) {
    const booster = await randomBooster(seed + 1, parameters, { withNaN: true, rounds: 20 });
    const [ours, random] = [contributionTwins(booster.modelText()), createRandom(seed)];
    for (let i = 0; i < 60; i++) {
      const drawn = randomRow(random, { withNaN: true });
      const { base, ofColumns } = ours.of(whole(drawn, columnCount));
      near([...ofColumns, base], booster.contributions(drawn), 1e-9);
    }
  }
});

const decisionOf =
  ({ decisionType, threshold, splitFeature }: Tree, { values }: SparseRow) =>
  (node: number) =>
    goesLeft(decisionType[node] as number, threshold[node] as number, values[splitFeature[node] as number] as number);

const value = fc.constantFrom(0, 0, 1e-36, 0.1, 0.3, -0.7, 1, 5, -1e300, Number.NaN);
const columns = [0, 1, 2, 3, 4];

describe('contributions of random trees', () => {
  test('equal the Shapley values by definition, and sum to the prediction', () => {
    const options = { columnCount: columns.length, maxLeaves: 24 };
    const shape = fc.constantFrom({}, { shape: 'left' as const }, { shape: 'right' as const });
    fc.assert(
      fc.property(fc.nat(), shape, fc.array(value, { minLength: 5, maxLength: 5 }), (seed, shape, values) => {
        const text = randomTrees(createRandom(seed), { ...options, ...shape }).replace(' sqrt', '');
        const { trees, isAveraged } = parseModel(text, { withCounts: true });
        const all = row(...values);
        const { sum, base, ofColumns, absent } = contributionTwins(text).of(all);
        const each = trees.map((tree) => shapleyByDefinition(tree, decisionOf(tree, all), columns));
        const divisor = isAveraged ? trees.length : 1;
        const expected = columns.map((column) => each.reduce((sum, of) => sum + (of[column] as number), 0) / divisor);
        near(ofColumns, expected, 1e-12);
        assert.ok(Object.is(sum, Forest.fromModelText(text).predict(all)));
        assert.ok(Math.abs(absent) < 1e-12, 'nothing remains for columns that are not named');
        near([ofColumns.reduce((sum, value) => sum + value, base)], [sum], 1e-12);
      }),
      { numRuns: 300 },
    );
  });

  test('with a linear leaf: the sum of the parts is the prediction, and the leaf changes nothing in `absent`', () => {
    const random = createRandom(5);
    for (let i = 0; i < 300; i++) {
      const drawn = randomTrees(random, { columnCount, maxLeaves: 24, trees: random.below(4), hasLinearLeaf: true });
      const text = drawn
        .replace(' sqrt', '')
        .replace('average_output\n', '')
        .replace(/Tree=0\n.*?\n\n\n/s, (leaf) => leaf.replaceAll(/[-\d.]+e[+-]?\d+|10000000000000000/g, '0.25'));
      // A tree of one leaf in place of the linear leaf, so that the trees keep their numbers.
      const [leaf] = /Tree=0\n.*?\n\n\n/s.exec(text) as RegExpExecArray;
      const without = text.replace(leaf, 'Tree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=0\nleaf_count=1\n\n\n');
      const [ours, ofTrees] = [contributionTwins(text), contributionTwins(without)];
      const forest = Forest.fromModelText(text);
      for (let r = 0; r < 20; r++) {
        const cells = randomRow(random, { withNaN: true });
        const values = cells.values.map((value) => (Math.abs(value) > 100 ? 3 : value));
        const { sum, base, ofColumns, absent } = ours.of({ ...cells, values });
        assert.ok(Object.is(sum, forest.predict({ ...cells, values })));
        near([ofColumns.reduce((total, value) => total + value, base + absent)], [sum], 1e-9);
        near([absent], [ofTrees.of({ ...cells, values }).absent], 1e-12);
      }
    }
  });

  test('do not depend on which columns are named; `absent` is the sum of the others', () => {
    const [text, random] = [randomTrees(createRandom(3), { columnCount, maxLeaves: 60, trees: 20 }), createRandom(4)];
    const ours = contributionTwins(text.replace(' sqrt', ''));
    for (let i = 0; i < 200; i++) {
      const drawn = randomRow(random, { withNaN: true });
      const [some, all] = [ours.of(drawn), ours.of(whole(drawn, columnCount))];
      near(
        some.ofColumns,
        Float64Array.from(drawn.columns, (column) => all.ofColumns[column] as number),
        1e-13,
      );
      const rest = all.ofColumns.filter((_, column) => !drawn.columns.includes(column));
      near([some.absent], [rest.reduce((sum, value) => sum + value, 0)], 1e-12);
    }
  });
});

describe('spines', () => {
  /** Each node sends values above its threshold to a leaf, and all others to the next node. */
  function spine(depth: number, columnOf: (node: number) => number): Shape {
    const nodes = Array.from({ length: depth }, (_, node) => node);
    const rows = nodes.map((node) => 1 + ((5 * node) % 7));
    let below = 9;
    const inner = [...rows].reverse().map((count) => {
      below += count;
      return below;
    });
    return {
      columns: nodes.map(columnOf),
      left: nodes.map((node) => (node + 1 < depth ? node + 1 : -depth - 1)),
      right: nodes.map((node) => -node - 1),
      values: [...nodes.map((node) => ((node * 37) % 11) - 5), 3],
      inner: inner.reverse(),
      leaf: [...rows, 9],
    };
  }

  const depth = 120;
  const text = modelText(
    spine(depth, (node) => node),
    { columnCount: depth },
  );
  const [tree] = parseModel(text, { withCounts: true }).trees as [Tree];
  const drawn = row(...Array.from({ length: depth }, (_, column) => (column % 40 === 39 ? 1 : 0)));
  const asked = [0, 38, 39, 79, 100, 119];
  const expected = asked.map((column) => shapleyExactly(tree, decisionOf(tree, drawn), column));
  const ofAsked = (all: Float64Array) => asked.map((column) => all[column] as number);

  test('120 columns: exact', () => {
    const { ofColumns, absent } = contributionTwins(text).of(drawn);
    near(ofAsked(ofColumns), expected, 1e-13);
    assert.ok(Math.abs(absent) < 1e-12);
  });

  test('120 columns: LightGBM 4.7.0 is wrong, so its algorithm is not used', () => {
    const received = ofAsked(Booster.fromModelText(text).contributions(drawn));
    assert.ok(
      received.some((value, i) => !(Math.abs(value - (expected[i] as number)) < 1)),
      String(received),
    );
  });

  test('120 nodes on five columns: as by definition', () => {
    const text = modelText(
      spine(depth, (node) => (node * 3) % 5),
      { columnCount: 5 },
    );
    const [tree] = parseModel(text, { withCounts: true }).trees as [Tree];
    for (const values of [
      [0, 0, 0, 0, 0],
      [0, 0, 1, 0, 1],
      [1, 1, 1, 1, 1],
    ]) {
      const definition = shapleyByDefinition(tree, decisionOf(tree, row(...values)), columns);
      near(contributionTwins(text).of(row(...values)).ofColumns, definition, 1e-13);
      const exact = columns.map((column) => shapleyExactly(tree, decisionOf(tree, row(...values)), column));
      near(exact, definition, 1e-13);
    }
  });

  test('20,000 nodes: no stack overflow', () => {
    const text = modelText(spine(20_000, (node) => node % 3));
    const { sum, ofColumns, absent } = contributionTwins(text).of(row(0, 0, 1));
    assert.equal(sum, Forest.fromModelText(text).predict(row(0, 0, 1)));
    assert.ok(ofColumns.every(Number.isFinite) && Math.abs(absent) < 1e-12);
  });
});
