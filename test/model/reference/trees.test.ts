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
