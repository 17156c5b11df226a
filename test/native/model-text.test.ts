import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Outcome, tryModels } from '../fixtures/try-models.ts';

/** Writes a model. tree_sizes has the right sizes, unless `sizes` replaces it. */
function modelText({ header = {}, trees = [tree()], sizes, tail = '' }: Partial<Parts> = {}): string {
  const lines = { ...plainHeader, ...header };
  const bodies = trees.map((lines, i) => `Tree=${i}\n${linesOf(lines)}\n\n`);
  const tree_sizes = sizes ?? bodies.map((body) => Buffer.byteLength(body)).join(' ');
  return `tree\n${linesOf({ ...lines, tree_sizes })}\n${bodies.join('')}end of trees\n${tail}`;
}

interface Parts {
  header: Lines;
  trees: Lines[];
  sizes: string;
  tail: string;
}
/** The value true gives a line with only the name, without =. The value null omits the line. */
type Lines = Readonly<Record<string, string | number | true | null>>;

function linesOf(lines: Lines): string {
  const present = Object.entries(lines).filter(([, value]) => value !== null);
  return present.map(([name, value]) => (value === true ? `${name}\n` : `${name}=${value}\n`)).join('');
}

const plainHeader: Lines = {
  version: 'v4',
  num_class: 1,
  num_tree_per_iteration: 1,
  label_index: 0,
  max_feature_idx: 2,
  objective: 'regression',
  feature_names: 'a b c',
  feature_infos: 'none none none',
};

/** Column 0 ≤ 0.5 → 1, else column 1 ≤ −1 → 10, else 100. */
const tree = (change: Lines = {}): Lines => ({
  num_leaves: 3,
  num_cat: 0,
  split_feature: '0 1',
  threshold: '0.5 -1',
  decision_type: '2 2',
  left_child: '-1 -2',
  right_child: '1 -3',
  leaf_value: '1 10 100',
  leaf_count: '2 1 1',
  internal_count: '4 2',
  is_linear: 0,
  shrinkage: 1,
  ...change,
});
const categorical = (change: Lines = {}) =>
  tree({ num_cat: 1, threshold: '0 -1', decision_type: '1 2', cat_boundaries: '0 1', cat_threshold: '6', ...change });
const linear = (change: Lines = {}) =>
  tree({
    is_linear: 1,
    leaf_const: '1 2 3',
    num_features: '1 0 2',
    leaf_features: '2 0 1',
    leaf_coeff: '3 4 5',
    ...change,
  });
/** One linear leaf: 4 + 2 · column 0 − column 2. */
const linearLeaf = (change: Lines = {}): Lines => ({
  num_leaves: 1,
  num_cat: 0,
  split_feature: '',
  threshold: '',
  left_child: '',
  right_child: '',
  leaf_value: 7,
  is_linear: 1,
  leaf_const: 4,
  num_features: 2,
  leaf_features: '0 2 ',
  leaf_coeff: '2 -1 ',
  ...change,
});
/** A tree in which each node's left child is the next node. */
const spine = (depth: number): Lines => {
  const list = (length: number, entry: (i: number) => number) => Array.from({ length }, (_, i) => entry(i)).join(' ');
  return {
    num_leaves: depth + 1,
    num_cat: 0,
    split_feature: list(depth, (i) => i % 3),
    threshold: list(depth, (i) => i % 5),
    left_child: list(depth, (i) => (i + 1 < depth ? i + 1 : -1)),
    right_child: list(depth, (i) => -i - 2),
    leaf_value: list(depth + 1, (i) => i),
  };
};

