/**
 * Connections: their limit, and the version of HTTP. At the limit, a new connection takes the place of the one that has
 * been idle for the longest time.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { shed } from './admission.ts';
import { nowMs } from './clock.ts';
import type { Config } from './config.ts';
import { clientError, notInTime, refuse } from './connection-problems.ts';
import { byVersion, isUnknown } from './first-bytes.ts';
import type { Http2Connections } from './http2.ts';
import { IdleConnections } from './idle-connections.ts';
import { HttpError } from './response.ts';
import type { ScoringService } from './service.ts';

/** Connections over the limit that are kept open for health probes. */
const SPARE_CONNECTIONS = 64;

/** How often connections that have sent nothing are looked at, in milliseconds. */
const MAX_CHECK_INTERVAL_MS = 5000;

/** The open connections of a server. */
export interface Connections {
  readonly sockets: ReadonlySet<Socket>;
  /** Those of HTTP/2. Undefined before the first. */
  http2: Promise<Http2Connections> | undefined;
}

/**
 * Accepts the connections of a server, for HTTP/1 and HTTP/2, and limits them. At the limit, the longest idle one is
 * closed for a new one. If none is idle, only GET requests are served on SPARE_CONNECTIONS more. Further connections get
 * a 503 at once. If the bytes of a connection are not a request, it gets a 400, 408 or 431.
 */
export function acceptConnections(server: Server, config: Config, service: ScoringService): Connections {
  const { connectionsLimit, headersTimeoutMs } = config;
  const sockets = new Set<Socket>();
  const connections: Connections = { sockets, http2: undefined };
  const idle = new IdleConnections();
  service.idleConnections = idle;
  // node:http's own listener, which takes over a connection.
  const [serveHttp1] = server.listeners('connection') as ((socket: Socket) => void)[];
  if (serveHttp1 === undefined) throw new Error('Expected a server with a listener for connections, received none');
  server.removeListener('connection', serveHttp1);
  const takeOver = byVersion(
    (socket, firstBytes) => {
      serveHttp1.call(server, socket);
      socket.emit('data', firstBytes);
    },
    (socket, firstBytes) => {
      socket.pause();
      socket.unshift(firstBytes);
      connections.http2 ??= import('./http2.ts').then((module) => new module.Http2Connections(config, service));
      void connections.http2.then((http2) => http2.accept(socket));
    },
  );
  // Before node:http or HTTP/2 has taken over a connection, its time-outs do not hold for it.
  const endSilent = () => {
    const before = nowMs() - headersTimeoutMs;
    for (const socket of sockets) {
      if (!isUnknown(socket) || socket.writableEnded) continue;
      if (socket.readableEnded) socket.destroy();
      else if (idle.isIdleSince(socket, before)) refuse(socket, notInTime(), service);
    }
  };
  setInterval(endSilent, Math.min(headersTimeoutMs, MAX_CHECK_INTERVAL_MS)).unref();
  server.on('connection', (socket: Socket) => {
    // `sockets` loses a closed connection only later, so the closed one does not make room for two.
    const isFull = sockets.size >= connectionsLimit && !idle.closeLongest();
    if (isFull && sockets.size >= connectionsLimit + SPARE_CONNECTIONS) {
      socket.resume();
      refuse(socket, shed(service.counters, 'connections'), service);
      return;
    }
    if (isFull) service.admission.markOverLimit(socket);
    sockets.add(socket);
    idle.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      idle.delete(socket);
    });
    takeOver(socket);
  });
  server.on('connect', (_request, socket) => {
    const headers = { Allow: 'GET, HEAD, POST' };
    refuse(socket, new HttpError(405, 'Expected GET, HEAD or POST, received CONNECT', { headers }), service);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else refuse(socket, clientError(error.code), service);
  });
  return connections;
}
