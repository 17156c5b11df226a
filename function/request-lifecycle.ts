/**
 * The life of one request, from its headers to its log line, in the order of this file:
 *
 *     received → admitted → body read → queued → answered
 *
 * A GET goes from received to answered without the states between: it never waits in the queue and is never shed for
 * load, so that health probes get a response. README.md draws the states with the status codes of each exit.
 *
 * Invariants: every request is answered exactly once, whatever is thrown. It then releases its admission and its
 * buffered bytes. If a request does not have to wait, it is answered without a promise. Everything runs on the event
 * loop's thread.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Explanation } from '../model/scoring/explain.ts';
import type { CountedScores } from '../native/index.ts';
import { MAX_SMALL_RESPONSE_BYTES, shed } from './admission.ts';
import { type BodyReceiver, NO_BYTES, readBody } from './body.ts';
import { nowMs } from './clock.ts';
import type { ShedReason } from './counters.ts';
import type { Task } from './event-loop-queue.ts';
import { grpcRoute } from './grpc/routes.ts';
import { grpcError, isGrpc } from './grpc/status.ts';
import { halfClose } from './half-open.ts';
import type { HttpReply, HttpRequest } from './http-message.ts';
import { log } from './log.ts';
import { namedModel } from './named-model.ts';
import { type HandlerInput, inputOf, runOperation } from './operation.ts';
import { MAX_SLICE_TEXTS, RequestScoring } from './request-scoring.ts';
import {
  bigQueryErrorOf,
  HttpError,
  type HttpResponse,
  type JsonResponse,
  PROBLEM_TYPE,
  problemOf,
  type StreamResponse,
} from './response.ts';
import type {
  HandlerResult,
  NamedModel,
  Operation,
  PathParameters,
  RequestContext,
  Route,
  UnexplainedScore,
} from './route.ts';
import { match } from './router.ts';
import { BIGQUERY_PATH } from './routes.ts';
import type { ScoringService } from './service.ts';
import { normalizedPath, pathOf } from './target.ts';
import type { TraceHeaders } from './tracing.ts';

/** Answers a request. It is the entry for all hosts: the lean server, by HTTP/1.1 and HTTP/2, and functions-framework. */
export function handle(request: HttpRequest, response: HttpReply, service: ScoringService): void {
  new RequestLifecycle(request, response, service).start();
}

/** Answers a request with the problem of an error that the host has found. */
export function refuse(request: HttpRequest, response: HttpReply, service: ScoringService, error: HttpError): void {
  new RequestLifecycle(request, response, service).start(error);
}

/** The largest body, in bytes, that the path of a request takes. Before the request is handled. */
export function bodyLimitOf({ url = '/' }: HttpRequest, { limits, bigQueryLimits }: ScoringService): number {
  return normalizedPath(pathOf(url)) === BIGQUERY_PATH ? bigQueryLimits.bodyLimitBytes : limits.bodyLimitBytes;
}

/**
 * - received: the headers have arrived.
 * - admitted: a POST whose body is arriving. Admission counts it on its connection.
 * - body read: the whole body is in memory.
 * - queued: the request waits for the event loop, or for the scorer's threads.
 * - answered: the response is written, or the client is gone. The request is counted and holds nothing.
 */
type RequestState = 'received' | 'admitted' | 'body read' | 'queued' | 'answered';

class RequestLifecycle implements RequestContext, BodyReceiver, Task {
  readonly service: ScoringService;
  readonly #request: HttpRequest;
  readonly #response: HttpReply;
  readonly #receivedMs = nowMs();
  readonly #scoring: RequestScoring;
  /** The client's X-Request-Id, or one of our own. */
  readonly #requestId: string;
  #state: RequestState = 'received';
  /** Undefined until the path is matched. */
  #route: Route | undefined;
  #parameters: PathParameters | undefined;
  #model: NamedModel | undefined;
  /** The full POST body. Empty until it is read, and for a GET. */
  #body: Uint8Array = NO_BYTES;
  /** The bytes of admission's buffer that this request holds. */
  #reservedBytes = 0;
  #eventTrace: TraceHeaders | undefined;
  /** What `prepare` has made of the body. */
  #input: HandlerInput | undefined;
  /** `prepare` has refused the body. Its problem may need some time for its advice. */
  #isRefused = false;
  /** The response that `flush` sends. */
  #held: HttpResponse | undefined | typeof NOTHING = NOTHING;

