/**
 * Runs a load: an open loop, whose requests are due at fixed times whatever the server does, or a closed one, whose workers each send a request
 * when the last is answered. A server that stops for a while is asked on and on by the first, and waited for by the second: its latencies are
 * what clients would see, the other's only what those see that got through (coordinated omission).
 */
import type { Ending } from './connection.ts';
import { ConnectionPool, type Exchange } from './connections.ts';
import { type Figures, Recorder, type Second } from './recorder.ts';
import type { Target } from './target.ts';
import { Judge } from './verdict.ts';

export interface LoadOptions {
  readonly target: Target;
  readonly texts: readonly string[];
  /** Whether each answer has to be a score. */
  readonly isChecked: boolean;
  /** The most connections of an open loop. A closed one has as many as workers. */
  readonly connections: number;
  /** From when a request is due. */
  readonly timeoutMs: number;
  /** Breaks it off; what was measured so far is the result. */
  readonly signal?: AbortSignal;
  readonly onSecond?: (second: Second) => void;
}

export interface OpenLoop {
  /** Requests a second. */
  readonly rate: number;
  readonly durationMs: number;
}

export interface ClosedLoop {
  readonly workers: number;
  /** At the end of each, the workers wait for each other. */
  readonly rounds: number;
  /** How long a round takes: so many requests, or so long. */
  readonly round: { readonly requests: number } | { readonly durationMs: number };
}

const SWEEP_MS = 50;
// What waits for a connection when the schedule ends has this long to get one; then it could not be sent in time.
const GRACE_MS = 1000;
// Timers are late by up to a millisecond or two; closer than this to the next request, the event loop goes round instead of sleeping.
const TIMER_MS = 2;

export async function runOpenLoop(options: LoadOptions, { rate, durationMs }: OpenLoop): Promise<Figures> {
  const run = new Run(options, options.connections);
  const count = Math.max(1, Math.round((rate * durationMs) / 1000));
  let sent = 0;
  await new Promise<void>((resolve) => {
    const sendDue = () => {
      const now = performance.now();
      let wait = 0;
      for (; sent < count && !run.isBroken; sent++) {
        const due = run.beganMs + (sent * 1000) / rate;
        wait = due - now;
        if (wait > 0) break;
        run.send(sent, due, now);
      }
      if (sent === count || run.isBroken) resolve();
      else if (wait > TIMER_MS) setTimeout(sendDue, Math.min(wait - TIMER_MS / 2, SWEEP_MS));
      else setImmediate(sendDue);
    };
    sendDue();
  });
  return run.finish(run.beganMs + durationMs);
}

/** With the seconds that each round took. */
export async function runClosedLoop(
  options: LoadOptions,
  { workers, rounds, round }: ClosedLoop,
): Promise<Figures & { readonly rounds: readonly number[] }> {
  const run = new Run(options, workers);
  const seconds: number[] = [];
  let sent = 0;
  for (let i = 0; i < rounds && !run.isBroken; i++) {
    const began = performance.now();
    const last = 'requests' in round ? sent + round.requests : Number.POSITIVE_INFINITY;
    const endMs = 'durationMs' in round ? began + round.durationMs : Number.POSITIVE_INFINITY;
    const sendNext = () => {
      const now = performance.now();
      if (sent < last && now < endMs && !run.isBroken) run.send(sent++, now, now);
    };
    run.onEnd = sendNext;
    for (let worker = 0; worker < workers; worker++) sendNext();
    await run.settled();
    seconds.push((performance.now() - began) / 1000);
  }
  return { ...(await run.finish(performance.now())), rounds: seconds };
}

class Run {
  readonly beganMs = performance.now();
  /** After each request's end. */
  onEnd: () => void = () => {};
  readonly #texts: number;
  readonly #judge: Judge;
  readonly #recorder: Recorder;
  readonly #connections: ConnectionPool;
  readonly #signal: AbortSignal | undefined;
  readonly #sweeping: NodeJS.Timeout;
  readonly #onAbort = () => this.#settle();
  #pending = 0;
  #settle = () => {};

  constructor({ target, texts, isChecked, timeoutMs, signal, onSecond }: LoadOptions, connections: number) {
    this.#texts = texts.length;
    this.#judge = new Judge(texts, isChecked);
    this.#recorder = new Recorder(this.beganMs, onSecond ?? (() => {}));
    this.#connections = new ConnectionPool(target, connections, timeoutMs, {
      onEnd: (exchange, ending) => this.#end(exchange, ending),
    });
    this.#signal = signal;
    this.#signal?.addEventListener('abort', this.#onAbort);
    this.#sweeping = setInterval(() => {
      const now = performance.now();
      this.#connections.sweep(now);
      this.#recorder.tick(now);
    }, SWEEP_MS);
  }

  get isBroken(): boolean {
    return this.#signal?.aborted === true;
  }

  send(i: number, dueMs: number, nowMs: number): void {
    this.#pending++;
    this.#recorder.offer(dueMs, nowMs);
    this.#connections.send({ text: i % this.#texts, dueMs });
  }

  /** When every request has ended, or the run is broken off. */
  async settled(): Promise<void> {
    if (this.#pending === 0 || this.isBroken) return;
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
  }

  async finish(endMs: number): Promise<Figures> {
    const grace = setTimeout(() => this.#connections.giveUpWaiting(), GRACE_MS);
    await this.settled();
    clearTimeout(grace);
    clearInterval(this.#sweeping);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#connections.close();
    return this.#recorder.figures(this.isBroken ? performance.now() : endMs, this.#connections);
  }

  #end({ text, dueMs }: Exchange, ending: Ending | undefined): void {
    const now = performance.now();
    if (ending === undefined) this.#recorder.neverSent(now);
    else if ('failure' in ending) this.#recorder.answer({ error: ending.failure }, dueMs, now);
    else this.#recorder.answer(this.#judge.verdictOf(text, ending.status, ending.body), dueMs, now);
    this.#pending--;
    this.onEnd();
    if (this.#pending === 0) this.#settle();
  }
}
