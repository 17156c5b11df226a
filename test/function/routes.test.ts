/** The table of routes against the README and OpenAPI. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../../function/config.ts';
import { openApi } from '../../function/openapi.ts';
import { responses } from '../../function/response-schemas.ts';
import { routes } from '../../function/routes.ts';
import { packageRoot } from '../../native/package-root.ts';

const readme = readFileSync(join(packageRoot, 'function', 'README.md'), 'utf8');

test('the README lists each route, and no other', () => {
  const listed = Array.from(readme.matchAll(/`(GET|POST) (\/[^`,]*)`/g), ([, method, path]) => `${method} ${path}`);
  const expected = routes.map(({ method, path }) => `${method} ${path}`);
  const isVersion = (route: string) => route.includes('/versions/{version}'); // the README mentions versions in words
  assert.deepEqual(
    [...new Set(listed)].sort(),
    expected.filter((route) => !isVersion(route) && route !== 'POST /').sort(),
  );
});

test('the README lists each variable with its default', () => {
  const settings = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## Load'));
  const listed = new Set(Array.from(settings.matchAll(/`([A-Z][A-Z_]+)`/g), ([, name]) => name));
  const read = new Set<string>();
  const environment = new Proxy({} as Record<string, string | undefined>, {
    get: (_, name) => {
      read.add(String(name));
      return undefined;
    },
  });
  const config = Object.values(parseConfig(environment)).map(String);
  assert.deepEqual([...listed].sort(), [...read].sort());
  for (const [, name, value = ''] of settings.matchAll(/^\| `(\w+)` +\| ([\d.]+) /gm))
    assert.ok(config.includes(value), `${name} is not ${value} by default`);
});

interface OperationObject {
  readonly operationId: string;
  readonly requestBody?: object;
}

async function operations(): Promise<[method: string, path: string, operation: OperationObject][]> {
  const { paths } = (await openApi(routes, 64)) as { paths: Record<string, Record<string, OperationObject>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [method.toUpperCase(), path, operation] as [string, string, OperationObject],
    ),
  );
}

test('OpenAPI describes each route once, by an id of its own', async () => {
  const described = (await operations()).map(([method, path, { operationId }]) => `${method} ${path} ${operationId}`);
  assert.deepEqual(described.sort(), routes.map(({ method, path, id }) => `${method} ${path} ${id}`).sort());
  assert.equal(new Set(routes.map(({ id }) => id)).size, routes.length);
});

test('each POST has the schema of its body, and no GET has a schema', async () => {
  for (const [method, path, { requestBody }] of await operations())
    assert.equal(requestBody !== undefined, method === 'POST', `${method} ${path}`);
});

test('each schema of a response belongs to a route', () => {
  const used = new Set(routes.map(({ response }) => response));
  assert.deepEqual([...used].sort(), Object.keys(responses).sort());
});
