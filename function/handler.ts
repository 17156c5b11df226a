/**
 * The handler: a request → an answer, the same under functions-framework and under the lean server. Every request gets
 * one, whatever is thrown; each is measured, and logged if it is due.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Exchange, type Service, shed } from './exchange.ts';
import { log } from './log.ts';
import { HttpError, problemOf } from './problem.ts';
import type { HttpResponse } from './response.ts';
import { type Match, match, type Route } from './routes.ts';

export function handle(request: IncomingMessage, response: ServerResponse, service: Service): void {
  const exchange = new Exchange(request, service);
  service.admission.inFlight++;
  let route: Route | undefined;
  let isLetIn = false;
  const end = (sentBytes: number) => {
    exchange.end();
    service.admission.inFlight--;
    if (isLetIn) service.admission.leave(request.socket);
    finish(exchange, response.statusCode, sentBytes, route);
  };
  const fail = (error: unknown) => end(sendError(exchange, response, error));
  const reply = (answer: HttpResponse) => {
    let sentBytes: number;
    try {
      sentBytes = send(exchange, response, answer);
    } catch (error) {
      fail(error);
      return;
    }
    end(sentBytes);
  };
  // What is known at once is sent at once, without a promise: most requests ask for one short text.
  const ask = ({ route, parameters }: Match) => {
    try {
      const answer = route.answer(exchange, parameters);
      if (answer instanceof Promise) answer.then(reply, fail);
      else reply(answer);
    } catch (error) {
      fail(error);
    }
  };
  try {
    const found = matchOf(request);
    route = found.route;
    if (route.method === 'GET') {
      ask(found);
    } else {
      // What scores may be turned away; who looks whether the process lives never is.
      const refusal = service.admission.enter(request.socket);
      if (refusal !== undefined) throw shed(service, refusal);
      isLetIn = true;
      const answer = () => {
        if (isGone(request, response)) reply(NOTHING);
        else ask(found);
      };
      const wait = () => {
        // Many may have been let in before their bodies came.
        if (service.admission.isFull) fail(shed(service, 'loop'));
        else service.admission.turns.take(answer);
      };
      exchange.readBody(wait, fail);
    }
  } catch (error) {
    fail(error);
  }
}

/** Nobody waits for the answer any more: in the log and the metrics, as nginx calls it. */
const CLIENT_CLOSED_REQUEST = 499;
const NOTHING: HttpResponse = { body: '' };

/** A response that waits for another one before it is told of nothing: its connection is. */
function isGone({ socket }: IncomingMessage, response: ServerResponse): boolean {
  return response.destroyed || socket.destroyed;
}

function matchOf({ method = 'GET', url = '/' }: IncomingMessage): Match {
  const query = url.indexOf('?');
  return match(method, query < 0 ? url : url.slice(0, query));
}

/** How many bytes of body it sent; none where the client is gone, of which the status then tells. */
function send(exchange: Exchange, response: ServerResponse, answer: HttpResponse): number {
  if (response.headersSent) return 0;
  if (isGone(exchange.request, response)) {
    response.statusCode = CLIENT_CLOSED_REQUEST;
    return 0;
  }
  const { status = 200, type = 'application/json', headers, body } = answer;
  const { isDraining, ready } = exchange.service;
  const length = Buffer.byteLength(body);
  if (!exchange.service.admission.bufferAnswer(response, length)) throw shed(exchange.service, 'memory');
  const all = [
    'Content-Type',
    type,
    'Content-Length',
    String(length),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    'X-Request-Id',
    exchange.requestId,
  ];
  if (ready !== undefined) all.push('X-Model-Version', ready.bundle.version);
  if (exchange.predictMs !== undefined) all.push('Server-Timing', timingOf(exchange));
  if (isDraining) all.push('Connection', 'close');
  if (headers !== undefined) for (const name in headers) all.push(name, headers[name] as string);
  response.writeHead(status, all);
  response.end(body);
  return length;
}

function timingOf({ preprocessMs = 0, predictMs = 0 }: Exchange): string {
  return `preprocess;dur=${preprocessMs.toFixed(3)}, predict;dur=${predictMs.toFixed(3)}`;
}

function sendError(exchange: Exchange, response: ServerResponse, error: unknown): number {
  const { request } = exchange;
  const planned = error instanceof HttpError ? error : new HttpError(500, 'The request could not be answered');
  if (planned !== error) log('error', 'a request failed', error, { requestId: exchange.requestId });
  // What a client goes on sending is not worth keeping: answer, give the answer time to arrive, and hang up.
  const { status } = planned;
  const hangsUp = !request.complete && (status === 413 || status === 415 || (status === 503 && announcesMuch(request)));
  if (hangsUp) {
    const { socket } = request;
    request.removeAllListeners('data').resume();
    // Node would close the connection behind the answer. The kernel resets one that is closed while more arrives, and the answer
    // would be lost with it; so only our side is ended, and what arrives is dropped for a while.
    socket.destroySoon = () => socket.end();
    response.once('finish', () => setTimeout(() => socket.destroy(), HANG_UP_MS).unref());
  }
  const headers = { ...planned.headers, ...(hangsUp ? { Connection: 'close' } : {}) };
  return send(exchange, response, { status, type: 'application/problem+json', headers, body: problemOf(planned) });
}

/** How long what goes on arriving from a client that has been told not to send is dropped, until the connection is. */
export const HANG_UP_MS = 500;
/** What is read to its end after a 503 rather than hung up on: then the connection serves on. */
const READ_ON_BYTES = 1 << 16;

function announcesMuch({ headers }: IncomingMessage): boolean {
  return !(Number(headers['content-length']) <= READ_ON_BYTES);
}

function finish(exchange: Exchange, status: number, responseBytes: number, route: Route | undefined): void {
  const { request, requestId, service, beganMs } = exchange;
  const durationMs = performance.now() - beganMs;
  service.counters.duration(route?.path ?? 'none', status).observe(durationMs / 1000);
  if (!service.accessLog.isDue(status)) return;
  const modelVersion = service.ready?.bundle.version;
  service.accessLog.write(request, { status, responseBytes, durationMs, requestId, modelVersion });
}
