/**
 * Who is let in. A score takes microseconds of the one thread that answers everything, so what hurts is waiting for it:
 * too much is turned away at once, with 503 and Retry-After, while what was let in is answered in time.
 *
 * Three bounds, each of what it costs: how long the event loop has been busy with those it let in of the requests that it found at
 * one time (each of them has waited that long, and those behind it wait longer); how much text is in the scorer's threads, and how
 * long the oldest of it has been there; how many bytes of bodies are held while they arrive.
 */
import type { ShedReason } from './measurements.ts';

export interface AdmissionLimits {
  /** Milliseconds that the requests found at one turn of the event loop may take together before the others are shed. */
  readonly delayLimitMs: number;
  /** UTF-16 units of text in the scorer's threads. */
  readonly queueLimitUnits: number;
  /** Bytes of bodies that are arriving or waiting. */
  readonly bufferLimitBytes: number;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #now: () => number;
  /**
   * Of this turn of the event loop: requests that were let in, and how long those took. Turns are told apart from the UNTOLD-th
   * request on only: a server with few to answer pays nothing for it.
   */
  #turnRequests = 0;
  #turnMs = 0;
  /** Whose request was the last, and how long those that it sent ahead took: they come in one go. */
  #connection: object | undefined;
  #connectionMs = 0;
  /** When a request was last let in; undefined if the last one was not. */
  #letInAt: number | undefined;
  #queuedUnits = 0;
  readonly #queueBegan = new Set<{ readonly at: number }>();
  #bufferedBytes = 0;
  /** Requests whose headers are there and whose answer is not. */
  inFlight = 0;

  constructor(limits: AdmissionLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  get queuedUnits(): number {
    return this.#queuedUnits;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Why a request that begins now on a connection is not let in; undefined if it is. */
  refusal(connection: object, now = this.#now()): ShedReason | undefined {
    if (this.#letInAt !== undefined) {
      this.#turnMs += now - this.#letInAt;
      this.#connectionMs += now - this.#letInAt;
    }
    if (this.#turnRequests < LET_IN) {
      // The first UNTOLD of these may be of many turns, the others are of this one. Nothing is counted before the last of them.
      if (++this.#turnRequests === UNTOLD) this.#beginTurn();
      this.#letInAt = this.#turnRequests === LET_IN ? now : undefined;
      return undefined;
    }
    if (connection !== this.#connection) {
      this.#connection = connection;
      this.#connectionMs = 0;
    }
    const { delayLimitMs } = this.#limits;
    if (this.#turnMs > delayLimitMs || this.#connectionMs > delayLimitMs * SHARE_OF_ONE) {
      this.#letInAt = undefined;
      return 'loop';
    }
    this.#letInAt = now;
    return undefined;
  }

  #beginTurn(): void {
    this.#turnMs = 0;
    this.#connection = undefined;
    this.#connectionMs = 0;
    setImmediate(() => {
      this.#turnRequests = 0;
      this.#letInAt = undefined;
    });
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

/** So many requests are counted before the turns of the event loop are told apart. */
const UNTOLD = 32;

/**
 * Up to so many, those of one turn, at least half of them, are let in in any case: where they take long, it is the machine that stalls
 * (a processor that is shared, or taken away by a quota), and they are few.
 */
const LET_IN = 64;

/** Of the delay limit, for what one client sends ahead without waiting for answers. */
const SHARE_OF_ONE = 0.25;

/** The oldest batch may have been in the threads for so many times the delay limit. */
const QUEUE_AGE_LIMIT_TURNS = 4;
