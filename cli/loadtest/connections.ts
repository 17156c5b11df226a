/**
 * Connections, as many as it takes up to a limit: a request goes out on the idle one used last, on a new one, or waits for the first that
 * becomes idle. A request that has not ended in time, counted from when it was due, is given up: with its connection, if it was sent.
 */
import { Connection, type Ending } from './connection.ts';
import type { Target } from './target.ts';

export interface Exchange {
  /** Which of the target's requests. */
  readonly text: number;
  readonly dueMs: number;
}

export interface ConnectionsEvents {
  /** `ending` undefined: it was never sent. */
  onEnd(exchange: Exchange, ending: Ending | undefined): void;
}

export class ConnectionPool {
  /** How many there have been, counting each time that one was opened anew. */
  opened = 0;
  /** How many requests found none idle, and had to wait. */
  late = 0;
  readonly #target: Target;
  readonly #limit: number;
  readonly #timeoutMs: number;
  readonly #events: ConnectionsEvents;
  readonly #idle: Connection[] = [];
  readonly #busy = new Map<Connection, Exchange>();
  #waiting: Exchange[] = [];
  #firstWaiting = 0; // those before it were sent: shifting a long list for each would take long

  constructor(target: Target, limit: number, timeoutMs: number, events: ConnectionsEvents) {
    this.#target = target;
    this.#limit = limit;
    this.#timeoutMs = timeoutMs;
    this.#events = events;
  }

  send(exchange: Exchange): void {
    const connection = this.#idle.pop() ?? (this.#busy.size < this.#limit ? this.#open() : undefined);
    if (connection !== undefined) {
      this.#start(connection, exchange);
    } else {
      this.late++;
      this.#waiting.push(exchange);
    }
  }

  /** Gives up what should have ended before; to be called again and again. */
  sweep(nowMs: number): void {
    const lastDueMs = nowMs - this.#timeoutMs;
    this.giveUpWaiting(lastDueMs);
    for (const [connection, exchange] of this.#busy) {
      if (exchange.dueMs > lastDueMs) continue;
      this.#busy.delete(connection);
      connection.destroy();
      this.#events.onEnd(exchange, { failure: 'time-out' });
      this.#startNext(undefined);
    }
  }

  /** Those that wait and were due by then are never sent. */
  giveUpWaiting(lastDueMs = Number.POSITIVE_INFINITY): void {
    for (let next = this.#waiting[this.#firstWaiting]; next !== undefined && next.dueMs <= lastDueMs; ) {
      this.#takeWaiting();
      this.#events.onEnd(next, undefined);
      next = this.#waiting[this.#firstWaiting];
    }
  }

  /** What is on its way is dropped, and not told of. */
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
      onEnd: (connection, ending) => this.#end(connection, ending),
    });
  }

  #start(connection: Connection, exchange: Exchange): void {
    this.#busy.set(connection, exchange);
    connection.send(this.#target.requests[exchange.text] as Target['requests'][number]);
  }

  #end(connection: Connection, ending: Ending): void {
    const exchange = this.#busy.get(connection);
    if (exchange === undefined) return; // given up, or closed
    this.#busy.delete(connection);
    this.#startNext(connection);
    this.#events.onEnd(exchange, ending);
  }

  /** The next one that waits goes out on this connection, or on a new one in place of one that is gone. */
  #startNext(free: Connection | undefined): void {
    const exchange = this.#takeWaiting();
    if (exchange !== undefined) this.#start(free ?? this.#open(), exchange);
    else if (free !== undefined) this.#idle.push(free);
  }

  #takeWaiting(): Exchange | undefined {
    const exchange = this.#waiting[this.#firstWaiting];
    if (exchange === undefined) return undefined;
    this.#firstWaiting++;
    if (this.#firstWaiting === this.#waiting.length) {
      this.#waiting = [];
      this.#firstWaiting = 0;
    } else if (this.#firstWaiting >= 4096) {
      this.#waiting = this.#waiting.slice(this.#firstWaiting);
      this.#firstWaiting = 0;
    }
    return exchange;
  }
}
