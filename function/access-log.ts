/**
 * The access log: one line for a request, in the fields of Google Cloud Logging (LogEntry, HttpRequest). It never
 * contains the body or the query.
 *
 * A failed request gets a line, and so does a share of the successful requests. Of each status, only a few failed requests
 * per second get a line, because thousands of lines would take time from the other requests. The next line of that
 * status has the number of requests without a line.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { nowMs } from './clock.ts';
import type { HttpRequest } from './http-message.ts';
import { log } from './log.ts';
import { pathOf } from './target.ts';

export interface AccessLogSettings {
  /** The share of 2xx and 3xx responses that are logged, in [0, 1]. */
  readonly logShare: number;
  /** The Google Cloud project, which is a part of the name of a trace. */
  readonly project: string | undefined;
  /** The names that Knative or Cloud Run gives to the service and its revision. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The fields of a response for its log line. */
export interface LoggedResponse {
  readonly status: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  readonly requestId: string;
  readonly modelVersion: string | undefined;
  /** The span of the request. Undefined: the line names the trace of the request's headers. */
  readonly trace: Trace | undefined;
}

export class AccessLog {
  readonly #settings: AccessLogSettings;
  /** Each successful response adds the share. When the sum reaches 1, a line is due. */
  #dueLines = 0;
  readonly #failures = new Map<number, LineLimit>();
  readonly #errors = new LineLimit();

  constructor(settings: AccessLogSettings) {
    this.#settings = settings;
  }

  /** Whether a response with this status gets a line. Call it once for each response. */
  isDue(status: number): boolean {
    if (status >= 400) return this.#failuresWith(status).take();
    this.#dueLines += this.#settings.logShare;
    if (this.#dueLines < 1) return false;
    this.#dueLines -= 1;
    return true;
  }

  /** Whether an unplanned error gets a line of its own, with its stack trace. Call it once for each error. */
  isErrorDue(): boolean {
    return this.#errors.take();
  }

  /** The statuses that hoshi answers are few. */
  #failuresWith(status: number): LineLimit {
    let failures = this.#failures.get(status);
    if (failures === undefined) {
      failures = new LineLimit();
      this.#failures.set(status, failures);
    }
    return failures;
  }

  write(request: HttpRequest, response: LoggedResponse): void {
    const { status } = response;
    const method = shortened(request.method ?? '');
    const path = shortened(pathOf(request.url ?? ''));
    const severity = status >= 500 ? 'error' : status >= 400 ? 'warning' : 'info';
    const message = `${method} ${path} ${status} in ${response.durationMs.toFixed(2)} ms`;
    const fields = this.#fields(request, method, path, response);
    const unlogged = this.#failures.get(status)?.takeSkipped() ?? 0;
    if (unlogged > 0) fields.unloggedRequests = unlogged;
    log(severity, message, undefined, fields, severity === 'info');
  }

  #fields(
    { headers, socket, httpVersion }: HttpRequest,
    method: string,
    path: string,
    { status, responseBytes, durationMs, requestId, modelVersion, trace: span }: LoggedResponse,
  ): Record<string, unknown> {
    const { project, labels } = this.#settings;
    const trace = span ?? traceOf(headers);
    const forwarded = headers['x-forwarded-for'];
    return {
      httpRequest: {
        requestMethod: method,
        requestUrl: path,
        requestSize: headers['content-length'],
        status,
        responseSize: String(responseBytes),
        userAgent: headers['user-agent'] && shortened(headers['user-agent']),
        remoteIp:
          typeof forwarded === 'string' ? shortened(forwarded.split(',', 1)[0] as string) : socket.remoteAddress,
        latency: `${(durationMs / 1000).toFixed(6)}s`,
        protocol: `HTTP/${httpVersion}`,
      },
      requestId,
      'logging.googleapis.com/labels': {
        ...labels,
        ...(modelVersion === undefined ? {} : { model_version: modelVersion }),
      },
      ...(trace === undefined
        ? {}
        : {
            'logging.googleapis.com/trace':
              project === undefined ? trace.traceId : `projects/${project}/traces/${trace.traceId}`,
            ...(trace.spanId === undefined ? {} : { 'logging.googleapis.com/spanId': trace.spanId }),
            'logging.googleapis.com/trace_sampled': trace.isSampled,
          }),
    };
  }
}

/** Maximum length of a method, path or header value, in UTF-16 units. */
const MAX_FIELD_LENGTH = 256;

/** A value of the client for the log or a span. A longer one is cut off. */
export function shortened(value: string): string {
  return value.slice(0, MAX_FIELD_LENGTH);
}

const MAX_LINES_PER_SECOND = 10;

/** Allows a few lines in each second of the clock, or in each of longer periods, and counts the others. */
export class LineLimit {
  readonly #maxLines: number;
  readonly #periodMs: number;
  #period = -1;
  #lines = 0;
  #skipped = 0;

  constructor(maxLines = MAX_LINES_PER_SECOND, seconds = 1) {
    this.#maxLines = maxLines;
    this.#periodMs = seconds * 1000;
  }

  take(): boolean {
    const period = Math.floor(nowMs() / this.#periodMs);
    if (period !== this.#period) {
      this.#period = period;
      this.#lines = 0;
    }
    if (this.#lines++ < this.#maxLines) return true;
    this.#skipped++;
    return false;
  }

  /** The number of lines that were not allowed since the last call. */
  takeSkipped(): number {
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped;
  }
}

// ------------------------------------------------------------------------------------------------------------- trace

/** The trace of a request: W3C's `traceparent` header, or else Google's `X-Cloud-Trace-Context`. */
export interface Trace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string | undefined;
  readonly isSampled: boolean;
}

export function traceOf(headers: IncomingHttpHeaders): Trace | undefined {
  const { traceparent, 'x-cloud-trace-context': google } = headers;
  const w3c = typeof traceparent === 'string' ? W3C.exec(traceparent) : null;
  if (w3c !== null) {
    const [, version, traceId = '', spanId = '', flags = '', more] = w3c;
    const isWhole = version !== '00' || more === undefined;
    if (isWhole && !/^0+$/.test(traceId) && !/^0+$/.test(spanId))
      return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
  }
  const given = typeof google === 'string' ? GOOGLE.exec(google) : null;
  if (given === null) return undefined;
  const [, traceId = '', span, sampled] = given;
  const spanId = span === undefined ? undefined : BigInt.asUintN(64, BigInt(span)).toString(16).padStart(16, '0');
  return { traceId: traceId.toLowerCase(), spanId, isSampled: sampled === '1' };
}

// Version 00 has these four fields. A later version may have more after them. Version ff is not valid.
const W3C = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const GOOGLE = /^([\da-fA-F]{32})(?:\/(\d{1,20}))?(?:;o=([01]))?$/;
