/**
 * One line a request, in the fields of Google Cloud Logging (LogEntry, HttpRequest): all that failed, and a share of those
 * that did not. Neither the body nor the query is in it. Of those turned away because there were too many, some a second get a line,
 * which tells how many got none: writing thousands would take the time of those that are let in.
 */
import type { IncomingMessage } from 'node:http';
import { log } from './log.ts';
import { traceOf } from './trace.ts';

export interface Surroundings {
  /** Of what is answered with 2xx or 3xx: this share is logged, in [0, 1]. */
  readonly logShare: number;
  /** Google Cloud's project: traces are named by it. */
  readonly project: string | undefined;
  /** Knative's or Cloud Run's names of what runs. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  readonly requestId: string;
  readonly modelVersion: string | undefined;
}

export class AccessLog {
  readonly #surroundings: Surroundings;
  /** Grows by the share; a line is due at each whole number. */
  #due = 0;
  /** Of answers 503: in this second of the clock, those that got a line; and those that got none since the last one that did. */
  #refusalSecond = -1;
  #refusalLines = 0;
  #untoldRefusals = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Whether a request that was answered so gets a line; to be asked once for each. */
  isDue(status: number): boolean {
    if (status === 503) return this.#isRefusalDue();
    if (status >= 400) return true;
    this.#due += this.#surroundings.logShare;
    if (this.#due < 1) return false;
    this.#due -= 1;
    return true;
  }

  #isRefusalDue(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#refusalSecond) {
      this.#refusalSecond = second;
      this.#refusalLines = 0;
    }
    if (this.#refusalLines++ < MAX_REFUSAL_LINES) return true;
    this.#untoldRefusals++;
    return false;
  }

  write(request: IncomingMessage, answered: Answered): void {
    const { status } = answered;
    const { method = '', url = '' } = request;
    const [path = ''] = url.split('?', 1);
    const severity = status >= 500 ? 'error' : status >= 400 ? 'warning' : 'info';
    const message = `${method} ${path.slice(0, MAX_PATH)} ${status} in ${answered.durationMs.toFixed(2)} ms`;
    const fields = this.#fields(request, path, answered);
    if (status === 503 && this.#untoldRefusals > 0) {
      fields.untoldRefusals = this.#untoldRefusals;
      this.#untoldRefusals = 0;
    }
    log(severity, message, undefined, fields);
  }

  #fields(
    { method, headers, socket, httpVersion }: IncomingMessage,
    path: string,
    { status, responseBytes, durationMs, requestId, modelVersion }: Answered,
  ): Record<string, unknown> {
    const { project, labels } = this.#surroundings;
    const trace = traceOf(headers);
    const forwarded = headers['x-forwarded-for'];
    return {
      httpRequest: {
        requestMethod: method,
        requestUrl: path.slice(0, MAX_PATH),
        requestSize: headers['content-length'],
        status,
        responseSize: String(responseBytes),
        userAgent: headers['user-agent']?.slice(0, MAX_PATH),
        remoteIp: typeof forwarded === 'string' ? forwarded.split(',', 1)[0]?.slice(0, MAX_PATH) : socket.remoteAddress,
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

const MAX_PATH = 256;
/** A second, of answers 503. */
const MAX_REFUSAL_LINES = 10;
