/**
 * The lowest, the middle and the highest stars: the groups of reviews that AUC compares. On a range from 1 to 5 they are
 * 1 star, 2.5 to 3.5 stars and 5 stars. On a wider scale, such as 0 to 100, each group has several numbers of stars, so
 * that enough reviews belong to it.
 */

/** A side is an index into this list. */
export const sides = ['lowest', 'middle', 'highest'] as const;
export const [LOWEST, MIDDLE, HIGHEST] = [0, 1, 2] as const;
/** The side of stars between the groups. */
export const NO_SIDE = 3;

/** The groups at the ends are nearer to their end than this share of the range. The middle is as near to the middle. */
const REACH = 1 / 8;

/** The stars of one group, as reviewers gave them. */
export interface StarGroup {
  readonly from: number;
  readonly to: number;
  /** The number of reviews. */
  readonly reviews: number;
}

/** `range` covers the stars. If its ends are equal, nothing has a side. */
export function sideOf(stars: number, [lowest, highest]: readonly [number, number]): number {
  const share = (stars - lowest) / (highest - lowest);
  if (share < REACH) return LOWEST;
  if (share > 1 - REACH) return HIGHEST;
  return Math.abs(share - 0.5) <= REACH ? MIDDLE : NO_SIDE;
}

/** The side of each review. */
export function sidesOf(stars: ArrayLike<number>, range: readonly [number, number]): Uint8Array {
  return Uint8Array.from(stars, (value) => sideOf(value, range));
}

/** The lowest and the highest stars. REQUIRES: at least one review. */
export function rangeOf(stars: ArrayLike<number>): [lowest: number, highest: number] {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < stars.length; i++) {
    lowest = Math.min(lowest, stars[i] as number);
    highest = Math.max(highest, stars[i] as number);
  }
  return [lowest, highest];
}

/** The range that the stars are read in: that of the scores, or their own if they are of another scale. */
export function scaleOf(stars: ArrayLike<number>, scoreRange: readonly [number, number]): readonly [number, number] {
  const given = rangeOf(stars);
  return given[0] >= scoreRange[0] && given[1] <= scoreRange[1] ? scoreRange : given;
}

/** The group of each side; undefined if no review has it. */
export function starGroupsOf(stars: ArrayLike<number>, range: readonly [number, number]): (StarGroup | undefined)[] {
  const groups: (StarGroup | undefined)[] = sides.map(() => undefined);
  sidesOf(stars, range).forEach((side, i) => {
    if (side === NO_SIDE) return;
    const value = stars[i] as number;
    const group = groups[side] ?? { from: value, to: value, reviews: 0 };
    groups[side] = {
      from: Math.min(group.from, value),
      to: Math.max(group.to, value),
      reviews: group.reviews + 1,
    };
  });
  return groups;
}

/** `1`, or `0–12`. */
export function groupText({ from, to }: Pick<StarGroup, 'from' | 'to'>): string {
  return from === to ? String(from) : `${from}–${to}`;
}

/** `1 star`, `5 stars` or `0–12 stars`. */
export function starsText(group: Pick<StarGroup, 'from' | 'to'>): string {
  return `${groupText(group)} ${group.from === 1 && group.to === 1 ? 'star' : 'stars'}`;
}
