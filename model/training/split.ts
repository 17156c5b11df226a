/**
 * Splits reviews into training and held-out reviews. All copies of a text stay on one side, so that no model is
 * measured on a text of its training. Two texts are copies if they are equal after NFKC and without white space: ｶﾞｯｶﾘ
 * and ガッカリ are copies. The same reviews and seed give the same splits.
 */
import type { Review } from '../io/reviews.ts';
import { createRandom, shuffle } from '../math/random.ts';

export interface Split {
  readonly training: readonly Review[];
  readonly heldOut: readonly Review[];
}

/** Holds out this share of the different texts. Throws if a side is empty. */
export function holdoutSplit(reviews: readonly Review[], seed: number, share: number): Split {
  const { groupOf, groups } = groupCopies(reviews);
  const heldOutCount = Math.round(groups.length * share);
  const heldOut = new Set(shuffle(createRandom(seed), [...groups.keys()]).slice(0, heldOutCount));
  const split = splitBy(reviews, (i) => heldOut.has(groupOf[i] as number));
  if (split.training.length > 0 && split.heldOut.length > 0) return split;
  throw new Error(`Expected enough different texts to hold out a share of ${share}, received ${groups.length}`);
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

/** The number of different texts. Copies count once. */
export function countTexts(reviews: readonly Review[]): number {
  return groupCopies(reviews).groups.length;
}

/** How many texts occur more than once, and how many of these have different stars. */
export function repeatsIn(reviews: readonly Review[]): { readonly repeated: number; readonly conflicting: number } {
  const { groupOf, groups } = groupCopies(reviews);
  const conflicting = new Set<number>();
  reviews.forEach(({ stars }, i) => {
    const group = groupOf[i] as number;
    if (stars !== (groups[group] as Group).stars) conflicting.add(group);
  });
  return { repeated: groups.filter(({ copies }) => copies > 1).length, conflicting: conflicting.size };
}

/** The fold of each review, from 0 to `count` − 1. `foldSplits` describes the folds. */
export function foldsOf(reviews: readonly Review[], seed: number, count: number): Uint32Array {
  const { groupOf, groups } = groupCopies(reviews);
  if (groups.length < count)
    throw new Error(`Expected at least ${count} different texts, one per fold, received ${groups.length}`);
  const random = createRandom(seed);
  const group = (g: number) => groups[g] as Group;
  const ordered = shuffle(random, [...groups.keys()]).sort((a, b) => group(a).stars - group(b).stars);
  const sizes: number[] = new Array(count).fill(0);
  const foldOfGroup = new Uint32Array(groups.length);
  for (let first = 0; first < ordered.length; first += count) {
    const batch = ordered.slice(first, first + count).sort((a, b) => group(b).copies - group(a).copies);
    const folds = shuffle(random, [...sizes.keys()]).sort((a, b) => (sizes[a] as number) - (sizes[b] as number));
    batch.forEach((g, i) => {
      const fold = folds[i] as number;
      foldOfGroup[g] = fold;
      sizes[fold] = (sizes[fold] as number) + group(g).copies;
    });
  }
  return groupOf.map((g) => foldOfGroup[g] as number);
}

/** All copies of one text. */
interface Group {
  /** The stars of the first copy. */
  readonly stars: number;
  copies: number;
}

/** `groupOf[i]` is the index in `groups` of review i. */
function groupCopies(reviews: readonly Review[]): { groupOf: Uint32Array; groups: Group[] } {
  const indices = new Map<string, number>();
  const groups: Group[] = [];
  const groupOf = Uint32Array.from(reviews, ({ stars, text }) => {
    const key = text.normalize('NFKC').replace(/\s+/g, '');
    let index = indices.get(key);
    if (index === undefined) {
      index = groups.push({ stars, copies: 0 }) - 1;
      indices.set(key, index);
    }
    (groups[index] as Group).copies++;
    return index;
  });
  return { groupOf, groups };
}

function splitBy(reviews: readonly Review[], isHeldOut: (i: number) => boolean): Split {
  return {
    training: reviews.filter((_, i) => !isHeldOut(i)),
    heldOut: reviews.filter((_, i) => isHeldOut(i)),
  };
}
