/**
 * The table of routes. The server matches requests with it, `/openapi.json` describes it, and a test compares README.md
 * with it.
 *
 * Only the scoring and health operations are loaded at the start. Others are loaded by their first request, because
 * each file makes the start longer.
 */
import { live, ready, v2Live, v2Ready } from './protocols/health.ts';
import { score } from './protocols/texts.ts';
import type { Route } from './route.ts';

/** Requests of BigQuery have limits of their own, also before they are handled. */
export const BIGQUERY_PATH = '/bigquery';

const pages = () => import('./protocols/pages.ts');
const v1 = () => import('./protocols/v1.ts');
const v2 = () => import('./protocols/v2.ts');

/** Also the route of every POST to a path that is not in the table. */
export const scoringRoute: Route = {
  method: 'POST',
  path: '/api/1/users',
  id: 'score',
  summary: 'The stars of one text, or of each text of a list. Any other path that is not listed here does the same.',
  response: 'scores',
  explains: true,
  operation: score,
};

export const routes: readonly Route[] = [
  scoringRoute,
  {
    method: 'GET',
    path: '/',
    id: 'home',
    summary: 'A page for a browser, a greeting for others.',
    response: 'homePage',
    refusesTexts: true,
    operation: async () => (await pages()).home,
  },
  { ...scoringRoute, path: '/', id: 'scoreAtRoot' },
  {
    method: 'GET',
    path: '/card',
    id: 'card',
    summary: "The model's card: what it is for, how it was made, where it fails.",
    response: 'modelCard',
    notFound: 'Expected a model with a card, received one without',
    operation: async () => (await pages()).card,
  },
  {
    method: 'GET',
    path: '/docs',
    id: 'docs',
    summary: 'A page for a browser that shows /openapi.json and tries its operations.',
    response: 'page',
    operation: async () => (await pages()).docs,
  },
  {
    method: 'GET',
    path: '/livez',
    id: 'live',
    summary: 'The process lives.',
    response: 'status',
    operation: live,
  },
  {
    method: 'GET',
    path: '/healthz',
    id: 'healthy',
    summary: 'The same.',
    response: 'status',
    operation: live,
  },
  {
    method: 'GET',
    path: '/readyz',
    id: 'ready',
    summary: 'The model is loaded, has reproduced its golden scores, and the process is not shutting down.',
    response: 'readiness',
    requiresReady: true,
    operation: ready,
  },
  {
    method: 'GET',
    path: '/metrics',
    id: 'metrics',
    summary: "The metrics of the process, in Prometheus' text format.",
    response: 'plainText',
    operation: async () => (await import('./prometheus.ts')).metrics,
  },
  {
    method: 'GET',
    path: '/openapi.json',
    id: 'openapi',
    summary: 'This description.',
    response: 'anyObject',
    operation: async () => (await import('./openapi.ts')).describing([...routes, ...addedRoutes]),
  },
  {
    method: 'GET',
    path: '/v1/models',
    id: 'v1Models',
    summary: 'KServe V1: the models.',
    response: 'v1Models',
    operation: async () => (await v1()).models,
  },
  {
    method: 'GET',
    path: '/v1/models/{model}',
    id: 'v1Model',
    summary: 'KServe V1: whether a model is ready.',
    response: 'v1Model',
    operation: async () => (await v1()).model,
  },
  {
    method: 'POST',
    path: '/v1/models/{model}:predict',
    id: 'v1Predict',
    summary: 'KServe V1, Vertex AI: the stars of each instance.',
    response: 'predictions',
    operation: async () => (await v1()).predict,
  },
  {
    method: 'POST',
    path: '/v1/models/{model}:explain',
    id: 'v1Explain',
    summary: 'KServe V1: the stars of each instance, and their explanation.',
    response: 'explainedPredictions',
    explains: true,
    operation: async () => (await v1()).explain,
  },
  {
    method: 'GET',
    path: '/v2',
    id: 'v2Server',
    summary: 'Open Inference Protocol: the server.',
    response: 'v2Server',
    operation: async () => (await v2()).server,
  },
  {
    method: 'GET',
    path: '/v2/health/live',
    id: 'v2Live',
    summary: 'Open Inference Protocol: the process lives.',
    response: 'v2Live',
    operation: v2Live,
  },
  {
    method: 'GET',
    path: '/v2/health/ready',
    id: 'v2Ready',
    summary: 'Open Inference Protocol: as /readyz.',
    response: 'v2Ready',
    requiresReady: true,
    operation: v2Ready,
  },
  {
    method: 'POST',
    path: BIGQUERY_PATH,
    id: 'bigQuery',
    summary: 'A remote function of BigQuery: the stars, the label or the explanation of the text of each call.',
    response: 'replies',
    explains: true,
    isBigQuery: true,
    operation: async () => (await import('./protocols/bigquery.ts')).reply,
  },
  {
    method: 'POST',
    path: '/pubsub',
    id: 'pubSub',
    summary: 'A push subscription of Pub/Sub, wrapped or unwrapped: the message is scored, and the answer is an event.',
    response: 'scores',
    explains: true,
    answersEvents: true,
    operation: async () => (await import('./protocols/pubsub.ts')).push,
  },
  ...v2ModelRoutes('/v2/models/{model}', ''),
  ...v2ModelRoutes('/v2/models/{model}/versions/{version}', 'Version'),
];

/** Routes that settings name. They take the place of the routes with the same method and path (router.ts). */
export const addedRoutes: Route[] = [];

function v2ModelRoutes(path: string, idSuffix: string): readonly Route[] {
  return [
    {
      method: 'GET',
      path,
      id: `v2Model${idSuffix}`,
      summary: 'Open Inference Protocol: the inputs and outputs of a model.',
      response: 'v2Model',
      operation: async () => (await v2()).model,
    },
    {
      method: 'GET',
      path: `${path}/ready`,
      id: `v2ModelReady${idSuffix}`,
      summary: 'Open Inference Protocol: whether a model is ready.',
      response: 'v2ModelReady',
      requiresReady: true,
      operation: async () => (await v2()).modelReady,
    },
    {
      method: 'POST',
      path: `${path}/infer`,
      id: `v2Infer${idSuffix}`,
      summary: 'Open Inference Protocol: a BYTES tensor of texts → an FP64 tensor of scores.',
      response: 'inferResponse',
      operation: async () => (await v2()).infer,
    },
  ];
}
