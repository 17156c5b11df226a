/**
 * The lean server: `handle` behind node:http, with time-outs for clients. It starts here; connections.ts limits its
 * connections, and shutdown.ts ends it.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requireBuiltin } from '../native/builtin.ts';
import { announcesTooManyBytes } from './body.ts';
import { nowMs } from './clock.ts';
import { type Config, hasExtras, parseConfig } from './config.ts';
import { otherExpectation } from './connection-problems.ts';
import { acceptConnections } from './connections.ts';
import { flushLog, log } from './log.ts';
import { bodyLimitOf, handle, refuse } from './request-lifecycle.ts';
import { ScoringService } from './service.ts';
import { onProcessSignal, shutdownOnSignal } from './shutdown.ts';

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
  if (hasExtras(config)) (await import('./extras.ts')).addExtras(config, service);
  const server = createHttpServer(config, service);
  const connections = acceptConnections(server, config, service);
  const ended = Promise.race([
    shutdownOnSignal(server, connections, service, config, onSignal),
    loadFailure(service),
    listenFailure(server, config),
    uncaughtError(),
  ]);
  server.once('listening', () => {
    service.counters.startPhases.set('listening', nowMs());
    const { port } = server.address() as AddressInfo;
    const url = urlOf(config.host, port);
    log('info', `listening on port ${port}: ${url}`, undefined, { url });
  });
  listen(server, config);
  service.scorer.then(
    ({ engine, bundle }) => {
      const phases = Object.fromEntries(service.counters.startPhases);
      const alias = config.modelName === undefined ? '' : `, served as ${config.modelName}`;
      log('info', `ready: ${bundle.name} ${bundle.version} on the ${engine} engine${alias}`, undefined, {
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

/**
 * `server.listen` first asks node:cluster whether this process is a worker. node:cluster loads node:child_process and
 * node:dgram: 1.4 ms and 1.3 MB of a start. A worker has a channel to its parent, so a process without one skips the
 * question, and calls the next step by its old name in node:net.
 */
function listen(server: Server & { _listen2?: unknown }, { port, host, connectionsLimit }: Config): void {
  // The event loop accepts one connection in each round, so as many as are allowed may wait to be accepted.
  const backlog = connectionsLimit;
  if (process.send === undefined && host === undefined && typeof server._listen2 === 'function')
    server._listen2(null, port, IPV4, backlog);
  else server.listen({ port, host, backlog });
}

/** `server.listen` passes this family, too. Without a host, node:net tries IPv6 first, which accepts both. */
const IPV4 = 4;

/** How long the spans before an uncaught error may take. */
const CRASH_SPANS_MS = 1000;

function createHttpServer(config: Config, service: ScoringService): Server {
  const requestTimeout = Math.max(config.requestTimeoutMs, config.headersTimeoutMs);
  // node:http loads while threads load the tables (ScoringService.load).
  const server = requireBuiltin('node:http').createServer({
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
    handle(request, response, service);
  };
  server.on('request', onRequest);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!announcesTooManyBytes(request, bodyLimitOf(request, service)) && response.writable) response.writeContinue();
    onRequest(request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    refuse(request, response, service, otherExpectation());
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
function listenFailure(server: Server, { host, port }: Config): Promise<number> {
  return new Promise((resolve) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const reason = LISTEN_FAILURES[error.code ?? ''] ?? error.message;
      log('error', `cannot listen on port ${port}${host === undefined ? '' : ` of ${host}`}: ${reason}`);
      resolve(1);
    });
  });
}

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; set PORT',
  EADDRNOTAVAIL: 'this machine has no such address; set HOST',
  ENOTFOUND: 'the name cannot be resolved; set HOST',
  EAI_AGAIN: 'the name cannot be resolved; set HOST',
};

/** The URL of the page, as this machine reaches it. */
function urlOf(host: string | undefined, port: number): string {
  if (host === undefined || /^[0:.]+$/.test(host)) return `http://localhost:${port}/`; // all interfaces
  return `http://${host.includes(':') ? `[${host.replace('%', '%25')}]` : host}:${port}/`;
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
