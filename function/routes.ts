/**
 * The table of routes, one for all: the handler answers by it, `/openapi.json` describes it, README and tests are held
 * against it. A `POST` to a path that is not in it scores, as the first route does.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Scorer } from '../model/scoring/scorer.ts';
import { decode, parseBody } from './body.ts';
import type { Exchange, Service } from './exchange.ts';
import { HttpError } from './problem.ts';
import { type Question, questionIn, type Texts } from './protocols/texts.ts';
import type { Served } from './protocols/v2.ts';
import { type HttpResponse, json } from './response.ts';
import * as schemas from './schemas.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  /** As OpenAPI writes it; a parameter is a whole segment or a part of one. */
  readonly path: string;
  /** OpenAPI's operationId. */
  readonly id: string;
  readonly summary: string;
  /** Of the body, by how many texts it may have. */
  readonly request?: (textsLimit: number) => schemas.Schema;
  /** Of the 200. */
  readonly response: schemas.Response;
  /** It answers 503 while the process is starting or shutting down. */
  readonly isReadyOnly?: boolean;
  /** It answers 501 for what the model cannot do. */
  readonly mayBeUnable?: boolean;
  /** It answers 404 where the model has no such thing. */
  readonly mayLack?: boolean;
  readonly answer: (exchange: Exchange, parameters: Parameters) => HttpResponse | Promise<HttpResponse>;
}

/** By the names in the path. */
export type Parameters = Readonly<Record<string, string>>;

export const scoring: Route = {
  method: 'POST',
  path: '/api/1/users',
  id: 'score',
  summary: 'The stars of one text, or of each of a list. Any other path that is not listed here does the same.',
  request: schemas.texts,
  response: schemas.jsonOf(schemas.scores),
  mayBeUnable: true,
  answer: score,
};

export const routes: readonly Route[] = [
  scoring,
  {
    method: 'GET',
    path: '/',
    id: 'home',
    summary: 'A page for a browser, a greeting for others.',
    response: schemas.homePage,
    answer: async ({ request }) => (await import('./home.ts')).home(request),
  },
  { ...scoring, path: '/', id: 'scoreAtRoot' },
  {
    method: 'GET',
    path: '/card',
    id: 'card',
    summary: "The model's card: what it is for, how it was made, where it fails.",
    response: schemas.modelCard,
    mayLack: true,
    answer: async (exchange) => (await import('./card.ts')).card(exchange),
  },
  {
    method: 'GET',
    path: '/livez',
    id: 'live',
    summary: 'The process lives.',
    response: schemas.jsonOf(schemas.status),
    answer: alive,
  },
  {
    method: 'GET',
    path: '/healthz',
    id: 'healthy',
    summary: 'The same.',
    response: schemas.jsonOf(schemas.status),
    answer: alive,
  },
  {
    method: 'GET',
    path: '/readyz',
    id: 'ready',
    summary: 'The model is loaded, has reproduced its golden scores, and the process is not shutting down.',
    response: schemas.jsonOf(schemas.readiness),
    isReadyOnly: true,
    answer: readiness,
  },
  {
    method: 'GET',
    path: '/metrics',
    id: 'metrics',
    summary: "What the process counts, in Prometheus' text format.",
    response: schemas.plainText,
    answer: metrics,
  },
  {
    method: 'GET',
    path: '/openapi.json',
    id: 'openapi',
    summary: 'This description.',
    response: schemas.jsonOf({ type: 'object' }),
    answer: describe,
  },
  {
    method: 'GET',
    path: '/v1/models',
    id: 'v1Models',
    summary: 'KServe V1: the models.',
    response: schemas.jsonOf(schemas.v1Models),
    answer: async ({ service }) => json({ models: [(await service.scorer).bundle.name] }),
  },
  {
    method: 'GET',
    path: '/v1/models/{model}',
    id: 'v1Model',
    summary: 'KServe V1: whether a model is ready.',
    response: schemas.jsonOf(schemas.v1Model),
    answer: v1Model,
  },
  {
    method: 'POST',
    path: '/v1/models/{model}:predict',
    id: 'v1Predict',
    summary: 'KServe V1, Vertex AI: the stars of each instance.',
    request: schemas.instances,
    response: schemas.jsonOf(schemas.predictions),
    answer: predict,
  },
  {
    method: 'POST',
    path: '/v1/models/{model}:explain',
    id: 'v1Explain',
    summary: 'KServe V1: the stars of each instance, and what made them.',
    request: schemas.instances,
    response: schemas.jsonOf(schemas.explainedPredictions),
    mayBeUnable: true,
    answer: explain,
  },
  {
    method: 'GET',
    path: '/v2',
    id: 'v2Server',
    summary: 'Open Inference Protocol: the server.',
    response: schemas.jsonOf(schemas.v2Server),
    answer: async ({ service }) => json((await v2()).serverMetadata((await service.scorer).bundle.version)),
  },
  {
    method: 'GET',
    path: '/v2/health/live',
    id: 'v2Live',
    summary: 'Open Inference Protocol: the process lives.',
    response: schemas.jsonOf(schemas.v2Live),
    answer: () => json({ live: true }),
  },
  {
    method: 'GET',
    path: '/v2/health/ready',
    id: 'v2Ready',
    summary: 'Open Inference Protocol: as /readyz.',
    response: schemas.jsonOf(schemas.v2Ready),
    isReadyOnly: true,
    answer: v2Ready,
  },
  ...['/v2/models/{model}', '/v2/models/{model}/versions/{version}'].flatMap((path, i): readonly Route[] => {
    const suffix = i === 0 ? '' : 'Version';
    return [
      {
        method: 'GET',
        path,
        id: `v2Model${suffix}`,
        summary: 'Open Inference Protocol: what a model takes and gives.',
        response: schemas.jsonOf(schemas.v2Model),
        answer: v2Model,
      },
      {
        method: 'GET',
        path: `${path}/ready`,
        id: `v2ModelReady${suffix}`,
        summary: 'Open Inference Protocol: whether a model is ready.',
        response: schemas.jsonOf(schemas.v2ModelReady),
        isReadyOnly: true,
        answer: v2ModelReady,
      },
      {
        method: 'POST',
        path: `${path}/infer`,
        id: `v2Infer${suffix}`,
        summary: 'Open Inference Protocol: a BYTES tensor of texts → an FP64 tensor of scores.',
        request: schemas.inferRequest,
        response: schemas.inferResponse,
        answer: infer,
      },
    ];
  }),
];

