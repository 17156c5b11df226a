/**
 * Groups of neighbouring stars, so that a table or a plot of them stays readable: at most 12 groups.
 *
 * `groupStars` is for plots, which also sort scores into the groups, so every number has a group. `condense` is for
 * tables of counts that exist already: it joins neighbouring rows and columns of a confusion matrix.
 */
import type { Evaluation } from './evaluate.ts';

export interface StarGroups {
  readonly labels: readonly string[];
  /** The index of a value's group. A value outside all groups goes into the first or the last one. */
  groupOf(value: number): number;
}

const MAX_GROUPS = 12;
const STEPS = [1, 0.5, 0.25, 0.1];

/**
 * If there are few numbers of stars (whole or half stars, for example), each has its own group. Otherwise the groups
 * are ranges of a round width (for 0 to 100 stars, for example). The groups cover `scoreRange` and all stars.
 */
export function groupStars(stars: Iterable<number>, scoreRange: readonly [number, number]): StarGroups {
  let [lowest, highest] = scoreRange;
  const different = new Set(stars);
  for (const value of different) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const isMultiple = (step: number) =>
    [...different].every((value) => Math.abs(value / step - Math.round(value / step)) < 1e-9);
  const step = STEPS.find(isMultiple);
  if (step !== undefined && (highest - lowest) / step < MAX_GROUPS) return groupsAround(lowest, highest, step);
  return groupsBetween(lowest, highest);
}

/** One group for each multiple of a step: the values that round to it. */
function groupsAround(lowest: number, highest: number, step: number): StarGroups {
  const [first, last] = [Math.round(lowest / step), Math.round(highest / step)];
  return {
    labels: Array.from({ length: last - first + 1 }, (_, i) => String(roundTo12Digits((first + i) * step))),
    groupOf: (value) => Math.min(last, Math.max(first, Math.round(value / step))) - first,
  };
}

function groupsBetween(lowest: number, highest: number): StarGroups {
  const edges = roundEdges(lowest, highest, MAX_GROUPS - 2);
  return {
    labels: edges.slice(1).map((edge, i) => `${roundTo12Digits(edges[i] as number)}–${roundTo12Digits(edge)}`),
    groupOf: (value) => binOf(edges, value),
  };
}

/**
 * The rows and columns of a confusion matrix, where neighbours are joined until each side has at most 12 groups.
 */
export interface CondensedConfusion {
  readonly rows: readonly {
    /** `5`, or `0–9` for the reviews with 0, 1 … 9 stars. */
    readonly label: string;
    readonly reviews: number;
    /** Mean score. */
    readonly score: number;
    /** One for each column. */
    readonly counts: readonly number[];
  }[];
  readonly columns: readonly string[];
}

export function condense({ means, confusion }: Pick<Evaluation, 'means' | 'confusion'>): CondensedConfusion {
  const [rows, columns] = [groupValues(confusion.given), groupValues(confusion.predicted)];
  const sums = rows.labels.map(() => ({ reviews: 0, score: 0, counts: columns.labels.map(() => 0) }));
  means.forEach(({ reviews, score }, i) => {
    const sum = sums[rows.groupOf(i)] as (typeof sums)[number];
    sum.reviews += reviews;
    sum.score += reviews * score;
    confusion.counts[i]?.forEach((count, k) => {
      const column = columns.groupOf(k);
      sum.counts[column] = (sum.counts[column] as number) + count;
    });
  });
  return {
    rows: sums.map(({ reviews, score, counts }, i) => {
      return { label: rows.labels[i] as string, reviews, score: score / reviews, counts };
    }),
    columns: columns.labels,
  };
}

/** Groups with the same number of neighbours: 1, 2, 5, 10, 20 … The index of a value determines its group. */
function groupValues(values: readonly number[]): StarGroups {
  const edges =
    values.length <= MAX_GROUPS
      ? Array.from({ length: values.length + 1 }, (_, i) => i)
      : roundEdges(0, values.length, MAX_GROUPS, [1, 2, 5, 10]);
  return {
    labels: edges.slice(1).map((edge, i) => {
      const [first, last] = [values[edges[i] as number], values[Math.min(edge, values.length) - 1]];
      return first === last ? String(first) : `${first}–${last}`;
    }),
    groupOf: (index) => binOf(edges, index),
  };
}

/**
 * Edges of at most `most` bins of the same round width that cover [lowest, highest]. A width is a power of ten times a
 * factor.
 *
 * REQUIRES: lowest < highest.
 */
export function roundEdges(
  lowest: number,
  highest: number,
  most: number,
  factors: readonly number[] = [1, 2, 2.5, 5, 10, 20],
): number[] {
  const power = 10 ** Math.floor(Math.log10((highest - lowest) / most));
  for (const factor of factors) {
    const width = factor * power;
    const [first, end] = [Math.floor(lowest / width + 1e-9), Math.ceil(highest / width - 1e-9)];
    if (end - first <= most) return Array.from({ length: end - first + 1 }, (_, i) => (first + i) * width);
  }
  return [lowest, highest];
}

/**
 * The index of the bin [edge, next edge) that holds a value. The last bin includes its upper edge; values outside go to
 * the ends.
 */
export function binOf(edges: readonly number[], value: number): number {
  let bin = 0;
  while (bin < edges.length - 2 && value >= (edges[bin + 1] as number)) bin++;
  return bin;
}

function roundTo12Digits(value: number): number {
  return Number(value.toPrecision(12));
}
