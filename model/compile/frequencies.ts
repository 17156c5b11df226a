/**
 * How often what is compiled will be looked up, estimated. It decides the order of things in memory and nothing else:
 * what is frequent lies together.
 */
import type { DictionaryWord, Surface } from './kuromoji-files.ts';

export interface WeighedSurface extends Surface {
  readonly weight: number;
}

/** The surfaces by falling weight: how often each begins anywhere in the sample, and what its words' costs say where it does not. */
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

/** A cost is a logarithm of a probability: 512 more, about half as probable. A power of two, so that sums are exact. */
export function priorOf({ cost }: DictionaryWord): number {
  return 2 ** (-20 - (cost >> 9));
}

/** The keys by falling sum of their weights, equal ones ascending. */
export function byWeight(weighed: Iterable<readonly [key: number, weight: number]>): number[] {
  const weights = new Map<number, number>();
  for (const [key, weight] of weighed) weights.set(key, (weights.get(key) ?? 0) + weight);
  return Array.from(weights)
    .sort(([a, weightOfA], [b, weightOfB]) => weightOfB - weightOfA || a - b)
    .map(([key]) => key);
}
