/** One request on its way to its answer: what it may read, what it may have scored, and how long that took. */
import type { IncomingMessage } from 'node:http';
import type { Explanation } from '../model/scoring/explain.ts';
import type { Scorer, WordCounts } from '../model/scoring/scorer.ts';
import type { AccessLog } from './access-log.ts';
import type { Admission } from './admission.ts';
import { readBody } from './body.ts';
import type { Counters, ShedReason } from './counters.ts';
import { HttpError } from './problem.ts';

export interface RequestLimits {
  readonly bodyLimitBytes: number;
  readonly textsLimit: number;
}

/** What a handler knows of the process it runs in. */
export interface Service {
  /** Resolves when the bundle is loaded and has reproduced its golden scores. */
  readonly scorer: Promise<Scorer>;
  /** The scorer once it is there. */
  readonly ready: Scorer | undefined;
  /** Words of the golden texts, which the scorer has scored before anyone asked. */
  readonly goldenWords: WordCounts | undefined;
  readonly isDraining: boolean;
  /** The model's folder. */
  readonly bundlePath: string;
  readonly limits: RequestLimits;
  readonly admission: Admission;
  readonly counters: Counters;
  readonly accessLog: AccessLog;
}

/**
 * Texts of so many UTF-16 units in all are scored at once, on the event loop: 0.8 ms at most. More goes to the scorer's
 * threads, where a list of the largest body takes 0.1 s and delays nobody.
 */
const UNITS_ON_THE_LOOP = 10_000;

/** An explanation is made on the event loop: of a longer text it would keep others waiting. */
const MAX_EXPLAINED_UNITS = 4000;

/** An explanation takes as long as so much text: a millisecond or two. */
const UNITS_OF_AN_EXPLANATION = 20_000;

export class Exchange {
  readonly request: IncomingMessage;
  readonly service: Service;
  readonly beganMs: number;
  /** The caller's, or one of ours. */
  readonly requestId: string;
  /** Of a POST, all of it, from when its route is asked for the answer. */
  body: Uint8Array = NOTHING;
  /** Milliseconds from the beginning until the texts were there; and those that scoring took. Undefined before. */
  preprocessMs: number | undefined;
  predictMs: number | undefined;
  /** Of the admission's buffer. */
  #heldBytes = 0;

  constructor(request: IncomingMessage, service: Service) {
    this.request = request;
    this.service = service;
    this.beganMs = performance.now();
    this.requestId = requestIdOf(request);
  }

  /** Calls `whole` when `body` is there, or `fail`. */
  readBody(whole: () => void, fail: (error: unknown) => void): void {
    readBody(
      this.request,
      this.service.limits.bodyLimitBytes,
      (bytes) => this.#hold(bytes),
      (body) => {
        this.body = body;
        whole();
      },
      fail,
    );
  }

  #hold(bytes: number): void {
    if (!this.service.admission.buffer(bytes)) throw shed(this.service, 'memory');
    this.#heldBytes += bytes;
  }

  /** Gives back what it holds. */
  end(): void {
    this.service.admission.release(this.#heldBytes);
    this.#heldBytes = 0;
  }

  /** Whether a text may be scored on the event loop: it is short, and the scorer is there. */
  isScoredAtOnce(text: string): boolean {
    return this.service.ready !== undefined && text.length <= UNITS_ON_THE_LOOP;
  }

  // REQUIRES: isScoredAtOnce
  scoreAtOnce(text: string): number {
    const began = this.#begin();
    const score = (this.service.ready as Scorer).score(text);
    this.#end(began);
    this.service.counters.scores.observe(score);
    return score;
  }

  /** In the order of the texts. */
  async score(texts: readonly string[]): Promise<Float64Array> {
    const { admission, counters } = this.service;
    const scorer = this.service.ready ?? (await this.service.scorer);
    const units = texts.reduce((sum, { length }) => sum + length, 0);
    const isShort = units <= UNITS_ON_THE_LOOP;
    if (!isShort && !admission.hasRoomFor(units)) throw shed(this.service, 'queue');
    const began = this.#begin();
    const scores = isShort
      ? Float64Array.from(texts, (text) => scorer.score(text))
      : await admission.queue(units, () => scorer.scoreBatch(texts));
    this.#end(began);
    for (const score of scores) counters.scores.observe(score);
    return scores;
  }

  /** In the order of the texts. Rejects with a 413 for a text too long, with a 501 where the model's score is no sum. */
  async explain(texts: readonly string[]): Promise<readonly Explanation[]> {
    for (const [i, { length }] of texts.entries()) {
      if (length > MAX_EXPLAINED_UNITS)
        throw new HttpError(
          413,
          `Expected texts of at most ${MAX_EXPLAINED_UNITS} UTF-16 units to explain, received ${length} in text ${i + 1} of ${texts.length}`,
        );
    }
    const { admission, counters } = this.service;
    const scorer = this.service.ready ?? (await this.service.scorer);
    const units = texts.length * UNITS_OF_AN_EXPLANATION;
    if (!admission.hasRoomFor(units)) throw shed(this.service, 'queue');
    const began = this.#begin();
    const { explainAll } = await import('./explain.ts'); // a start does without
    const explanations = await admission.queue(units, () => explainAll(scorer, texts));
    this.#end(began);
    for (const { score } of explanations) counters.scores.observe(score);
    return explanations;
  }

  #begin(): number {
    const now = performance.now();
    this.preprocessMs = now - this.beganMs;
    this.service.counters.preprocess.observe(this.preprocessMs / 1000);
    return now;
  }

  #end(began: number): void {
    this.predictMs = performance.now() - began;
    this.service.counters.predict.observe(this.predictMs / 1000);
  }
}

const NOTHING = new Uint8Array(0);

const PROCESS = Math.random().toString(36).slice(2, 10);
let count = 0;

function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:+/=-]{1,128}$/.test(given)
    ? given
    : `${PROCESS}-${(++count).toString(36)}`;
}

const DETAILS: Readonly<Record<ShedReason, string>> = {
  loop: 'Too many requests are waiting',
  queue: 'Too much text is waiting to be scored',
  memory: 'Too many bytes are arriving or waiting to be read',
  connections: 'Too many connections are open',
};

/** Counts it, too. */
export function shed({ counters }: Service, reason: ShedReason): HttpError {
  counters.shed[reason]++;
  const headers = { 'Retry-After': '1', ...(reason === 'connections' ? { Connection: 'close' } : {}) };
  return new HttpError(503, DETAILS[reason], { headers });
}
