/** Requests through the cluster's gateway to a service, single or at a constant rate. */
import { Agent, request } from 'node:http';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gateway } from './settings.ts';

export interface Answer {
  /** 0 if there was no response; then `body` is the error message. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** When the request was sent (`Date.now()`), and how many ms the response took. */
  readonly at: number;
  readonly ms: number;
}

/** The URL that receives requests for a service. */
export function gatewayFor(host: string): URL {
  return new URL(`http://${gateway ?? host}`);
}

export interface Asking {
  readonly method?: 'GET' | 'POST';
  readonly path?: string;
  readonly body?: string;
  readonly agent?: Agent;
  readonly timeoutMs?: number;
}

/** Sends a request. Without an agent, it uses a new connection. It never rejects. */
export function ask(host: string, asking: Asking = {}): Promise<Answer> {
  const { method = 'GET', path = '/', body, agent, timeoutMs = 60_000 } = asking;
  const { hostname, port } = gatewayFor(host);
  const at = Date.now();
  const began = performance.now();
  return new Promise((resolve) => {
    const end = (status: number, headers: Answer['headers'], text: string) =>
      resolve({ status, headers, body: text, at, ms: performance.now() - began });
    const sent = request(
      { hostname, port, method, path, headers: { host }, ...(agent === undefined ? { agent: false } : { agent }) },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => end(response.statusCode as number, response.headers, text));
        response.on('error', (error) => end(0, {}, error.message));
      },
    );
    sent.setTimeout(timeoutMs, () => sent.destroy(new Error('timeout')));
    sent.on('error', (error) => end(0, {}, error.message));
    sent.end(body);
  });
}

export function askScore(
  host: string,
  text: string,
  asking: Pick<Asking, 'agent' | 'timeoutMs'> = {},
): Promise<Answer> {
  return ask(host, { ...asking, method: 'POST', path: '/api/1/users', body: JSON.stringify({ texts: text }) });
}

/**
 * Requests the score of a text at a constant rate, however long the responses take, until `stop` or the end of the
 * test.
 */
export class Stream {
  readonly answers: Answer[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #pending = new Set<Promise<void>>();
  readonly #done: Promise<void>;
  #isStopped = false;

  constructor(t: TestContext, host: string, text: string, rate: number) {
    this.#done = this.#send(host, text, rate);
    t.after(() => this.stop());
  }

  /** Stops sending, waits for the pending responses, and returns all of them. */
  async stop(): Promise<readonly Answer[]> {
    this.#isStopped = true;
    await this.#done;
    await Promise.all(this.#pending);
    this.#agent.destroy();
    return this.answers;
  }

  async #send(host: string, text: string, rate: number): Promise<void> {
    const began = performance.now();
    for (let sent = 0; !this.#isStopped; sent++) {
      const wait = began + (sent * 1000) / rate - performance.now();
      if (wait > 1) await delay(wait);
      const answered = askScore(host, text, { agent: this.#agent }).then((answer) => {
        this.answers.push(answer);
        this.#pending.delete(answered);
      });
      this.#pending.add(answered);
    }
  }
}

/** The number of responses by status, or by error message where there was no response. */
export function countsOf(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const kind = status === 0 ? body : String(status);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
