/**
 * LightGBM's text model → the file that native/contributions reads to explain scores. native/contributions.h explains
 * how. A file of its own, so that scoring without explanations neither maps nor checks it.
 *
 * The inner nodes of a tree are in preorder, and so are its leaves. A child is the number of an inner node in its tree,
 * or the number of inner nodes + the number of a leaf. An edge is numbered as in reference/preorder-tree.ts, by inner
 * nodes.
 */
import { type ExplainableModel, parseExplainableModel } from '../reference/contributions.ts';
import { linearTables } from './forest.ts';
import { encodeTableFile, type TableKind } from './table-file.ts';

const contributionsKind: TableKind = { name: 'file of contributions', tag: 'SHAP', version: 2 };

const NODE_BYTES = 48;

type PreparedTree = ExplainableModel['trees'][number];
type Quadrature = PreparedTree['quadrature'];

/**
 * Compiles what an explanation needs. `identity` is the SHA-256 of the text, which binds the file to the model. Throws
 * as `parseExplainableModel` does.
 */
export function compileContributions(modelText: string, identity: string): Buffer {
  const { columnCount, linearLeaf, trees, divisor, treesMean } = parseExplainableModel(modelText);
  const quadratures = [...new Set(trees.map(({ quadrature }) => quadrature))];
  const columns = splitColumnsOf(trees);
  return encodeTableFile(contributionsKind, identity, [
    Uint32Array.of(columnCount, trees.length, divisor, quadratures.length),
    Float64Array.of(treesMean),
    endsOf(trees, innerCountOf),
    Uint32Array.from(trees, ({ quadrature }) => quadratures.indexOf(quadrature)),
    columns,
    ...nodeTables(trees, new Map(Array.from(columns, (column, i) => [column, i]))),
    endsOf(quadratures, ({ points }) => points.length),
    joined(quadratures, ({ points }) => points),
    joined(quadratures, ({ weights }) => weights),
    ...linearTables(linearLeaf),
  ]);
}

/** A binary tree has one leaf more than inner nodes. */
function innerCountOf({ count }: PreparedTree): number {
  return (count - 1) / 2;
}

/** 0, then the end of each item if all items follow each other. */
function endsOf<T>(items: readonly T[], sizeOf: (item: T) => number): Uint32Array {
  const ends = new Uint32Array(items.length + 1);
  items.forEach((item, i) => {
    ends[i + 1] = (ends[i] as number) + sizeOf(item);
  });
  return ends;
}

/** The columns that a node splits on, ascending, each once. */
function splitColumnsOf(trees: readonly PreparedTree[]): Uint32Array {
  const columns = new Set<number>();
  for (const { column } of trees) for (const one of column) if (one >= 0) columns.add(one);
  return Uint32Array.from(columns).sort();
}

function joined(quadratures: readonly Quadrature[], numbersOf: (quadrature: Quadrature) => Float64Array): Float64Array {
  return Float64Array.from(quadratures.flatMap((quadrature) => [...numbersOf(quadrature)]));
}

/**
 * The inner nodes, the decision type of each, and the values of the leaves, tree by tree. `indexOf` gives the index of a
 * column among the split columns.
 */
function nodeTables(trees: readonly PreparedTree[], indexOf: ReadonlyMap<number, number>): ArrayBufferView[] {
  const innerCount = trees.reduce((sum, tree) => sum + innerCountOf(tree), 0);
  const nodes = new DataView(new ArrayBuffer(NODE_BYTES * innerCount));
  const decisionTypes = new Uint8Array(innerCount);
  const leaves = new Float64Array(innerCount + trees.length);
  let [nextNode, nextLeaf] = [0, 0];
  for (const tree of trees) {
    const children = childNumbersOf(tree);
    tree.column.forEach((column, i) => {
      if (column < 0) {
        leaves[nextLeaf++] = tree.number[i] as number;
        return;
      }
      decisionTypes[nextNode] = tree.decisionType[i] as number;
      writeNode(nodes, NODE_BYTES * nextNode++, tree, i, indexOf.get(column) as number, children);
    });
  }
  return [nodes, decisionTypes, leaves];
}

/** The number of each node or leaf of a tree, as its parent refers to it. */
function childNumbersOf(tree: PreparedTree): Uint32Array {
  let [inner, leaf] = [0, innerCountOf(tree)];
  return Uint32Array.from(tree.column, (column) => (column < 0 ? leaf++ : inner++));
}

/** Writes a `Contributions::Node` of native/contributions.h. `i` is its index in `tree`. */
function writeNode(
  to: DataView,
  at: number,
  { number, leftShare, rightShare, shareAbove, right, edgeAbove }: PreparedTree,
  i: number,
  column: number,
  children: Uint32Array,
): void {
  [number, leftShare, rightShare, shareAbove].forEach((doubles, k) => {
    to.setFloat64(at + 8 * k, doubles[i] as number, true);
  });
  const above = edgeAbove[i] as number;
  to.setUint32(at + 32, column, true);
  to.setUint32(at + 36, children[i + 1] as number, true);
  to.setUint32(at + 40, children[right[i] as number] as number, true);
  to.setInt32(at + 44, above < 0 ? above : 2 * (children[above >> 1] as number) + (above & 1), true);
}
