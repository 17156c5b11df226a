/** The types of a route: its fields in the table of routes.ts, and the request as its handler sees it. Types only. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Explanation } from '../model/scoring/explain.ts';
import type { CountedScores } from '../native/index.ts';
import type { BodySchema } from './body-schema.ts';
import type { HttpResponse } from './response.ts';
import type { ResponseName } from './response-schemas.ts';
import type { ScoringService } from './service.ts';
import type { TraceHeaders } from './tracing.ts';

/**
 * One route. request-lifecycle.ts enforces each field, and openapi.ts describes it. A path with `{model}` or
 * `{version}` answers 404 for another model or version than the loaded one.
 */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** In OpenAPI's notation. A parameter is a whole segment of the path or a part of one. */
  readonly path: string;
  /** OpenAPI's operationId. */
  readonly id: string;
  readonly summary: string;
  /** The schema of the 200 response, by its name in response-schemas.ts. */
  readonly response: ResponseName;
  /** The route answers 503 while the model is being loaded and while the process shuts down. */
  readonly requiresReady?: boolean;
  /** The handler may call `explain`, which answers 501 for a model that cannot be explained. */
  readonly explains?: boolean;
  /** For a GET: the route answers 400 if its query has the texts, as a GET of an unlisted path does. */
  readonly refusesTexts?: boolean;
  /** BigQuery's requests have larger limits, and it reads errors as `{"errorMessage": "…"}`. */
  readonly isBigQuery?: boolean;
  /** The answer is an event. It goes to the sink if there is one, and the response is then a 204. */
  readonly answersEvents?: boolean;
  /** The handler may return undefined. The response is then a 404 with this detail. */
  readonly notFound?: string;
  /** A function loads the operation on first use, so that the process starts without its file. */
  readonly operation: Operation | (() => Promise<Operation>);
}

/** The operation of a route: it turns a request into a response. */
export interface Operation<Body = unknown> {
  /** Checks the JSON body before the handler runs. Without it, the handler gets the bytes of the body as `tail`. */
  readonly body?: BodySchema<Body>;
  /** The handler gets all bytes of the body as `tail`, and checks them. `body` only describes them. */
  readonly readsBytes?: boolean;
  /** The body may come in a CloudEvent. The response is then a CloudEvent, too. */
  readonly acceptsEvents?: boolean;
  /** The number of body bytes that are JSON. The handler gets the rest as `tail`. Without it, all bytes are JSON. */
  jsonLength?(headers: IncomingHttpHeaders, bodyBytes: number): number;
  /** REQUIRES: `body` has been checked. Throws an HttpError if the request is wrong. */
  handle(request: RequestContext, body: Body, tail: Uint8Array): HandlerResult;
}

/** A handler that knows its response at once returns it without a promise. */
export type HandlerResult = HttpResponse | undefined | Promise<HttpResponse | undefined>;

/** The request as its handler sees it. */
export interface RequestContext {
  readonly headers: IncomingHttpHeaders;
  /** `1.0`, `1.1` or `2.0`. */
  readonly httpVersion: string;
  readonly service: ScoringService;
  /** The model that the path names. Only for a path with `{model}`. */
  readonly model: NamedModel;
  /**
   * The score of a short text, without a promise. Undefined if the text is long or the model is not loaded: call
   * `score` then.
   */
  scoreNow(text: string): number | undefined;
  /**
   * The scores, in the order of the texts. Rejects with a 413 if the texts are too much work, or a 503 if too much text
   * waits for the scorer's threads.
   */
  score(texts: readonly string[]): Promise<Float64Array>;
  /** The scores of a list within the limits of BigQuery, in slices. */
  scoreSlices(texts: readonly string[]): Promise<Float64Array>;
  /** The same, with the words of each text that are counted while it is scored. */
  scoreWithWords(texts: readonly string[]): Promise<CountedScores>;
  /**
   * The explanations, in the order of the texts. Only for a route that declares `explains`. Rejects with a 413 if a
   * text is too long or there are too many, a 501 if the model cannot be explained, or a 503 if too much text waits for
   * the scorer's threads.
   */
  explain(texts: readonly string[]): Promise<readonly Explanation[]>;
  /**
   * The explanations of a list within the limits of BigQuery, in slices: for each text its explanation, or its score
   * alone if the text is too long to explain.
   */
  explainSlices(texts: readonly string[]): Promise<readonly (Explanation | UnexplainedScore)[]>;
  /** Whether nobody waits for the response any more. */
  readonly isClientGone: boolean;
  /** Calls the listener when the response has been sent whole, or the client has gone. Only by HTTP/2. */
  onClose(listener: () => void): void;
  /** Names the trace of a CloudEvent. The request's span continues it if the headers name no trace. */
  continueTrace(ofEvent: TraceHeaders): void;
}

/** The score of a text that is too long to explain. */
export interface UnexplainedScore {
  readonly score: number;
  /** Why it is not explained. */
  readonly unexplained: string;
}

export interface NamedModel {
  /** The name that the client used: HOSHI_MODEL_NAME, the model's own name, or `stars`. */
  readonly name: string;
  readonly version: string;
}

/** The parameters of a path, by their names in the route. */
export type PathParameters = Readonly<Record<string, string>>;
