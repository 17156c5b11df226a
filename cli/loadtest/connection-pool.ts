/**
 * A pool that opens connections on demand, up to a limit. A request takes the idle connection that was used last, or a
 * new one, or waits in a queue for the first that becomes idle. The time-out counts from the time when a request was
 * due. A request that times out in the queue is never sent; one that was sent is dropped together with its connection.
 */
import { Connection, type Outcome } from './connection.ts';
import type { Target } from './target.ts';

export interface ScheduledRequest {
  /** Index of the text, and so of the request in `Target.requests`. */
  readonly textIndex: number;
  readonly dueMs: number;
}

export interface PoolEvents {
  /** `outcome` is undefined if the request was never sent. */
  onEnd(request: ScheduledRequest, outcome: Outcome | undefined): void;
}

export class ConnectionPool {
  /** Number of connections opened so far. A connection that is opened again counts again. */
  opened = 0;
  /** Number of requests that found no idle connection and had to wait. */
  late = 0;
  readonly #target: Target;
  readonly #limit: number;
  readonly #timeoutMs: number;
  readonly #events: PoolEvents;
  readonly #idle: Connection[] = [];
  readonly #busy = new Map<Connection, ScheduledRequest>();
  #waiting: ScheduledRequest[] = [];
  #firstWaiting = 0; // requests before this index were sent; shift() on a long queue would be slow

  constructor(target: Target, limit: number, timeoutMs: number, events: PoolEvents) {
    this.#target = target;
    this.#limit = limit;
    this.#timeoutMs = timeoutMs;
    this.#events = events;
  }

  send(request: ScheduledRequest): void {
    const connection = this.#idle.pop() ?? (this.#busy.size < this.#limit ? this.#open() : undefined);
    if (connection !== undefined) {
      this.#start(connection, request);
    } else {
      this.late++;
      this.#waiting.push(request);
    }
  }

  /** Ends all requests that have timed out. Call it at regular intervals. */
  sweep(nowMs: number): void {
    const lastDueMs = nowMs - this.#timeoutMs;
    this.giveUpWaiting(lastDueMs);
    for (const [connection, request] of this.#busy) {
      if (request.dueMs > lastDueMs) continue;
      this.#busy.delete(connection);
      connection.destroy();
      this.#events.onEnd(request, { failure: 'time-out' });
      this.#startNext(undefined);
    }
  }

  /** Removes the requests from the queue that were due by `lastDueMs`. They are never sent. */
  giveUpWaiting(lastDueMs = Number.POSITIVE_INFINITY): void {
    for (let next = this.#waiting[this.#firstWaiting]; next !== undefined && next.dueMs <= lastDueMs; ) {
      this.#takeWaiting();
      this.#events.onEnd(next, undefined);
      next = this.#waiting[this.#firstWaiting];
    }
  }

  /** Closes all connections. Requests in flight end without an event. */
  close(): void {
    const all = [...this.#idle, ...this.#busy.keys()];
    this.#busy.clear();
    for (const connection of all) connection.destroy();
  }

  #open(): Connection {
    return new Connection(this.#target, {
      onOpen: () => {
        this.opened++;
      },
      onEnd: (connection, outcome) => this.#end(connection, outcome),
    });
  }

  #start(connection: Connection, request: ScheduledRequest): void {
    this.#busy.set(connection, request);
    connection.send(this.#target.requests[request.textIndex] as Target['requests'][number]);
  }

  #end(connection: Connection, outcome: Outcome): void {
    const request = this.#busy.get(connection);
    if (request === undefined) return; // timed out, or the pool is closed
    this.#busy.delete(connection);
    this.#startNext(connection);
    this.#events.onEnd(request, outcome);
  }

  /** Sends the next waiting request on the free connection, or on a new one if the last connection was destroyed. */
  #startNext(free: Connection | undefined): void {
    const request = this.#takeWaiting();
    if (request !== undefined) this.#start(free ?? this.#open(), request);
    else if (free !== undefined) this.#idle.push(free);
  }

  #takeWaiting(): ScheduledRequest | undefined {
    const request = this.#waiting[this.#firstWaiting];
    if (request === undefined) return undefined;
    this.#firstWaiting++;
    if (this.#firstWaiting === this.#waiting.length) {
      this.#waiting = [];
      this.#firstWaiting = 0;
    } else if (this.#firstWaiting >= 4096) {
      this.#waiting = this.#waiting.slice(this.#firstWaiting);
      this.#firstWaiting = 0;
    }
    return request;
  }
}
