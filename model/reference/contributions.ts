/**
 * What each column adds to the sum of the trees for one row: SHAP values by path, those of LightGBM's `pred_contrib` (Lundberg et al.
 * 2018, Consistent Individualized Feature Attribution for Tree Ensembles), exact at any depth. LightGBM's own way divides by
 * differences and loses every digit on spines of a hundred nodes; this one multiplies and adds what is between 0 and 1.
 *
 * A node's hot child is where the row goes, the other one is cold; c is the share of the node's training rows that went to the cold
 * child. Let each column on a path follow the row with chance 1 − u, and the training rows with chance u: then a leaf is reached
 * with a chance that is a product over the columns, and the Shapley value of a column is the integral over u in [0, 1] of the
 * tree's derivative by that column's chance (Owen 1972, Multilinear Extensions of Games). It is a polynomial in u, which a quadrature
 * integrates to the last bit. At each of its points, with a the share of training rows that the column's nodes above let pass
 * (1 where there are none), all of which let the row pass, too:
 *
 *     q = a·c·u / (1 − (1 − a)·u)            the chance of the cold child, given that of the node
 *     chance(hot) = chance · (1 − q)         chance(cold) = chance · q
 *     mean(node) = mean(hot) + q · (mean(cold) − mean(hot))
 *     column += integral of chance · a·c / (1 − (1 − a)·u)² · (mean(hot) − mean(cold))
 *
 * Below a node that has sent the row away from here, that column's nodes split as training rows did, q = c, and add nothing. What a
 * column adds as a whole is thus gathered from its nodes, without what is above being taken back (Yu et al. 2022, Linear TreeShap,
 * walks a tree once as well, with polynomials divided).
 *
 * Only nodes of the row's columns are asked what they add, and only what is above and below them is walked. The contributions are
 * immutable but for scratch, as in trees.ts.
 */
import type { SparseRow } from '../../native/rows.ts';
import { pointCountFor, type Quadrature, quadratureOf } from '../math/quadrature.ts';
import { goesLeft, type Model, parseModel, type Tree } from './trees.ts';

export interface RowContributions {
  /** The sum of the trees, to the bits of `Forest.predict`: base + absent + all of `ofColumns`. */
  readonly sum: number;
  /** The mean of the sum over the training rows. */
  readonly base: number;
  /** In the order of the row's columns. */
  readonly ofColumns: Float64Array;
  /** Of all columns that the row does not name. */
  readonly absent: number;
}

/** Points that are computed side by side: what a tree of hundreds of leaves needs for them stays in the nearest cache. */
const BLOCK = 8;

/** A tree's nodes and leaves from the root down, left before right: a node's left child comes right after it. */
interface Nodes {
  readonly count: number;
  /** −1 for a leaf. */
  readonly column: Int32Array;
  readonly decisionType: Uint8Array;
  /** The threshold of a node, the value of a leaf. */
  readonly number: Float64Array;
  readonly right: Int32Array;
  readonly leftShare: Float64Array;
  readonly rightShare: Float64Array;
  /** The nearest edge above of the same column: 2 · its node, + 1 where it is the right one; −1 if there is none. */
  readonly edgeAbove: Int32Array;
  /** The share of training rows that all edges above of the same column let pass. */
  readonly shareAbove: Float64Array;
  readonly quadrature: Quadrature;
}

export class Contributions {
  readonly columnCount: number;
  readonly #trees: readonly Nodes[];
  readonly #isAveraged: boolean;
  readonly #base: number;
  readonly #row: Float64Array;
  /** The number of a column in the row, + 1; 0 where the row does not name it. */
  readonly #place: Int32Array;
  readonly #scratch: Scratch;

  private constructor({ columnCount, trees, isAveraged }: Model) {
    this.columnCount = columnCount;
    this.#isAveraged = isAveraged;
    const quadratures = new Map<number, Quadrature>();
    const lastEdge = new Int32Array(columnCount).fill(-1);
    this.#trees = trees.map((tree, number) => nodesOf(tree, `model: tree ${number}`, lastEdge, quadratures));
    const total = trees.reduce((sum, tree) => sum + meanOf(tree), 0);
    this.#base = isAveraged ? total / trees.length : total;
    this.#row = new Float64Array(columnCount);
    this.#place = new Int32Array(columnCount);
    this.#scratch = new Scratch(Math.max(1, ...this.#trees.map(({ count }) => count)));
  }

