/**
 * One port for two versions of HTTP: the first bytes of a connection say which one its client speaks. A client of
 * HTTP/2 without TLS begins with the preface `PRI * HTTP/2.0` (RFC 9113, section 3.4), and no method of HTTP/1 begins
 * with its first three letters.
 */
import type { Socket } from 'node:net';

const HTTP2 = 'PRI';

/** What happens with a connection, once its version is known. Each gets the bytes that have arrived. */
export interface VersionListeners {
  http1(socket: Socket, firstBytes: Buffer): void;
  http2(socket: Socket, firstBytes: Buffer): void;
  /** The client has sent nothing, or too little, for the time-out. */
  timeout(socket: Socket): void;
}

/** Calls one of the listeners, once, or none if the client leaves before. Each takes over the socket. */
export function recognizeVersion(socket: Socket, timeoutMs: number, listeners: VersionListeners): void {
  let bytes: Buffer | undefined;
  const onData = (chunk: Buffer) => {
    bytes = bytes === undefined ? chunk : Buffer.concat([bytes, chunk]);
    const start = bytes.toString('latin1', 0, HTTP2.length);
    if (!HTTP2.startsWith(start)) end(listeners.http1, bytes);
    else if (start === HTTP2) end(listeners.http2, bytes);
  };
  const onEnd = () => socket.destroy();
  const onTimeout = () => {
    socket.removeListener('data', onData).removeListener('end', onEnd).setTimeout(0);
    listeners.timeout(socket);
  };
  const end = (listener: (socket: Socket, firstBytes: Buffer) => void, firstBytes: Buffer) => {
    socket.removeListener('data', onData).removeListener('end', onEnd).removeListener('timeout', onTimeout);
    listener(socket, firstBytes);
  };
  socket.on('error', () => {}); // a reset before the first bytes
  socket.on('data', onData).on('end', onEnd).once('timeout', onTimeout).setTimeout(timeoutMs);
}
