/**
 * The contribution of each column to the sum of the trees for one row. For trees with constant leaves: SHAP values by
 * path, as LightGBM's `pred_contrib` (Lundberg et al. 2018, Consistent Individualized Feature Attribution for Tree
 * Ensembles), but exact at any depth. LightGBM divides by differences and loses every digit on trees whose paths have a
 * hundred nodes. This algorithm only multiplies and adds numbers between 0 and 1.
 *
 * The row goes to the hot child of a node; the other child is cold. c is the share of the node's training rows that go
 * to the cold child. Let each column on a path follow the row with probability 1 − u, and the training rows with
 * probability u. The probability of reaching a leaf is then a product over the columns. The Shapley value of a column
 * is the integral over u in [0, 1] of a derivative: the derivative of the tree by the probability of that column (Owen
 * 1972, Multilinear Extensions of Games). The integrand is a polynomial in u, so a quadrature integrates it to the last
 * bit. Take one point of the quadrature, and a node such that all nodes of its column above it let the row pass. Let a
 * be the share of training rows that those nodes let pass (1 if there are none). Then
 *
 *     q = a·c·u / (1 − (1 − a)·u)            the probability of the cold child, given that of the node
 *     chance(hot) = chance · (1 − q)         chance(cold) = chance · q
 *     mean(node) = mean(hot) + q · (mean(cold) − mean(hot))
 *     column += integral of chance · a·c / (1 − (1 − a)·u)² · (mean(hot) − mean(cold))
 *
 * After a node of a column has sent the row to the other side, the lower nodes of that column add nothing. They split
 * as the training rows did (q = c). The value of a column is therefore the sum over its nodes, and nothing above them
 * has to be undone. (Yu et al. 2022, Linear TreeShap, also walks a tree once, but divides polynomials.)
 *
 * A linear leaf is explained as it is: a column adds coefficient · value, and the constant belongs to the base. So a
 * column that the row does not name adds nothing. (LightGBM's `pred_contrib` ignores the coefficients.)
 *
 * Only nodes of the row's columns contribute, so only the nodes above and below them are walked. Contributions are
 * immutable except for scratch memory, as in trees.ts. native/contributions is the twin in C++, with the same doubles.
 */
import type { SparseRow } from '../../native/rows.ts';
import { pointCountFor, type Quadrature, quadratureOf } from '../math/quadrature.ts';
import { type LinearLeaf, parseModel } from './model-text.ts';
import { type PreorderTree, preorderTreesOf } from './preorder-tree.ts';
import { goesLeft, linearOutput } from './trees.ts';

/** All values are in stars. */
export interface RowContributions {
  /** The sum of the trees, to the bits of `Forest.predict`: base + absent + the sum of `ofColumns`. */
  readonly sum: number;
  /** The constant of the linear leaf, plus the mean of the other trees' sum over the training rows. */
  readonly base: number;
  /** The contribution of each of the row's columns, in their order. */
  readonly ofColumns: Float64Array;
  /** The total contribution of the columns that the row does not name. */
  readonly absent: number;
}

/**
 * Quadrature points that are computed side by side: a block for a tree of hundreds of leaves fits into the nearest
 * cache.
 */
const BLOCK = 8;

/** A tree with the quadrature that its integrals need. Trees that need the same number of points share one object. */
interface PreparedTree extends PreorderTree {
  readonly quadrature: Quadrature;
}

/** What an explanation needs of a model. compile/contributions.ts writes it to a file for the native twin. */
export interface ExplainableModel {
  readonly columnCount: number;
  readonly linearLeaf: LinearLeaf | undefined;
  /** The trees after the linear leaf. */
  readonly trees: readonly PreparedTree[];
  /** The number of trees, with the linear leaf, if the score is their mean, else 1. */
  readonly divisor: number;
  /** The mean of the trees' sum over the training rows, without the linear leaf. */
  readonly treesMean: number;
}

/** Throws as `parseModel` does, and if the model has no counts of training rows or its score is not a sum. */
export function parseExplainableModel(text: string): ExplainableModel {
  const model = parseModel(text, { withCounts: true });
  if (model.isSquared)
    throw new Error('model: expected a score that is a sum, received a squared sum (objective=regression sqrt)');
  const { columnCount, linearLeaf, treeCount, isAveraged } = model;
  const quadratures = new Map<number, Quadrature>();
  const trees = preorderTreesOf(model).map((tree) => {
    const points = pointCountFor(Math.max(0, tree.maxColumns - 1)); // The integral is over one of the columns.
    const quadrature = quadratures.get(points) ?? quadratureOf(points);
    quadratures.set(points, quadrature);
    return { ...tree, quadrature };
  });
  const divisor = isAveraged ? treeCount : 1;
  return {
    columnCount,
    linearLeaf,
    trees,
    divisor,
    treesMean: trees.reduce((sum, { mean }) => sum + mean, 0) / divisor,
  };
}

