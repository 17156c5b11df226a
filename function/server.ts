/**
 * The lean server: `handle` behind node:http, with time-outs for clients. It starts here; connections.ts limits its
 * connections, and shutdown.ts ends it.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requireBuiltin } from '../native/builtin.ts';
import { announcesTooManyBytes } from './body.ts';
import { type Config, parseConfig } from './config.ts';
import { limitConnections } from './connections.ts';
import { flushLog, log } from './log.ts';
import { handle, refuse } from './request-lifecycle.ts';
import { HttpError } from './response.ts';
import { ScoringService } from './service.ts';
import { onProcessSignal, shutdownOnSignal } from './shutdown.ts';

const { createServer } = requireBuiltin('node:http');

/** Serves until a signal or an error. Resolves with the exit code; the caller ends the process. */
export async function serve(environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  let config: Config;
  try {
    config = parseConfig(environment);
  } catch (error) {
    log('error', (error as Error).message);
    await flushLog();
    return 1;
  }
  if (config.workers === 1) return run(config, ScoringService.load(config));
  // A single process starts without this file.
  const { isWorker, onSupervisorSignal, sendMetricsOnRequest, superviseWorkers } = await import('./workers.ts');
  if (!isWorker()) return superviseWorkers(config.workers, environment);
  const service = ScoringService.load(config);
  sendMetricsOnRequest(async () => (await import('./prometheus.ts')).metricsAsJson(service));
  return run(config, service, onSupervisorSignal);
}

/** Like `serve`, in this process, with a service that the caller has made. */
export async function run(config: Config, service: ScoringService, onSignal = onProcessSignal): Promise<number> {
  const server = createHttpServer(config, service);
  const sockets = limitConnections(server, config.connectionsLimit, service);
  const ended = Promise.race([
    shutdownOnSignal(server, sockets, service, config, onSignal),
    loadFailure(service),
    listenFailure(server, config.port),
    uncaughtError(),
  ]);
  // The event loop accepts one connection in each round, so as many as are allowed may wait to be accepted.
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
    () => {}, // loadFailure logs it
  );
  const code = await ended;
  server.close(); // after a failed start, the server may not listen yet; this prevents it from starting to
  if (!service.isDraining) await service.tracing?.shutdown(CRASH_SPANS_MS); // the drain has sent them otherwise
  await flushLog();
  return code;
}

/** How long the spans before an uncaught error may take. */
const CRASH_SPANS_MS = 1000;

function createHttpServer(config: Config, service: ScoringService): Server {
  const requestTimeout = Math.max(config.requestTimeoutMs, config.headersTimeoutMs);
  const server = createServer({
    headersTimeout: config.headersTimeoutMs,
    requestTimeout,
    keepAliveTimeout: config.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(config.headersTimeoutMs, 1000),
    requireHostHeader: false, // Node's own 400 has no problem document and no log line
  });
  // If a connection has no traffic for this long, its client does not read the response, and the connection is ended.
  // A client that does not send a whole request gets a 408 earlier.
  server.timeout = 2 * requestTimeout;
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (request.socket.writableEnded) return; // the connection is over the limit and has already got its 503
    handle(request, response, service);
  };
  server.on('request', onRequest);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!announcesTooManyBytes(request, config.bodyLimitBytes) && response.writable) response.writeContinue();
    onRequest(request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    refuse(request, response, service, new HttpError(417, 'Expected Expect: 100-continue or none, received another'));
  });
  return server;
}

/** Resolves with the exit code 1 if the model cannot be loaded. */
function loadFailure(service: ScoringService): Promise<number> {
  return new Promise((resolve) => {
    service.scorer.catch((error: unknown) => {
      log('error', error instanceof Error ? error.message : String(error));
      resolve(1);
    });
  });
}

/** Resolves with the exit code 1 if the server cannot listen. */
function listenFailure(server: Server, port: number): Promise<number> {
  return new Promise((resolve) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program listens there; set PORT' : error.message;
      log('error', `cannot listen on port ${port}: ${reason}`);
      resolve(1);
    });
  });
}

/** After an uncaught error, the state of the process is unknown. It is logged whole, and the process exits with 1. */
function uncaughtError(): Promise<number> {
  return new Promise((resolve) => {
    const end = (error: unknown) => {
      log('error', 'uncaught error', error);
      resolve(1);
    };
    process.on('uncaughtException', end).on('unhandledRejection', end);
  });
}
