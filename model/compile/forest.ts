/**
 * LightGBM's text model → the forest file that native/forest reads. native/forest.h explains how a score is computed
 * from it.
 *
 * The leaves of each tree are numbered so that a value of 0 goes to the first child of every node: where LightGBM sends
 * 0 to the right, the children are swapped. A node then becomes a jump between two leaves, for the rows that it sends
 * to its second child. The jump leads from the first leaf below the first child to the first leaf below the second
 * child. A linear leaf becomes one coefficient for each column of the model. Every model that reference/model-text.ts
 * accepts has this form.
 */
import {
  DEFAULT_LEFT,
  type LinearLeaf,
  MISSING_NAN,
  MISSING_ZERO,
  type Model,
  missingKind,
  parseModel,
  type Tree,
} from '../reference/model-text.ts';
import { encodeTableFile, type TableKind } from './table-file.ts';

const forestKind: TableKind = { name: 'forest', tag: 'FRST', version: 3 };

const MAX_LEAVES = 65_536; // per tree: a jump stores a leaf in 16 bits
const NO_SLOT = 0xffffffff;
// Flags of a jump, as in native/forest.h: missing values take the jump; values that LightGBM treats as zero do not.
const TAKES_MISSING = 1;
const SKIPS_ZERO = 2;

interface Jump {
  readonly column: number;
  readonly threshold: number;
  /** true: values above the threshold jump. false: values up to the threshold jump. */
  readonly isAbove: boolean;
  /** The leaf's number in the whole forest. */
  readonly fromLeaf: number;
  /** The leaf's number in its tree. */
  readonly toLeaf: number;
  readonly flags: number;
}

/**
 * Compiles the model. `identity` is the SHA-256 of its text, which binds the file to the model. Throws as `parseModel`
 * does, and if a tree has more than 65,536 leaves.
 */
export function compileForest(modelText: string, identity: string): Buffer {
  const model = parseModel(modelText);
  const leafValues: number[] = [];
  const firstLeaf = new Uint32Array(model.trees.length + 1);
  const linearCount = model.treeCount - model.trees.length;
  const jumps = model.trees.flatMap((tree, number) => {
    if (tree.leafValue.length > MAX_LEAVES)
      throw new Error(
        `model: tree ${linearCount + number}: expected at most ${MAX_LEAVES} leaves, received ${tree.leafValue.length}`,
      );
    const ofTree = jumpsOf(tree, leafValues);
    firstLeaf[number + 1] = leafValues.length;
    return ofTree;
  });
  const { slots, slotCount } = slotsOf(jumps, firstLeaf, leafValues.length);
  return encodeTableFile(forestKind, identity, [
    Uint32Array.of(model.columnCount, model.trees.length, Number(model.isAveraged), Number(model.isSquared), slotCount),
    ...tablesOf(jumps, model, slots),
    firstLeaf,
    leavesTable(leafValues, slots),
    ...linearTables(model.linearLeaf),
  ]);
}

/**
 * Walks a tree in the order of its leaves, appends their values to `leafValues`, and returns one jump for each node.
 */
function jumpsOf(tree: Tree, leafValues: number[]): Jump[] {
  const first = leafValues.length;
  const jumps: Jump[] = [];
  const stack: (() => void)[] = []; // Instead of recursion: trees trained on TF-IDF are hundreds of nodes deep.
  const visit = (node: number) => {
    if (node < 0) {
      leafValues.push(tree.leafValue[-node - 1] as number);
      return;
    }
    const decision = tree.decisionType[node] as number;
    const threshold = tree.threshold[node] as number;
    const missing = missingKind(decision);
    const isDefaultLeft = (decision & DEFAULT_LEFT) !== 0;
    const sendsZeroLeft = missing === MISSING_ZERO ? isDefaultLeft : 0 <= threshold;
    const sendsNaNLeft = missing === MISSING_NAN ? isDefaultLeft : sendsZeroLeft;
    const children = [tree.leftChild[node] as number, tree.rightChild[node] as number] as const;
    const [one, two] = sendsZeroLeft ? children : [children[1], children[0]];
    const fromLeaf = leafValues.length;
    stack.push(() => {
      jumps.push({
        column: tree.splitFeature[node] as number,
        threshold,
        isAbove: sendsZeroLeft,
        fromLeaf,
        toLeaf: leafValues.length - first,
        flags: (sendsNaNLeft === sendsZeroLeft ? 0 : TAKES_MISSING) | (missing === MISSING_ZERO ? SKIPS_ZERO : 0),
      });
      visit(two);
    });
    stack.push(() => visit(one));
  };
  visit(tree.splitFeature.length === 0 ? -1 : 0);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) next();
  return jumps;
}

