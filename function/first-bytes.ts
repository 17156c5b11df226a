/**
 * One port for two versions of HTTP: the first bytes of a connection say which one its client speaks. A client of
 * HTTP/2 without TLS begins with the preface `PRI * HTTP/2.0` (RFC 9113, section 3.4), and no method of HTTP/1 begins
 * with its first three letters.
 */
import type { Socket } from 'node:net';

const HTTP2 = 'PRI';

/** Takes over a connection, with its first bytes. */
export type Serve = (socket: Socket, firstBytes: Buffer) => void;

/**
 * Returns a function that waits for the first bytes of a connection, and then calls one of the two, once; or none if the
 * client leaves before. All connections share its listeners, because each request may come on a new connection.
 */
export function byVersion(http1: Serve, http2: Serve): (socket: Socket) => void {
  /** The bytes of each client that has sent less than three. */
  const started = new WeakMap<Socket, Buffer>();
  function onData(this: Socket, chunk: Buffer): void {
    if (this.writableEnded) return; // it was refused meanwhile
    const before = started.get(this);
    const bytes = before === undefined ? chunk : Buffer.concat([before, chunk]);
    const start = bytes.toString('latin1', 0, HTTP2.length);
    if (start.length < HTTP2.length && HTTP2.startsWith(start)) {
      started.set(this, bytes);
      return;
    }
    this.removeListener('data', onData);
    if (start === HTTP2) http2(this, bytes);
    else http1(this, bytes);
  }
  return (socket) => socket.on('error', ignore).on('data', onData);
}

/** A connection that is reset before its first bytes. */
function ignore(): void {}

/** Whether a connection has not sent enough to know its version. */
export function isUnknown({ bytesRead }: Socket): boolean {
  return bytesRead < HTTP2.length;
}
