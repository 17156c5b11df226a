/**
 * Texts without a label, for a teacher to label: sentences and words in their forms, of any stars and domains together, one
 * to a dozen a text. Nobody writes so. But where each word stands beside every other, in texts of all lengths, trees have
 * to learn what each word does by itself, not what it came with. The same parts and seed give the same bytes.
 */
import { createRandom, pick } from '../math/random.ts';

export interface MixOptions {
  readonly seed: number;
  readonly count: number;
  /** Of the parts of a text; fewer are more frequent. */
  readonly most: number;
}

export function mixTexts(parts: readonly string[], { seed, count, most }: MixOptions): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const size = 1 + random.below(1 + random.below(most));
    return Array.from({ length: size }, () => ended(pick(random, parts))).join('');
  });
}

function ended(part: string): string {
  return /[。！？!?…♪]$/.test(part) ? part : `${part}。`;
}
