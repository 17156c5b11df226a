/**
 * Splits reviews into training and held-out reviews. All copies of a text (io/copies.ts) stay on one side, so that no
 * model is measured on a text of its training. The same reviews and seed give the same splits.
 */
import { groupCopies } from '../io/copies.ts';
import type { Review } from '../io/reviews.ts';
import { createRandom, shuffle } from '../math/random.ts';

export interface Split {
  readonly training: readonly Review[];
  readonly heldOut: readonly Review[];
}

/** Holds out this share of the different texts. Throws if a side is empty. */
export function holdoutSplit(reviews: readonly Review[], seed: number, share: number): Split {
  const { groupOf, groupCount } = groupCopies(reviews);
  const heldOutCount = Math.round(groupCount * share);
  const heldOut = new Set(shuffle(createRandom(seed), integersBelow(groupCount)).slice(0, heldOutCount));
  const split = splitBy(reviews, (i) => heldOut.has(groupOf[i] as number));
  if (split.training.length > 0 && split.heldOut.length > 0) return split;
  throw new Error(`Expected enough different texts to hold out a share of ${share}, received ${groupCount}`);
}

/**
 * `count` splits, one per fold: each holds out its fold and trains on the others. The folds are stratified by stars:
 * the texts are taken in the order of their stars, `count` texts at a time, and each fold gets one of them. The texts
 * with the most copies go to the smallest folds.
 */
export function foldSplits(reviews: readonly Review[], seed: number, count: number): Split[] {
  const foldOf = foldsOf(reviews, seed, count);
  return Array.from({ length: count }, (_, fold) => splitBy(reviews, (i) => foldOf[i] === fold));
}

/** The fold of each review, from 0 to `count` − 1. `foldSplits` describes the folds. */
export function foldsOf(reviews: readonly Review[], seed: number, count: number): Uint32Array {
  const { groupOf, groupCount, firstOf, countOf } = groupCopies(reviews);
  if (groupCount < count)
    throw new Error(`Expected at least ${count} different texts, one per fold, received ${groupCount}`);
  const random = createRandom(seed);
  const sizeOf = (group: number) => countOf[group] as number;
  const stars = Float64Array.from(firstOf, (first) => (reviews[first] as Review).stars);
  const ordered = shuffle(random, integersBelow(groupCount)).sort(
    (a, b) => (stars[a] as number) - (stars[b] as number),
  );
  const sizes: number[] = new Array(count).fill(0);
  const foldOfGroup = new Uint32Array(groupCount);
  for (let first = 0; first < groupCount; first += count) {
    const batch = ordered.slice(first, first + count).sort((a, b) => sizeOf(b) - sizeOf(a));
    const folds = shuffle(random, [...sizes.keys()]).sort((a, b) => (sizes[a] as number) - (sizes[b] as number));
    batch.forEach((g, i) => {
      const fold = folds[i] as number;
      foldOfGroup[g] = fold;
      sizes[fold] = (sizes[fold] as number) + sizeOf(g);
    });
  }
  return groupOf.map((g) => foldOfGroup[g] as number);
}

function splitBy(reviews: readonly Review[], isHeldOut: (i: number) => boolean): Split {
  return {
    training: reviews.filter((_, i) => !isHeldOut(i)),
    heldOut: reviews.filter((_, i) => isHeldOut(i)),
  };
}

function integersBelow(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
