/**
 * Records the results of a load test. Latency counts from the time when a request was due to the end of its response.
 * It goes into HDR histograms (HdrHistogram_c, which is part of Node) in nanoseconds, with three significant digits.
 * Accepted and refused responses have separate histograms. Failures are counted by class, and have no latency.
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Verdict } from './verdict.ts';

export interface Latency {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/**
 * One second of a run. A response counts in the second in which it arrived. A request counts in the second in which the
 * generator made it, which may be later than its due time (`lag`).
 */
export interface Second {
  readonly second: number;
  readonly offered: number;
  readonly accepted: number;
  readonly refused: number;
  readonly failed: number;
  /** Latency of accepted responses. Undefined if there were none. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

export interface Figures {
  /** From the start to the last response, or to the end of the schedule if that is later. */
  readonly seconds: number;
  readonly offered: number;
  readonly accepted: number;
  readonly refused: number;
  /** Number of failures by class. */
  readonly errors: Readonly<Record<string, number>>;
  /** Requests that were due but never sent, because no connection became free in time. */
  readonly unsent: number;
  /** Requests that found no free connection when they were due, and had to wait. */
  readonly late: number;
  /** Requests in flight when the run was interrupted. */
  readonly unfinished: number;
  /** Accepted responses per second. */
  readonly goodput: number;
  readonly latency: { readonly accepted: Latency | undefined; readonly refused: Latency | undefined };
  /** How late the generator of an open loop was. If this is not small, the sending machine is too slow. */
  readonly lag: Latency | undefined;
  readonly connectionsOpened: number;
  readonly timeline: readonly Second[];
}

type Counts = { -readonly [Name in 'offered' | 'accepted' | 'refused' | 'failed']: number };

export class Recorder {
  readonly #startMs: number;
  readonly #onSecond: (second: Second) => void;
  readonly #accepted = histogram();
  readonly #refused = histogram();
  readonly #lag = histogram();
  readonly #acceptedInSecond = histogram();
  readonly #counts: Counts = { offered: 0, accepted: 0, refused: 0, failed: 0 };
  readonly #errors = new Map<string, number>();
  readonly #timeline: Second[] = [];
  #current: Counts = { offered: 0, accepted: 0, refused: 0, failed: 0 };
  #unsent = 0;
  #lastMs: number;

  constructor(startMs: number, onSecond: (second: Second) => void) {
    this.#startMs = startMs;
    this.#lastMs = startMs;
    this.#onSecond = onSecond;
  }

  recordOffered(dueMs: number, nowMs: number): void {
    this.tick(nowMs);
    this.#counts.offered++;
    this.#current.offered++;
    // Never late in a closed loop, where a request is due when it is sent.
    if (nowMs > dueMs) this.#lag.record(nanoseconds(nowMs - dueMs));
  }

  recordResponse(verdict: Verdict, dueMs: number, nowMs: number): void {
    this.tick(nowMs);
    if (verdict === 'accepted' || verdict === 'refused') {
      this.#lastMs = nowMs;
      this.#counts[verdict]++;
      this.#current[verdict]++;
      const latency = nanoseconds(nowMs - dueMs);
      if (verdict === 'refused') {
        this.#refused.record(latency);
      } else {
        this.#accepted.record(latency);
        this.#acceptedInSecond.record(latency);
      }
    } else {
      this.#fail();
      this.#errors.set(verdict.error, (this.#errors.get(verdict.error) ?? 0) + 1);
    }
  }

  recordUnsent(nowMs: number): void {
    this.tick(nowMs);
    this.#unsent++;
    this.#fail();
  }

  /** Ends the seconds that have passed, and reports them. */
  tick(nowMs: number): void {
    while (nowMs - this.#startMs >= (this.#timeline.length + 1) * 1000) this.#closeSecond();
  }

  /** `endMs` is the end of the schedule. */
  figures(endMs: number, connections: { readonly opened: number; readonly late: number }): Figures {
    if (Object.values(this.#current).some((count) => count > 0)) this.#closeSecond();
    const { offered, accepted, refused, failed } = this.#counts;
    const seconds = (Math.max(endMs, this.#lastMs) - this.#startMs) / 1000;
    return {
      seconds,
      offered,
      accepted,
      refused,
      errors: Object.fromEntries([...this.#errors].sort(([, one], [, other]) => other - one)),
      unsent: this.#unsent,
      late: connections.late,
      unfinished: offered - accepted - refused - failed,
      goodput: accepted / seconds,
      latency: { accepted: latencyOf(this.#accepted), refused: latencyOf(this.#refused) },
      lag: latencyOf(this.#lag),
      connectionsOpened: connections.opened,
      timeline: this.#timeline,
    };
  }

  #fail(): void {
    this.#counts.failed++;
    this.#current.failed++;
  }

  #closeSecond(): void {
    const latency = latencyOf(this.#acceptedInSecond);
    const second = {
      second: this.#timeline.length,
      ...this.#current,
      p50Ms: latency?.p50Ms,
      p99Ms: latency?.p99Ms,
    };
    this.#timeline.push(second);
    this.#acceptedInSecond.reset();
    this.#current = { offered: 0, accepted: 0, refused: 0, failed: 0 };
    this.#onSecond(second);
  }
}

function histogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: 3_600e9, figures: 3 });
}

function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1e6));
}

function latencyOf(recorded: RecordableHistogram): Latency | undefined {
  if (recorded.count === 0) return undefined;
  const ms = (percent: number) => recorded.percentile(percent) / 1e6;
  return {
    count: recorded.count,
    meanMs: recorded.mean / 1e6,
    p50Ms: ms(50),
    p90Ms: ms(90),
    p99Ms: ms(99),
    p999Ms: ms(99.9),
    maxMs: ms(100),
  };
}
