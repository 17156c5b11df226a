/**
 * The response to a request: JSON or bytes, or a problem document (RFC 9457) that says what is wrong with the request.
 *
 * A problem never contains the client's text, a stack trace or a path of the server.
 */

/** The return value of a handler. The request lifecycle adds the common headers and sends it. */
export type HttpResponse = JsonResponse | BytesResponse | StreamResponse;

interface ResponseHead {
  /** 200 by default. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonResponse extends ResponseHead {
  readonly json: object;
}

export interface BytesResponse extends ResponseHead {
  /** The Content-Type. */
  readonly type: string;
  readonly body: string | Uint8Array;
  /** Gives the headers after the body. Only by HTTP/2. */
  readonly trailers?: () => Readonly<Record<string, string>>;
}

/** A response in pieces, each sent when it comes. Only by HTTP/2. */
export interface StreamResponse extends ResponseHead {
  readonly type: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Gives the headers after the last piece. */
  readonly trailers: () => Readonly<Record<string, string>>;
}

/** An error with a planned HTTP status. Any other error is sent as a bare 500. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** The faulty place in the body: a JSON pointer (RFC 6901) as a URI fragment, such as `#/texts/3`. */
  readonly pointer: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    more: { pointer?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.status = status;
    this.pointer = more.pointer;
    this.headers = more.headers ?? {};
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** The reason phrase of a status. */
export function titleOf(status: number): string {
  return TITLES[status] ?? 'Error';
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The problem document of an error, as JSON text. */
export function problemOf({ status, message, pointer }: HttpError): string {
  return JSON.stringify({ type: 'about:blank', title: titleOf(status), status, detail: message, pointer });
}