/** A model that explains its predictions. */
export class Contributions {
  readonly #model: ExplainableModel;
  readonly #row: Float64Array;
  /** Column → its position in the row, + 1; 0 if the row does not name it. */
  readonly #position: Int32Array;
  readonly #scratch: Scratch;

  private constructor(model: ExplainableModel) {
    this.#model = model;
    this.#row = new Float64Array(model.columnCount);
    this.#position = new Int32Array(model.columnCount);
    this.#scratch = new Scratch(model.trees.reduce((most, { count }) => Math.max(most, count), 1));
  }

  get columnCount(): number {
    return this.#model.columnCount;
  }

  /** Throws as `parseExplainableModel` does. */
  static fromModelText(text: string): Contributions {
    return new Contributions(parseExplainableModel(text));
  }

  /**
   * Explains one row. Each column that the row names gets its own contribution, even if its value is 0.
   * REQUIRES: columns in [0, columnCount), ascending. NaN is a missing value.
   */
  of(sparseRow: SparseRow): RowContributions {
    const { columns, values } = sparseRow;
    const { linearLeaf: leaf, trees, divisor, treesMean } = this.#model;
    columns.forEach((column, i) => {
      this.#row[column] = values[i] as number;
      this.#position[column] = i + 1;
    });
    const ofColumns = new Float64Array(columns.length);
    let sum = 0;
    let sumOfTrees = 0;
    if (leaf !== undefined) sum += linearOutput(leaf, sparseRow);
    for (const nodes of trees) {
      const value = this.#scratch.walk(nodes, this.#row, this.#position, ofColumns);
      sum += value;
      sumOfTrees += value;
    }
    for (const column of columns) {
      this.#row[column] = 0;
      this.#position[column] = 0;
    }
    ofColumns.forEach((value, i) => {
      ofColumns[i] = value / divisor;
    });
    // Only the trees: what the row does not name adds nothing to the linear leaf.
    const absent = ofColumns.reduce((rest, value) => rest - value, sumOfTrees / divisor - treesMean);
    if (leaf !== undefined) {
      linearContributions(leaf, sparseRow).forEach((value, i) => {
        ofColumns[i] = (ofColumns[i] as number) + value / divisor;
      });
    }
    const base = treesMean + (leaf?.constant ?? 0) / divisor;
    return { sum: sum / divisor, base, ofColumns, absent };
  }
}

/**
 * coefficient · value of each of the row's columns. If listed columns are missing, the first of them explains the whole
 * output.
 */
function linearContributions(leaf: LinearLeaf, { columns, values }: SparseRow): Float64Array {
  const coefficients = Float64Array.from(columns, (column) => leaf.coefficients[column] as number);
  const isListed = (i: number) => !Number.isNaN(coefficients[i]);
  const missing = values.findIndex((value, i) => Number.isNaN(value) && isListed(i));
  if (missing >= 0) return coefficients.map((_, i) => (i === missing ? leaf.valueIfMissing - leaf.constant : 0));
  return coefficients.map((coefficient, i) => (isListed(i) ? coefficient * (values[i] as number) : 0));
}

/** Memory for one walk of a tree: one entry for each node of the largest tree. */
class Scratch {
  readonly #hot: Int32Array;
  readonly #cold: Int32Array;
  /** c, or a·c while the row passes the column's nodes above. */
  readonly #coldShare: Float64Array;
  /** 1 if the row passes all nodes above that have the same column. */
  readonly #passes: Uint8Array;
  /** 1 if the node contributes to a column of the row. */
  readonly #contributes: Uint8Array;
  /** 1 if the node or a node below it contributes. */
  readonly #contributesBelow: Uint8Array;
  /** 1 if a node above it contributes. */
  readonly #contributesAbove: Uint8Array;
  // For each node and each point of the block:
  readonly #chance: Float64Array;
  readonly #coldChance: Float64Array;
  readonly #mean: Float64Array;