const accepted: [what: string, text: string][] = [
  ['the plain model', modelText()],
  ['two trees', modelText({ trees: [tree(), tree()] })],
  ['a tree of one leaf', modelText({ trees: [{ num_leaves: 1, num_cat: 0, leaf_value: 3 }] })],
  ['no trees', modelText({ trees: [] })],
  ['no trees, averaged', modelText({ header: { average_output: true }, trees: [] })],
  ['only the required lines', modelText({ trees: [tree({ decision_type: null, leaf_count: null, is_linear: null })] })],
  ['no objective', modelText({ header: { objective: null } })],
  ['infinite thresholds', modelText({ trees: [tree({ threshold: 'inf -inf', split_gain: 'inf 1' })] })],
  [
    'the largest numbers',
    modelText({ trees: [tree({ threshold: '1.7976931348623157e308 5e-324', leaf_value: '1e308 1e308 -1e308' })] }),
  ],
  [
    'counts that are not integers',
    modelText({ trees: [tree({ leaf_count: '1.5 -2 1e300', internal_count: '1e99 .5' })] }),
  ],
  ['categories', modelText({ trees: [categorical()] })],
  ['a category without members', modelText({ trees: [categorical({ cat_boundaries: '0 0', cat_threshold: '' })] })],
  ['linear leaves', modelText({ trees: [linear()] })],
  [
    'linear leaves without features',
    modelText({ trees: [linear({ num_features: null, leaf_features: null, leaf_coeff: null })] }),
  ],
  ['one linear leaf', modelText({ trees: [linearLeaf()] })],
  ['one linear leaf, then trees', modelText({ trees: [linearLeaf(), tree(), tree()] })],
  ['a linear leaf after a tree', modelText({ trees: [tree(), linearLeaf({ leaf_features: '2 0' })] })],
  [
    'one linear leaf without columns',
    modelText({ trees: [linearLeaf({ num_features: 0, leaf_features: ' ', leaf_coeff: '' })] }),
  ],
  [
    'the largest and smallest coefficients',
    modelText({
      trees: [linearLeaf({ leaf_const: '-0', leaf_coeff: '1.7976931348623157e308 2.2250738585072014e-308' })],
    }),
  ],
  ['names of any characters', modelText({ header: { feature_names: '星 😀 \ud800' } })],
  ['4,096 levels', modelText({ trees: [spine(4096)] })],
];

const model = (change: Lines) => modelText({ trees: [tree(change)] });
const inHeader = (header: Lines, parts: Partial<Parts> = {}) => modelText({ header, ...parts });
const long = (count: number, word: string) => Array(count).fill(word).join(' ');
/** The text of the plain model with tree_sizes `by` too high. */
const sizesOff = (by: number) => modelText().replace(/(?<=tree_sizes=)\d+/, (size) => String(Number(size) + by));

