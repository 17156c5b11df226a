/**
 * What a load measured. Latencies go into HDR histograms (HdrHistogram_c, which Node carries) in nanoseconds, to three digits, from when a
 * request was due to the end of its answer; accepted and refused ones apart. Failures are counted by class, and have no latency.
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

/** What happened within a second of a run: answers count where they came, offers where the generator made them, which may be later than due (`lag`). */
export interface Second {
  readonly second: number;
  readonly offered: number;
  readonly accepted: number;
  readonly refused: number;
  readonly failed: number;
  /** Of accepted answers; undefined where there were none. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

export interface Figures {
  /** From the first request to the last answer, or to the end of the schedule if that is later. */
  readonly seconds: number;
  readonly offered: number;
  readonly accepted: number;
  readonly refused: number;
  /** By class. */
  readonly errors: Readonly<Record<string, number>>;
  /** Due, but never sent: no connection came free in time. */
  readonly unsent: number;
  /** Sent late: no connection was free when they were due. */
  readonly late: number;
  /** On their way when the run was broken off. */
  readonly unfinished: number;
  /** Accepted answers a second. */
  readonly goodput: number;
  readonly latency: { readonly accepted: Latency | undefined; readonly refused: Latency | undefined };
  /** How late the generator of an open loop was: where this is not small, the machine that sends is too slow. */
  readonly lag: Latency | undefined;
  readonly connectionsOpened: number;
  readonly timeline: readonly Second[];
}

type Counts = { -readonly [Name in 'offered' | 'accepted' | 'refused' | 'failed']: number };

export class Recorder {
  readonly #beganMs: number;
  readonly #onSecond: (second: Second) => void;
  readonly #accepted = histogram();
  readonly #refused = histogram();
  readonly #lag = histogram();
  readonly #ofSecond = histogram();
  readonly #counts: Counts = { offered: 0, accepted: 0, refused: 0, failed: 0 };
  readonly #errors = new Map<string, number>();
  readonly #timeline: Second[] = [];
  #current: Counts = { offered: 0, accepted: 0, refused: 0, failed: 0 };
  #unsent = 0;
  #lastMs: number;

  constructor(beganMs: number, onSecond: (second: Second) => void) {
    this.#beganMs = beganMs;
    this.#lastMs = beganMs;
    this.#onSecond = onSecond;
  }

  offer(dueMs: number, nowMs: number): void {
    this.tick(nowMs);
    this.#counts.offered++;
    this.#current.offered++;
    if (nowMs > dueMs) this.#lag.record(nanoseconds(nowMs - dueMs)); // in a closed loop, a request is due when it is sent
  }

  answer(verdict: Verdict, dueMs: number, nowMs: number): void {
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
        this.#ofSecond.record(latency);
      }
    } else {
      this.#fail();
      this.#errors.set(verdict.error, (this.#errors.get(verdict.error) ?? 0) + 1);
    }
  }

  neverSent(nowMs: number): void {
    this.tick(nowMs);
    this.#unsent++;
    this.#fail();
  }

  /** Closes the seconds that have passed. */
  tick(nowMs: number): void {
    while (nowMs - this.#beganMs >= (this.#timeline.length + 1) * 1000) this.#closeSecond();
  }

  /** `endMs`: when the schedule ended. */
  figures(endMs: number, connections: { readonly opened: number; readonly late: number }): Figures {
    if (Object.values(this.#current).some((count) => count > 0)) this.#closeSecond();
    const { offered, accepted, refused, failed } = this.#counts;
    const seconds = (Math.max(endMs, this.#lastMs) - this.#beganMs) / 1000;
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
    const latency = latencyOf(this.#ofSecond);
    const second = {
      second: this.#timeline.length,
      ...this.#current,
      p50Ms: latency?.p50Ms,
      p99Ms: latency?.p99Ms,
    };
    this.#timeline.push(second);
    this.#ofSecond.reset();
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