// ------------------------------------------------------------------------------------------------------ matching

export interface Match {
  readonly route: Route;
  readonly parameters: Parameters;
}

type ByMethod = ReadonlyMap<string, Route>;

const fixed = new Map<string, Map<string, Route>>();
const templates = new Map<string, { pattern: RegExp; byMethod: Map<string, Route> }>();
for (const route of routes) {
  const byMethod = route.path.includes('{')
    ? (templates.get(route.path)?.byMethod ?? new Map<string, Route>())
    : (fixed.get(route.path) ?? new Map<string, Route>());
  byMethod.set(route.method, route);
  if (!route.path.includes('{')) fixed.set(route.path, byMethod);
  else templates.set(route.path, { pattern: patternOf(route.path), byMethod });
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/:]+)')}$`);
}

const none: Parameters = {};

/** Throws a 404 or a 405 for what the table does not answer. */
export function match(method: string, path: string): Match {
  const name = method === 'HEAD' ? 'GET' : method;
  const byMethod = fixed.get(path);
  if (byMethod !== undefined)
    return { route: byMethod.get(name) ?? wrongMethod(name, path, byMethod), parameters: none };
  if (path.startsWith('/v1/') || path.startsWith('/v2/')) {
    for (const { pattern, byMethod: methods } of templates.values()) {
      const found = pattern.exec(path);
      if (found !== null)
        return { route: methods.get(name) ?? wrongMethod(name, path, methods), parameters: { ...found.groups } };
    }
  }
  if (name === 'POST') return { route: scoring, parameters: none };
  if (name === 'GET')
    throw new HttpError(404, 'Expected a path that answers GET, received another: /openapi.json lists them');
  return wrongMethod(name, 'this path', new Map([['POST', scoring]]));
}

function wrongMethod(method: string, path: string, byMethod: ByMethod): never {
  const allowed = [...byMethod.keys()].flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  throw new HttpError(405, `Expected ${allowed.join(' or ')} for ${path}, received ${method}`, {
    headers: { Allow: allowed.join(', ') },
  });
}

// ------------------------------------------------------------------------------------------------------- answers

// What the first score does without is loaded by the first request for it: a start pays for each file.
const v1 = () => import('./protocols/v1.ts');
const v2 = () => import('./protocols/v2.ts');

/** By what CloudEvents over HTTP say of themselves; the package behind protocols/cloud-events.ts is not loaded for it. */
function isEvent(headers: IncomingHttpHeaders): boolean {
  if (headers['ce-id'] !== undefined || headers['ce-specversion'] !== undefined) return true;
  return headers['content-type']?.toLowerCase().startsWith('application/cloudevents') ?? false;
}

/** An answer to the body's JSON; or to an event, whose data that is, by another one. */
async function answered(exchange: Exchange, answerTo: (body: unknown) => Promise<object>): Promise<HttpResponse> {
  const { headers } = exchange.request;
  if (!isEvent(headers)) return json(await answerTo(parseBody(decode(exchange.body))));
  const { eventAnswer, inBody, receive } = await import('./protocols/cloud-events.ts'); // only with the first event
  const received = receive(headers, decode(exchange.body));
  const { bundle } = await exchange.service.scorer;
  try {
    return eventAnswer(received, `/v1/models/${bundle.name}`, await answerTo(received.data));
  } catch (error) {
    throw inBody(error, received);
  }
}

