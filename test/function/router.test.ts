import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpError } from '../../function/response.ts';
import { match, namedModel } from '../../function/router.ts';

const isError = (status: number) => (error: unknown) => error instanceof HttpError && error.status === status;

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
    assert.throws(() => match(method, path), isError(status));
});

test('a path names the loaded model by its own name or as "stars", and perhaps its version', () => {
  const loaded = { name: 'mine', version: '7' };
  assert.deepEqual(namedModel({ model: 'mine' }, loaded), { name: 'mine', version: '7' });
  assert.deepEqual(namedModel({ model: 'stars', version: '7' }, loaded), { name: 'stars', version: '7' });
  assert.throws(() => namedModel({ model: 'other' }, loaded), isError(404));
  assert.throws(() => namedModel({ model: 'mine', version: '8' }, loaded), isError(404));
});