  /** Throws as `parseModel` does, and where training rows are not counted or the score is not the sum of its trees. */
  static fromModelText(text: string): Contributions {
    const model = parseModel(text, { withCounts: true });
    if (model.isSquared)
      throw new Error('model: expected a score that is a sum, received the square of one (objective=regression sqrt)');
    return new Contributions(model);
  }

  /** Columns must be in [0, columnCount), ascending. A column that the row names is asked for, also if its value is 0. */
  of({ columns, values }: SparseRow): RowContributions {
    columns.forEach((column, i) => {
      this.#row[column] = values[i] as number;
      this.#place[column] = i + 1;
    });
    const ofColumns = new Float64Array(columns.length);
    let sum = 0;
    for (const nodes of this.#trees) sum += this.#scratch.walk(nodes, this.#row, this.#place, ofColumns);
    for (const column of columns) {
      this.#row[column] = 0;
      this.#place[column] = 0;
    }
    if (this.#isAveraged) {
      const treeCount = this.#trees.length;
      sum /= treeCount;
      ofColumns.forEach((value, i) => {
        ofColumns[i] = value / treeCount;
      });
    }
    const absent = ofColumns.reduce((rest, value) => rest - value, sum - this.#base);
    return { sum, base: this.#base, ofColumns, absent };
  }
}

function nodesOf(tree: Tree, where: string, lastEdge: Int32Array, quadratures: Map<number, Quadrature>): Nodes {
  const { splitFeature, threshold, decisionType, leftChild, rightChild, leafValue } = tree;
  const count = splitFeature.length + leafValue.length;
  const [column, right, edgeAbove] = [new Int32Array(count).fill(-1), new Int32Array(count), new Int32Array(count)];
  const [leftShare, rightShare] = [new Float64Array(count), new Float64Array(count)];
  const [number, shareAbove] = [new Float64Array(count), new Float64Array(count)];
  const decisions = new Uint8Array(count);
  const edges: { readonly column: number; readonly before: number }[] = []; // from the root to where the walk is
  let columnsOnPath = 0;
  let mostColumns = 0;
  const open = [{ child: splitFeature.length === 0 ? -1 : 0, edge: -1, depth: 0 }];
  for (let node = 0; ; node++) {
    const next = open.pop();
    // Back up to the parent, then down the edge.
    while (edges.length > Math.max(0, (next?.depth ?? 0) - 1)) {
      const { column, before } = edges.pop() as (typeof edges)[number];
      lastEdge[column] = before;
      if (before < 0) columnsOnPath--;
    }
    if (next === undefined) break;
    const { child, edge, depth } = next;
    if (edge >= 0) {
      const parent = edge >> 1;
      const ofParent = column[parent] as number;
      edges.push({ column: ofParent, before: lastEdge[ofParent] as number });
      if (lastEdge[ofParent] === -1) columnsOnPath++;
      lastEdge[ofParent] = edge;
      if (edge & 1) right[parent] = node;
    }
    if (child < 0) {
      number[node] = leafValue[-child - 1] as number;
      mostColumns = Math.max(mostColumns, columnsOnPath);
      continue;
    }
    const ofNode = splitFeature[child] as number;
    const above = lastEdge[ofNode] as number;
    const [left, all] = [countOf(tree, leftChild[child] as number), countOf(tree, child)];
    const rest = countOf(tree, rightChild[child] as number);
    if (!(left >= 0 && rest >= 0 && all >= 1 && left + rest === all)) {
      throw new Error(
        `${where}: expected internal_count[${child}] to be the training rows of both children, received ${all}, ${left} and ${rest}`,
      );
    }
    column[node] = ofNode;
    number[node] = threshold[child] as number;
    decisions[node] = decisionType[child] as number;
    leftShare[node] = left / all;
    rightShare[node] = rest / all;
    edgeAbove[node] = above;
    shareAbove[node] =
      above < 0 ? 1 : (shareAbove[above >> 1] as number) * ((above & 1 ? rightShare : leftShare)[above >> 1] as number);
    open.push({ child: rightChild[child] as number, edge: 2 * node + 1, depth: depth + 1 });
    open.push({ child: leftChild[child] as number, edge: 2 * node, depth: depth + 1 });
  }
  const points = pointCountFor(Math.max(0, mostColumns - 1)); // one column of a path is what the integral is for
  const quadrature = quadratures.get(points) ?? quadratureOf(points);
  quadratures.set(points, quadrature);
  return {
    count,
    column,
    decisionType: decisions,
    number,
    right,
    leftShare,
    rightShare,
    edgeAbove,
    shareAbove,
    quadrature,
  };
}

function countOf({ counts }: Tree, child: number): number {
  return (child < 0 ? counts?.leaf[-child - 1] : counts?.inner[child]) ?? Number.NaN;
}

/** LightGBM src/io/tree.cpp `ExpectedValue`. */
function meanOf(tree: Tree): number {
  if (tree.leafValue.length === 1) return tree.leafValue[0] as number;
  const all = countOf(tree, 0);
  return tree.leafValue.reduce((sum, value, leaf) => sum + (countOf(tree, -leaf - 1) / all) * value, 0);
}

/** What one walk of a tree writes, by node; as large as the largest tree. */
class Scratch {
  readonly #hot: Int32Array;
  readonly #cold: Int32Array;
  /** c, or a·c while the row passes the column's nodes above. */
  readonly #coldShare: Float64Array;
  /** 1 where the row passes all nodes above of the node's column. */
  readonly #passes: Uint8Array;
  /** Whether the row's columns are in a node, or below it; and whether they are above. */
  readonly #asks: Uint8Array;
  readonly #asksBelow: Uint8Array;
  readonly #asksAbove: Uint8Array;
  // By node and point of the block:
  readonly #chance: Float64Array;
  readonly #coldChance: Float64Array;
  readonly #mean: Float64Array;

  constructor(nodes: number) {
    [this.#hot, this.#cold] = [new Int32Array(nodes), new Int32Array(nodes)];
    this.#coldShare = new Float64Array(nodes);
    [this.#passes, this.#asks] = [new Uint8Array(nodes), new Uint8Array(nodes)];
    [this.#asksBelow, this.#asksAbove] = [new Uint8Array(nodes), new Uint8Array(nodes)];
    this.#chance = new Float64Array(nodes * BLOCK);
    this.#coldChance = new Float64Array(nodes * BLOCK);
    this.#mean = new Float64Array(nodes * BLOCK);
  }

  /** Adds what a tree says of the row's columns, and returns the value of the row's leaf. */
  walk(nodes: Nodes, row: Float64Array, place: Int32Array, ofColumns: Float64Array): number {
    if (this.#decide(nodes, row, place)) {
      const { length } = nodes.quadrature.points;
      for (let first = 0; first < length; first += BLOCK) {
        const width = Math.min(BLOCK, length - first);
        this.#chancesDown(nodes, first, width);
        this.#meansUp(nodes, first, width, place, ofColumns);
      }
    }
    let node = 0;
    while ((nodes.column[node] as number) >= 0) node = this.#hot[node] as number;
    return nodes.number[node] as number;
  }

  /** Where the row goes at each node, and what has to be walked; false if nothing. */
  #decide(nodes: Nodes, row: Float64Array, place: Int32Array): boolean {
    const { count, column, decisionType, number, right, leftShare, rightShare, edgeAbove, shareAbove } = nodes;
    const [hot, cold, coldShare, passes] = [this.#hot, this.#cold, this.#coldShare, this.#passes];
    const [asks, asksBelow, asksAbove] = [this.#asks, this.#asksBelow, this.#asksAbove];
    asksAbove[0] = 0;
    for (let node = 0; node < count; node++) {
      const ofNode = column[node] as number;
      if (ofNode < 0) {
        asks[node] = 0;
        continue;
      }
      const [leftNode, rightNode] = [node + 1, right[node] as number];
      const isLeft = goesLeft(decisionType[node] as number, number[node] as number, row[ofNode] as number);
      hot[node] = isLeft ? leftNode : rightNode;
      cold[node] = isLeft ? rightNode : leftNode;
      const above = edgeAbove[node] as number;
      const nodeAbove = above >> 1;
      const isPassed =
        above < 0 ||
        (passes[nodeAbove] === 1 && hot[nodeAbove] === (above & 1 ? (right[nodeAbove] as number) : nodeAbove + 1));
      passes[node] = isPassed ? 1 : 0;
      const share = (isLeft ? rightShare : leftShare)[node] as number;
      coldShare[node] = isPassed ? share * (shareAbove[node] as number) : share;
      asks[node] = isPassed && (place[ofNode] as number) > 0 ? 1 : 0;
      asksAbove[leftNode] = asksAbove[rightNode] = (asksAbove[node] as number) | (asks[node] as number);
    }
    for (let node = count - 1; node >= 0; node--) {
      asksBelow[node] = asks[node] as number;
      if ((column[node] as number) >= 0)
        asksBelow[node] =
          (asks[node] as number) | (asksBelow[node + 1] as number) | (asksBelow[right[node] as number] as number);
    }
    return asksBelow[0] === 1;
  }

  #chancesDown({ count, column, shareAbove, quadrature }: Nodes, first: number, width: number): void {
    const { points, weights } = quadrature;
    const [chance, coldChance] = [this.#chance, this.#coldChance];
    for (let k = 0; k < width; k++) chance[k] = weights[first + k] as number;
    for (let node = 0; node < count; node++) {
      const isBelow = this.#asksBelow[node] === 1;
      if ((column[node] as number) < 0 || !(isBelow || this.#asksAbove[node] === 1)) continue;
      const at = node * BLOCK;
      const share = this.#coldShare[node] as number;
      const passedShare = shareAbove[node] as number;
      if (this.#passes[node] === 0) {
        for (let k = 0; k < width; k++) coldChance[at + k] = share;
      } else if (passedShare === 1) {
        for (let k = 0; k < width; k++) coldChance[at + k] = share * (points[first + k] as number);
      } else {
        for (let k = 0; k < width; k++) {
          const u = points[first + k] as number;
          coldChance[at + k] = (share * u) / (1 - (1 - passedShare) * u);
        }
      }
      if (!isBelow) continue;
      const hotAt = (this.#hot[node] as number) * BLOCK;
      const coldAt = (this.#cold[node] as number) * BLOCK;
      for (let k = 0; k < width; k++) {
        const all = chance[at + k] as number;
        const cold = all * (coldChance[at + k] as number);
        chance[coldAt + k] = cold;
        chance[hotAt + k] = all - cold;
      }
    }
  }

  #meansUp(
    { count, column, number, shareAbove, quadrature }: Nodes,
    first: number,
    width: number,
    place: Int32Array,
    ofColumns: Float64Array,
  ): void {
    const { points } = quadrature;
    const [chance, coldChance, mean] = [this.#chance, this.#coldChance, this.#mean];
    for (let node = count - 1; node >= 0; node--) {
      const isAsked = this.#asks[node] === 1;
      const isAbove = this.#asksAbove[node] === 1;
      if (!(isAsked || isAbove)) continue;
      const at = node * BLOCK;
      const ofNode = column[node] as number;
      if (ofNode < 0) {
        for (let k = 0; k < width; k++) mean[at + k] = number[node] as number;
        continue;
      }
      const hotAt = (this.#hot[node] as number) * BLOCK;
      const coldAt = (this.#cold[node] as number) * BLOCK;
      if (isAbove) {
        for (let k = 0; k < width; k++) {
          const hot = mean[hotAt + k] as number;
          mean[at + k] = hot + (coldChance[at + k] as number) * ((mean[coldAt + k] as number) - hot);
        }
      }
      if (!isAsked) continue;
      const passedShare = shareAbove[node] as number;
      let integral = 0;
      for (let k = 0; k < width; k++) {
        const passed = 1 - (1 - passedShare) * (points[first + k] as number);
        integral +=
          ((chance[at + k] as number) * ((mean[hotAt + k] as number) - (mean[coldAt + k] as number))) /
          (passed * passed);
      }
      const i = (place[ofNode] as number) - 1;
      ofColumns[i] = (ofColumns[i] as number) + (this.#coldShare[node] as number) * integral;
    }
  }
}
