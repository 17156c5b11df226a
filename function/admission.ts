/**
 * Who is let in. A score takes microseconds of the one thread that answers everything, so what hurts is waiting for it:
 * too much is turned away at once, with 503 and Retry-After, while what was let in is answered in time.
 *
 * Three bounds, each of what it costs: how long those that wait for the event loop will take; how much text is in the scorer's
 * threads, and how long the oldest of it has been there; how many bytes of bodies are held while they arrive.
 */
import type { ShedReason } from './measurements.ts';
import { Turns } from './turns.ts';

export interface AdmissionLimits {
  /** Milliseconds that requests may wait for the event loop before others are shed. */
  readonly delayLimitMs: number;
  /** UTF-16 units of text in the scorer's threads. */
  readonly queueLimitUnits: number;
  /** Bytes of bodies that are arriving or waiting. */
  readonly bufferLimitBytes: number;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #now: () => number;
  /** How many of each connection are let in and not answered, where there are any. */
  readonly #ofConnection = new Map<object, number>();
  #queuedUnits = 0;
  readonly #queueBegan = new Set<{ readonly at: number }>();
  #bufferedBytes = 0;
  /** Requests whose headers are there and whose answer is not. */
  inFlight = 0;
  readonly turns: Turns;

  constructor(limits: AdmissionLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.turns = new Turns(now);
  }

  get queuedUnits(): number {
    return this.#queuedUnits;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Whether those that wait for the event loop are as many as can be answered in time. */
  get isFull(): boolean {
    return this.turns.length >= FEW && this.turns.expectedMs > this.#limits.delayLimitMs;
  }

  /** Why a request that begins now on a connection is not let in; undefined if it is, and has to `leave`. */
  enter(connection: object): ShedReason | undefined {
    const ahead = this.#ofConnection.get(connection) ?? 0;
    if (this.isFull || ahead >= MOST_AHEAD) return 'loop';
    this.#ofConnection.set(connection, ahead + 1);
    return undefined;
  }

  leave(connection: object): void {
    const ahead = this.#ofConnection.get(connection) ?? 0;
    if (ahead > 1) this.#ofConnection.set(connection, ahead - 1);
    else this.#ofConnection.delete(connection);
  }

  /** Room for so many bytes of a body; false if there is none. Whoever took it gives it back. */
  buffer(bytes: number): boolean {
    if (this.#bufferedBytes + bytes > this.#limits.bufferLimitBytes) return false;
    this.#bufferedBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#bufferedBytes -= bytes;
  }

  /** Whether so many units may wait for the scorer's threads; a single request always may where nothing waits. */
  hasRoomFor(units: number): boolean {
    if (this.#queuedUnits === 0) return true;
    const [oldest] = this.#queueBegan;
    const isOld = oldest !== undefined && this.#now() - oldest.at > QUEUE_AGE_LIMIT_TURNS * this.#limits.delayLimitMs;
    return !isOld && this.#queuedUnits + units <= this.#limits.queueLimitUnits;
  }

  /** Counts the units of `work` as waiting until it ends. */
  async queue<T>(units: number, work: () => Promise<T>): Promise<T> {
    const began = { at: this.#now() };
    this.#queueBegan.add(began);
    this.#queuedUnits += units;
    try {
      return await work();
    } finally {
      this.#queuedUnits -= units;
      this.#queueBegan.delete(began);
    }
  }
}

/** So many may wait in any case: where they take long, it is the machine that stalls, and they are few. */
const FEW = 32;

/** What one client may send ahead without waiting for answers, in requests; short ones take 10 ms together. */
const MOST_AHEAD = 256;

/** The oldest batch may have been in the threads for so many times the delay limit. */
const QUEUE_AGE_LIMIT_TURNS = 4;
