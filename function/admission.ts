/**
 * Admission: decides which requests are admitted, and which are shed with 503 and Retry-After.
 *
 * A score takes microseconds on the one thread that answers all requests. Under overload, the waiting time is the
 * problem. So a request is shed at once if too much work is ahead of it, and an admitted request is answered in time.
 *
 * There are three limits, one for each cost of a request:
 * - time: the expected wait in the event-loop queue, and the requests of one connection;
 * - text: the work in the scorer's threads, in UTF-16 units, and the age of the oldest batch there;
 * - bytes: the buffered bytes of arriving bodies and of unsent responses.
 *
 * This file keeps the limits and the counts. request-lifecycle.ts calls it, and connections.ts limits the connections.
 */
import type { Socket } from 'node:net';
import { nowMs } from './clock.ts';
import type { Counters, ShedReason } from './counters.ts';
import { EventLoopQueue } from './event-loop-queue.ts';
import type { HttpReply } from './http-message.ts';
import { HttpError, setBy } from './response.ts';

export interface AdmissionLimits {
  /** The longest expected wait for the event loop, in milliseconds. */
  readonly delayLimitMs: number;
  /** Work in the scorer's threads, in UTF-16 units of text. */
  readonly queueLimitUnits: number;
  /** Bytes of bodies that are arriving or waiting, and of responses that are not sent. */
  readonly bufferLimitBytes: number;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #now: () => number;
  /** Connections over the limit. Only GET requests (health probes) are served on them. */
  readonly #overLimit = new WeakSet<object>();
  /** Admitted requests without a response, by connection. A connection without admitted requests is not in the map. */
  readonly #admittedByConnection = new Map<object, number>();
  #queuedUnits = 0;
  /** When each batch in the scorer's threads started, the oldest first. */
  readonly #batchStarts = new Set<{ readonly atMs: number }>();
  #bufferedBytes = 0;
  /** The bytes of unsent responses in #bufferedBytes, by connection. */
  readonly #unsentBytes = new WeakMap<Socket, number>();
  /** Requests whose headers have arrived and whose response is not written. */
  inFlight = 0;
  readonly eventLoopQueue: EventLoopQueue;

  constructor(limits: AdmissionLimits, now: () => number = nowMs) {
    this.#limits = limits;
    this.#now = now;
    this.eventLoopQueue = new EventLoopQueue(now);
  }

