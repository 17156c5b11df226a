/**
 * The cheapest path through a lattice, found by trying every path. The rule for ties: kuromoji 0.1.2 ViterbiSearcher.js
 * keeps the first predecessor of equal cost (strict <). Among the cheapest paths, it therefore takes the path whose
 * last word comes first in the lattice. If these are equal, the second to last words decide, and so on.
 */

/** Words are in the order of the lattice: by start, and for the same start in the order of the dictionary. */
export interface LatticeWord {
  readonly start: number;
  readonly end: number;
  readonly left: number;
  readonly right: number;
  readonly cost: number;
}

type ConnectionCost = (right: number, left: number) => number;

/** The words on the best path from 0 to `length`; undefined if there is no path. Takes exponential time. */
export function bestPath<Word extends LatticeWord>(
  words: readonly Word[],
  length: number,
  connect: ConnectionCost,
): Word[] | undefined {
  const paths: { cost: number; path: number[] }[] = []; // a path is a list of indices of words
  const walk = (at: number, right: number, cost: number, path: number[]) => {
    if (at === length) paths.push({ cost: cost + connect(right, 0), path });
    words.forEach((word, i) => {
      if (word.start === at) walk(word.end, word.right, cost + connect(right, word.left) + word.cost, [...path, i]);
    });
  };
  walk(0, 0, 0, []);
  paths.sort((a, b) => a.cost - b.cost || compareFromTheEnd(a.path, b.path));
  return paths[0]?.path.map((i) => words[i] as Word);
}

function compareFromTheEnd(a: readonly number[], b: readonly number[]): number {
  for (let i = 1; i <= Math.min(a.length, b.length); i++) {
    const difference = (a.at(-i) as number) - (b.at(-i) as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The same by a simple Viterbi search, for sentences of any length. Costs are exact up to 2^53. */
export function viterbi<Word extends LatticeWord>(
  words: readonly Word[],
  length: number,
  connect: ConnectionCost,
): Word[] | undefined {
  const endingAt = Array.from({ length: length + 1 }, (): { word: Word; cost: number; before: number }[] => []);
  const bestBefore = (at: number, left: number) => {
    let best = { cost: at === 0 ? connect(0, left) : Number.POSITIVE_INFINITY, before: -1 };
    endingAt[at]?.forEach(({ word, cost }, before) => {
      if (cost + connect(word.right, left) < best.cost) best = { cost: cost + connect(word.right, left), before };
    });
    return best;
  };
  for (const word of words) {
    const { cost, before } = bestBefore(word.start, word.left);
    endingAt[word.end]?.push({ word, cost: cost + word.cost, before });
  }
  let { cost, before } = bestBefore(length, 0);
  if (cost === Number.POSITIVE_INFINITY) return undefined;
  const path: Word[] = [];
  for (let at = length; at > 0; ) {
    const step = endingAt[at]?.[before] as { word: Word; before: number };
    path.push(step.word);
    ({ before } = step);
    at = step.word.start;
  }
  return path.reverse();
}
