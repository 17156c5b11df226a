import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Forest } from '../../../model/reference/trees.ts';

/** A model text: header lines, then trees as lists of lines. */
function modelText({ header = [], trees }: { header?: string[]; trees: string[][] }): string {
  const head = [
    'tree',
    'version=v4',
    'num_class=1',
    'num_tree_per_iteration=1',
    'label_index=0',
    'max_feature_idx=2',
    ...header,
  ];
  const bodies = trees.map((lines, i) => [`Tree=${i}`, ...lines, 'is_linear=0', 'shrinkage=1', '', ''].join('\n'));
  return `${[...head, '', ''].join('\n')}${bodies.join('\n')}\nend of trees\n`;
}

/** column 0 ≤ 0.5 → leaf 0, else column 1 ≤ −1 → leaf 1, else leaf 2 */
const tree = (decisionType: string) => [
  'num_leaves=3',
  'num_cat=0',
  'split_feature=0 1',
  'threshold=0.5 -1',
  `decision_type=${decisionType}`,
  'left_child=-1 -2',
  'right_child=1 -3',
  'leaf_value=1 10 100',
];
/**
 * A model text whose first tree is the linear leaf 4 + 2 · column 0 − column 2, with changed fields (null leaves one
 * out).
 */
function linearText(change: Record<string, string | null>, { header = [], trees }: Parameters<typeof modelText>[0]) {
  const fields = {
    num_leaves: '1',
    num_cat: '0',
    split_feature: '',
    threshold: '',
    left_child: '',
    right_child: '',
    leaf_value: '7',
    is_linear: '1',
    leaf_const: '4',
    num_features: '2',
    leaf_features: '0 2 ',
    leaf_coeff: '2 -1 ',
    ...change,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]));
  // modelText would add is_linear=0.
  return modelText({ header, trees: [['LINEAR'], ...trees] }).replace('LINEAR\nis_linear=0', lines.join('\n'));
}
const row = (...cells: [column: number, value: number][]) => ({
  columns: Int32Array.from(cells, ([column]) => column),
  values: Float64Array.from(cells, ([, value]) => value),
});

