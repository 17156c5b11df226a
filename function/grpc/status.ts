/**
 * The status of a gRPC call: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. A call that fails is
 * answered with 200, and its status is in headers that a client reads as trailers.
 */
import type { HttpRequest } from '../http-message.ts';
import { type BytesResponse, HttpError } from '../response.ts';

export const GRPC_TYPE = 'application/grpc';

/** Whether a request is a gRPC call. By HTTP/1 it is none, since a response there has no trailers. */
export function isGrpc({
  httpVersion,
  headers,
  method,
}: Pick<HttpRequest, 'httpVersion' | 'headers' | 'method'>): boolean {
  return httpVersion === '2.0' && method === 'POST' && TYPE.test(headers['content-type'] ?? '');
}

/** `application/grpc`, with a format or parameters behind it, but not `application/grpc-web`. */
const TYPE = /^application\/grpc\s*(?:[+;]|$)/i;

const INTERNAL = 13;

/** Codes of gRPC by status of HTTP. */
const CODES: Readonly<Record<number, number>> = {
  400: 3, // INVALID_ARGUMENT
  404: 5, // NOT_FOUND
  408: 4, // DEADLINE_EXCEEDED
  413: 8, // RESOURCE_EXHAUSTED
  415: 12, // UNIMPLEMENTED
  417: 3,
  499: 1, // CANCELLED
  501: 12,
  503: 14, // UNAVAILABLE
};

/** The response to a call that fails. */
export function grpcError({ status, message, headers }: HttpError): BytesResponse {
  return {
    type: GRPC_TYPE,
    headers: {
      ...headers,
      'grpc-status': String(CODES[status] ?? INTERNAL),
      'grpc-message': encodeURIComponent(message).replaceAll('%20', ' '),
    },
    body: '',
  };
}

/** The error of a code that the gRPC library gives for a call, with the status of HTTP for the log and the metrics. */
export function errorOfCode(code: number, message: string): HttpError {
  const [status = 400] = Object.entries(CODES).find(([, known]) => known === code) ?? [];
  return new HttpError(Number(status), message);
}
