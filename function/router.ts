/**
 * Method and path → route. A POST to a path that is not in the table, and not below /v1/ or /v2/, goes to the scoring
 * route.
 */
import { requireBuiltin } from '../native/builtin.ts';
import { grpcRoutes } from './grpc/routes.ts';
import { HttpError } from './response.ts';
import type { PathParameters, Route } from './route.ts';
import { addedRoutes, routes, scoringRoute } from './routes.ts';
import { normalizedPath, pathOf, queryOf } from './target.ts';

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

/**
 * Adds a route whose path a setting names, and returns the route whose place it takes, if there is one. The path has no
 * parameters. REQUIRES: no request has been matched yet.
 */
export function addRoute(named: Route): Route | undefined {
  const { method } = named;
  const route = { ...named, path: listedPath(method, named.path) };
  const replaced = find(route.path)?.byMethod.get(method);
  byMethodOf(route.path).set(method, route);
  addedRoutes.push(route);
  return replaced;
}

const NO_PARAMETERS: PathParameters = {};

/**
 * `target` is the target of a request, in origin form or in absolute form. Its path is normalized (target.ts), and its
 * query does not count. HEAD is matched as GET. Throws a 404 if no route has this path, a 405 if the path has no route
 * with this method, or a 400 if the query of a GET has the texts.
 */
export function match(method: string, target: string): Match {
  const name = method === 'HEAD' ? 'GET' : method;
  const listed = fixedPaths.get(target)?.get(name); // most targets are listed as they are written
  if (listed !== undefined) return { route: listed, parameters: NO_PARAMETERS };
  const path = listedPath(name, pathOf(target));
  const found = find(path);
  const route = found?.byMethod.get(name);
  if (name === 'GET' && (route === undefined || route.refusesTexts === true)) refuseTextsIn(queryOf(target));
  if (found !== undefined)
    return { route: route ?? refuseMethod(name, found.path, found.byMethod), parameters: found.parameters };
  if (path.startsWith('/v1/') || path.startsWith('/v2/'))
    throw unknownPath('Expected a path of the protocol V1 or V2', name, path);
  if (name === 'POST') return { route: scoringRoute, parameters: NO_PARAMETERS };
  if (name === 'GET') throw unknownPath('Expected a path that answers GET', name, path);
  return refuseMethod(name, 'this path', new Map([['POST', scoringRoute]]));
}

function unknownPath(expected: string, method: string, path: string): HttpError {
  return new HttpError(404, `${expected}, received another: /openapi.json lists them`, {
    advice: async () => (await import('./hints/paths.ts')).pathAdvice(method, path, routes),
  });
}

interface Found {
  /** As it is listed. */
  readonly path: string;
  readonly byMethod: RoutesByMethod;
  readonly parameters: PathParameters;
}

function find(path: string): Found | undefined {
  const fixed = fixedPaths.get(path);
  if (fixed !== undefined) return { path, byMethod: fixed, parameters: NO_PARAMETERS };
  if (!path.startsWith('/v1/') && !path.startsWith('/v2/')) return undefined;
  for (const [template, { pattern, byMethod }] of templates) {
    const found = pattern.exec(path);
    if (found !== null) return { path: template, byMethod, parameters: { ...found.groups } };
  }
  return undefined;
}

/** The spelling in which a path is listed. */
function listedPath(method: string, path: string): string {
  const normalized = normalizedPath(path);
  // Clients may encode the colon of KServe's verbs.
  return method === 'POST' && normalized.startsWith('/v1/') ? normalized.replace(ENCODED_VERB, ':$1') : normalized;
}

const ENCODED_VERB = /%3a(predict|explain)$/i;

/** Browsers, proxies and servers keep URLs in histories and logs, where a review does not belong. */
function refuseTextsIn(query: string): void {
  if (query === '') return;
  for (const key of new URLSearchParams(query).keys())
    if (/^texts?(?:\[\])?$/i.test(key))
      throw new HttpError(
        400,
        'Expected the texts in the body of a POST, received them in the URL, and URLs are logged. POST {"texts": "…"} instead',
      );
}

function refuseMethod(method: string, path: string, byMethod: RoutesByMethod): never {
  const allowed = [...byMethod.keys()].flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  // By HTTP/2, a method may be any word.
  const { METHODS } = requireBuiltin('node:http');
  const received = METHODS.includes(method) ? method : 'another method';
  throw new HttpError(405, `Expected ${allowed.join(' or ')} for ${path}, received ${received}`, {
    headers: { Allow: allowed.join(', ') },
  });
}
