/** Method and path → route. A POST to a path that is not in the table, and not below /v1/ or /v2/, goes to the scoring route. */
import { HttpError } from './response.ts';
import type { NamedModel, PathParameters, Route } from './route.ts';
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
for (const route of routes) byMethodOf(route.path).set(route.method, route);

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
    for (const [template, { pattern, byMethod: methods }] of templates) {
      const found = pattern.exec(path);
      if (found !== null)
        return { route: methods.get(name) ?? refuseMethod(name, template, methods), parameters: { ...found.groups } };
    }
    throw unknownPath('Expected a path of the protocol V1 or V2', name, path);
  }
  if (name === 'POST') return { route: scoringRoute, parameters: NO_PARAMETERS };
  if (name === 'GET') throw unknownPath('Expected a path that answers GET', name, path);
  return refuseMethod(name, 'this path', new Map([['POST', scoringRoute]]));
}

function unknownPath(expected: string, method: string, path: string): HttpError {
  return new HttpError(404, `${expected}, received another: /openapi.json lists them`, {
    advice: async () => (await import('./hints/paths.ts')).pathAdvice(method, path, routes),
  });
}

/** The path of a target, without its query and a slash at its end. */
export function pathOf(target: string): string {
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

/**
 * The model that `{model}` and `{version}` name. Throws a 404 unless it is the loaded one, by its own name or as
 * `stars`. A path has the name percent-encoded, in any normalization form.
 */
export function namedModel({ model, version }: PathParameters, loaded: NamedModel): NamedModel {
  const name = model === undefined ? undefined : decodedName(model);
  if (name === undefined || (name !== 'stars' && name !== loaded.name && name.normalize() !== loaded.name.normalize()))
    throw new HttpError(404, `Expected the model ${loaded.name}, received another`, {
      advice: async () => (await import('./hints/similar.ts')).nameAdvice(name ?? '', [loaded.name, 'stars']),
    });
  if (version !== undefined && version !== loaded.version)
    throw new HttpError(404, `Expected the version ${loaded.version}, received another`);
  return { name: name === 'stars' ? name : loaded.name, version: loaded.version };
}

/** Undefined if its escapes are not UTF-8. */
function decodedName(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