const refused: [what: string, text: string, message: RegExp][] = [
  ['nothing', '', /header: expected a line num_class=, received none$/],
  ['a line feed', '\n', /header: expected a line num_class=/],
  ['no model', 'tree\n', /header: expected a line num_class=/],
  ['a megabyte of one letter', 'a'.repeat(1 << 20), /header: expected a line num_class=/],
  ['a megabyte of =', '='.repeat(1 << 20), /header: expected a name before =, received =+…$/],
  [
    'a NUL',
    modelText().replace('a b c', 'a b c\0'),
    /text: expected lines that end with a line feed, .* received a NUL$/,
  ],
  ['a NUL after the trees', modelText({ tail: '\0' }), /received a NUL$/],
  ['carriage returns', modelText().replaceAll('\n', '\r\n'), /received a carriage return$/],
  ['no end', modelText().replace('end of trees', ''), /after 1 trees: expected a line "end of trees"/],
  ['no trees and no end', modelText({ trees: [] }).replace('end of trees', ''), /after 0 trees: expected a line "end/],

  // LightGBM skips the =. It would read these lines as num_tree_per_iteration, which is a divisor, and as tree_sizes.
  ['a line that starts with =', inHeader({ '=num_tree_per_iteration': 0 }), /header: expected a name before =/],
  ['= before a lone name', inHeader({ '=num_tree_per_iteration': true }), /header: expected a name before =/],
  ['= before other sizes', modelText().replace('\n\nTree=', '\n=tree_sizes=99999999\n\nTree='), /a name before =/],
  // If there is no tree, LightGBM reads the header up to the end of the text.
  [
    'a header line after no trees',
    modelText({ trees: [], tail: 'num_tree_per_iteration=0\n' }),
    /header: expected each name once/,
  ],
  ['a lone name after no trees', modelText({ trees: [], tail: 'num_tree_per_iteration\n' }), /expected each name once/],
  ['sizes after no trees', modelText({ trees: [], tail: 'tree_sizes=99999999\n' }), /expected each name once/],
  [
    'a tree after no trees',
    modelText({ trees: [], tail: '\nTree=0\n' }),
    /after 0 trees: expected a line "end of trees"/,
  ],

  ['a line twice', modelText().replace('num_class=1', 'num_class=1\nnum_class=1'), /header: expected each name once/],
  ...['num_class', 'num_tree_per_iteration', 'label_index', 'max_feature_idx', 'feature_names', 'feature_infos'].map(
    (name): [string, string, RegExp] => [
      `no ${name}`,
      inHeader({ [name]: null }),
      RegExp(`header: expected a line ${name}=`),
    ],
  ),
  ['no tree_sizes', modelText().replace(/tree_sizes=.*\n/, ''), /header: expected a line tree_sizes=, received none$/],
  ['three classes', inHeader({ num_class: 3 }), /num_class: expected an integer from 1 to 1, received 3$/],
  [
    'no tree per iteration',
    inHeader({ num_tree_per_iteration: 0 }),
    /num_tree_per_iteration: expected .* 1 to 1, received 0$/,
  ],
  ['a negative label', inHeader({ label_index: -1 }), /label_index: expected an integer from 0/],
  ['no columns', inHeader({ max_feature_idx: -1 }), /max_feature_idx: expected an integer from 0 to 2147483646/],
  ['2^31 columns', inHeader({ max_feature_idx: 2147483647 }), /max_feature_idx: .*received 2147483647$/],
  [
    '2^31 − 1 columns',
    inHeader({ max_feature_idx: 2147483646 }),
    /feature_names: expected 2147483647 entries, received 3$/,
  ],
  [
    'a column count that is not a number',
    inHeader({ max_feature_idx: '2x' }),
    /max_feature_idx: expected a number, received 2x$/,
  ],
  ['one name too few', inHeader({ feature_names: 'a b' }), /feature_names: expected 3 entries, received 2$/],
  ['one info too many', inHeader({ feature_infos: long(4, 'none') }), /feature_infos: expected 3 entries, received 4$/],
  [
    'one constraint too few',
    inHeader({ monotone_constraints: '1 0' }),
    /monotone_constraints: expected 3 entries, received 2$/,
  ],
  [
    'a constraint of 2',
    inHeader({ monotone_constraints: '1 0 2' }),
    /constraints\[2\]: expected an integer from -1 to 1, received 2$/,
  ],
  ['an empty objective', inHeader({ objective: ' ' }), /objective: expected a LightGBM objective with one output/],
  [
    'several outputs',
    inHeader({ objective: 'multiclass num_class:3' }),
    /objective: .*received multiclass num_class:3$/,
  ],
  ['a long objective', inHeader({ objective: '星'.repeat(99) }), /objective: .*received 星+.*…$/],

  ['a size too high', sizesOff(1), /tree 0: expected a blank line at the end that tree_sizes gives/],
  ['a size too low', sizesOff(-2), /tree 0: expected a blank line at the end that tree_sizes gives/],
  [
    'a size beyond the text',
    sizesOff(1 << 20),
    /tree 0: expected \d+ bytes \(tree_sizes\), received \d+ \(the text is cut off\)$/,
  ],
  ['a size of 0', modelText({ sizes: '0' }), /tree_sizes\[0\]: expected an integer from 1 to 2147483647, received 0$/],
  ['a negative size', modelText({ sizes: '-5' }), /tree_sizes\[0\]: expected an integer from 1/],
  ['a size of 20 digits', modelText({ sizes: '9'.repeat(20) }), /tree_sizes\[0\]: expected a number, received 9+$/],
  ['a size that is not an integer', modelText({ sizes: '1e3' }), /tree_sizes\[0\]: expected a number, received 1e3$/],
  ['no sizes for a tree', modelText({ sizes: '' }), /after 0 trees: expected a line "end of trees", received Tree=0/],
  [
    'sizes for two trees',
    modelText({ sizes: `${Buffer.byteLength(modelText().match(/Tree=.*\n\n\n/s)?.[0] ?? '')} 5` }),
    /tree 1: expected a line Tree=1/,
  ],
  ['trees out of order', modelText().replace('Tree=0', 'Tree=1'), /tree 0: expected a line Tree=0, received Tree=1/],

  ...['num_leaves', 'num_cat', 'leaf_value', 'split_feature', 'threshold', 'left_child', 'right_child'].map(
    (name): [string, string, RegExp] => [
      `a tree without ${name}`,
      model({ [name]: null }),
      RegExp(`tree 0: expected a line ${name}=`),
    ],
  ),
  ['a line without =', model({ nonsense: true }), /tree 0: expected lines name=value, received nonsense$/],
  [
    '23 lines',
    model(Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`x${i}`, 0]))),
    /tree 0: expected at most 22 lines, received 23$/,
  ],
  ['no leaf', model({ num_leaves: 0 }), /num_leaves: expected an integer from 1 to 16777216, received 0$/],
  ['2^31 leaves', model({ num_leaves: 2147483648 }), /num_leaves: expected an integer from 1 to 16777216/],
  ['more leaves than num_leaves', model({ num_leaves: 2 }), /leaf_value: expected 2 entries, received 3$/],
  ['fewer leaves than num_leaves', model({ num_leaves: 4 }), /leaf_value: expected 4 entries, received 3$/],
  ...['split_feature', 'threshold', 'left_child', 'right_child', 'decision_type', 'internal_count'].map(
    (name): [string, string, RegExp] => [
      `three of ${name}`,
      model({ [name]: '0 0 0' }),
      RegExp(`${name}: expected 2 entries, received 3$`),
    ],
  ),
  [
    'a column out of range',
    model({ split_feature: '0 3' }),
    /split_feature\[1\]: expected an integer from 0 to 2, received 3$/,
  ],
  ['a negative column', model({ split_feature: '-1 0' }), /split_feature\[0\]: expected .*received -1$/],
  ['a threshold NaN', model({ threshold: 'nan 1' }), /threshold\[0\]: expected a number, received nan$/],
  ['a threshold of 1e400', model({ threshold: '0 1e400' }), /threshold\[1\]: expected a number, received 1e400$/],
  ['a threshold that is not a number', model({ threshold: '0 x' }), /threshold\[1\]: expected a number, received x$/],
  ['a tab between numbers', model({ threshold: '0\t1 2' }), /threshold\[0\]: expected a number, received 0\t1$/],
  ['a leaf value NaN', model({ leaf_value: '1 -nan 3' }), /leaf_value\[1\]: expected a finite number, received -nan$/],
  ['a leaf value ∞', model({ leaf_value: '1 2 inf' }), /leaf_value\[2\]: expected a finite number, received inf$/],
  [
    'a leaf value of 1e400',
    model({ leaf_value: '1 2 -1e400' }),
    /leaf_value\[2\]: expected a number, received -1e400$/,
  ],
  [
    'a decision of 12',
    model({ decision_type: '12 2' }),
    /decision_type\[0\]: expected an integer from 0 to 11, received 12$/,
  ],

  [
    'a cycle',
    model({ right_child: '0 -3' }),
    /right_child\[0\]: expected a child that no other node has, received 0 again$/,
  ],
  [
    'a node that is its own child',
    model({ left_child: '-1 1' }),
    /left_child\[1\]: expected a child that no other node has|right_child\[0\]/,
  ],
  [
    'a leaf twice',
    model({ right_child: '1 -2' }),
    /right_child\[1\]: expected a child that no other node has, received -2 again$/,
  ],
  [
    'a node without a parent',
    model({ left_child: '-1 1', right_child: '-2 -3' }),
    /nodes below the root: expected 2, received 1$/,
  ],
  [
    'a child out of range',
    model({ right_child: '2 -3' }),
    /right_child\[0\]: expected an integer from -3 to 1, received 2$/,
  ],
  [
    'a leaf out of range',
    model({ right_child: '1 -4' }),
    /right_child\[1\]: expected an integer from -3 to 1, received -4$/,
  ],
  ['4,097 levels', modelText({ trees: [spine(4097)] }), /depth: expected at most 4096, received more$/],
  ['100,000 levels', modelText({ trees: [spine(100_000)] }), /depth: expected at most 4096, received more$/],

  ...(
    [
      ['more categories than nodes', { num_cat: 3 }, /num_cat: expected an integer from 0 to 2, received 3$/],
      [
        'a categorical node and no categories',
        { num_cat: 0 },
        /threshold\[0\]: expected the index of a category, below 0/,
      ],
      ['no cat_boundaries', { cat_boundaries: null }, /expected a line cat_boundaries=/],
      ['no cat_threshold', { cat_threshold: null }, /expected a line cat_threshold=/],
      ['cat_boundaries from 1', { cat_boundaries: '1 1' }, /cat_boundaries\[0\]: expected 0, received 1$/],
      [
        'cat_boundaries that fall',
        { num_cat: 2, cat_boundaries: '0 3 1' },
        /cat_boundaries: expected integers in ascending order/,
      ],
      [
        'cat_boundaries beyond cat_threshold',
        { cat_boundaries: '0 2' },
        /cat_threshold: expected 2 entries, received 1$/,
      ],
      [
        'a bit set too large',
        { cat_threshold: '4294967296' },
        /cat_threshold\[0\]: expected an integer from 0 to 4294967295/,
      ],
      ['a category out of range', { threshold: '1 -1' }, /threshold\[0\]: expected the index of a category, below 1/],
      ['half a category', { threshold: '0.5 -1' }, /threshold\[0\]: expected the index of a category/],
      ['a category ∞', { threshold: 'inf -1' }, /threshold\[0\]: expected the index of a category/],
    ] as const
  ).map(([what, change, message]): [string, string, RegExp] => [
    what,
    modelText({ trees: [categorical(change)] }),
    message,
  ]),

  ...(
    [
      ['is_linear of 2', { is_linear: 2 }, /is_linear: expected an integer from 0 to 1, received 2$/],
      ['a leaf without a constant', { leaf_const: '1 2' }, /leaf_const: expected 3 entries, received 2$/],
      ['a constant NaN', { leaf_const: '1 2 nan' }, /leaf_const\[2\]: expected a finite number, received nan$/],
      ['a leaf with too many columns', { num_features: '1 0 4' }, /num_features\[2\]: expected an integer from 0 to 3/],
      ['a leaf with −1 columns', { num_features: '1 -1 3' }, /num_features\[1\]: expected an integer from 0 to 3/],
      ['a leaf column out of range', { leaf_features: '2 0 3' }, /leaf_features\[2\]: expected an integer from 0 to 2/],
      ['one leaf column too few', { leaf_features: '2 0' }, /leaf_features: expected 3 entries, received 2$/],
      ['one coefficient too few', { leaf_coeff: '3 4' }, /leaf_coeff: expected 3 entries, received 2$/],
      ['a coefficient ∞', { leaf_coeff: '3 4 inf' }, /leaf_coeff\[2\]: expected a finite number, received inf$/],
      [
        'no coefficients',
        { leaf_coeff: null },
        /leaf_features: expected leaf_features and leaf_coeff together, received only one of them$/,
      ],
      [
        'a subnormal coefficient',
        { leaf_coeff: '3 4 5e-324' },
        /leaf_coeff\[2\]: expected 0 or a number that is not subnormal, received 5e-324$/,
      ],
      [
        'a subnormal constant',
        { leaf_const: '1 -1e-310 3' },
        /leaf_const\[1\]: expected 0 or a number that is not sub/,
      ],
    ] as const
  ).map(([what, change, message]): [string, string, RegExp] => [what, modelText({ trees: [linear(change)] }), message]),

  ...(
    [
      ['columns that fall', { leaf_features: '2 0' }, /leaf_features\[1\]: expected a column above 2, received 0$/],
      ['a column twice', { leaf_features: '2 2' }, /leaf_features\[1\]: expected a column above 2, received 2$/],
      ['a column out of range', { leaf_features: '0 3' }, /leaf_features\[1\]: expected an integer from 0 to 2/],
      ['column −1', { leaf_features: '-1 2' }, /leaf_features\[0\]: expected an integer from 0 to 2, received -1$/],
      ['one column too few', { leaf_features: '0' }, /leaf_features: expected 2 entries, received 1$/],
      ['one coefficient too many', { leaf_coeff: '1 2 3' }, /leaf_coeff: expected 2 entries, received 3$/],
      ['more columns than the model', { num_features: 4 }, /num_features\[0\]: expected an integer from 0 to 3/],
      ['−1 columns', { num_features: -1 }, /num_features\[0\]: expected an integer from 0 to 3, received -1$/],
      ['two counts', { num_features: '1 1' }, /num_features: expected 1 entries, received 2$/],
      ['two constants', { leaf_const: '1 1' }, /leaf_const: expected 1 entries, received 2$/],
      ['a constant ∞', { leaf_const: 'inf' }, /leaf_const\[0\]: expected a finite number, received inf$/],
      ['a coefficient NaN', { leaf_coeff: '1 nan' }, /leaf_coeff\[1\]: expected a finite number, received nan$/],
      ['a coefficient of 1e400', { leaf_coeff: '1 1e400' }, /leaf_coeff\[1\]: expected a number, received 1e400$/],
      ['a coefficient of 1e-400', { leaf_coeff: '1 1e-400' }, /leaf_coeff\[1\]: expected a number, received 1e-400$/],
      [
        'a subnormal coefficient',
        { leaf_coeff: '1 2.2250738585072011e-308' },
        /leaf_coeff\[1\]: expected 0 or a number that is not subnormal, received 2\.2250738585072011e-308$/,
      ],
      ['a subnormal constant', { leaf_const: '1e-310' }, /leaf_const\[0\]: expected 0 or a number that is not subnorm/],
      ['a node', { left_child: '0' }, /left_child: expected 0 entries, received 1$/],
      ...['leaf_const', 'num_features', 'leaf_features', 'leaf_coeff', 'split_feature', 'right_child'].map(
        (name) => [`no ${name}`, { [name]: null }, RegExp(`tree 0: expected a line ${name}=, received none$`)] as const,
      ),
    ] as const
  ).map(([what, change, message]): [string, string, RegExp] => [
    `one linear leaf with ${what}`,
    modelText({ trees: [linearLeaf(change)] }),
    message,
  ]),
];

describe('a handwritten model text', () => {
  let outcomes: Outcome[];
  before(() => {
    outcomes = tryModels([...accepted, ...refused].map(([, text]) => text));
  });
  accepted.forEach(([what], i) => {
    test(`is accepted: ${what}`, () => {
      assert.ok('predictions' in (outcomes[i] as Outcome), JSON.stringify(outcomes[i]));
    });
  });
  refused.forEach(([what, , message], i) => {
    test(`is refused: ${what}`, () => {
      const outcome = outcomes[accepted.length + i] as Outcome;
      assert.ok('refusal' in outcome, JSON.stringify(outcome));
      assert.deepEqual([outcome.refusal.name, outcome.refusal.code], ['NativeError', 'model']);
      assert.match(outcome.refusal.message, message);
      assert.ok(outcome.refusal.message.startsWith('model: ') && outcome.refusal.message.length < 250);
    });
  });
});