  /** Work in the scorer's threads, in UTF-16 units of text. */
  get queuedUnits(): number {
    return this.#queuedUnits;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  // ------------------------------------------------------------------------------------------------------------ time

  /** Whether a request at the end of the event-loop queue would wait for longer than the limit. */
  get isQueueFull(): boolean {
    return this.isTooLong(this.eventLoopQueue.length, this.eventLoopQueue.expectedWaitMs);
  }

  /** Whether a request behind so many others, which take so many milliseconds, would wait for longer than the limit. */
  isTooLong(length: number, expectedWaitMs: number): boolean {
    return length >= MIN_QUEUE_LENGTH && expectedWaitMs > this.#limits.delayLimitMs;
  }

  /** Marks a connection as over the limit of connections: no request on it is admitted. */
  markOverLimit(connection: object): void {
    this.#overLimit.add(connection);
  }

  /**
   * Admits a request on a connection and returns undefined, or returns the reason to shed it. Each admission must be
   * followed by a call of `leave`.
   */
  enter(connection: object): ShedReason | undefined {
    if (this.#overLimit.has(connection)) return 'connections';
    const admitted = this.#admittedByConnection.get(connection) ?? 0;
    if (this.isQueueFull || admitted >= MAX_REQUESTS_PER_CONNECTION) return 'loop';
    this.#admittedByConnection.set(connection, admitted + 1);
    return undefined;
  }

  /** Whether an admitted request on the connection has no response yet. */
  isBusy(connection: object): boolean {
    return this.#admittedByConnection.has(connection);
  }

  /** Call it when an admitted request on a connection has its response. */
  leave(connection: object): void {
    const admitted = this.#admittedByConnection.get(connection) ?? 0;
    if (admitted > 1) this.#admittedByConnection.set(connection, admitted - 1);
    else this.#admittedByConnection.delete(connection);
  }

  // ----------------------------------------------------------------------------------------------------------- bytes

  /**
   * Reserves bytes of the buffer limit. Returns false if they are not free. `freeBytes` must release them. `heldBytes`
   * are those that the same request has reserved already. A part of the limit is kept for small bodies, so that clients
   * that send large ones slowly do not lock out the others.
   */
  reserveBytes(bytes: number, heldBytes = 0): boolean {
    const { bufferLimitBytes } = this.#limits;
    const isSmall = heldBytes + bytes <= MAX_SMALL_BODY_BYTES;
    const limit = isSmall ? bufferLimitBytes : bufferLimitBytes * SHARE_OF_LARGE_BODIES;
    if (this.#bufferedBytes + bytes > limit) return false;
    this.#bufferedBytes += bytes;
    return true;
  }

  freeBytes(bytes: number): void {
    this.#bufferedBytes -= bytes;
  }

  /** Reserves the bytes of a large response before it is written. Returns false if they are not free. */
  reserveResponse(bytes: number): boolean {
    return bytes <= MAX_SMALL_RESPONSE_BYTES || this.reserveBytes(bytes);
  }

  /**
   * Counts the bytes of a written response until the client's machine has them. Returns false if they are not free:
   * hang up then. Without this, a client that reads nothing could make the process hold any number of responses.
   */
  holdResponse(connection: Socket, response: HttpReply, bytes: number): boolean {
    const isReserved = bytes > MAX_SMALL_RESPONSE_BYTES;
    if (response.socket?.writableLength === 0 || connection.destroyed) {
      if (isReserved) this.freeBytes(bytes);
      return true;
    }
    if (!isReserved && !this.reserveBytes(bytes)) return false;
    const add = (more: number) => this.#unsentBytes.set(connection, (this.#unsentBytes.get(connection) ?? 0) + more);
    if (!this.#unsentBytes.has(connection)) {
      // A response that waits behind another one gets no event when the connection closes.
      connection.once('close', () => {
        this.freeBytes(this.#unsentBytes.get(connection) ?? 0);
        this.#unsentBytes.delete(connection);
      });
    }
    add(bytes);
    response.once('finish', () => {
      if (!this.#unsentBytes.has(connection)) return;
      add(-bytes);
      this.freeBytes(bytes);
    });
    return true;
  }

  // ------------------------------------------------------------------------------------------------------------ text

  /** Whether a batch of this much work may enter the scorer's threads. Idle threads accept any batch. */
  hasRoomFor(units: number): boolean {
    if (this.#queuedUnits === 0) return true;
    const [oldest] = this.#batchStarts;
    const maxAgeMs = MAX_BATCH_AGE_FACTOR * this.#limits.delayLimitMs;
    const isStuck = oldest !== undefined && this.#now() - oldest.atMs > maxAgeMs;
    return !isStuck && this.#queuedUnits + units <= this.#limits.queueLimitUnits;
  }

  /** Runs a batch, and counts its work as queued until it ends. */
  async runBatch<T>(units: number, batch: () => Promise<T>): Promise<T> {
    const start = { atMs: this.#now() };
    this.#batchStarts.add(start);
    this.#queuedUnits += units;
    try {
      return await batch();
    } finally {
      this.#queuedUnits -= units;
      this.#batchStarts.delete(start);
    }
  }
}

/** A review is far shorter, and so is a list of reviews. */
const MAX_SMALL_BODY_BYTES = 1 << 14;
const SHARE_OF_LARGE_BODIES = 0.75;

/** Bytes of a larger response are reserved before it is written. */
export const MAX_SMALL_RESPONSE_BYTES = 1 << 14;

/** A shorter queue is never full: if this few requests take long, the machine itself is stalled. */
const MIN_QUEUE_LENGTH = 32;

/** Maximum number of unanswered requests on one connection. With short texts, they take 10 ms together. */
const MAX_REQUESTS_PER_CONNECTION = 256;

/** The oldest batch in the scorer's threads may be this many times as old as the delay limit. */
const MAX_BATCH_AGE_FACTOR = 4;

const SHED_DETAILS: Readonly<Record<ShedReason, string>> = {
  loop: `Too many requests are waiting${setBy('HOSHI_DELAY_LIMIT_MS')}`,
  queue: `Too much text is waiting to be scored${setBy('HOSHI_QUEUE_LIMIT_UNITS')}`,
  memory: `Too many bytes are arriving or waiting to be read${setBy('HOSHI_BUFFER_LIMIT_BYTES')}`,
  connections: `Too many connections are open${setBy('HOSHI_CONNECTIONS_LIMIT')}`,
};

/** Counts a shed request. Returns its 503. */
export function shed(counters: Counters, reason: ShedReason, detail: string = SHED_DETAILS[reason]): HttpError {
  counters.shed[reason]++;
  const headers = { 'Retry-After': '1', ...(reason === 'connections' ? { Connection: 'close' } : {}) };
  return new HttpError(503, detail, { headers });
}
