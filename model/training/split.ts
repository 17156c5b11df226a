/**
 * Which reviews are learned from and which are measured on. All copies of a text stay on one side: a model that has seen a text is
 * not measured on it. Copies are alike after NFKC and without white space, which keeps ｶﾞｯｶﾘ with ガッカリ. Seeded: the same reviews
 * and seed give the same sides.
 */

import type { Review } from '../io/reviews.ts';
import { createRandom, shuffle } from '../math/random.ts';

export interface Split {
  readonly training: readonly Review[];
  readonly heldOut: readonly Review[];
}

/** Keeps a share of the different texts apart. Throws if a side is empty. */
export function holdOut(reviews: readonly Review[], seed: number, share: number): Split {
  const { groupOf, groups } = groupsOf(reviews);
  const apart = new Set(shuffle(createRandom(seed), [...groups.keys()]).slice(0, Math.round(groups.length * share)));
  const sides = splitBy(reviews, (i) => apart.has(groupOf[i] as number));
  if (sides.training.length > 0 && sides.heldOut.length > 0) return sides;
  throw new Error(`Expected enough different texts to keep a share of ${share} apart, received ${groups.length}`);
}

/**
 * Parts the reviews into `count` folds, each heldOut once while the others are learned from. Stratified by stars: the texts in order of
 * their stars are dealt out `count` at a time, one to each fold, those with the most copies to the smallest folds.
 */
export function foldsOf(reviews: readonly Review[], seed: number, count: number): Split[] {
  const { groupOf, groups } = groupsOf(reviews);
  if (groups.length < count)
    throw new Error(`Expected at least ${count} different texts, one a fold, received ${groups.length}`);
  const random = createRandom(seed);
  const group = (g: number) => groups[g] as Group;
  const ordered = shuffle(random, [...groups.keys()]).sort((a, b) => group(a).stars - group(b).stars);
  const sizes: number[] = new Array(count).fill(0);
  const foldOf = new Uint32Array(groups.length);
  for (let first = 0; first < ordered.length; first += count) {
    const hand = ordered.slice(first, first + count).sort((a, b) => group(b).copies - group(a).copies);
    const folds = shuffle(random, [...sizes.keys()]).sort((a, b) => (sizes[a] as number) - (sizes[b] as number));
    hand.forEach((g, i) => {
      const fold = folds[i] as number;
      foldOf[g] = fold;
      sizes[fold] = (sizes[fold] as number) + group(g).copies;
    });
  }
  return sizes.map((_, fold) => splitBy(reviews, (i) => foldOf[groupOf[i] as number] === fold));
}

/** All copies of one text; the stars are the first one's. */
interface Group {
  readonly stars: number;
  copies: number;
}

function groupsOf(reviews: readonly Review[]): { groupOf: Uint32Array; groups: Group[] } {
  const numbers = new Map<string, number>();
  const groups: Group[] = [];
  const groupOf = Uint32Array.from(reviews, ({ stars, text }) => {
    const key = text.normalize('NFKC').replace(/\s+/g, '');
    let number = numbers.get(key);
    if (number === undefined) {
      number = groups.push({ stars, copies: 0 }) - 1;
      numbers.set(key, number);
    }
    (groups[number] as Group).copies++;
    return number;
  });
  return { groupOf, groups };
}

function splitBy(reviews: readonly Review[], isHeldOut: (i: number) => boolean): Split {
  return {
    training: reviews.filter((_, i) => !isHeldOut(i)),
    heldOut: reviews.filter((_, i) => isHeldOut(i)),
  };
}
