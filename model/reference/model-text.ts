/**
 * LightGBM's text model → checked trees. LightGBM 4.7.0 is the law (src/boosting/gbdt_model_text.cpp, src/io/tree.cpp).
 *
 * These models are refused, because their last bit would depend on the C library, or because they do not give one
 * score: objectives that end in exp or a sigmoid, categorical splits, linear leaves, and several outputs.
 */

/** Inner nodes of a tree with n leaves are 0 … n − 2; a child ≥ 0 is an inner node, a child c < 0 is leaf −c − 1. */
export interface Tree {
  readonly splitFeature: Int32Array;
  readonly threshold: Float64Array;
  readonly decisionType: Uint8Array;
  readonly leftChild: Int32Array;
  readonly rightChild: Int32Array;
  readonly leafValue: Float64Array;
  /** The numbers of training rows that reached each node and leaf; only with `withCounts`. */
  readonly counts?: { readonly inner: Float64Array; readonly leaf: Float64Array };
}

/** A checked model. */
export interface Model {
  readonly columnCount: number;
  readonly trees: readonly Tree[];
  /** The score is the mean over the trees (random forests), not the sum. */
  readonly isAveraged: boolean;
  /** The score is sign(x) · x², where x is the sum (`reg_sqrt`). */
  readonly isSquared: boolean;
}

// LightGBM include/LightGBM/tree.h: bit 0 categorical, bit 1 default left, bits 2–3 the kind of missing value.
const CATEGORICAL = 1;
export const DEFAULT_LEFT = 2;
export const MISSING_ZERO = 1;
export const MISSING_NAN = 2;

/** The kind of missing value of a decision: 0 for none, MISSING_ZERO or MISSING_NAN. */
export function missingKind(decisionType: number): number {
  return decisionType >> 2;
}

const IDENTITY_OBJECTIVES = new Set(['regression', 'regression_l1', 'huber', 'fair', 'quantile', 'mape']);

/** Parses and checks a model. An error names the place in the text, what was expected, and what was received. */
export function parseModel(text: string, { withCounts = false } = {}): Model {
  const end = text.indexOf('\nend of trees');
  if (end < 0) throw new Error('model: expected a line "end of trees", found none: the text is cut off');
  const [head = '', ...trees] = text.slice(0, end).split(/^Tree=/m);
  const header = fieldsOf(head, 'model');
  for (const name of ['num_class', 'num_tree_per_iteration']) {
    if (header.get(name) !== '1') throw new Error(`model: expected ${name}=1, received ${header.get(name)}`);
  }
  const [objective = '', ...options] = (header.get('objective') ?? '').split(' ');
  if (objective !== '' && !IDENTITY_OBJECTIVES.has(objective)) {
    throw new Error(`model: expected an objective of ${[...IDENTITY_OBJECTIVES].join(', ')}, received ${objective}`);
  }
  const columnCount = integer(header.get('max_feature_idx'), 0, 2 ** 31 - 2, 'model: max_feature_idx') + 1;
  return {
    columnCount,
    trees: trees.map((tree, number) => parseTree(tree, number, columnCount, withCounts)),
    isAveraged: header.has('average_output'),
    isSquared: options.includes('sqrt'),
  };
}

function parseTree(text: string, number: number, columnCount: number, withCounts: boolean): Tree {
  const where = `model: tree ${number}`;
  const fields = fieldsOf(text, where);
  const leaves = integer(fields.get('num_leaves'), 1, 2 ** 24, `${where}: num_leaves`);
  const numbers = (name: string, count: number) => {
    const words = (fields.get(name) ?? '').split(' ').filter((word) => word !== '');
    if (words.length !== count)
      throw new Error(`${where}: expected ${name} to hold ${count} numbers, found ${words.length}`);
    return words.map((word, i) => {
      const value = Number(word.replace('inf', 'Infinity')); // LightGBM writes "inf" for a threshold above all numbers.
      if (Number.isNaN(value)) throw new Error(`${where}: expected ${name}[${i}] to be a number, received ${word}`);
      return value;
    });
  };
  const integers = (name: string, smallest: number, largest: number) =>
    numbers(name, leaves - 1).map((value, i) => integer(value, smallest, largest, `${where}: ${name}[${i}]`));
  if (fields.get('num_cat') !== '0')
    throw new Error(`${where}: expected no categorical split, received num_cat=${fields.get('num_cat')}`);
  if ((fields.get('is_linear') ?? '0') !== '0')
    throw new Error(`${where}: expected constant leaves, received is_linear=${fields.get('is_linear')}`);
  const tree: Tree = {
    splitFeature: Int32Array.from(integers('split_feature', 0, columnCount - 1)),
    threshold: Float64Array.from(numbers('threshold', leaves - 1)),
    decisionType: Uint8Array.from(integers('decision_type', 0, (MISSING_NAN << 2) | DEFAULT_LEFT | CATEGORICAL)),
    leftChild: Int32Array.from(integers('left_child', -leaves, leaves - 2)),
    rightChild: Int32Array.from(integers('right_child', -leaves, leaves - 2)),
    leafValue: Float64Array.from(numbers('leaf_value', leaves)),
    ...(withCounts
      ? {
          counts: {
            inner: Float64Array.from(numbers('internal_count', leaves - 1)),
            leaf: Float64Array.from(numbers('leaf_count', leaves)),
          },
        }
      : {}),
  };
  checkShape(tree, where);
  return tree;
}

/** Checks that every walk ends: each leaf, and each inner node except the root, is the child of exactly one node. */
function checkShape({ decisionType, leftChild, rightChild }: Tree, where: string): void {
  const isChild = new Set<number>([0]);
  for (const [name, children] of Object.entries({ left_child: leftChild, right_child: rightChild })) {
    children.forEach((child, node) => {
      if (isChild.has(child))
        throw new Error(
          `${where}: expected ${name}[${node}] to be a child that no other node has, received ${child} again`,
        );
      isChild.add(child);
    });
  }
  decisionType.forEach((decision, node) => {
    if (decision & CATEGORICAL)
      throw new Error(`${where}: expected no categorical split, received decision_type[${node}]=${decision}`);
  });
  for (let reached = 0, stack = leftChild.length > 0 ? [0] : []; ; reached++) {
    const node = stack.pop();
    if (node === undefined) {
      if (reached !== leftChild.length)
        throw new Error(`${where}: expected ${leftChild.length} nodes below the root, found ${reached}`);
      return;
    }
    stack.push(...[leftChild[node] as number, rightChild[node] as number].filter((child) => child >= 0));
  }
}

function fieldsOf(text: string, where: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.indexOf('=');
    const name = equals < 0 ? line : line.slice(0, equals);
    if (name !== '' && fields.has(name)) throw new Error(`${where}: expected one line ${name}, found two`);
    fields.set(name, equals < 0 ? '' : line.slice(equals + 1));
  }
  return fields;
}

function integer(received: string | number | undefined, smallest: number, largest: number, name: string): number {
  const value = received === '' ? Number.NaN : Number(received);
  if (Number.isInteger(value) && value >= smallest && value <= largest) return value;
  throw new Error(`${name}: expected an integer from ${smallest} to ${largest}, received ${received}`);
}
