/**
 * What is wrong with a request, as an HTTP answer: a problem document (RFC 9457). `pointer` names the place in the body as a
 * JSON pointer in a URI fragment (RFC 6901). No problem carries the text, a stack or a path of the server.
 */

export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
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
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

export function titleOf(status: number): string {
  return TITLES[status] ?? 'Error';
}

export function problemOf({ status, message, pointer }: Pick<HttpError, 'status' | 'message' | 'pointer'>): string {
  return JSON.stringify({ type: 'about:blank', title: titleOf(status), status, detail: message, pointer });
}
