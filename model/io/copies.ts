/**
 * Copies of a text among reviews. Two texts are copies if they are equal after NFKC and without white space: ｶﾞｯｶﾘ and
 * ガッカリ are copies.
 */
import type { Review } from './reviews.ts';

/** The groups of copies, in order of their first review. */
export interface CopyGroups {
  readonly groupCount: number;
  /** By review: its group. */
  readonly groupOf: Uint32Array;
  /** By group: the first review, the number of reviews, and 1 if all have the same stars. */
  readonly firstOf: Uint32Array;
  readonly countOf: Uint32Array;
  readonly isConsistent: Uint8Array;
}

/** One training groups the same reviews for its folds, its messages and its report. */
const grouped = new WeakMap<readonly Review[], CopyGroups>();

export function groupCopies(reviews: readonly Review[]): CopyGroups {
  const known = grouped.get(reviews);
  if (known !== undefined) return known;
  const groups = groupsOf(reviews);
  grouped.set(reviews, groups);
  return groups;
}

const FREE = -1;

/** With a hash table of numbers: a Map of a million texts would keep a second copy of each. */
function groupsOf(reviews: readonly Review[]): CopyGroups {
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * reviews.length + 2))).fill(FREE);
  const hashes = new Int32Array(reviews.length); // by group
  const [firstOf, countOf] = [new Uint32Array(reviews.length), new Uint32Array(reviews.length)];
  const isConsistent = new Uint8Array(reviews.length).fill(1);
  let groupCount = 0;
  const groupOf = Uint32Array.from(reviews, ({ text, stars }, i) => {
    const key = keyOf(text);
    const hash = hashOf(key);
    const isKey = (group: number) =>
      hashes[group] === hash && keyOf((reviews[firstOf[group] as number] as Review).text) === key;
    let slot = hash & (slots.length - 1);
    while (slots[slot] !== FREE && !isKey(slots[slot] as number)) slot = (slot + 1) & (slots.length - 1);
    let group = slots[slot] as number;
    if (group === FREE) {
      group = slots[slot] = groupCount++;
      hashes[group] = hash;
      firstOf[group] = i;
    }
    countOf[group] = (countOf[group] as number) + 1;
    if (stars !== reviews[firstOf[group] as number]?.stars) isConsistent[group] = 0;
    return group;
  });
  return {
    groupCount,
    groupOf,
    firstOf: firstOf.slice(0, groupCount),
    countOf: countOf.slice(0, groupCount),
    isConsistent: isConsistent.slice(0, groupCount),
  };
}

/** Equal for copies. */
function keyOf(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, '');
}

/** FNV-1a over UTF-16 units (Fowler, Noll and Vo). */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** The number of different texts. Copies count once. */
export function countTexts(reviews: readonly Review[]): number {
  return groupCopies(reviews).groupCount;
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
  const { groupCount, countOf, isConsistent } = groupCopies(reviews);
  return {
    repeated: countOf.reduce((sum, count) => sum + Number(count > 1), 0),
    conflicting: isConsistent.reduce((sum, consistent) => sum + 1 - consistent, 0),
    copies: reviews.length - groupCount,
  };
}

export interface Conflict {
  readonly text: string;
  /** The stars of the copies, ascending. */
  readonly stars: readonly number[];
}

/** The first `most` texts whose copies have different stars. */
export function conflictsIn(reviews: readonly Review[], most: number): Conflict[] {
  const { groupOf, firstOf, isConsistent } = groupCopies(reviews);
  const chosen: number[] = [];
  for (let group = 0; group < isConsistent.length && chosen.length < most; group++)
    if (isConsistent[group] === 0) chosen.push(group);
  const stars = new Map(chosen.map((group): [number, number[]] => [group, []]));
  reviews.forEach((review, i) => {
    stars.get(groupOf[i] as number)?.push(review.stars);
  });
  return chosen.map((group) => ({
    text: (reviews[firstOf[group] as number] as Review).text,
    stars: (stars.get(group) as number[]).sort((a, b) => a - b),
  }));
}
