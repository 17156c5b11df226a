/** The types of a route: its fields in the table of routes.ts, and the request as its handler sees it. Types only. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Explanation } from '../model/scoring/explain.ts';
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
  /** The handler may return undefined. The response is then a 404 with this detail. */
  readonly notFound?: string;
  /** A function loads the operation on first use, so that the process starts without its file. */
  readonly operation: Operation | (() => Promise<Operation>);
}

/** The operation of a route: it turns a request into a response. */
export interface Operation<Body = unknown> {
  /** Checks the JSON body before the handler runs. A GET operation has none. */
  readonly body?: BodySchema<Body>;
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
  readonly service: ScoringService;
  /** The model that the path names. Only for a path with `{model}`. */
  readonly model: NamedModel;
  /**
   * The score of a short text, without a promise. Undefined if the text is long or the model is not loaded: call
   * `score` then.
   */
  scoreNow(text: string): number | undefined;
  /** The scores, in the order of the texts. Rejects with a 503 if too much text waits for the scorer's threads. */
  score(texts: readonly string[]): Promise<Float64Array>;
  /**
   * The explanations, in the order of the texts. Only for a route that declares `explains`. Rejects with a 413 if a
   * text is too long, a 501 if the model cannot be explained, or a 503 if too much text waits for the scorer's threads.
   */
  explain(texts: readonly string[]): Promise<readonly Explanation[]>;
  /** Names the trace of a CloudEvent. The request's span continues it if the headers name no trace. */
  continueTrace(ofEvent: TraceHeaders): void;
}

export interface NamedModel {
  /** The model's own name, or `stars` if the client wrote that. */
  readonly name: string;
  readonly version: string;
}

/** The parameters of a path, by their names in the route. */
export type PathParameters = Readonly<Record<string, string>>;