  constructor(nodes: number) {
    [this.#hot, this.#cold] = [new Int32Array(nodes), new Int32Array(nodes)];
    this.#coldShare = new Float64Array(nodes);
    [this.#passes, this.#contributes] = [new Uint8Array(nodes), new Uint8Array(nodes)];
    [this.#contributesBelow, this.#contributesAbove] = [new Uint8Array(nodes), new Uint8Array(nodes)];
    this.#chance = new Float64Array(nodes * BLOCK);
    this.#coldChance = new Float64Array(nodes * BLOCK);
    this.#mean = new Float64Array(nodes * BLOCK);
  }

  /** Adds the tree's contributions to `ofColumns` and returns the value of the row's leaf. */
  walk(nodes: PreparedTree, row: Float64Array, position: Int32Array, ofColumns: Float64Array): number {
    if (this.#decide(nodes, row, position)) {
      const { length } = nodes.quadrature.points;
      for (let first = 0; first < length; first += BLOCK) {
        const width = Math.min(BLOCK, length - first);
        this.#chancesDown(nodes, first, width);
        this.#meansUp(nodes, first, width, position, ofColumns);
      }
    }
    let node = 0;
    while ((nodes.column[node] as number) >= 0) node = this.#hot[node] as number;
    return nodes.number[node] as number;
  }

  /** Decides at each node where the row goes, and which nodes to walk. Returns false if no node contributes. */
  #decide(nodes: PreparedTree, row: Float64Array, position: Int32Array): boolean {
    const { count, column, decisionType, number, right, leftShare, rightShare, edgeAbove, shareAbove } = nodes;
    const [hot, cold, coldShare, passes] = [this.#hot, this.#cold, this.#coldShare, this.#passes];
    const [contributes, contributesBelow, contributesAbove] = [
      this.#contributes,
      this.#contributesBelow,
      this.#contributesAbove,
    ];
    contributesAbove[0] = 0;
    for (let node = 0; node < count; node++) {
      const ofNode = column[node] as number;
      if (ofNode < 0) {
        contributes[node] = 0;
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
      contributes[node] = isPassed && (position[ofNode] as number) > 0 ? 1 : 0;
      contributesAbove[leftNode] = contributesAbove[rightNode] =
        (contributesAbove[node] as number) | (contributes[node] as number);
    }
    for (let node = count - 1; node >= 0; node--) {
      contributesBelow[node] = contributes[node] as number;
      if ((column[node] as number) >= 0)
        contributesBelow[node] =
          (contributes[node] as number) |
          (contributesBelow[node + 1] as number) |
          (contributesBelow[right[node] as number] as number);
    }
    return contributesBelow[0] === 1;
  }

  /** From the root down: the probability of each node, and that of its cold child given the node. */
  #chancesDown({ count, column, shareAbove, quadrature }: PreparedTree, first: number, width: number): void {
    const { points, weights } = quadrature;
    const [chance, coldChance] = [this.#chance, this.#coldChance];
    for (let k = 0; k < width; k++) chance[k] = weights[first + k] as number;
    for (let node = 0; node < count; node++) {
      const isBelow = this.#contributesBelow[node] === 1;
      if ((column[node] as number) < 0 || !(isBelow || this.#contributesAbove[node] === 1)) continue;
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

  /** From the leaves up: the mean of each node; adds the contribution of each node to its column. */
  #meansUp(
    { count, column, number, shareAbove, quadrature }: PreparedTree,
    first: number,
    width: number,
    position: Int32Array,
    ofColumns: Float64Array,
  ): void {
    const { points } = quadrature;
    const [chance, coldChance, mean] = [this.#chance, this.#coldChance, this.#mean];
    for (let node = count - 1; node >= 0; node--) {
      const isContributing = this.#contributes[node] === 1;
      const isAbove = this.#contributesAbove[node] === 1;
      if (!(isContributing || isAbove)) continue;
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
      if (!isContributing) continue;
      const passedShare = shareAbove[node] as number;
      let integral = 0;
      for (let k = 0; k < width; k++) {
        const passed = 1 - (1 - passedShare) * (points[first + k] as number);
        integral +=
          ((chance[at + k] as number) * ((mean[hotAt + k] as number) - (mean[coldAt + k] as number))) /
          (passed * passed);
      }
      const i = (position[ofNode] as number) - 1;
      ofColumns[i] = (ofColumns[i] as number) + (this.#coldShare[node] as number) * integral;
    }
  }
}
