/**
 * Shapley values of a tree by their definition, slow and obvious. The value of a coalition of columns is the mean of
 * the reached leaves: columns of the coalition go where the row goes; all others go both ways, weighted by training
 * rows.
 */
import type { Tree } from '../../model/reference/model-text.ts';

/** Whether the row goes left at a node. */
export type Decision = (node: number) => boolean;

/** By the definition: a sum over all coalitions of `columns`. REQUIRES: few columns */
export function shapleyByDefinition(tree: Tree, goesLeft: Decision, columns: readonly number[]): number[] {
  const root = tree.splitFeature.length === 0 ? -1 : 0;
  const value = (coalition: number, child = root): number => {
    if (child < 0) return tree.leafValue[-child - 1] as number;
    const [left, right] = [tree.leftChild[child] as number, tree.rightChild[child] as number];
    const player = columns.indexOf(tree.splitFeature[child] as number);
    if (coalition & (1 << player)) return value(coalition, goesLeft(child) ? left : right);
    const share = (child: number, of: number) => countOf(tree, child) / countOf(tree, of);
    return share(left, child) * value(coalition, left) + share(right, child) * value(coalition, right);
  };
  const values = Array.from({ length: 1 << columns.length }, (_, coalition) => value(coalition));
  return columns.map((_, player) =>
    values.reduce((sum, without, coalition) => {
      if (coalition & (1 << player)) return sum;
      const size = coalition.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(columns.length - 1 - size)) / factorial(columns.length);
      return sum + weight * ((values[coalition | (1 << player)] as number) - without);
    }, 0),
  );
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/**
 * The value of one column in exact integers, for trees of many columns whose leaf values are integers. It is a sum over
 * the leaves. For each column on the path to a leaf, let z be the share of training rows that its nodes let pass. Let o
 * be 1 if all of these nodes let the row pass, else 0. The probability that coalitions of k other columns reach the
 * leaf is the coefficient of y^k in the product of z + o·y.
 */
export function shapleyExactly(tree: Tree, goesLeft: Decision, column: number): number {
  const FRACTION_BITS = 300n;
  let sum = 0n;
  const visit = (child: number, path: ReadonlyMap<number, Player>): void => {
    if (child >= 0) {
      const all = BigInt(countOf(tree, child));
      const of = tree.splitFeature[child] as number;
      const above = path.get(of) ?? { passing: 1n, all: 1n, isPassed: true };
      for (const isLeft of [true, false]) {
        const next = (isLeft ? tree.leftChild : tree.rightChild)[child] as number;
        const passing = above.passing * BigInt(countOf(tree, next));
        const isPassed = above.isPassed && goesLeft(child) === isLeft;
        visit(next, new Map(path).set(of, { passing, all: above.all * all, isPassed }));
      }
      return;
    }
    const own = path.get(column);
    if (own === undefined) return;
    const others = Array.from(path).flatMap(([other, player]) => (other === column ? [] : [player]));
    let chances = [1n]; // by the size of the coalition; the denominator is the product of all `all`
    for (const { passing, all, isPassed } of others) {
      chances = Array.from({ length: chances.length + 1 }, (_, size) => {
        const joined = isPassed && size > 0 ? (chances[size - 1] as bigint) * all : 0n;
        return (chances[size] ?? 0n) * passing + joined;
      });
    }
    const players = others.length + 1;
    const weighted = chances.reduce(
      (sum, chance, size) => sum + chance * product(1, size) * product(1, players - 1 - size),
      0n,
    );
    const whole = others.reduce((whole, { all }) => whole * all, product(1, players) * own.all);
    const gain = BigInt(tree.leafValue[-child - 1] as number) * ((own.isPassed ? own.all : 0n) - own.passing);
    sum += ((gain * weighted) << FRACTION_BITS) / whole;
  };
  visit(0, new Map());
  return Number((sum * 10n ** 30n) >> FRACTION_BITS) / 1e30;
}

interface Player {
  readonly passing: bigint;
  readonly all: bigint;
  readonly isPassed: boolean;
}

function product(first: number, last: number): bigint {
  let all = 1n;
  for (let factor = first; factor <= last; factor++) all *= BigInt(factor);
  return all;
}

function countOf({ counts }: Tree, child: number): number {
  return (child < 0 ? counts?.leaf[-child - 1] : counts?.inner[child]) ?? Number.NaN;
}
