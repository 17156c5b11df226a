/**
 * Copies of a text among reviews. Two texts are copies if they are equal after NFKC and without white space: ｶﾞｯｶﾘ and
 * ガッカリ are copies.
 */
import type { Review } from './reviews.ts';

/** All copies of one text. */
export interface Copies {
  /** The first of them. */
  readonly first: Review;
  count: number;
  /** Whether all copies have the same stars. */
  isConsistent: boolean;
}

/** `groupOf[i]` is the index in `groups` of review i. Groups are in order of their first review. */
export function groupCopies(reviews: readonly Review[]): { groupOf: Uint32Array; groups: Copies[] } {
  const indices = new Map<string, number>();
  const groups: Copies[] = [];
  const groupOf = Uint32Array.from(reviews, (review) => {
    const key = review.text.normalize('NFKC').replace(/\s+/g, '');
    let index = indices.get(key);
    if (index === undefined) {
      index = groups.push({ first: review, count: 0, isConsistent: true }) - 1;
      indices.set(key, index);
    }
    const group = groups[index] as Copies;
    group.count++;
    group.isConsistent &&= review.stars === group.first.stars;
    return index;
  });
  return { groupOf, groups };
}

/** The number of different texts. Copies count once. */
export function countTexts(reviews: readonly Review[]): number {
  return groupCopies(reviews).groups.length;
}

export interface Repeats {
  /** How many texts occur more than once. */
  readonly repeated: number;
  /** How many of these have different stars. */
  readonly conflicting: number;
  /** How many reviews are copies of an earlier one. */
  readonly copies: number;
}

export function repeatsIn(reviews: readonly Review[]): Repeats {
  const { groups } = groupCopies(reviews);
  return {
    repeated: groups.filter(({ count }) => count > 1).length,
    conflicting: groups.filter(({ isConsistent }) => !isConsistent).length,
    copies: reviews.length - groups.length,
  };
}

export interface Conflict {
  readonly text: string;
  /** The stars of the copies, ascending. */
  readonly stars: readonly number[];
}

/** The first `most` texts whose copies have different stars. */
export function conflictsIn(reviews: readonly Review[], most: number): Conflict[] {
  const { groupOf, groups } = groupCopies(reviews);
  const chosen = [...groups.keys()].filter((group) => groups[group]?.isConsistent === false).slice(0, most);
  const stars = new Map(chosen.map((group): [number, number[]] => [group, []]));
  reviews.forEach((review, i) => {
    stars.get(groupOf[i] as number)?.push(review.stars);
  });
  return chosen.map((group) => ({
    text: (groups[group] as Copies).first.text,
    stars: (stars.get(group) as number[]).sort((a, b) => a - b),
  }));
}
