/**
 * The lean server: `handle` behind node:http, with bounded time for clients, and a shutdown that loses no request.
 *
 * SIGTERM or SIGINT: accept nothing more, finish what is in flight within the drain time, end with 0; a second signal
 * ends at once.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { requireBuiltin } from '../native/builtin.ts';
import { announcesTooMuch } from './body.ts';
import { type Config, parseConfig } from './config.ts';
import { shed } from './exchange.ts';
import { HANG_UP_MS, handle } from './handler.ts';
import { flushLog, log } from './log.ts';
import { HttpError, problemOf, titleOf } from './problem.ts';
import { ScoringService } from './service.ts';

const { createServer } = requireBuiltin('node:http');
const { Server: NetServer } = requireBuiltin('node:net');

/** Serves until it is told to stop; resolves with the exit code, and leaves ending the process to the caller. */
export async function serve(environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  let config: Config;
  try {
    config = parseConfig(environment);
  } catch (error) {
    log('error', (error as Error).message);
    await flushLog();
    return 1;
  }
  const service = () => ScoringService.load(config);
  if (config.workers === 1) return run(config, service());
  const { answerCounts, isWorker, onToldSignal, superviseWorkers } = await import('./workers.ts'); // one process starts without it
  if (!isWorker()) return superviseWorkers(config.workers, environment);
  const ours = service();
  answerCounts(async () => (await import('./prometheus.ts')).countsOf(ours));
  return run(config, ours, onToldSignal);
}

/** As `serve`, with a service of the caller's making. */
export async function run(config: Config, service: ScoringService, onSignal = onOwnSignal): Promise<number> {
  const sockets = new Set<Socket>();
  const server = makeServer(config, service, sockets);
  const ended = Promise.race([
    shutdown(server, sockets, service, config, onSignal),
    failure(service),
    portTrouble(server, config.port),
    uncaught(),
  ]);
  // One connection is taken each time the event loop goes round; as many as there may be can wait for it.
  server.listen({ port: config.port, backlog: config.connectionsLimit }, () => {
    service.counters.startPhases.set('listening', performance.now());
    log('info', `listening on port ${(server.address() as AddressInfo).port}`);
  });
  service.scorer.then(
    ({ engine, bundle }) => {
      const phases = Object.fromEntries(service.counters.startPhases);
      log('info', `ready: ${bundle.name} ${bundle.version} on the ${engine} engine`, undefined, {
        start: phases,
        pid: process.pid,
      });
    },
    () => {}, // `failure` says it
  );
  const code = await ended;
  server.close(); // a start that fails may not have come to listen yet, and need not
  await flushLog();
  return code;
}

/** `sockets` holds the connections that are open. */
function makeServer(config: Config, service: ScoringService, sockets: Set<Socket>): Server {
  const requestTimeout = Math.max(config.requestTimeoutMs, config.headersTimeoutMs);
  const server = createServer({
    headersTimeout: config.headersTimeoutMs,
    requestTimeout,
    keepAliveTimeout: config.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(config.headersTimeoutMs, 1000),
  });
  // A connection on which nothing has moved for so long: its client reads no answer. Who sends no whole request is told so before.
  server.timeout = 2 * requestTimeout;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (!request.socket.writableEnded) handle(request, response, service); // or else it was told that it is one too many
  };
  server.on('request', answer);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!announcesTooMuch(request, config.bodyLimitBytes) && response.writable) response.writeContinue();
    answer(request, response);
  });
  server.prependListener('connection', (socket) => {
    if (sockets.size >= config.connectionsLimit + SPARE_CONNECTIONS) {
      hangUp(socket, shed(service, 'connections'));
      return;
    }
    if (sockets.size >= config.connectionsLimit) service.admission.turnAway(socket);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const [status, detail] = CLIENT_ERRORS[error.code ?? ''] ?? [
      400,
      'Expected an HTTP request, received something else',
    ];
    hangUp(socket, new HttpError(status, detail));
  });
  return server;

  /** Says what is wrong on a connection on which there is no request, or none that could be read. It is counted and logged as others are. */
  function hangUp(socket: Duplex, problem: HttpError): void {
    socket.end(rawProblem(problem));
    setTimeout(() => socket.destroy(), HANG_UP_MS).unref();
    service.counters.duration('none', problem.status).observe(0);
    if (service.accessLog.isDue(problem.status))
      log('warning', `${problem.status} before there was a request: ${problem.message}`);
  }
}

/** Above the limit of connections, for who looks whether the process lives. */
const SPARE_CONNECTIONS = 64;

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Expected headers of at most 16 KiB, received more'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Expected a whole HTTP request in time, received a part of one'],
};

/** A problem as bytes, for a connection on which there is no request. */
function rawProblem(error: HttpError): string {
  const body = problemOf(error);
  const lines = [
    `HTTP/1.1 ${error.status} ${titleOf(error.status)}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries({ Connection: 'close', ...error.headers }).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function shutdown(
  server: Server,
  sockets: ReadonlySet<Socket>,
  service: ScoringService,
  { lameDuckMs, drainTimeoutMs }: Pick<Config, 'lameDuckMs' | 'drainTimeoutMs'>,
  onSignal: typeof onOwnSignal,
): Promise<number> {
  return new Promise((resolve) => {
    const drain = () => {
      setTimeout(() => {
        log('warning', `requests in flight were not finished within ${drainTimeoutMs} ms`);
        resolve(1);
      }, drainTimeoutMs);
      // As http.Server.close, but for the connections that are idle at this moment: a request may be on its way on each of them, and
      // would be lost. Who goes on asking is answered with `Connection: close`; who does not is hung up on a little later.
      // Not before the connections that wait to be taken are taken: the kernel resets what is left of them.
      setImmediate(() => NetServer.prototype.close.call(server, () => resolve(0)));
      const sweep = () => {
        // Node takes a connection for idle whose answer is written but not all sent.
        if (Array.from(sockets).every(({ writableLength }) => writableLength === 0)) server.closeIdleConnections();
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy(); // on which no request has begun
      };
      setTimeout(() => setInterval(sweep, SWEEP_MS), Math.min(IDLE_GRACE_MS, drainTimeoutMs / 2));
    };
    onSignal((signal) => {
      if (service.isDraining) {
        log('warning', `${signal} again: ending at once`);
        return resolve(1);
      }
      service.isDraining = true;
      log('info', `${signal}: finishing the requests in flight`);
      if (lameDuckMs === 0) drain();
      else setTimeout(drain, lameDuckMs);
    });
  });
}

function onOwnSignal(listener: (signal: string) => void): void {
  process.on('SIGTERM', listener).on('SIGINT', listener);
}

/** How long an idle connection may go on being idle while the process ends, and how often it is looked for. */
const IDLE_GRACE_MS = 500;
const SWEEP_MS = 50;

/** What nobody caught leaves the process in a state that nobody knows: it is logged whole, and the process ends. */
function uncaught(): Promise<number> {
  return new Promise((resolve) => {
    const end = (error: unknown) => {
      log('error', 'an error that nobody caught', error);
      resolve(1);
    };
    process.on('uncaughtException', end).on('unhandledRejection', end);
  });
}

function failure(service: ScoringService): Promise<number> {
  return new Promise((resolve) => {
    service.scorer.catch((error: unknown) => {
      log('error', error instanceof Error ? error.message : String(error));
      resolve(1);
    });
  });
}

function portTrouble(server: Server, port: number): Promise<number> {
  return new Promise((resolve) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'something else listens there; set PORT' : error.message;
      log('error', `cannot listen on port ${port}: ${reason}`);
      resolve(1);
    });
  });
}
