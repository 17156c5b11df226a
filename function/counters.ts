/**
 * The counts of a process while it serves. An observation adds to numbers in preallocated arrays, so it costs a request
 * well under a microsecond. prometheus.ts passes the counts to prom-client at a scrape.
 */

import { binBounds, HISTOGRAM_BINS } from '../model/scoring/scorer.ts';

/** Counts of observed values, by upper bound. */
export class Histogram {
  readonly bounds: readonly number[];
  /** One count for each bound, and one for values above the last bound. Not cumulative. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > (this.bounds[i] as number)) i++;
    this.counts[i] = (this.counts[i] as number) + 1;
    this.sum += value;
  }
}

/** Bounds in seconds, from the time of one score to the time after which clients give up. */
const SECONDS: readonly number[] = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
  5, 10,
];

/**
 * The limit that made admission shed a request: the event-loop queue, the scorer's threads, buffered bytes, or
 * connections.
 */
export const shedReasons = ['loop', 'queue', 'memory', 'connections'] as const;
export type ShedReason = (typeof shedReasons)[number];

export class Counters {
  /** Seconds from a request's headers to its response, by route and status. */
  readonly durations = new Map<string, Map<number, Histogram>>();
  /** Seconds from a request's headers until its texts are known. */
  readonly preprocess = new Histogram(SECONDS);
  /** Seconds of scoring alone. */
  readonly predict = new Histogram(SECONDS);
  /** Scores, in bins of equal width over the score range. */
  scores = new Histogram([]);
  readonly shed: Record<ShedReason, number> = { loop: 0, queue: 0, memory: 0, connections: 0 };
  /** When each phase of the start ended, in milliseconds since the process began. */
  readonly startPhases = new Map<string, number>();

  /** Call it when the bundle is loaded, because the bundle has the score range. Earlier scores are not counted. */
  setScoreRange(range: readonly [number, number]): void {
    this.scores = new Histogram(binBounds(HISTOGRAM_BINS.scores, range));
  }

  duration(route: string, status: number): Histogram {
    const known = this.durations.get(route)?.get(status);
    if (known !== undefined) return known;
    const histogram = new Histogram(SECONDS);
    const byStatus = this.durations.get(route) ?? new Map<number, Histogram>();
    this.durations.set(route, byStatus.set(status, histogram));
    return histogram;
  }
}
