/** `GET /openapi.json`: OpenAPI 3.1 of the table of routes. */
import type { Route } from './routes.ts';
import { problem, type Response } from './schemas.ts';

export function openApi(routes: readonly Route[], textsLimit: number): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operation(route, textsLimit);
    paths[route.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'hoshi',
      summary: 'How many stars does this review give?',
      description:
        'Japanese text in, a score out. A POST to any path that is not listed scores as /api/1/users does, and Content-Type is ignored.',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: { schemas: { Problem: problem } },
  };
}

function operation(
  { id, summary, path, request, response, isReadyOnly, mayLack, mayBeUnable }: Route,
  textsLimit: number,
): object {
  const parameters = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const statuses = [
    ...(request === undefined ? [] : [400, 413, 415]),
    ...(parameters.length > 0 || mayLack === true ? [404] : []),
    ...(mayBeUnable === true ? [501] : []),
    ...(request === undefined && isReadyOnly !== true ? [] : [503]),
  ];
  return {
    operationId: id,
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(request === undefined
      ? {}
      : { requestBody: { required: true, content: contentOf({ 'application/json': request(textsLimit) }) } }),
    responses: {
      200: { description: 'The answer.', content: contentOf(response) },
      ...Object.fromEntries(statuses.map((status) => [status, problemAnswer(status)])),
    },
  };
}

function contentOf(response: Response): object {
  return Object.fromEntries(Object.entries(response).map(([type, schema]) => [type, { schema }]));
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'What was expected of the body, and where it differs.',
  404: 'Another model is served, another version of it, or one without this.',
  413: 'The body or its list is over the limit.',
  415: 'The body is compressed, or a batch of events.',
  501: 'The score of this model is no sum that could be explained.',
  503: 'Too much is going on, the model is being loaded, or the process is shutting down.',
};

function problemAnswer(status: number): object {
  return {
    description: DESCRIPTIONS[status],
    ...(status === 503 ? { headers: { 'Retry-After': { schema: { type: 'string' } } } } : {}),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
