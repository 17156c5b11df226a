import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpError } from '../../function/response.ts';
import { namedModel } from '../../function/named-model.ts';
import { match } from '../../function/router.ts';

const isError = (status: number) => (error: unknown) => error instanceof HttpError && error.status === status;

test('a path is matched as it is written, by its method', () => {
  const idOf = (method: string, path: string) => match(method, path).route.id;
  assert.equal(idOf('GET', '/'), 'home');
  assert.equal(idOf('HEAD', '/livez'), 'live');
  assert.equal(idOf('POST', '/'), 'scoreAtRoot');
  assert.equal(idOf('POST', '/what/ever'), 'score');
  assert.equal(idOf('POST', '/what/ever'), 'score');
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

test('the target is read in both forms, with and without a slash at its end, and an encoded colon is one', () => {
  const idOf = (method: string, target: string) => match(method, target).route.id;
  const models = idOf('GET', '/v1/models');
  for (const target of ['/v1/models/', 'http://a/v1/models', 'HTTPS://a:8080/v1/models/?x=/', '/v1/models?a=b/'])
    assert.equal(idOf('GET', target), models, target);
  assert.equal(idOf('GET', 'http://a'), idOf('GET', '/'));
  assert.equal(idOf('GET', 'http://a/?q'), idOf('GET', '/'));
  assert.deepEqual(match('POST', '/v1/models/stars%3Apredict').parameters, { model: 'stars' });
  for (const target of ['/v1/what', '/v2/what/ever', '/v1/models/a:guess'])
    assert.throws(() => match('POST', target), /Expected a path of the protocol V1 or V2/);
});
