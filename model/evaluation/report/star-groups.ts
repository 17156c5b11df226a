/**
 * What stars and scores are sorted into, so that a plot of them stays readable: a group for each number of stars where these
 * are few (whole or half ones, say), or ranges of round width where they are many (0 to 100, say).
 */
export interface StarGroups {
  readonly labels: readonly string[];
  /** The group of any number; what lies outside goes into the first or the last. */
  groupOf(value: number): number;
}

const MAX_GROUPS = 12;
const STEPS = [1, 0.5, 0.25, 0.1];

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
  if (step !== undefined && (highest - lowest) / step < MAX_GROUPS) return around(lowest, highest, step);
  return between(lowest, highest);
}

/** Groups around the multiples of a step: what rounds to them. */
function around(lowest: number, highest: number, step: number): StarGroups {
  const [first, last] = [Math.round(lowest / step), Math.round(highest / step)];
  return {
    labels: Array.from({ length: last - first + 1 }, (_, i) => String(roundTo((first + i) * step))),
    groupOf: (value) => Math.min(last, Math.max(first, Math.round(value / step))) - first,
  };
}

function between(lowest: number, highest: number): StarGroups {
  const edges = roundEdges(lowest, highest, MAX_GROUPS - 2);
  return {
    labels: edges.slice(1).map((edge, i) => `${roundTo(edges[i] as number)}–${roundTo(edge)}`),
    groupOf: (value) => binOf(edges, value),
  };
}

/** Edges at round distances, at most `most` bins, that hold [lowest, highest]. REQUIRES: lowest < highest. */
export function roundEdges(lowest: number, highest: number, most: number): number[] {
  const power = 10 ** Math.floor(Math.log10((highest - lowest) / most));
  for (const factor of [1, 2, 2.5, 5, 10, 20]) {
    const width = factor * power;
    const [first, end] = [Math.floor(lowest / width + 1e-9), Math.ceil(highest / width - 1e-9)];
    if (end - first <= most) return Array.from({ length: end - first + 1 }, (_, i) => (first + i) * width);
  }
  return [lowest, highest];
}

/** The bin [edge, next edge) of a value, the last one closed; what lies outside goes into the first or the last. */
export function binOf(edges: readonly number[], value: number): number {
  let bin = 0;
  while (bin < edges.length - 2 && value >= (edges[bin + 1] as number)) bin++;
  return bin;
}

function roundTo(value: number): number {
  return Number(value.toPrecision(12));
}
