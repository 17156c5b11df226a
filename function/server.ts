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
import { handle } from './handler.ts';
import { log } from './log.ts';
import { HttpError, problemOf } from './problem.ts';
import { ScoringService } from './service.ts';

const { createServer } = requireBuiltin('node:http');

/** Serves until it is told to stop; resolves with the exit code, and leaves ending the process to the caller. */
export async function serve(environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  let config: Config;
  try {
    config = parseConfig(environment);
  } catch (error) {
    log('error', (error as Error).message);
    return 1;
  }
  return run(config, ScoringService.load(config));
}

/** As `serve`, with a service of the caller's making. */
export async function run(config: Config, service: ScoringService): Promise<number> {
  const server = makeServer(config, service);
  const ended = Promise.race([
    shutdown(server, service, config.drainTimeoutMs),
    failure(service),
    portTrouble(server, config.port),
  ]);
  server.listen(config.port, () => log('info', `listening on port ${(server.address() as AddressInfo).port}`));
  service.scorer.then(
    ({ engine, bundle }) => log('info', `ready: ${bundle.name} ${bundle.version} on the ${engine} engine`),
    () => {}, // `failure` says it
  );
  return ended;
}

function makeServer(config: Config, service: ScoringService): Server {
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
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    const body = problemOf(new HttpError(status, 'Expected a whole HTTP request in time, received something else'));
    const head = [
      `HTTP/1.1 ${status} Bad Request`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
  return server;
}

function shutdown(server: Server, service: ScoringService, drainTimeoutMs: number): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return new Promise((resolve) => {
    const onSignal = (signal: string) => {
      if (service.isDraining) {
        log('warning', `${signal} again: ending at once`);
        return resolve(1);
      }
      service.isDraining = true;
      log('info', `${signal}: finishing the requests in flight`);
      setTimeout(() => {
        log('warning', `requests in flight were not finished within ${drainTimeoutMs} ms`);
        resolve(1);
      }, drainTimeoutMs);
      server.close(() => resolve(0));
      // `close` ends connections between two requests, but not those on which none has begun.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
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
