/**
 * The parts of the server that only some settings need: CORS, and the routes that Vertex AI names. Other processes start
 * without this file.
 */
import type { Config, VertexRoutes } from './config.ts';
import { Cors } from './cors.ts';
import { log } from './log.ts';
import { ready } from './protocols/health.ts';
import { predict } from './protocols/v1.ts';
import type { Route } from './route.ts';
import { addRoute } from './router.ts';
import type { ScoringService } from './service.ts';

/** Call it once, before the first request. Logs the routes of the table whose places others take. */
export function addExtras({ corsOrigins, vertexRoutes }: Config, service: ScoringService): void {
  if (corsOrigins !== undefined) service.cors = new Cors(corsOrigins);
  addVertexRoutes(vertexRoutes);
}

function addVertexRoutes({ health, predict: predictPath }: VertexRoutes): void {
  if (health !== undefined)
    add('AIP_HEALTH_ROUTE', ['ready', 'v2Ready'], {
      method: 'GET',
      path: health,
      id: 'vertexHealth',
      summary: 'Vertex AI: as /readyz.',
      response: 'readiness',
      requiresReady: true,
      operation: ready,
    });
  if (predictPath !== undefined)
    add('AIP_PREDICT_ROUTE', ['v1Predict'], {
      method: 'POST',
      path: predictPath,
      id: 'vertexPredict',
      summary: 'Vertex AI: the stars of each instance. "parameters" may be given and are ignored.',
      response: 'predictions',
      operation: predict,
    });
}

/** Vertex AI has chosen the path, so its route wins. `same` are the routes that mean the same. */
function add(variable: string, same: readonly string[], route: Route): void {
  const replaced = addRoute(route);
  if (replaced === undefined || same.includes(replaced.id)) return;
  const { method, path } = route;
  const meaning = route.id === 'vertexHealth' ? 'as /readyz' : 'as predict of V1';
  log('warning', `${variable} is ${path}, so ${method} ${path} answers ${meaning} instead of ${replaced.id}`);
}
