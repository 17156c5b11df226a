/**
 * Contexts: the distinct pairs (left id, right id) of words, numbered by how frequent they are. All that counts of a word
 * beside its cost is its context. Context 0 is the beginning and the end of a sentence.
 */
import { byWeight } from './frequencies.ts';
import type { ConnectionCosts, DictionaryWord } from './kuromoji-files.ts';

export interface Contexts {
  readonly count: number;
  /** `count` rounded up to whole cache lines: the length of a row of the matrices. */
  readonly stride: number;
  /** At `before * stride + after`, the connection's cost + bias; never below 0. */
  readonly cost: Uint16Array;
  readonly bias: number;
  /**
   * At `a * stride + b`, the most that a path ending in context a can lose on one ending in b at the same place by what
   * follows: the greatest cost(a, next) − cost(b, next). A path in b that is dearer by more loses to the path in a in any
   * case, and strictly, so that to drop it changes no tie.
   */
  readonly worse: Int16Array;
  numberOf(word: DictionaryWord): number;
}

/** What a context's number takes in a word (words.ts). */
export const CONTEXT_BITS = 11;
const MAX_CONTEXTS = 2 ** CONTEXT_BITS;
const ID_LIMIT = 2 ** 16;

export function contextsOf(
  weighedWords: Iterable<readonly [DictionaryWord, weight: number]>,
  connections: ConnectionCosts,
): Contexts {
  const keys = byWeight(withSentenceEnds(weighedWords));
  const numbers = new Map(keys.map((key, number) => [key, number]));
  const count = keys.length;
  if (count > MAX_CONTEXTS) throw new Error(`Expected at most ${MAX_CONTEXTS} contexts, received ${count}`);
  const stride = Math.ceil(count / 32) * 32;
  const { cost, bias } = costsBetween(keys, stride, connections);
  return {
    count,
    stride,
    cost,
    bias,
    worse: worseOf(cost, count, stride),
    numberOf(word) {
      const number = numbers.get(keyOf(word));
      if (number === undefined) throw new Error(`Expected a word of a known context, received ${keyOf(word)}`);
      return number;
    },
  };
}

function keyOf({ leftId, rightId }: DictionaryWord): number {
  return leftId * ID_LIMIT + rightId;
}

function* withSentenceEnds(
  words: Iterable<readonly [DictionaryWord, weight: number]>,
): Generator<[key: number, weight: number]> {
  yield [keyOf({ leftId: 0, rightId: 0, cost: 0 }), Number.POSITIVE_INFINITY];
  for (const [word, weight] of words) yield [keyOf(word), weight];
}

function costsBetween(
  keys: readonly number[],
  stride: number,
  { leftIds, costs }: ConnectionCosts,
): { cost: Uint16Array; bias: number } {
  const leftOf = keys.map((key) => Math.floor(key / ID_LIMIT));
  const rightOf = keys.map((key) => key % ID_LIMIT);
  const between = rightOf.map((right) => leftOf.map((left) => costs[right * leftIds + left] as number));
  const lowest = between.reduce((least, row) => Math.min(least, ...row), 0);
  const highest = between.reduce((most, row) => Math.max(most, ...row), 0);
  // The sum of a cost in the matrix and a difference of two is kept in 16 bits.
  if (2 * (highest - lowest) >= 2 ** 16 - 1)
    throw new Error(`Expected connection costs at most 32767 apart, received ${lowest} to ${highest}`);
  const cost = new Uint16Array(keys.length * stride);
  between.forEach((row, before) => {
    cost.set(
      row.map((one) => one - lowest),
      before * stride,
    );
  });
  return { cost, bias: 0 - lowest };
}

function worseOf(cost: Uint16Array, count: number, stride: number): Int16Array {
  const worse = new Int16Array(count * stride);
  const rows = Array.from({ length: count }, (_, i) => cost.subarray(i * stride, i * stride + count));
  rows.forEach((rowOfA, a) => {
    for (let b = 0; b <= a; b++) {
      const [least, greatest] = differencesBetween(rowOfA, rows[b] as Uint16Array);
      worse[a * stride + b] = greatest;
      worse[b * stride + a] = -least;
    }
  });
  return worse;
}

function differencesBetween(a: Uint16Array, b: Uint16Array): [least: number, greatest: number] {
  let least = 2 ** 16;
  let greatest = -(2 ** 16);
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference < least) least = difference;
    if (difference > greatest) greatest = difference;
  }
  return [least, greatest];
}
