/**
 * The lean server: `handle` behind node:http, with bounded time for clients, and a shutdown that loses no request.
 *
 * SIGTERM or SIGINT: accept nothing more, finish what is in flight within the drain time, end with 0; a second signal
 * ends at once.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { requireBuiltin } from '../native/builtin.ts';
import { announcesTooMuch } from './body.ts';
import { type Config, parseConfig } from './config.ts';
import { shed } from './exchange.ts';
import { handle } from './handler.ts';
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
  answerCounts(async () => (await import('./metrics.ts')).countsOf(ours));
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
    service.measurements.startPhases.set('listening', performance.now());
    log('info', `listening on port ${(server.address() as AddressInfo).port}`);
  });
  service.scorer.then(
    ({ engine, bundle }) => {
      const phases = Object.fromEntries(service.measurements.startPhases);
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
  const server = createServer({
    headersTimeout: config.headersTimeoutMs,
    requestTimeout: Math.max(config.requestTimeoutMs, config.headersTimeoutMs),
    keepAliveTimeout: config.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(config.headersTimeoutMs, 1000),
  });
  const answer = (request: IncomingMessage, response: ServerResponse) => void handle(request, response, service);
  server.on('request', answer);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!announcesTooMuch(request, config.bodyLimitBytes)) response.writeContinue();
    answer(request, response);
  });
  server.prependListener('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (sockets.size > config.connectionsLimit) socket.end(rawProblem(shed(service, 'connections')));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    socket.end(rawProblem(new HttpError(status, 'Expected a whole HTTP request in time, received something else')));
  });
  return server;
}

/** A problem as bytes, for a connection on which there is no request. */
function rawProblem(error: HttpError): string {
  const body = problemOf(error);
  const lines = [
    `HTTP/1.1 ${error.status} ${titleOf(error.status)}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(error.headers).map(([name, value]) => `${name}: ${value}`),
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
      setTimeout(() => {
        setInterval(() => {
          server.closeIdleConnections();
          for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy(); // on which no request has begun
        }, SWEEP_MS);
      }, IDLE_GRACE_MS);
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
