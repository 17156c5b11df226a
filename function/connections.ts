/**
 * Connections: the limit of open connections, the responses to bytes that are not a request, and the end of half-open
 * connections.
 *
 * At the limit, a new connection takes the place of the one that has been idle for the longest time.
 *
 * Half-open: the server has ended its side, but the client continues to send. If the server closed such a connection,
 * the kernel would reset it, and the client could lose the response. So only the server's side is ended. For
 * HALF_OPEN_MS, arriving bytes are dropped; then the connection is destroyed.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { shed } from './admission.ts';
import { IdleConnections } from './idle-connections.ts';
import { log } from './log.ts';
import { HttpError, PROBLEM_TYPE, problemOf, titleOf } from './response.ts';
import type { ScoringService } from './service.ts';

/** How long a half-open connection lives, so that the client can receive the response. */
const HALF_OPEN_MS = 500;

/** Connections over the limit that are kept open for health probes. */
const SPARE_CONNECTIONS = 64;

/**
 * Limits the open connections, and returns the set of them. At the limit, the longest idle one is closed for a new one.
 * If none is idle, only GET requests are served on SPARE_CONNECTIONS more. Further connections get a 503 at once. If the
 * bytes of a connection are not a request, it gets a 400, 408 or 431.
 */
export function limitConnections(
  server: Server,
  connectionsLimit: number,
  service: ScoringService,
): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  const idle = new IdleConnections();
  service.idleConnections = idle;
  // This listener runs before node:http's own listener, which then finds the socket ended.
  server.prependListener('connection', (socket) => {
    // `sockets` loses a closed connection only later, so the closed one does not make room for two.
    const isFull = sockets.size >= connectionsLimit && !idle.closeLongest();
    if (isFull && sockets.size >= connectionsLimit + SPARE_CONNECTIONS) {
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
  });
  server.on('connect', (_request, socket) => {
    const headers = { Allow: 'GET, HEAD, POST' };
    refuse(socket, new HttpError(405, 'Expected GET, HEAD or POST, received CONNECT', { headers }), service);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const [status, detail] = CLIENT_ERRORS[error.code ?? ''] ?? [
      400,
      'Expected an HTTP request, received something else',
    ];
    refuse(socket, new HttpError(status, detail), service);
  });
  return sockets;
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Expected headers of at most 16 KiB, received more'],
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    'Expected a whole HTTP request in time, received a part of one. HOSHI_HEADERS_TIMEOUT_MS and HOSHI_REQUEST_TIMEOUT_MS set this limit',
  ],
};

/**
 * Writes a problem to a connection without a request, and ends it. The problem is counted and logged like a response.
 */
function refuse(socket: Duplex, problem: HttpError, service: ScoringService): void {
  socket.end(rawProblem(problem));
  destroyLater(socket);
  service.counters.duration('none', problem.status).observe(0);
  if (service.accessLog.isDue(problem.status))
    log('warning', `${problem.status} before a request was read: ${problem.message}`);
}

/** A problem as the bytes of an HTTP response. */
function rawProblem(error: HttpError): string {
  const body = problemOf(error);
  const lines = [
    `HTTP/1.1 ${error.status} ${titleOf(error.status)}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries({ Connection: 'close', ...error.headers }).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Makes the connection of a request half-open once its response is written. Call it before the response is written. */
export function halfClose(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  request.removeAllListeners('data').resume(); // drops the rest of the body
  socket.destroySoon = () => socket.end(); // node:http calls destroySoon after the response
  response.once('finish', () => destroyLater(socket));
}

function destroyLater(socket: Duplex): void {
  setTimeout(() => socket.destroy(), HALF_OPEN_MS).unref();
}
