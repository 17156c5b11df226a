/**
 * The parts of node:http's request and response that the server uses. Requests by HTTP/2 have the same form (http2.ts),
 * so request-lifecycle.ts does not depend on the version of HTTP. Types only.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

export interface HttpRequest {
  readonly method?: string | undefined;
  /** The target of the request, in origin form or in absolute form. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** `1.0`, `1.1` or `2.0`. */
  readonly httpVersion: string;
  /** The connection. Requests by HTTP/2 share it. */
  readonly socket: Socket;
  /** Whether the whole request has arrived. */
  readonly complete: boolean;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  /** The client has gone before the end of the body, or the body has not come in time, which is an HttpError. */
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

export interface HttpReply {
  statusCode: number;
  readonly headersSent: boolean;
  /** The client has gone, or has cancelled this request. */
  readonly destroyed: boolean;
  /** The connection, if it takes this response now. Null if the response waits behind others. */
  readonly socket: { readonly writableLength: number } | null;
  /** `headers` are alternating names and values. */
  writeHead(status: number, headers: string[]): unknown;
  write(chunk: Uint8Array): unknown;
  end(body?: string | Uint8Array): unknown;
  /** All of the body and of the headers is ASCII. */
  end(body: string, encoding: 'latin1'): unknown;
  /** Headers after the body, which `end` asks for. Only by HTTP/2. Call it before the first byte is written. */
  setTrailers?(trailers: () => Readonly<Record<string, string>>): void;
  /** `finish`: the client's machine has the whole response. */
  once(event: 'finish', listener: () => void): unknown;
}