describe('trees', () => {
  test('a value equal to the threshold goes left, a column that is not named is 0', () => {
    const forest = Forest.fromModelText(modelText({ trees: [tree('2 2')] }));
    assert.equal(forest.predict(row()), 1);
    assert.equal(forest.predict(row([0, 0.5])), 1);
    assert.equal(forest.predict(row([0, 0.6])), 100);
    assert.equal(forest.predict(row([0, 0.6], [1, -1])), 10);
    assert.equal(forest.predict(row()), 1, 'the row before leaves nothing behind');
  });

  test('missing values: each kind (none, zero, NaN) with each default direction', () => {
    const predict = (decisionType: string, cells: ReturnType<typeof row>) =>
      Forest.fromModelText(modelText({ trees: [tree(decisionType)] })).predict(cells);
    assert.equal(predict('0 0', row([0, Number.NaN])), 1, 'kind none: NaN is 0, and 0 ≤ 0.5');
    assert.equal(predict('4 4', row()), 100, 'kind zero, default right');
    assert.equal(predict('6 4', row()), 1, 'kind zero, default left');
    assert.equal(predict('4 6', row([0, Number.NaN])), 10, 'kind zero: NaN is 0');
    assert.equal(predict('4 4', row([0, 1e-36])), 100, 'kind zero: below 1e-35 is 0');
    assert.equal(predict('4 4', row([0, 2e-35])), 1, 'kind zero: above 1e-35 is not');
    assert.equal(
      predict('8 8', row([0, Number.NaN])),
      100,
      'kind NaN, default right; the 0 in the next node is not NaN',
    );
    assert.equal(predict('10 8', row([0, Number.NaN])), 1, 'kind NaN, default left');
  });

  test('sums in tree order, then averages or squares if the model requires it', () => {
    const stump = (value: number) => ['num_leaves=1', 'num_cat=0', `leaf_value=${value}`];
    const predict = (header: string[]) =>
      Forest.fromModelText(modelText({ header, trees: [stump(0.1), stump(0.2), stump(-3)] })).predict(row());
    const sum = 0.1 + 0.2 - 3;
    assert.equal(predict([]), sum);
    assert.equal(predict(['objective=regression']), sum);
    assert.equal(predict(['average_output']), sum / 3);
    assert.equal(predict(['objective=regression sqrt']), -sum * sum);
  });

  test('a linear leaf as the first tree: by hand', () => {
    const predict = (header: string[], cells: ReturnType<typeof row>) =>
      Forest.fromModelText(linearText({}, { header, trees: [tree('2 2')] })).predict(cells);
    assert.equal(predict([], row()), 4 + 1);
    assert.equal(predict([], row([0, 0.5], [2, 3])), 4 + 0.5 * 2 + 3 * -1 + 1);
    assert.equal(predict([], row([1, Number.NaN])), 4 + 1, 'column 1 is not listed');
    assert.equal(predict([], row([1, Number.POSITIVE_INFINITY])), 4 + 1, 'column 1 is not listed');
    assert.equal(predict([], row([0, Number.NEGATIVE_INFINITY])), Number.NEGATIVE_INFINITY);
    assert.equal(predict([], row([0, 1], [2, Number.NaN])), 7 + 100, 'a listed column is missing: leaf_value');
    assert.equal(predict(['average_output'], row()), (4 + 1) / 2, 'the leaf counts as a tree');
    assert.equal(predict(['objective=regression sqrt'], row()), 25);
  });

  test('a linear leaf alone, and one without columns', () => {
    const alone = Forest.fromModelText(linearText({}, { trees: [] }));
    assert.deepEqual([alone.columnCount, alone.predict(row()), alone.predict(row([2, 1]))], [3, 4, 3]);
    const constant = linearText({ num_features: '0', leaf_features: ' ', leaf_coeff: '' }, { trees: [] });
    assert.equal(Forest.fromModelText(constant).predict(row([0, Number.NaN])), 4);
    const negative = linearText({ leaf_const: '-0' }, { trees: [] });
    assert.ok(Object.is(Forest.fromModelText(negative).predict(row()), 0), 'LightGBM adds the leaf to 0');
  });

  const notLinear: [change: Record<string, string | null>, message: RegExp][] = [
    [{ leaf_features: '2 0' }, /tree 0: expected leaf_features in ascending order, each once, received 0 after 2$/],
    [{ leaf_features: '2 2' }, /each once, received 2 after 2$/],
    [{ leaf_features: '0 3' }, /leaf_features\[1\]: expected an integer from 0 to 2, received 3$/],
    [{ leaf_features: '0' }, /expected leaf_features to hold 2 numbers, found 1$/],
    [{ leaf_coeff: '1' }, /expected leaf_coeff to hold 2 numbers, found 1$/],
    [{ num_features: '1' }, /expected leaf_features to hold 1 numbers, found 2$/],
    [{ num_features: '4' }, /num_features\[0\]: expected an integer from 0 to 3, received 4$/],
    ...['inf', '1e400', '5e-324', '2.2250738585072011e-308', '1e-400'].map((word): [Record<string, string>, RegExp] => [
      { leaf_coeff: `1 ${word}` },
      RegExp(`expected leaf_coeff\\[1\\] to be 0 or a finite number that is not subnormal, received ${word}$`),
    ]),
    [{ leaf_coeff: '1 nan' }, /expected leaf_coeff\[1\] to be a number, received nan$/],
    [{ leaf_const: '1e-310' }, /expected leaf_const\[0\] to be 0 or a finite number/],
    [{ leaf_value: 'inf' }, /expected leaf_value\[0\] to be a finite number, received Infinity$/],
    [{ leaf_const: null }, /expected a line leaf_const=, found none$/],
    [{ left_child: null }, /expected a line left_child=, found none$/],
    [{ split_feature: '0' }, /expected split_feature to hold 0 numbers, found 1$/],
    [{ num_cat: '1' }, /expected no categorical split, received num_cat=1$/],
    [{ is_linear: '2' }, /is_linear: expected an integer from 0 to 1, received 2$/],
  ];
  for (const [change, message] of notLinear)
    test(`refuses a linear leaf with ${JSON.stringify(change)}`, () =>
      assert.throws(() => Forest.fromModelText(linearText(change, { trees: [] })), message));

  test('refuses a linear leaf as a later tree, and says which engine can serve it', () => {
    const later = modelText({ trees: [tree('2 2'), ['num_leaves=1', 'num_cat=0', 'leaf_value=7']] })
      .split('is_linear=0')
      .join('is_linear=1')
      .replace('is_linear=1', 'is_linear=0');
    assert.throws(
      () => Forest.fromModelText(later),
      /tree 1: expected constant leaves, or one linear leaf as tree 0, received is_linear=1 and num_leaves=1\. Only the engines native-lightgbm and lightgbm can serve this model$/,
    );
  });

  const refused: [what: string, text: string, message: RegExp][] = [
    ['a text that is cut off', modelText({ trees: [tree('2 2')] }).slice(0, -20), /expected a line "end of trees"/],
    [
      'several outputs',
      modelText({ trees: [] }).replace('num_class=1', 'num_class=3'),
      /expected num_class=1, received 3/,
    ],
    [
      'an objective with exp',
      modelText({ header: ['objective=poisson'], trees: [] }),
      /expected an objective of regression, .*, received poisson/,
    ],
    [
      'a column out of range',
      modelText({ trees: [tree('2 2')] }).replace('split_feature=0 1', 'split_feature=0 3'),
      /tree 0: split_feature\[1\]: expected an integer from 0 to 2, received 3/,
    ],
    [
      'too few thresholds',
      modelText({ trees: [tree('2 2')] }).replace('0.5 -1', '0.5'),
      /tree 0: expected threshold to hold 2 numbers, found 1/,
    ],
    [
      'a threshold that is not a number',
      modelText({ trees: [tree('2 2')] }).replace('0.5 -1', '0.5 x'),
      /expected threshold\[1\] to be a number, received x/,
    ],
    [
      'a circle',
      modelText({ trees: [tree('2 2')] }).replace('right_child=1 -3', 'right_child=0 -3'),
      /tree 0: expected right_child\[0\] to be a child that no other node has, received 0 again/,
    ],
    [
      'an unreachable node',
      modelText({ trees: [tree('2 2')] }).replace('right_child=1 -3', 'right_child=-3 1'),
      /expected 2 nodes below the root, found 1/,
    ],
    [
      'a categorical split',
      modelText({ trees: [tree('2 3')] }),
      /expected no categorical split, received decision_type\[1\]=3/,
    ],
    [
      'linear leaves',
      modelText({ trees: [tree('2 2')] }).replace('is_linear=0', 'is_linear=1'),
      /expected constant leaves/,
    ],
    [
      'a field twice',
      modelText({ trees: [[...tree('2 2'), 'num_leaves=3']] }),
      /expected one line num_leaves, found two/,
    ],
  ];
  for (const [what, text, message] of refused) {
    test(`refuses ${what}`, () => assert.throws(() => Forest.fromModelText(text), message));
  }
});
