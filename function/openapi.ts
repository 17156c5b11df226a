/**
 * `GET /openapi.json`: the table of routes as OpenAPI 3.1. The status codes of a route follow from its fields.
 */
import type { BodySchema } from './body-schema.ts';
import { bigQueryProblem, inferenceProblem, problem, type ResponseContent, responses } from './response-schemas.ts';
import type { Operation, Route } from './route.ts';

/**
 * The operation that describes these routes. The table passes itself, so that this file does not import it in a circle.
 */
export function describing(routes: readonly Route[]): Operation {
  return {
    async handle({ service }) {
      document ??= openApi(routes, service.limits.maxTexts).then((json) => JSON.stringify(json));
      return { type: 'application/json', body: await document };
    },
  };
}

/** Made by the first request: neither the routes nor the limit changes while the process runs. */
let document: Promise<string> | undefined;

/** The OpenAPI document of the routes. Bodies hold at most `maxTexts` texts. */
export async function openApi(routes: readonly Route[], maxTexts: number): Promise<object> {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = await operationObject(route, maxTexts);
    paths[route.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'hoshi',
      summary: 'How many stars does this review give?',
      description:
        'Japanese text in, a score out. A POST to any path that is not listed works like /api/1/users. Content-Type is ignored. The body may be compressed: gzip, deflate or br.',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: { Problem: problem, InferenceProblem: inferenceProblem, BigQueryProblem: bigQueryProblem },
    },
  };
}

/** OpenAPI's Operation Object of a route. */
async function operationObject(route: Route, maxTexts: number): Promise<object> {
  const { body } = typeof route.operation === 'function' ? await route.operation() : route.operation;
  const parameters = Array.from(route.path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: PARAMETERS[name as string],
    schema: { type: 'string' },
  }));
  const statuses = [
    ...(body === undefined ? [] : [400, 413, 415]),
    ...(route.refusesTexts === true ? [400] : []),
    ...(parameters.length > 0 || route.notFound !== undefined ? [404] : []),
    ...(route.explains === true ? [501] : []),
    ...(route.answersEvents === true ? [502] : []),
    ...(body === undefined && route.requiresReady !== true ? [] : [503]),
    ...(route.answersEvents === true ? [504] : []),
  ];
  return {
    operationId: route.id,
    summary: route.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': bodyObject(body, maxTexts) } } }),
    responses: {
      200: { description: 'The response.', content: contentOf(responses[route.response]) },
      ...(route.answersEvents === true ? { 204: { description: 'The answer went to the sink.' } } : {}),
      ...Object.fromEntries(statuses.map((status) => [status, problemResponse(status, route)])),
    },
  };
}

/** The text of the first documentation of this API. */
const EXAMPLE_TEXT = 'すごい！最高に興奮した！楽しい';

function bodyObject(body: BodySchema<unknown>, maxTexts: number): object {
  const { example } = body;
  return {
    schema: body.describe(maxTexts),
    ...(example === undefined ? {} : { example: JSON.parse(example.replaceAll('…', EXAMPLE_TEXT)) }),
  };
}

function contentOf(content: ResponseContent): object {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));
}

const PARAMETERS: Readonly<Record<string, string>> = {
  model: 'HOSHI_MODEL_NAME, the own name of the model, or "stars"; percent-encoded.',
  version: 'The version of the loaded model.',
};

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The body is not as expected, or the texts are in the query. The detail says what was expected and often how to fix it, and the pointer says where.',
  404: 'The loaded model has another name or version, or has no such resource.',
  413: 'The body, its list or its work is over a limit. The detail names the variable that sets the limit.',
  415: 'The Content-Encoding is none that is accepted, or the body is a batch of events.',
  501: "This model's scores cannot be explained.",
  502: 'The sink of the answers did not accept the answer.',
  504: 'The sink of the answers did not answer in time.',
  503: 'The server is overloaded, the model is being loaded, or the process is shutting down.',
};

function problemResponse(status: number, { path, isBigQuery }: Route): object {
  const type = isBigQuery === true ? 'application/json' : 'application/problem+json';
  const schema =
    isBigQuery === true ? 'BigQueryProblem' : /^\/v[12](?:\/|$)/.test(path) ? 'InferenceProblem' : 'Problem';
  return {
    description: DESCRIPTIONS[status],
    ...(status === 503 ? { headers: { 'Retry-After': { schema: { type: 'string' } } } } : {}),
    content: { [type]: { schema: { $ref: `#/components/schemas/${schema}` } } },
  };
}
