/**
 * A tree in preorder, as contributions.ts walks it: the nodes and leaves from the root down, left before right, so a
 * node's left child comes right after it. A loop over the indices visits parents first; a loop backwards visits
 * children first.
 *
 * An edge leads from a node to one of its children. It is numbered 2 · node for the left child and 2 · node + 1 for the
 * right one. An edge passes a training row if that row goes to this child.
 */
import type { Model, Tree } from './model-text.ts';

export interface PreorderTree {
  /** The number of nodes and leaves, the length of each array. */
  readonly count: number;
  /** The column of a node's split; −1 for a leaf. */
  readonly column: Int32Array;
  readonly decisionType: Uint8Array;
  /** The threshold of a node, or the value of a leaf. */
  readonly number: Float64Array;
  /** The index of the right child. */
  readonly right: Int32Array;
  /** The shares of the node's training rows that go to each child. */
  readonly leftShare: Float64Array;
  readonly rightShare: Float64Array;
  /** The nearest edge above the node that belongs to a node of the same column; −1 if there is none. */
  readonly edgeAbove: Int32Array;
  /** The share of training rows that pass all edges above of the same column; 1 if there are none. */
  readonly shareAbove: Float64Array;
  /** The largest number of distinct columns on a path from the root to a leaf. */
  readonly maxColumns: number;
  /** The mean leaf value over the training rows (LightGBM src/io/tree.cpp `ExpectedValue`). */
  readonly mean: number;
}

/** Converts the trees of a model with counts. Throws if the counts of two children do not add up to their parent's. */
export function preorderTreesOf({ trees, treeCount, columnCount }: Model): PreorderTree[] {
  const path = new ColumnPath(columnCount);
  const linearCount = treeCount - trees.length;
  return trees.map((tree, i) => preorderTreeOf(tree, path, `model: tree ${linearCount + i}`));
}

/** REQUIRES: an empty path */
function preorderTreeOf(tree: Tree, path: ColumnPath, where: string): PreorderTree {
  const { splitFeature, threshold, decisionType, leafValue } = tree;
  const nodes = emptyNodes(splitFeature.length + leafValue.length);
  const { column, number, leftShare, rightShare, edgeAbove, shareAbove } = nodes;
  const open: OpenChild[] = [{ child: splitFeature.length === 0 ? -1 : 0, edge: -1, depth: 0 }];
  for (let node = 0, next = open.pop(); next !== undefined; node++, next = open.pop()) {
    const { child, edge, depth } = next;
    path.truncate(Math.max(0, depth - 1));
    if (edge >= 0) {
      path.push(column[edge >> 1] as number, edge);
      if (edge & 1) nodes.right[edge >> 1] = node;
    }
    if (child < 0) {
      number[node] = leafValue[-child - 1] as number;
      continue;
    }
    const [leftRows, rightRows, rows] = rowCountsAt(tree, child, where);
    const above = path.lastEdgeOf(splitFeature[child] as number);
    column[node] = splitFeature[child] as number;
    number[node] = threshold[child] as number;
    nodes.decisionType[node] = decisionType[child] as number;
    leftShare[node] = leftRows / rows;
    rightShare[node] = rightRows / rows;
    edgeAbove[node] = above;
    shareAbove[node] =
      above < 0 ? 1 : (shareAbove[above >> 1] as number) * ((above & 1 ? rightShare : leftShare)[above >> 1] as number);
    open.push({ child: tree.rightChild[child] as number, edge: 2 * node + 1, depth: depth + 1 });
    open.push({ child: tree.leftChild[child] as number, edge: 2 * node, depth: depth + 1 });
  }
  return { ...nodes, maxColumns: path.takeMaxColumns(), mean: meanOf(tree) };
}

/**
 * A child in the numbering of `Tree` whose subtree is not converted yet, with the edge that leads to it (−1 for the
 * root).
 */
interface OpenChild {
  readonly child: number;
  readonly edge: number;
  readonly depth: number;
}

function emptyNodes(count: number) {
  return {
    count,
    column: new Int32Array(count).fill(-1),
    decisionType: new Uint8Array(count),
    number: new Float64Array(count),
    right: new Int32Array(count),
    leftShare: new Float64Array(count),
    rightShare: new Float64Array(count),
    edgeAbove: new Int32Array(count),
    shareAbove: new Float64Array(count),
  };
}

/** The edges from the root to the current node, with the last edge of each column. */
class ColumnPath {
  readonly #edges: { readonly column: number; readonly before: number }[] = [];
  readonly #lastEdge: Int32Array;
  #columns = 0;
  #maxColumns = 0;

  constructor(columnCount: number) {
    this.#lastEdge = new Int32Array(columnCount).fill(-1);
  }

  /** The last edge of a column; −1 if there is none. */
  lastEdgeOf(column: number): number {
    return this.#lastEdge[column] as number;
  }

  push(column: number, edge: number): void {
    const before = this.lastEdgeOf(column);
    this.#edges.push({ column, before });
    this.#lastEdge[column] = edge;
    if (before < 0) this.#maxColumns = Math.max(this.#maxColumns, ++this.#columns);
  }

  /** Keeps the first `length` edges. */
  truncate(length: number): void {
    while (this.#edges.length > length) {
      const { column, before } = this.#edges.pop() as { column: number; before: number };
      this.#lastEdge[column] = before;
      if (before < 0) this.#columns--;
    }
  }

  /** Empties the path and returns the largest number of distinct columns that it had. */
  takeMaxColumns(): number {
    this.truncate(0);
    const maxColumns = this.#maxColumns;
    this.#maxColumns = 0;
    return maxColumns;
  }
}

function rowCountsAt(tree: Tree, node: number, where: string): [left: number, right: number, all: number] {
  const left = countOf(tree, tree.leftChild[node] as number);
  const right = countOf(tree, tree.rightChild[node] as number);
  const all = countOf(tree, node);
  if (left >= 0 && right >= 0 && all >= 1 && left + right === all) return [left, right, all];
  throw new Error(
    `${where}: expected internal_count[${node}] to be the sum of both children, received ${all}, ${left} and ${right}`,
  );
}

function countOf({ counts }: Tree, child: number): number {
  return (child < 0 ? counts?.leaf[-child - 1] : counts?.inner[child]) ?? Number.NaN;
}

function meanOf(tree: Tree): number {
  if (tree.leafValue.length === 1) return tree.leafValue[0] as number;
  const all = countOf(tree, 0);
  return tree.leafValue.reduce((sum, value, leaf) => sum + (countOf(tree, -leaf - 1) / all) * value, 0);
}
