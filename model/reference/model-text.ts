/**
 * LightGBM's text model → checked trees. LightGBM 4.7.0 is the law (src/boosting/gbdt_model_text.cpp, src/io/tree.cpp).
 *
 * The first tree may be a linear leaf: one leaf with a linear model (`num_leaves=1`, `is_linear=1`).
 *
 * These models are refused, because their last bit would depend on the C library, because they do not give one score,
 * or because only the engine `lightgbm` evaluates them: objectives that end in exp or a sigmoid, several outputs,
 * categorical splits, and all other linear trees.
 */

import { outputOf } from './objectives.ts';

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

/**
 * A tree of one leaf with a linear model. Its output is the constant, plus coefficient · value over the columns that it
 * lists, in ascending order.
 */
export interface LinearLeaf {
  /** One number for each column of the model: its coefficient, or NaN if the leaf does not list the column. */
  readonly coefficients: Float64Array;
  /** The number of listed columns. */
  readonly count: number;
  readonly constant: number;
  /** The output if the value of a listed column is NaN. */
  readonly valueIfMissing: number;
}

/** A checked model. */
export interface Model {
  readonly columnCount: number;
  /** The first tree, if it is linear. */
  readonly linearLeaf: LinearLeaf | undefined;
  /** The trees with constant leaves: all trees after the linear leaf. */
  readonly trees: readonly Tree[];
  /** The number of trees, with the linear leaf. */
  readonly treeCount: number;
  /** The score is the mean over all trees (random forests), not the sum. */
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

/** The smallest positive double that is not subnormal. */
const MIN_NORMAL = 2 ** -1022;

const NODE_FIELDS = ['split_feature', 'threshold', 'left_child', 'right_child'];
const LINEAR_FIELDS = ['leaf_const', 'num_features', 'leaf_features', 'leaf_coeff'];

/** Parses and checks a model. An error names the place in the text, what was expected, and what was received. */
export function parseModel(text: string, { withCounts = false } = {}): Model {
  const end = text.indexOf('\nend of trees');
  if (end < 0) throw new Error('model: expected a line "end of trees", found none: the text is cut off');
  const [head = '', ...trees] = text.slice(0, end).split(/^Tree=/m);
  const header = fieldsOf(head, 'model');
  for (const name of ['num_class', 'num_tree_per_iteration']) {
    if (header.get(name) !== '1') throw new Error(`model: expected ${name}=1, received ${header.get(name)}`);
  }
  const { isSquared } = outputOf(header.get('objective'));
  const columnCount = integer(header.get('max_feature_idx'), 0, 2 ** 31 - 2, 'model: max_feature_idx') + 1;
  const linearLeaf = parseLinearLeaf(trees[0], columnCount);
  const linearCount = linearLeaf === undefined ? 0 : 1;
  return {
    columnCount,
    linearLeaf,
    trees: trees.slice(linearCount).map((tree, i) => parseTree(tree, linearCount + i, columnCount, withCounts)),
    treeCount: trees.length,
    isAveraged: header.has('average_output'),
    isSquared,
  };
}

/** Parses the first tree if it is a linear leaf. Returns undefined if it is another tree. */
function parseLinearLeaf(text: string | undefined, columnCount: number): LinearLeaf | undefined {
  if (text === undefined) return undefined;
  const where = 'model: tree 0';
  const fields = fieldsOf(text, where);
  if (fields.get('num_leaves') !== '1' || fields.get('is_linear') !== '1') return undefined;
  checkNoCategories(fields, where);
  for (const name of [...NODE_FIELDS, ...LINEAR_FIELDS])
    if (!fields.has(name)) throw new Error(`${where}: expected a line ${name}=, found none`);
  for (const name of NODE_FIELDS) wordsOf(fields, name, 0, where);
  const [valueIfMissing = Number.NaN] = numbersOf(fields, 'leaf_value', 1, where);
  if (!Number.isFinite(valueIfMissing))
    throw new Error(`${where}: expected leaf_value[0] to be a finite number, received ${valueIfMissing}`);
  const [constant = Number.NaN] = normalNumbersOf(fields, 'leaf_const', 1, where);
  const [countWord] = wordsOf(fields, 'num_features', 1, where);
  const count = integer(countWord, 0, columnCount, `${where}: num_features[0]`);
  const columns = integersOf(fields, 'leaf_features', count, [0, columnCount - 1], where);
  columns.forEach((column, i) => {
    const before = columns[i - 1] ?? -1;
    if (column <= before)
      throw new Error(
        `${where}: expected leaf_features in ascending order, each once, received ${column} after ${before}`,
      );
  });
  const coefficients = new Float64Array(columnCount).fill(Number.NaN);
  normalNumbersOf(fields, 'leaf_coeff', count, where).forEach((coefficient, i) => {
    coefficients[columns[i] as number] = coefficient;
  });
  return { coefficients, count, constant, valueIfMissing };
}

function parseTree(text: string, number: number, columnCount: number, withCounts: boolean): Tree {
  const where = `model: tree ${number}`;
  const fields = fieldsOf(text, where);
  const leaves = integer(fields.get('num_leaves'), 1, 2 ** 24, `${where}: num_leaves`);
  const numbers = (name: string, count: number) => numbersOf(fields, name, count, where);
  const integers = (name: string, smallest: number, largest: number) =>
    integersOf(fields, name, leaves - 1, [smallest, largest], where);
  checkNoCategories(fields, where);
  if (integer(fields.get('is_linear') ?? 0, 0, 1, `${where}: is_linear`) === 1)
    throw new Error(
      `${where}: expected constant leaves, or one linear leaf as tree 0, received is_linear=1 and num_leaves=${leaves}. Only the engines native-lightgbm and lightgbm can serve this model`,
    );
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

function checkNoCategories(fields: Fields, where: string): void {
  if (fields.get('num_cat') !== '0')
    throw new Error(`${where}: expected no categorical split, received num_cat=${fields.get('num_cat')}`);
}

type Fields = ReadonlyMap<string, string>;

/** The words of a field. Throws unless there are `count` words. A missing field has no words. */
function wordsOf(fields: Fields, name: string, count: number, where: string): string[] {
  const words = (fields.get(name) ?? '').split(' ').filter((word) => word !== '');
  if (words.length === count) return words;
  throw new Error(`${where}: expected ${name} to hold ${count} numbers, found ${words.length}`);
}

function numbersOf(fields: Fields, name: string, count: number, where: string): number[] {
  return wordsOf(fields, name, count, where).map((word, i) => {
    const value = Number(word.replace('inf', 'Infinity')); // LightGBM writes "inf" for a threshold above all numbers.
    if (Number.isNaN(value)) throw new Error(`${where}: expected ${name}[${i}] to be a number, received ${word}`);
    return value;
  });
}

function integersOf(
  fields: Fields,
  name: string,
  count: number,
  [smallest, largest]: readonly [number, number],
  where: string,
): number[] {
  return numbersOf(fields, name, count, where).map((value, i) =>
    integer(value, smallest, largest, `${where}: ${name}[${i}]`),
  );
}

/**
 * Finite numbers that are 0 or not subnormal. LightGBM 4.7.0 reads these fields by `std::stod` (include/LightGBM/utils/
 * common.h `Common::StringToArray`), which throws if a number overflows, or underflows to a subnormal number or to 0.
 */
function normalNumbersOf(fields: Fields, name: string, count: number, where: string): number[] {
  const words = wordsOf(fields, name, count, where);
  return numbersOf(fields, name, count, where).map((value, i) => {
    const word = words[i] as string;
    const isWrittenAsZero = !/[1-9]/.test(word.replace(/e.*/i, ''));
    if (Math.abs(value) >= MIN_NORMAL ? Number.isFinite(value) : isWrittenAsZero) return value;
    throw new Error(
      `${where}: expected ${name}[${i}] to be 0 or a finite number that is not subnormal, received ${word}`,
    );
  });
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
