/**
 * Problems that the host finds, most of them without a request: its bytes are not one, it sends nothing, or there are too
 * many connections.
 */
import type { Duplex } from 'node:stream';
import { destroyLater } from './half-open.ts';
import { log } from './log.ts';
import { HttpError, PROBLEM_TYPE, problemOf, titleOf } from './response.ts';
import type { ScoringService } from './service.ts';

/** The problem of node:http's `clientError`, by its code. */
export function clientError(code: string | undefined): HttpError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return notInTime();
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLong();
  return new HttpError(400, 'Expected an HTTP request, received something else');
}

/** The headers are over 16 KiB, by HTTP/1 or HTTP/2. */
export function headersTooLong(): HttpError {
  return new HttpError(431, 'Expected headers of at most 16 KiB, received more');
}

/** A request has not come whole within its time. */
export function notInTime(): HttpError {
  return new HttpError(
    408,
    'Expected a whole HTTP request in time, received a part of one. HOSHI_HEADERS_TIMEOUT_MS and HOSHI_REQUEST_TIMEOUT_MS set this limit',
  );
}

/** The request has an Expect header that is not 100-continue. */
export function otherExpectation(): HttpError {
  return new HttpError(417, 'Expected Expect: 100-continue or none, received another');
}

/**
 * Writes a problem to a connection without a request, and ends it. The problem is counted and logged like a response.
 */
export function refuse(socket: Duplex, problem: HttpError, service: ScoringService): void {
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
