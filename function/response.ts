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
  /** The length of its longest list, if that may be long. A long list is written in slices. */
  readonly listLength?: number;
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

/**
 * What the client may do about an error, as one or more sentences. It is computed only when the problem is written, so
 * that a request without an error costs nothing. It names only what hoshi knows, never what came.
 */
export type Advice = () => Promise<string | undefined>;

/** An error with a planned HTTP status. Any other error is sent as a bare 500. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** The faulty place in the body: a JSON pointer (RFC 6901) as a URI fragment, such as `#/texts/3`. */
  readonly pointer: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly advice: Advice | undefined;

  constructor(
    status: number,
    detail: string,
    more: {
      pointer?: string | undefined;
      headers?: Readonly<Record<string, string>>;
      advice?: Advice | undefined;
    } = {},
  ) {
    super(detail);
    this.status = status;
    this.pointer = more.pointer;
    this.headers = more.headers ?? {};
    this.advice = more.advice;
  }

  /** The same error at another place of the body. */
  at(pointer: string): HttpError {
    const { status, message, headers, advice } = this;
    return new HttpError(status, message, { pointer, headers, advice });
  }

  /** The same error, with its advice in the detail. */
  async withAdvice(): Promise<HttpError> {
    const { status, message, pointer, headers } = this;
    const advice = await this.advice?.();
    return new HttpError(status, advice === undefined ? message : `${message}. ${advice}`, { pointer, headers });
  }
}

/** The end of a detail: the variable of function/config.ts that sets the limit. */
export function setBy(variable: `HOSHI_${string}`): string {
  return `. ${variable} sets this limit`;
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
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The reason phrase of a status. */
export function titleOf(status: number): string {
  return TITLES[status] ?? 'Error';
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The body of an error for BigQuery, as JSON text of less than 1 KB. */
export function bigQueryErrorOf({ status, message, pointer }: HttpError): string {
  let errorMessage = pointer === undefined || pointer === '#' ? message : `${message} (${pointer})`;
  if (status === 413 && !message.includes('max_batching_rows'))
    errorMessage += '. Define the function with a smaller max_batching_rows';
  while (Buffer.byteLength(JSON.stringify({ errorMessage })) >= MAX_BIGQUERY_ERROR_BYTES)
    errorMessage = `${errorMessage.slice(0, -2 * ELLIPSIS.length)}${ELLIPSIS}`;
  return JSON.stringify({ errorMessage });
}

const MAX_BIGQUERY_ERROR_BYTES = 1000;
const ELLIPSIS = '…';

/**
 * The problem document of an error, as JSON text. With `hasError` it also has the member `error`, which clients of KServe
 * and Triton read.
 */
export function problemOf({ status, message, pointer }: HttpError, hasError = false): string {
  const problem = { type: 'about:blank', title: titleOf(status), status, detail: message, pointer };
  return JSON.stringify(hasError ? { ...problem, error: message } : problem);
}
