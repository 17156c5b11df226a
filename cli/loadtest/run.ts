/**
 * Runs a load test. In an open loop, requests are due at fixed times, whatever the server does. In a closed loop, each
 * worker sends its next request after the response to its last one. If the server stalls, the open loop keeps sending,
 * so it measures the latencies that clients would see. The closed loop waits, so it misses most of the delayed requests
 * (coordinated omission).
 */
import type { Outcome } from './connection.ts';
import { ConnectionPool, type ScheduledRequest } from './connection-pool.ts';
import { type Figures, Recorder, type Second } from './recorder.ts';
import type { Target } from './target.ts';
import { ResponseChecker } from './verdict.ts';

export interface LoadOptions {
  readonly target: Target;
  readonly texts: readonly string[];
  /** Whether each response must hold a score. */
  readonly isChecked: boolean;
  /** The largest number of connections of an open loop. A closed loop has one for each worker. */
  readonly connections: number;
  /** Counts from the time when a request is due. */
  readonly timeoutMs: number;
  /** Interrupts the run. The result holds the figures up to then. */
  readonly signal?: AbortSignal;
  readonly onSecond?: (second: Second) => void;
}

export interface OpenLoop {
  /** Requests per second. */
  readonly rate: number;
  readonly durationMs: number;
}

export interface ClosedLoop {
  readonly workers: number;
  /** The workers wait for each other at the end of each round. */
  readonly rounds: number;
  /** A round ends after this number of requests, or after this time. */
  readonly round: { readonly requests: number } | { readonly durationMs: number };
}

const SWEEP_MS = 50;
// When the schedule ends, requests that still wait for a connection have this time to get one. Then they count as
// unsent.
const GRACE_MS = 1000;
// Timers are up to 2 ms late. If the next request is due sooner than this, the event loop spins instead of sleeping.
const TIMER_MS = 2;

/** Sends `rate` requests per second for `durationMs`, then waits for the responses. */
export async function runOpenLoop(options: LoadOptions, { rate, durationMs }: OpenLoop): Promise<Figures> {
  const run = new Run(options, options.connections);
  const count = Math.max(1, Math.round((rate * durationMs) / 1000));
  let sent = 0;
  await new Promise<void>((resolve) => {
    const sendDue = () => {
      const now = performance.now();
      let wait = 0;
      for (; sent < count && !run.isInterrupted; sent++) {
        const due = run.startMs + (sent * 1000) / rate;
        wait = due - now;
        if (wait > 0) break;
        run.send(sent, due, now);
      }
      if (sent === count || run.isInterrupted) resolve();
      else if (wait > TIMER_MS) setTimeout(sendDue, Math.min(wait - TIMER_MS / 2, SWEEP_MS));
      else setImmediate(sendDue);
    };
    sendDue();
  });
  return run.finish(run.startMs + durationMs);
}

/** The result also has the duration of each round, in seconds. */
export async function runClosedLoop(
  options: LoadOptions,
  { workers, rounds, round }: ClosedLoop,
): Promise<Figures & { readonly rounds: readonly number[] }> {
  const run = new Run(options, workers);
  const seconds: number[] = [];
  let sent = 0;
  for (let i = 0; i < rounds && !run.isInterrupted; i++) {
    const startMs = performance.now();
    const last = 'requests' in round ? sent + round.requests : Number.POSITIVE_INFINITY;
    const endMs = 'durationMs' in round ? startMs + round.durationMs : Number.POSITIVE_INFINITY;
    const sendNext = () => {
      const now = performance.now();
      if (sent < last && now < endMs && !run.isInterrupted) run.send(sent++, now, now);
    };
    run.onEnd = sendNext;
    for (let worker = 0; worker < workers; worker++) sendNext();
    await run.settled();
    seconds.push((performance.now() - startMs) / 1000);
  }
  return { ...(await run.finish(performance.now())), rounds: seconds };
}

/** The state that both loops share: the pool, the recorder, and the number of pending requests. */
class Run {
  readonly startMs = performance.now();
  /** Called after the end of each request. */
  onEnd: () => void = () => {};
  readonly #textCount: number;
  readonly #checker: ResponseChecker;
  readonly #recorder: Recorder;
  readonly #pool: ConnectionPool;
  readonly #signal: AbortSignal | undefined;
  readonly #sweeping: NodeJS.Timeout;
  readonly #onAbort = () => this.#settle();
  #pending = 0;
  #settle = () => {};

  constructor({ target, texts, isChecked, timeoutMs, signal, onSecond }: LoadOptions, connections: number) {
    this.#textCount = texts.length;
    this.#checker = new ResponseChecker(texts, isChecked);
    this.#recorder = new Recorder(this.startMs, onSecond ?? (() => {}));
    this.#pool = new ConnectionPool(target, connections, timeoutMs, {
      onEnd: (request, outcome) => this.#end(request, outcome),
    });
    this.#signal = signal;
    this.#signal?.addEventListener('abort', this.#onAbort);
    this.#sweeping = setInterval(() => {
      const now = performance.now();
      this.#pool.sweep(now);
      this.#recorder.tick(now);
    }, SWEEP_MS);
  }

  get isInterrupted(): boolean {
    return this.#signal?.aborted === true;
  }

  send(i: number, dueMs: number, nowMs: number): void {
    this.#pending++;
    this.#recorder.recordOffered(dueMs, nowMs);
    this.#pool.send({ textIndex: i % this.#textCount, dueMs });
  }

  /** Resolves when every request has ended, or the run is interrupted. */
  async settled(): Promise<void> {
    if (this.#pending === 0 || this.isInterrupted) return;
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
  }

  async finish(endMs: number): Promise<Figures> {
    const grace = setTimeout(() => this.#pool.giveUpWaiting(), GRACE_MS);
    await this.settled();
    clearTimeout(grace);
    clearInterval(this.#sweeping);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#pool.close();
    return this.#recorder.figures(this.isInterrupted ? performance.now() : endMs, this.#pool);
  }

  #end({ textIndex, dueMs }: ScheduledRequest, outcome: Outcome | undefined): void {
    const now = performance.now();
    if (outcome === undefined) this.#recorder.recordUnsent(now);
    else if ('failure' in outcome) this.#recorder.recordResponse({ error: outcome.failure }, dueMs, now);
    else this.#recorder.recordResponse(this.#checker.verdictOf(textIndex, outcome.status, outcome.body), dueMs, now);
    this.#pending--;
    this.onEnd();
    if (this.#pending === 0) this.#settle();
  }
}
