import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../../function/config.ts';
import { openApi } from '../../function/openapi.ts';
import { HttpError } from '../../function/problem.ts';
import { match, routes } from '../../function/routes.ts';
import { packageRoot } from '../../native/package-root.ts';

const readme = readFileSync(join(packageRoot, 'function', 'README.md'), 'utf8');

test('the README lists each route, and no other', () => {
  const listed = Array.from(readme.matchAll(/`(GET|POST) (\/[^`,]*)`/g), ([, method, path]) => `${method} ${path}`);
  const expected = routes.map(({ method, path }) => `${method} ${path}`);
  const isVersion = (route: string) => route.includes('/versions/{version}'); // told in words
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

test('a path is matched as it is written, by its method', () => {
  const idOf = (method: string, path: string) => match(method, path).route.id;
  assert.equal(idOf('GET', '/'), 'home');
  assert.equal(idOf('HEAD', '/livez'), 'live');
  assert.equal(idOf('POST', '/'), 'scoreAtRoot');
  assert.equal(idOf('POST', '/what/ever'), 'score');
  assert.equal(idOf('POST', '/v1/what/ever'), 'score');
  assert.deepEqual(match('POST', '/v1/models/a-b:predict').parameters, { model: 'a-b' });
  assert.deepEqual(match('POST', '/v2/models/a/versions/7/infer').parameters, { model: 'a', version: '7' });
  for (const [method, path, status] of [
    ['GET', '/what/ever', 404],
    ['GET', '/__proto__', 404],
    ['PUT', '/what/ever', 405],
    ['POST', '/livez', 405],
    ['GET', '/v1/models/a:predict', 405],
  ] as const)
    assert.throws(
      () => match(method, path),
      (error: unknown) => error instanceof HttpError && error.status === status,
    );
});

test('OpenAPI describes each route once, by an id of its own', () => {
  const { paths } = openApi(routes, 64) as { paths: Record<string, Record<string, { operationId: string }>> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => `${method.toUpperCase()} ${path} ${operationId}`),
  );
  assert.deepEqual(operations.sort(), routes.map(({ method, path, id }) => `${method} ${path} ${id}`).sort());
  assert.equal(new Set(routes.map(({ id }) => id)).size, routes.length);
});
