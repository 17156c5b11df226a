/**
 * Connections: the version of HTTP, the limit of open connections, the responses to bytes that are not a request, and the end of half-open
 * connections.
 *
 * At the limit, a new connection takes the place of the one that has been idle for the longest time.
 *
 * Half-open: the server has ended its side, but the client continues to send. If the server closed such a connection,
 * the kernel would reset it, and the client could lose the response. So only the server's side is ended. For
 * HALF_OPEN_MS, arriving bytes are dropped; then the connection is destroyed.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { requireBuiltin } from '../native/builtin.ts';
import { shed } from './admission.ts';
import type { Config } from './config.ts';
import { recognizeVersion } from './first-bytes.ts';
import type { HttpReply, HttpRequest } from './http-message.ts';
import type { Http2Connections } from './http2.ts';
import { IdleConnections } from './idle-connections.ts';
import { log } from './log.ts';
import { HttpError, PROBLEM_TYPE, problemOf, titleOf } from './response.ts';
import type { ScoringService } from './service.ts';

const { IncomingMessage } = requireBuiltin('node:http');

/** How long a half-open connection lives, so that the client can receive the response. */
const HALF_OPEN_MS = 500;

/** Connections over the limit that are kept open for health probes. */
const SPARE_CONNECTIONS = 64;

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
  const listeners = {
    http1: (socket: Socket, firstBytes: Buffer) => {
      serveHttp1.call(server, socket);
      socket.emit('data', firstBytes);
    },
    http2: (socket: Socket, firstBytes: Buffer) => {
      socket.pause();
      socket.unshift(firstBytes);
      connections.http2 ??= import('./http2.ts').then((module) => new module.Http2Connections(config, service));
      void connections.http2.then((http2) => http2.accept(socket));
    },
    timeout: (socket: Socket) => refuse(socket, notInTime(), service),
  };
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
    recognizeVersion(socket, headersTimeoutMs, listeners);
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

function clientError(code: string | undefined): HttpError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return notInTime();
  if (code === 'HPE_HEADER_OVERFLOW') return new HttpError(431, 'Expected headers of at most 16 KiB, received more');
  return new HttpError(400, 'Expected an HTTP request, received something else');
}

/** A request has not come whole within its time. */
export function notInTime(): HttpError {
  return new HttpError(408, 'Expected a whole HTTP request in time, received a part of one');
}

/**
 * Writes a problem to a connection without a request, and ends it. The problem is counted and logged like a response.
 */
function refuse(socket: Duplex, problem: HttpError, service: ScoringService): void {
  socket.end(rawProblem(problem));
  destroyLater(socket);
  countRefusal(problem, service);
}

/** Counts and logs a problem with a connection that has no request. */
export function countRefusal(problem: HttpError, service: ScoringService): void {
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

/**
 * Makes the connection of a request half-open once its response is written. Call it before the response is written. By
 * HTTP/2, only the stream ends, with its response.
 */
export function halfClose(request: HttpRequest, response: HttpReply): void {
  if (!(request instanceof IncomingMessage)) return;
  const { socket } = request;
  request.removeAllListeners('data').resume(); // drops the rest of the body
  socket.destroySoon = () => socket.end(); // node:http calls destroySoon after the response
  response.once('finish', () => destroyLater(socket));
}

function destroyLater(socket: Duplex): void {
  setTimeout(() => socket.destroy(), HALF_OPEN_MS).unref();
}
