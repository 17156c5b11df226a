/**
 * What a process counts as it serves: numbers into arrays that are there already, so that a request pays well under a
 * microsecond for it. metrics.ts gives them to prom-client, at a scrape.
 */

/** Counts of observations by upper bound. */
export class Histogram {
  readonly bounds: readonly number[];
  /** One for each bound, and one for what is above the last; not cumulative. */
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

/** Seconds, from what a score takes to what a client gives up after. */
const SECONDS: readonly number[] = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
  5, 10,
];
const SHARES: readonly number[] = Array.from({ length: 16 }, (_, i) => (i + 1) / 16);

/** Why a request was turned away: too much is waiting on the event loop, in the scorer's threads, or in bodies that arrive. */
export const shedReasons = ['loop', 'queue', 'memory', 'connections'] as const;
export type ShedReason = (typeof shedReasons)[number];

export class Counters {
  /** From a request's headers to its answer, by route and status. */
  readonly durations = new Map<string, Map<number, Histogram>>();
  /** From a request's headers until its texts are there. */
  readonly preprocess = new Histogram(SECONDS);
  /** Scoring alone. */
  readonly predict = new Histogram(SECONDS);
  /** By sixteenths of the score range. */
  scores = new Histogram([]);
  readonly shed: Record<ShedReason, number> = { loop: 0, queue: 0, memory: 0, connections: 0 };
  /** Of the start: milliseconds since the process began, by phase. */
  readonly startPhases = new Map<string, number>();

  /** Once the bundle is loaded and tells its range; what was scored before is counted nowhere. */
  setScoreRange([lowest, highest]: readonly [number, number]): void {
    this.scores = new Histogram(SHARES.map((share) => lowest + share * (highest - lowest)));
  }

  duration(route: string, status: number): Histogram {
    const known = this.durations.get(route)?.get(status);
    if (known !== undefined) return known;
    const histogram = new Histogram(SECONDS);
    const ofRoute = this.durations.get(route) ?? new Map<number, Histogram>();
    this.durations.set(route, ofRoute.set(status, histogram));
    return histogram;
  }
}
