/**
 * Who is let in. A score takes microseconds of the one thread that answers everything, so what hurts is waiting for it:
 * too much is turned away at once, with 503 and Retry-After, while what was let in is answered in time.
 *
 * Three bounds, each of what it costs: how long those that wait for the event loop will take; how much text is in the scorer's
 * threads, and how long the oldest of it has been there; how many bytes are held of bodies that arrive and of answers that are sent.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ShedReason } from './counters.ts';
import { EventLoopQueue } from './event-loop-queue.ts';

export interface AdmissionLimits {
  /** Milliseconds that requests may wait for the event loop before others are shed. */
  readonly delayLimitMs: number;
  /** UTF-16 units of text in the scorer's threads. */
  readonly queueLimitUnits: number;
  /** Bytes of bodies that are arriving or waiting, and of answers that are not sent. */
  readonly bufferLimitBytes: number;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #now: () => number;
  /** Connections beyond the limit: who looks whether the process lives is answered on them, nobody else. */
  readonly #overLimit = new WeakSet<object>();
  /** How many of each connection are let in and not answered, where there are any. */
  readonly #ofConnection = new Map<object, number>();
  #queuedUnits = 0;
  readonly #queueBegan = new Set<{ readonly at: number }>();
  #bufferedBytes = 0;
  /** Of these, those of large answers, by connection. */
  readonly #unsentBytes = new WeakMap<Socket, number>();
  /** Requests whose headers are there and whose answer is not. */
  inFlight = 0;
  readonly turns: EventLoopQueue;

  constructor(limits: AdmissionLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.turns = new EventLoopQueue(now);
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

  /** Nothing that comes on this connection is let in. */
  turnAway(connection: object): void {
    this.#overLimit.add(connection);
  }

  /** Why a request that begins now on a connection is not let in; undefined if it is, and has to `leave`. */
  enter(connection: object): ShedReason | undefined {
    if (this.#overLimit.has(connection)) return 'connections';
    const ahead = this.#ofConnection.get(connection) ?? 0;
    if (this.isFull || ahead >= MAX_AHEAD) return 'loop';
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

  /**
   * Room for an answer until its client has taken it; false if there is none. A client that reads nothing could have any number of
   * them made. Of small ones Node has but few made ahead, as it stops reading then.
   */
  bufferAnswer(response: ServerResponse, bytes: number): boolean {
    if (bytes <= SMALL_ANSWER_BYTES) return true;
    if (!this.buffer(bytes)) return false;
    const { socket } = response.req;
    const add = (more: number) => this.#unsentBytes.set(socket, (this.#unsentBytes.get(socket) ?? 0) + more);
    if (!this.#unsentBytes.has(socket)) {
      // Answers that wait for those before them are told of nothing.
      socket.once('close', () => {
        this.release(this.#unsentBytes.get(socket) ?? 0);
        this.#unsentBytes.delete(socket);
      });
    }
    add(bytes);
    response.once('finish', () => {
      if (!this.#unsentBytes.has(socket)) return;
      add(-bytes);
      this.release(bytes);
    });
    return true;
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

const SMALL_ANSWER_BYTES = 1 << 14;

/** So many may wait in any case: where they take long, it is the machine that stalls, and they are few. */
const FEW = 32;

/** What one client may send ahead without waiting for answers, in requests; short ones take 10 ms together. */
const MAX_AHEAD = 256;

/** The oldest batch may have been in the threads for so many times the delay limit. */
const QUEUE_AGE_LIMIT_TURNS = 4;
