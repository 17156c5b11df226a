/**
 * Half-open connections: the server has ended its side, but the client continues to send. If the server closed such a
 * connection, the kernel would reset it, and the client could lose the response. So only the server's side is ended. For
 * HALF_OPEN_MS, arriving bytes are dropped; then the connection is destroyed.
 */
import type { Duplex } from 'node:stream';
import { requireBuiltin } from '../native/builtin.ts';
import type { HttpReply, HttpRequest } from './http-message.ts';

/** How long a half-open connection lives, so that the client can receive the response. */
const HALF_OPEN_MS = 500;

/**
 * Makes the connection of a request half-open once its response is written. Call it before the response is written. By
 * HTTP/2, only the stream ends, with its response.
 */
export function halfClose(request: HttpRequest, response: HttpReply): void {
  if (!(request instanceof requireBuiltin('node:http').IncomingMessage)) return;
  const { socket } = request;
  request.removeAllListeners('data').resume(); // drops the rest of the body
  socket.destroySoon = () => socket.end(); // node:http calls destroySoon after the response
  response.once('finish', () => destroyLater(socket));
}

/** Destroys a connection whose side of the server has ended. */
export function destroyLater(socket: Duplex): void {
  setTimeout(() => socket.destroy(), HALF_OPEN_MS).unref();
}