function score(exchange: Exchange): HttpResponse | Promise<HttpResponse> {
  const { textsLimit } = exchange.service.limits;
  if (isEvent(exchange.request.headers))
    return answered(exchange, async (body) => answerTo(exchange, questionIn(body, textsLimit)));
  const question = questionIn(parseBody(decode(exchange.body)), textsLimit);
  // One short text is what most requests ask: it is answered without waiting for anything.
  if (typeof question.texts === 'string' && !question.explain && exchange.isScoredAtOnce(question.texts))
    return json({ score: exchange.scoreAtOnce(question.texts) });
  return answerTo(exchange, question).then(json);
}

async function answerTo(exchange: Exchange, { texts, explain }: Question): Promise<object> {
  if (explain) return explainAll(exchange, texts);
  if (typeof texts !== 'string') return { scores: Array.from(await exchange.score(texts)) };
  return { score: (await exchange.score([texts]))[0] };
}

async function explainAll(exchange: Exchange, texts: Texts): Promise<object> {
  const explanations = await exchange.explain(typeof texts === 'string' ? [texts] : texts);
  const scores = explanations.map(({ score }) => score);
  const others = explanations.map(({ score: _, ...explanation }) => explanation);
  return typeof texts === 'string' ? { score: scores[0], explanation: others[0] } : { scores, explanations: others };
}

function alive(): HttpResponse {
  return json({ status: 'alive' });
}

function readiness({ service }: Exchange): HttpResponse {
  const { engine, bundle } = readyScorer(service);
  return json({ status: 'ready', engine, bundle: { name: bundle.name, version: bundle.version } });
}

/** Throws a 503 while the process is starting or shutting down. */
function readyScorer({ ready, isDraining }: Service): Scorer {
  if (isDraining) throw new HttpError(503, 'Shutting down: requests in flight are finished, new ones go elsewhere');
  if (ready === undefined) throw new HttpError(503, 'The bundle is being loaded', { headers: { 'Retry-After': '1' } });
  return ready;
}

async function metrics({ service }: Exchange): Promise<HttpResponse> {
  const { metricsOf } = await import('./prometheus.ts'); // only with the first scrape
  return metricsOf(service);
}

async function describe({ service }: Exchange): Promise<HttpResponse> {
  const { openApi } = await import('./openapi.ts'); // it imports this table
  return json(openApi(routes, service.limits.textsLimit));
}

/** Throws a 404 for another model than the one that is served, by its own name or as "stars". */
async function servedModel({ service }: Exchange, { model, version }: Parameters): Promise<Served> {
  const { bundle } = await service.scorer;
  if (model !== bundle.name && model !== 'stars')
    throw new HttpError(404, `Expected the model ${bundle.name}, received another`);
  if (version !== undefined && version !== bundle.version)
    throw new HttpError(404, `Expected the version ${bundle.version}, received another`);
  return { name: model, version: bundle.version };
}

async function v1Model(exchange: Exchange, parameters: Parameters): Promise<HttpResponse> {
  const { name } = await servedModel(exchange, parameters);
  return json({ name, ready: !exchange.service.isDraining });
}

function predict(exchange: Exchange, parameters: Parameters): Promise<HttpResponse> {
  return answered(exchange, async (body) => {
    await servedModel(exchange, parameters);
    const { instancesIn } = await v1();
    const scores = await exchange.score(instancesIn(body, exchange.service.limits.textsLimit));
    return { predictions: Array.from(scores) };
  });
}

function explain(exchange: Exchange, parameters: Parameters): Promise<HttpResponse> {
  return answered(exchange, async (body) => {
    await servedModel(exchange, parameters);
    const { instancesIn } = await v1();
    const { scores, explanations } = (await explainAll(
      exchange,
      instancesIn(body, exchange.service.limits.textsLimit),
    )) as { scores: unknown; explanations: unknown };
    return { predictions: scores, explanations };
  });
}

function v2Ready({ service }: Exchange): HttpResponse {
  readyScorer(service);
  return json({ ready: true });
}

async function v2Model(exchange: Exchange, parameters: Parameters): Promise<HttpResponse> {
  const { modelMetadata } = await v2();
  return json(modelMetadata(await servedModel(exchange, parameters)));
}

async function v2ModelReady(exchange: Exchange, parameters: Parameters): Promise<HttpResponse> {
  readyScorer(exchange.service); // it says so at once, where another question would wait for the model
  const { name } = await servedModel(exchange, parameters);
  return json({ name, ready: true });
}

async function infer(exchange: Exchange, parameters: Parameters): Promise<HttpResponse> {
  const bytes = exchange.body;
  const served = await servedModel(exchange, parameters);
  const { HEADER_LENGTH, inferAnswer, inferRequestIn, jsonLength } = await v2();
  const header = exchange.request.headers[HEADER_LENGTH];
  const end = jsonLength(typeof header === 'string' ? header : undefined, bytes.length);
  const body = parseBody(decode(bytes.subarray(0, end)));
  const request = inferRequestIn(body, bytes.subarray(end), exchange.service.limits.textsLimit);
  return inferAnswer(served, request, await exchange.score(request.texts));
}
