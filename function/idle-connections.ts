/**
 * The idle connections of a server, so that the longest idle one can make room for a new one. A connection is idle while
 * no request is in progress on it: before the headers of its first request are complete, too.
 */
import type { Socket } from 'node:net';
import { nowMs } from './clock.ts';

/** A connection may be closed for a new one after this time without a request. Its client may be about to send one. */
const MIN_IDLE_MS = 1000;

/** The connections without a request in progress, with the time since when, the longest idle one first. */
export class IdleConnections {
  readonly #since = new Map<Socket, number>();

  add(socket: Socket, now = nowMs()): void {
    if (!socket.destroyed) this.#since.set(socket, now);
  }

  delete(socket: Socket): void {
    this.#since.delete(socket);
  }

  /** Whether a connection has been idle since before a time, in milliseconds of `nowMs()`. */
  isIdleSince(socket: Socket, beforeMs: number): boolean {
    return (this.#since.get(socket) ?? Number.POSITIVE_INFINITY) < beforeMs;
  }

  /** Closes the longest idle connection. Returns whether there was one. */
  closeLongest(): boolean {
    for (const [socket, sinceMs] of this.#since) {
      if (nowMs() - sinceMs < MIN_IDLE_MS) return false;
      this.#since.delete(socket);
      if (socket.writableLength > 0) continue; // its client has not received the whole response
      socket.destroy();
      return true;
    }
    return false;
  }
}
