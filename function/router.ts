/** Method and path → route. A POST to a path that is not in the table, and not below /v1/ or /v2/, goes to the scoring route. */
import { grpcRoutes } from './grpc/routes.ts';
import { HttpError } from './response.ts';
import type { PathParameters, Route } from './route.ts';
import { routes, scoringRoute } from './routes.ts';

export interface Match {
  readonly route: Route;
  readonly parameters: PathParameters;
}

type RoutesByMethod = Map<string, Route>;

/**
 * The routes without parameters, by path; and those with parameters, by path template. Built once, when the process
 * starts.
 */
const fixedPaths = new Map<string, RoutesByMethod>();
const templates = new Map<string, { readonly pattern: RegExp; readonly byMethod: RoutesByMethod }>();
for (const route of [...routes, ...grpcRoutes]) byMethodOf(route.path).set(route.method, route);

function byMethodOf(path: string): RoutesByMethod {
  const known = fixedPaths.get(path) ?? templates.get(path)?.byMethod;
  if (known !== undefined) return known;
  const byMethod: RoutesByMethod = new Map();
  if (path.includes('{')) templates.set(path, { pattern: patternOf(path), byMethod });
  else fixedPaths.set(path, byMethod);
  return byMethod;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/:]+)')}$`);
}

const NO_PARAMETERS: PathParameters = {};

/**
 * `target` is the target of a request, in origin form or in absolute form. Its query and a slash at its end do not count.
 * HEAD is matched as GET. Throws a 404 if no route has this path, or a 405 if the path has no route with this method.
 */
export function match(method: string, target: string): Match {
  const name = method === 'HEAD' ? 'GET' : method;
  const plain = pathOf(target);
  // Clients may encode the colon of KServe's verbs.
  const path = name === 'POST' && plain.startsWith('/v1/') ? plain.replace(ENCODED_VERB, ':$1') : plain;
  const byMethod = fixedPaths.get(path);
  if (byMethod !== undefined)
    return { route: byMethod.get(name) ?? refuseMethod(name, path, byMethod), parameters: NO_PARAMETERS };
  if (path.startsWith('/v1/') || path.startsWith('/v2/')) {
    for (const { pattern, byMethod: methods } of templates.values()) {
      const found = pattern.exec(path);
      if (found !== null)
        return { route: methods.get(name) ?? refuseMethod(name, path, methods), parameters: { ...found.groups } };
    }
    throw new HttpError(404, 'Expected a path of the protocol V1 or V2, received another: /openapi.json lists them');
  }
  if (name === 'POST') return { route: scoringRoute, parameters: NO_PARAMETERS };
  if (name === 'GET')
    throw new HttpError(404, 'Expected a path that answers GET, received another: /openapi.json lists them');
  return refuseMethod(name, 'this path', new Map([['POST', scoringRoute]]));
}

function pathOf(target: string): string {
  const start = ABSOLUTE_FORM.test(target) ? target.indexOf('/', target.indexOf('//') + 2) : 0;
  if (start < 0) return '/';
  const query = target.indexOf('?');
  const end = query < 0 ? target.length : query;
  const isSlashed = end - start > 1 && target[end - 1] === '/';
  return target.slice(start, isSlashed ? end - 1 : end);
}

const ENCODED_VERB = /%3a(predict|explain)$/i;

const ABSOLUTE_FORM = /^https?:\/\//i;

function refuseMethod(method: string, path: string, byMethod: RoutesByMethod): never {
  const allowed = [...byMethod.keys()].flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  throw new HttpError(405, `Expected ${allowed.join(' or ')} for ${path}, received ${method}`, {
    headers: { Allow: allowed.join(', ') },
  });
}
