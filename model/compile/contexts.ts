/**
 * Contexts: the distinct pairs (left id, right id) of words, numbered by frequency, the most frequent one first. The
 * Viterbi search needs only the cost and the context of a word. Context 0 is the start and the end of a sentence.
 */
import { keysByWeight } from './frequencies.ts';
import type { ConnectionCosts, DictionaryWord } from './kuromoji-files.ts';

type ContextIds = Pick<DictionaryWord, 'leftId' | 'rightId'>;

export interface Contexts {
  readonly count: number;
  /** The length of a row of both matrices: `count`, rounded up to whole cache lines. */
  readonly stride: number;
  /** Connection cost + bias, at `before * stride + after`. Never below 0. */
  readonly connectionCost: Uint16Array;
  readonly bias: number;
  /**
   * At `a * stride + b`: the maximum of cost(a, next) − cost(b, next) over all next contexts, divided by
   * `PRUNING_MARGIN_UNIT` and rounded down. Compare two paths that end at one position, in the contexts a and b. The
   * path in a can still lose at most this maximum against the path in b. If the path in b costs more by more than the
   * maximum, it always loses by a strict comparison. Dropping it therefore changes no tie. The difference of the costs
   * is divided and rounded down in the same way: if the result is above the margin, the difference is above the maximum.
   */
  readonly pruningMargin: Int8Array;
  /** The number of a word's context. Throws for a word that was not weighed. */
  numberOf(word: ContextIds): number;
}

/** The bits for a context's number in a word (words.ts). */
export const CONTEXT_BITS = 11;
const MAX_CONTEXTS = 2 ** CONTEXT_BITS;
const ID_LIMIT = 2 ** 16;
/** With this unit, a margin fits a byte. 1 % more paths are kept than with the exact maximum. */
export const PRUNING_MARGIN_UNIT = 256;

/**
 * Numbers the contexts of the words by the sum of their weights. Throws if there are more than 2048 contexts, or if the
 * connection costs differ too much.
 */
export function contextsOf(
  weighedWords: Iterable<readonly [DictionaryWord, weight: number]>,
  connections: ConnectionCosts,
): Contexts {
  const keys = keysByWeight(withSentenceEnds(weighedWords));
  const numbers = new Map(keys.map((key, number) => [key, number]));
  const count = keys.length;
  if (count > MAX_CONTEXTS) throw new Error(`Expected at most ${MAX_CONTEXTS} contexts, received ${count}`);
  const stride = Math.ceil(count / 32) * 32;
  const { connectionCost, bias } = connectionCostsBetween(keys, stride, connections);
  return {
    count,
    stride,
    connectionCost,
    bias,
    pruningMargin: pruningMarginsOf(connectionCost, count, stride),
    numberOf(word) {
      const number = numbers.get(keyOf(word));
      if (number === undefined) throw new Error(`Expected a word of a known context, received ${keyOf(word)}`);
      return number;
    },
  };
}

function keyOf({ leftId, rightId }: ContextIds): number {
  return leftId * ID_LIMIT + rightId;
}

function* withSentenceEnds(
  words: Iterable<readonly [DictionaryWord, weight: number]>,
): Generator<[key: number, weight: number]> {
  yield [keyOf({ leftId: 0, rightId: 0 }), Number.POSITIVE_INFINITY];
  for (const [word, weight] of words) yield [keyOf(word), weight];
}

function connectionCostsBetween(
  keys: readonly number[],
  stride: number,
  { leftIds, costs }: ConnectionCosts,
): { connectionCost: Uint16Array; bias: number } {
  const leftOf = keys.map((key) => Math.floor(key / ID_LIMIT));
  const rightOf = keys.map((key) => key % ID_LIMIT);
  const between = rightOf.map((right) => leftOf.map((left) => costs[right * leftIds + left] as number));
  const lowest = between.reduce((least, row) => Math.min(least, ...row), 0);
  const highest = between.reduce((most, row) => Math.max(most, ...row), 0);
  // The analyzer keeps the sum of a connection cost and a difference that is not above a margin in 16 bits.
  if (2 * (highest - lowest) >= 2 ** 16 - 1)
    throw new Error(`Expected connection costs to differ by at most 32767, received ${lowest} to ${highest}`);
  const connectionCost = new Uint16Array(keys.length * stride);
  between.forEach((row, before) => {
    connectionCost.set(
      row.map((value) => value - lowest),
      before * stride,
    );
  });
  return { connectionCost, bias: 0 - lowest };
}

function pruningMarginsOf(connectionCost: Uint16Array, count: number, stride: number): Int8Array {
  const pruningMargin = new Int8Array(count * stride);
  const rows = Array.from({ length: count }, (_, i) => connectionCost.subarray(i * stride, i * stride + count));
  rows.forEach((rowOfA, a) => {
    for (let b = 0; b <= a; b++) {
      const [least, greatest] = differencesBetween(rowOfA, rows[b] as Uint16Array);
      pruningMargin[a * stride + b] = Math.floor(greatest / PRUNING_MARGIN_UNIT);
      pruningMargin[b * stride + a] = Math.floor(-least / PRUNING_MARGIN_UNIT);
    }
  });
  return pruningMargin;
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
