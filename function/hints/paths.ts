/** A path that no route has → the known path that is close to it. */
import type { Route } from '../route.ts';
import { isSimilar } from './similar.ts';

const TO_SCORE = 'To score texts, POST {"texts": "…"} to any path outside /v1 and /v2';

/** `path` has no query. The advice shows `stars` for {model}, which names any model. */
export function pathAdvice(method: string, path: string, routes: readonly Route[]): string {
  const received = segmentsOf(path);
  const near = routes.filter((route) => isNear(received, segmentsOf(route.path)));
  const meant = near.find((route) => route.method === method) ?? near[0];
  if (meant === undefined) return TO_SCORE;
  const known = meant.path.replace('{model}', 'stars');
  return `Did you mean ${meant.method} ${known}?`;
}

/** A path by its slashes, and by the colon of KServe's verbs. */
function segmentsOf(path: string): readonly string[] {
  const colon = path.replace(/%3a/gi, ':');
  return colon.split(/[/:]/).slice(1);
}

/** Whether the segments are similar one by one. A parameter is any segment. */
function isNear(received: readonly string[], known: readonly string[]): boolean {
  return (
    received.length === known.length &&
    known.every((segment, i) => {
      const other = received[i] as string;
      return segment.startsWith('{') ? other !== '' : isSimilar(other, segment);
    })
  );
}
