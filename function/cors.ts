/**
 * CORS (the Fetch standard, https://fetch.spec.whatwg.org/#http-cors-protocol): which pages of other origins may read the
 * responses. Only HOSHI_CORS_ORIGINS switches it on. Requests carry no credentials, so `*` may stand for all origins and
 * all headers; browsers that do not know `*` read the names after it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { HttpError, type HttpResponse } from './response.ts';

const ALLOWED_METHODS = 'GET, HEAD, POST';
const ALLOWED_HEADERS =
  '*, Authorization, Content-Type, Content-Encoding, X-Request-Id, Traceparent, Tracestate, Inference-Header-Content-Length';
const EXPOSED_HEADERS =
  '*, X-Request-Id, X-Model-Version, Server-Timing, Retry-After, Allow, Accept-Encoding, Inference-Header-Content-Length';
/** How long a browser may keep the answer to a preflight: a day. Browsers have lower limits of their own. */
const MAX_AGE_SECONDS = '86400';

export class Cors {
  /** Undefined: all origins. */
  readonly #origins: ReadonlySet<string> | undefined;

  /** `*` alone, or origins as browsers send them. */
  constructor(origins: readonly string[]) {
    this.#origins = origins[0] === '*' ? undefined : new Set(origins);
  }

  /**
   * The response to a preflight, for any path, so that a page can read the error of a path that does not exist.
   * Undefined if the request is none. Throws a 403 for an origin that is not allowed.
   */
  answerPreflight(method: string, headers: IncomingHttpHeaders): HttpResponse | undefined {
    const { origin } = headers;
    if (method !== 'OPTIONS' || origin === undefined || headers['access-control-request-method'] === undefined)
      return undefined;
    if (this.#allowed(origin) === undefined)
      throw new HttpError(403, 'Expected an origin of HOSHI_CORS_ORIGINS, received another');
    return {
      status: 204,
      headers: {
        'Access-Control-Allow-Methods': ALLOWED_METHODS,
        'Access-Control-Allow-Headers': ALLOWED_HEADERS,
        'Access-Control-Max-Age': MAX_AGE_SECONDS,
      },
      type: '',
      body: '',
    };
  }

  /** Adds the headers that every response needs, to alternating names and values. */
  addTo(headers: string[], origin: string | undefined): void {
    const vary = headers.findIndex((name, i) => i % 2 === 0 && name === 'Vary'); // a value may be `Vary`, too
    if (vary < 0) headers.push('Vary', 'Origin');
    else headers[vary + 1] = `${headers[vary + 1]}, Origin`;
    const allowed = this.#allowed(origin);
    if (allowed === undefined) return;
    headers.push('Access-Control-Allow-Origin', allowed, 'Access-Control-Expose-Headers', EXPOSED_HEADERS);
  }

  #allowed(origin: string | undefined): string | undefined {
    if (this.#origins === undefined) return '*';
    return origin !== undefined && this.#origins.has(origin) ? origin : undefined;
  }
}