  constructor(request: HttpRequest, response: HttpReply, service: ScoringService) {
    this.#request = request;
    this.#response = response;
    this.service = service;
    this.#scoring = new RequestScoring(service, this.#receivedMs);
    this.#requestId = requestIdOf(request);
  }

  // -------------------------------------------------------------------------------------------------------- received

  /** `error` is one that the host has found in the headers. */
  start(error?: HttpError): void {
    this.service.admission.inFlight++;
    this.service.idleConnections?.delete(this.#request.socket);
    try {
      if (error !== undefined) throw error;
      const { method = 'GET', url = '/', headers, httpVersion } = this.#request;
      if (headers.host === undefined && httpVersion === '1.1')
        throw new HttpError(400, 'Expected a Host header, as HTTP/1.1 requires, received none');
      const preflight = this.service.cors?.answerPreflight(method, headers);
      if (preflight !== undefined) {
        this.#send(preflight);
        return;
      }
      const { route, parameters } = isGrpc(this.#request)
        ? { route: grpcRoute(url), parameters: undefined }
        : match(method, url);
      this.#route = route;
      this.#parameters = parameters;
      if (route.method === 'GET') this.#respond();
      else this.#enter();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Admits a POST, or throws its 503. */
  #enter(): void {
    const { admission, limits, bigQueryLimits } = this.service;
    const reason = admission.enter(this.#request.socket);
    if (reason !== undefined) throw this.#shed(reason);
    this.#state = 'admitted';
    readBody(
      this.#request,
      this.#route?.isBigQuery === true
        ? { limitBytes: bigQueryLimits.bodyLimitBytes, setBy: 'HOSHI_BIGQUERY_BODY_LIMIT_BYTES' }
        : { limitBytes: limits.bodyLimitBytes, setBy: 'HOSHI_BODY_LIMIT_BYTES' },
      this,
    );
  }

  // -------------------------------------------------------------------------------------------------------- admitted

  reserve(bytes: number): void {
    if (!this.service.admission.reserveBytes(bytes, this.#reservedBytes)) throw this.#shed('memory');
    this.#reservedBytes += bytes;
  }

  checkWait(bodies: number, expectedMs: number): void {
    if (this.service.admission.isTooLong(bodies, expectedMs)) throw this.#shed('loop');
  }

  onBodyError(error: unknown): void {
    this.#fail(error);
  }

  // ------------------------------------------------------------------------------------------------------- body read

  onBody(body: Uint8Array): void {
    this.#state = 'body read';
    this.#body = body;
    const { admission } = this.service;
    // Many requests may have been admitted before their bodies arrived, so the queue is checked again.
    if (admission.isQueueFull) {
      this.#fail(this.#shed('loop'));
      return;
    }
    this.#state = 'queued';
    admission.eventLoopQueue.add(this);
  }

  // ---------------------------------------------------------------------------------------------------------- queued

  get bodyBytes(): number {
    return this.#body.length;
  }

  /** Parses and checks the body, unless the operation or the model has to be loaded first, or the body is an event. */
  prepare(): void {
    if (this.isClientGone) {
      this.#finish(CLIENT_CLOSED_REQUEST, 0);
      return;
    }
    const { operation } = this.#route as Route;
    if (typeof operation === 'function' || this.#parameters?.model !== undefined) return;
    try {
      this.#input = inputOf(operation, this, this.#body);
    } catch (error) {
      this.#isRefused = true;
      this.#fail(error);
    }
  }

  run(): void {
    if (this.#state === 'queued' && !this.#isRefused) this.#respond();
  }

  /** Sends the response if `run` has made it. */
  flush(): void {
    if (this.#held === NOTHING) return;
    const response = this.#held;
    this.#held = NOTHING;
    this.#send(response);
  }

  /**
   * Runs the route's operation and sends its response: without a promise if the operation returns none. Then a GET is
   * answered at once, and a POST at the end of its group in the queue.
   */
  #respond(): void {
    try {
      const { operation } = this.#route as Route;
      const result = typeof operation === 'function' ? this.#load(operation) : this.#operate(operation);
      if (result instanceof Promise)
        result.then(
          (response) => this.#send(response),
          (error) => this.#fail(error),
        );
      else if (this.#state === 'queued') this.#held = result;
      else this.#send(result);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #load(load: () => Promise<Operation>): Promise<HttpResponse | undefined> {
    return this.#operate(await load());
  }

  #operate(operation: Operation): HandlerResult {
    if (this.#route?.requiresReady === true) requireReady(this.service);
    const [body, input] = [this.#body, this.#input];
    this.#body = NO_BYTES; // the request lives until its response is sent
    this.#input = undefined;
    if (this.#parameters?.model === undefined) return runOperation(operation, this, body, input);
    return this.#runForModel(operation, this.#parameters, body);
  }

  /** Waits for the model, so that the path's `{model}` and `{version}` can be checked. */
  async #runForModel(
    operation: Operation,
    parameters: PathParameters,
    body: Uint8Array,
  ): Promise<HttpResponse | undefined> {
    const { bundle } = await this.service.scorer;
    this.#model = namedModel(parameters, bundle, this.service.servedName);
    return runOperation(operation, this, body);
  }

  // ---------------------------------------------------------------------------------- queued: the handler's interface

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  get httpVersion(): string {
    return this.#request.httpVersion;
  }

  onClose(listener: () => void): void {
    this.#response.once('finish', listener);
  }

  get model(): NamedModel {
    if (this.#model === undefined) throw new Error(`Expected {model} in the path ${this.#route?.path}`);
    return this.#model;
  }

  scoreNow(text: string): number | undefined {
    return this.#scoring.scoreNow(text);
  }

  score(texts: readonly string[]): Promise<Float64Array> {
    return this.#scoring.score(texts);
  }

  scoreSlices(texts: readonly string[]): Promise<Float64Array> {
    return this.#scoring.scoreSlices(texts);
  }

  scoreWithWords(texts: readonly string[]): Promise<CountedScores> {
    return this.#scoring.scoreWithWords(texts);
  }

  explain(texts: readonly string[]): Promise<readonly Explanation[]> {
    if (this.#route?.explains !== true) throw new Error(`Expected ${this.#route?.id} to declare that it explains`);
    return this.#scoring.explain(texts);
  }

  explainSlices(texts: readonly string[]): Promise<readonly (Explanation | UnexplainedScore)[]> {
    return this.#scoring.explainSlices(texts);
  }

  continueTrace(ofEvent: TraceHeaders): void {
    this.#eventTrace = ofEvent;
  }

  // -------------------------------------------------------------------------------------------------------- answered

  /** Writes the handler's response, or a problem if there is no memory for it. */
  #send(response: HttpResponse | undefined): void {
    const { heldResponses } = this.service;
    if (heldResponses !== undefined) {
      heldResponses.push(() => this.#send(response));
      return;
    }
    if (response !== undefined && 'chunks' in response) {
      void this.#stream(response);
      return;
    }
    let sentBytes: number;
    try {
      if (response !== undefined && 'json' in response && (response.listLength ?? 0) > MAX_SLICE_TEXTS) {
        this.#sendInSlices(response);
        return;
      }
      sentBytes = this.#write(response ?? this.#notFound());
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#finish(this.#response.statusCode, sentBytes);
  }

  /** Writes JSON with a long list. Other requests run while the list becomes text. */
  async #sendInSlices({ json, listLength: _, ...response }: JsonResponse): Promise<void> {
    try {
      const { stringifyInSlices } = await import('./long-json.ts');
      const body = await stringifyInSlices(json, MAX_SLICE_TEXTS);
      this.#send({ ...response, type: 'application/json', body });
    } catch (error) {
      this.#fail(error);
    }
  }

  #notFound(): never {
    const detail = this.#route?.notFound;
    if (detail === undefined) throw new Error(`Expected a response of ${this.#route?.id}, received none`);
    throw new HttpError(404, detail);
  }

  /** Writes the problem of an error. An error without a planned status is logged whole and answered as a bare 500. */
  #fail(error: unknown): void {
    const { heldResponses } = this.service;
    if (heldResponses !== undefined) {
      heldResponses.push(() => this.#fail(error));
      return;
    }
    if (error instanceof HttpError && error.advice !== undefined) {
      error.withAdvice().then(
        (advised) => this.#fail(advised),
        (failure) => this.#fail(failure),
      );
      return;
    }
    const planned = error instanceof HttpError ? error : new HttpError(500, 'The request could not be answered');
    if (planned !== error && this.service.accessLog.isErrorDue())
      log('error', 'a request failed', error, { requestId: this.#requestId });
    const { status } = planned;
    const isHalfClosed = !this.#request.complete && isWorthClosing(this.#request, status);
    if (isHalfClosed) halfClose(this.#request, this.#response);
    if (isGrpc(this.#request)) {
      const sentBytes = this.#write(grpcError(planned));
      this.#finish(this.isClientGone ? CLIENT_CLOSED_REQUEST : status, sentBytes);
      return;
    }
    const isBigQuery = this.#route?.isBigQuery === true;
    const sentBytes = this.#write({
      status,
      type: isBigQuery ? 'application/json' : PROBLEM_TYPE,
      headers: { ...planned.headers, ...(isHalfClosed ? { Connection: 'close' } : {}) },
      body: isBigQuery ? bigQueryErrorOf(planned) : problemOf(planned, isInferenceProtocol(this.#request)),
    });
    this.#finish(this.#response.statusCode, sentBytes);
  }

  /** Writes a response in pieces, as they come. */
  async #stream({ type, headers, chunks, trailers }: StreamResponse): Promise<void> {
    let sentBytes = 0;
    try {
      this.#response.setTrailers?.(trailers);
      this.#response.writeHead(200, this.#headersOf(200, type, undefined, headers));
      for await (const chunk of chunks) {
        this.#response.write(chunk);
        sentBytes += chunk.length;
      }
      this.#response.end();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#finish(this.isClientGone ? CLIENT_CLOSED_REQUEST : 200, sentBytes);
  }

  /**
   * Returns the number of body bytes that were written. If the client is gone, it is 0, and the status becomes 499.
   * Throws a 503 if there is no memory for a large response.
   */
  #write(response: Exclude<HttpResponse, StreamResponse>): number {
    if (this.#response.headersSent) return 0;
    if (this.isClientGone) {
      this.#response.statusCode = CLIENT_CLOSED_REQUEST;
      return 0;
    }
    const isJson = 'json' in response;
    const body = isJson ? JSON.stringify(response.json) : response.body;
    const length = Buffer.byteLength(body);
    const { admission } = this.service;
    if (!admission.reserveResponse(length)) throw this.#shed('memory');
    const { status = 200, headers } = response;
    if (!isJson && response.trailers !== undefined) this.#response.setTrailers?.(response.trailers);
    const type = isJson ? 'application/json' : response.type;
    this.#response.writeHead(status, this.#headersOf(status, type, length, headers));
    // A string that the client does not read takes four times its bytes until it is sent.
    if (typeof body === 'string' && length > MAX_SMALL_RESPONSE_BYTES) this.#response.end(Buffer.from(body));
    // All of it is ASCII, with the headers: this saves Node a conversion.
    else if (isJson && headers === undefined && length === body.length) this.#response.end(body as string, 'latin1');
    else this.#response.end(body);
    const { socket } = this.#request;
    if (!admission.holdResponse(socket, this.#response, length)) socket.destroy();
    return length;
  }

  /** Alternating names and values, as writeHead takes them. */
  #headersOf(status: number, type: string, length: number | undefined, more: HttpResponse['headers']): string[] {
    const { isDraining, ready, cors } = this.service;
    const headers = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff', 'X-Request-Id', this.#requestId];
    // A 204 has no content, and so no Content-Length (RFC 9110, section 8.6).
    if (status !== 204) headers.push('Content-Type', type);
    if (status !== 204 && length !== undefined) headers.push('Content-Length', String(length));
    if (ready !== undefined) headers.push('X-Model-Version', ready.bundle.version);
    const { preprocessMs = 0, predictMs } = this.#scoring;
    if (predictMs !== undefined)
      headers.push(
        'Server-Timing',
        `preprocess;dur=${thousandths(preprocessMs)}, predict;dur=${thousandths(predictMs)}`,
      );
    if (isDraining) headers.push('Connection', 'close');
    if (more !== undefined) for (const name in more) headers.push(name, more[name] as string);
    cors?.addTo(headers, this.#request.headers.origin);
    return headers;
  }

  /** Releases everything that the request holds, counts the request, and logs it if a line is due. */
  #finish(status: number, responseBytes: number): void {
    if (this.#state === 'answered') return; // an error of this method itself must not count the request twice
    const { admission, counters, accessLog, ready, tracing } = this.service;
    admission.freeBytes(this.#reservedBytes);
    this.#reservedBytes = 0;
    admission.inFlight--;
    const { socket } = this.#request;
    if (this.#state !== 'received') admission.leave(socket);
    const now = nowMs();
    if (!admission.isBusy(socket)) this.service.idleConnections?.add(socket, now);
    this.#state = 'answered';
    const durationMs = now - this.#receivedMs;
    counters.duration(this.#route?.path ?? 'none', status).observe(durationMs / 1000);
    const modelVersion = ready?.bundle.version;
    const { preprocessMs, predictMs, textCount, units } = this.#scoring;
    const trace = tracing?.record(this.#request, {
      status,
      route: this.#route,
      receivedMs: this.#receivedMs,
      durationMs,
      preprocessMs,
      predictMs,
      textCount,
      units,
      modelVersion,
      eventTrace: this.#eventTrace,
    });
    if (!accessLog.isDue(status)) return;
    const requestId = this.#requestId;
    accessLog.write(this.#request, { status, responseBytes, durationMs, requestId, modelVersion, trace });
  }

  // ----------------------------------------------------------------------------------------------------- in all states

  /**
   * When a client disconnects, its connection gets an event. A response that waits behind another one gets no event.
   */
  get isClientGone(): boolean {
    return this.#response.destroyed || this.#request.socket.destroyed;
  }

  #shed(reason: ShedReason): HttpError {
    return shed(this.service.counters, reason);
  }
}

const NOTHING = Symbol('nothing');

/** If the client disconnects before the response, this status is logged and counted. nginx uses the same number. */
const CLIENT_CLOSED_REQUEST = 499;

/** After a 503, a body up to this size is read to its end, and the connection stays open. */
const MAX_READ_ON_BYTES = 1 << 16;

/** Whether the rest of the body is too large to read after a problem with this status. */
function isWorthClosing({ headers }: HttpRequest, status: number): boolean {
  if (status === 413 || status === 415) return true;
  return status === 503 && !(Number(headers['content-length']) <= MAX_READ_ON_BYTES);
}

/** The digits after the point of all thousandths. */
const THOUSANDTHS: readonly string[] = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));

/** A duration with three decimals. `toFixed` takes four times as long, because it rounds exactly. */
function thousandths(ms: number): string {
  const count = Math.round(ms * 1000);
  return `${Math.floor(count / 1000)}.${THOUSANDTHS[count % 1000]}`;
}

/** Whether the path is of V1 or V2, also if no route has it. Their clients read another member of an error. */
function isInferenceProtocol({ url = '/' }: HttpRequest): boolean {
  return /^\/v[12](?:\/|$)/.test(normalizedPath(pathOf(url)));
}

/** Throws a 503 while the model is being loaded or the process shuts down. */
function requireReady({ ready, isDraining }: ScoringService): void {
  if (isDraining) throw new HttpError(503, 'The server is shutting down and accepts no new requests. Try again');
  if (ready === undefined) throw new HttpError(503, 'The bundle is being loaded', { headers: { 'Retry-After': '1' } });
}

/** Our own request ids: this prefix, which differs between processes, and a number. */
const ID_PREFIX = Math.random().toString(36).slice(2, 10);
let idCount = 0;

function requestIdOf({ headers }: HttpRequest): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:+/=-]{1,128}$/.test(given)
    ? given
    : `${ID_PREFIX}-${(++idCount).toString(36)}`;
}
