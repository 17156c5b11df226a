/**
 * The sink of the answers to events: K_SINK, which a SinkBinding or a source of Knative sets. Each event is a POST, and
 * the sink takes it with any 2xx. The first event loads this file.
 *
 * If the sink does not take an event, the request for it gets a 502, 503 or 504, so that its sender sends it again. The
 * answer then has the same id.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import { rootCertificates } from 'node:tls';
import type { SinkSettings } from './config.ts';
import { HttpError } from './response.ts';

export class Sink {
  readonly #timeoutMs: number;
  readonly #url: URL;
  readonly #client: Pick<typeof https, 'request'>;
  readonly #agent: http.Agent;

  constructor(settings: SinkSettings, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#url = new URL(settings.url);
    const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: IDLE_MS };
    if (this.#url.protocol === 'http:') {
      this.#client = http;
      this.#agent = new http.Agent(options);
    } else {
      const { certificates } = settings;
      const trusted = certificates === undefined ? {} : { ca: [...rootCertificates, certificates] };
      this.#client = https;
      this.#agent = new https.Agent({ ...options, ...trusted });
    }
  }

  /** Resolves when the sink has taken the event. Rejects with a 502, a 503 or a 504 otherwise. */
  async post(headers: Readonly<Record<string, string>>, body: string): Promise<void> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    let answer: Answer;
    try {
      answer = await this.#send(headers, body, signal);
    } catch (error) {
      if (signal.aborted)
        throw new HttpError(
          504,
          `Expected the sink (K_SINK) to answer within ${this.#timeoutMs} ms, received nothing. HOSHI_SINK_TIMEOUT_MS sets this limit`,
        );
      const { code } = error as NodeJS.ErrnoException;
      throw new HttpError(502, `Expected a connection to the sink (K_SINK), received ${code ?? 'an error'}`);
    }
    const { status, retryAfter } = answer;
    if (status >= 200 && status < 300) return;
    const isBusy = status === 429 || status === 503;
    throw new HttpError(isBusy ? 503 : 502, `Expected the sink (K_SINK) to take the event, received status ${status}`, {
      headers: isBusy ? { 'Retry-After': /^\d{1,5}$/.test(retryAfter ?? '') ? (retryAfter as string) : '1' } : {},
    });
  }

  /** The sink may close an idle connection while a request is on its way. It is then sent again, on another one. */
  async #send(headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Answer> {
    for (;;) {
      let isReused = false;
      try {
        return await new Promise<Answer>((resolve, reject) => {
          // Node does not end a request that waits for a connection, or whose connection was taken over by a protocol.
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          const request = this.#client.request(this.#url, {
            method: 'POST',
            agent: this.#agent,
            headers: { ...headers, 'content-length': Buffer.byteLength(body) },
            signal,
          });
          const answered = ({ statusCode = 0, headers }: http.IncomingMessage) =>
            resolve({ status: statusCode, retryAfter: headers['retry-after'] });
          request.on('response', (response) => {
            answered(response);
            dropBody(response);
          });
          request.on('upgrade', (response, socket) => {
            socket.destroy();
            answered(response);
          });
          request.on('error', (error) => {
            isReused = request.reusedSocket;
            reject(error);
          });
          request.end(body);
        });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (signal.aborted || !isReused || (code !== 'ECONNRESET' && code !== 'EPIPE')) throw error;
      }
    }
  }
}

/** The status is the whole answer. A connection on which more than a little follows is closed. */
function dropBody(response: http.IncomingMessage): void {
  let bytes = 0;
  response.on('error', () => {}); // the connection was closed within the body
  response.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > MAX_DROPPED_BYTES) response.destroy();
  });
}

const MAX_DROPPED_BYTES = 1 << 16;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** More events than this wait for a free connection, within their time limit. */
const MAX_CONNECTIONS = 64;
const IDLE_MS = 30_000;

const sinks = new WeakMap<SinkSettings, Sink>();

/** The sink of the settings, made once. */
export function sinkOf(settings: SinkSettings, timeoutMs: number): Sink {
  const known = sinks.get(settings) ?? new Sink(settings, timeoutMs);
  sinks.set(settings, known);
  return known;
}