/**
 * The slot of each leaf. The first leaves of the trees come first, then the other leaves from which a jump starts. A
 * leaf without a jump has `slotCount` as its slot.
 */
function slotsOf(jumps: readonly Jump[], firstLeaf: Uint32Array, leafCount: number) {
  const isStart = new Uint8Array(leafCount);
  for (const { fromLeaf } of jumps) isStart[fromLeaf] = 1;
  const slots = new Uint32Array(leafCount);
  const treeCount = firstLeaf.length - 1;
  let slotCount = treeCount;
  for (let tree = 0; tree < treeCount; tree++) {
    const first = firstLeaf[tree] as number;
    slots[first] = tree;
    for (let leaf = first + 1; leaf < (firstLeaf[tree + 1] as number); leaf++)
      slots[leaf] = isStart[leaf] ? slotCount++ : NO_SLOT;
  }
  return { slots: slots.map((slot) => (slot === NO_SLOT ? slotCount : slot)), slotCount };
}

function leavesTable(values: readonly number[], slots: Uint32Array): DataView {
  const table = new DataView(new ArrayBuffer(16 * values.length));
  values.forEach((value, leaf) => {
    table.setFloat64(16 * leaf, value, true);
    table.setUint32(16 * leaf + 8, slots[leaf] as number, true);
  });
  return table;
}

/**
 * The tables of the linear leaf, which are empty without one: the constant and the value if a column is missing; the
 * coefficient of each column, 0 if the leaf does not list it; 1 for each column that the leaf lists.
 */
export function linearTables(leaf: LinearLeaf | undefined): ArrayBufferView[] {
  if (leaf === undefined) return [new Float64Array(), new Float64Array(), new Uint8Array()];
  const isListed = Uint8Array.from(leaf.coefficients, (coefficient) => (Number.isNaN(coefficient) ? 0 : 1));
  const coefficients = leaf.coefficients.map((coefficient, column) => (isListed[column] === 1 ? coefficient : 0));
  return [Float64Array.of(leaf.constant, leaf.valueIfMissing), coefficients, isListed];
}

/**
 * The jumps by column: first those with `isAbove`, by ascending threshold, then the others, by descending threshold.
 */
function tablesOf(jumps: Jump[], { columnCount }: Model, slots: Uint32Array): ArrayBufferView[] {
  const slotOf = ({ fromLeaf }: Jump) => slots[fromLeaf] as number;
  jumps.sort(
    (a, b) =>
      a.column - b.column ||
      Number(b.isAbove) - Number(a.isAbove) ||
      (a.isAbove ? a.threshold - b.threshold : b.threshold - a.threshold) ||
      slotOf(a) - slotOf(b) ||
      a.toLeaf - b.toLeaf,
  );
  const starts = new Uint32Array(2 * columnCount + 1);
  const entries = new DataView(new ArrayBuffer(16 * jumps.length));
  jumps.forEach((jump, i) => {
    const list = 2 * jump.column + (jump.isAbove ? 0 : 1);
    starts[list + 1] = (starts[list + 1] as number) + 1;
    entries.setFloat64(16 * i, jump.threshold, true);
    entries.setUint32(16 * i + 8, slotOf(jump), true);
    entries.setUint16(16 * i + 12, jump.toLeaf, true);
    entries.setUint16(16 * i + 14, jump.flags, true);
  });
  for (let list = 0; list < 2 * columnCount; list++)
    starts[list + 1] = (starts[list + 1] as number) + (starts[list] as number);
  return [starts, entries];
}
