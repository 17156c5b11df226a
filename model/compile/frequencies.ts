/**
 * Estimates how often each entry of the dictionary will be looked up. The estimate decides only the order in memory:
 * frequent entries are stored close together.
 */
import type { DictionaryWord, Surface } from './kuromoji-files.ts';

export interface WeighedSurface extends Surface {
  readonly weight: number;
}

/**
 * The surfaces, heaviest first. The weight of a surface is its number of occurrences in the sample at any position,
 * plus a prior below 1. The prior follows from the costs of its words and orders the surfaces that the sample does not
 * contain.
 */
export function weighSurfaces(surfaces: readonly Surface[], sample: Iterable<string>): WeighedSurface[] {
  const counts = new Map(surfaces.map(({ text }) => [text, 0]));
  const longest = surfaces.reduce((length, { text }) => Math.max(length, text.length), 0);
  for (const text of sample) {
    for (let start = 0; start < text.length; start++) {
      for (let end = start + 1; end <= Math.min(start + longest, text.length); end++) {
        const found = text.slice(start, end);
        const count = counts.get(found);
        if (count !== undefined) counts.set(found, count + 1);
      }
    }
  }
  return surfaces
    .map(({ text, words }) => {
      const prior = words.reduce((sum, word) => sum + priorOf(word), 0);
      return { text, words, weight: prior + (counts.get(text) ?? 0) };
    })
    .sort((a, b) => b.weight - a.weight);
}

/**
 * A weight from a word's cost, which is a negative log probability: if the cost is 512 higher, the weight is half.
 * Every weight is a power of two, so that sums are exact.
 */
export function priorOf({ cost }: Pick<DictionaryWord, 'cost'>): number {
  return 2 ** Math.min(-1, -20 - (cost >> 9)); // a user word may have a cost below that of any word of kuromoji
}

/** The distinct keys, sorted by the sum of their weights, the largest first. Keys with equal sums ascend. */
export function keysByWeight(weighed: Iterable<readonly [key: number, weight: number]>): number[] {
  const weights = new Map<number, number>();
  for (const [key, weight] of weighed) weights.set(key, (weights.get(key) ?? 0) + weight);
  return Array.from(weights)
    .sort(([a, weightOfA], [b, weightOfB]) => weightOfB - weightOfA || a - b)
    .map(([key]) => key);
}
