import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedModel } from '../../function/named-model.ts';
import { HttpError } from '../../function/response.ts';
import { match } from '../../function/router.ts';

const isError = (status: number) => (error: unknown) => error instanceof HttpError && error.status === status;
const idOf = (method: string, path: string) => match(method, path).route.id;

test('a path is matched as it is written, by its method', () => {
  assert.equal(idOf('GET', '/'), 'home');
  assert.equal(idOf('HEAD', '/livez'), 'live');
  assert.equal(idOf('POST', '/'), 'scoreAtRoot');
  assert.equal(idOf('POST', '/what/ever'), 'score');
  assert.deepEqual(match('POST', '/v1/models/a-b:predict').parameters, { model: 'a-b' });
  assert.deepEqual(match('POST', '/v2/models/a/versions/7/infer').parameters, { model: 'a', version: '7' });
  for (const [method, path, status] of [
    ['GET', '/what/ever', 404],
    ['GET', '/__proto__', 404],
    ['PUT', '/what/ever', 405],
    ['OPTIONS', '*', 405],
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

test('HOSHI_MODEL_NAME is one more name, and the result has the name that the client used', () => {
  const loaded = { name: 'mine', version: '7' };
  for (const name of ['served', 'mine', 'stars'])
    assert.deepEqual(namedModel({ model: name }, loaded, 'served'), { name, version: '7' });
  assert.deepEqual(namedModel({ model: '%E3%81%8B%E3%82%99' }, loaded, 'が'), { name: 'が', version: '7' });
  assert.throws(() => namedModel({ model: 'other' }, loaded, 'served'), /Expected the model served, received another/);
});

test('the target is read in both forms and normalized, and an encoded colon is one', () => {
  const models = idOf('GET', '/v1/models');
  for (const target of [
    '/v1/models/',
    'http://a/v1/models',
    'HTTPS://a:8080/v1/models/?x=/',
    '/v1/models?a=b/',
    '/v1/models#/livez',
    '//v1//models',
    '/%76%31/models',
    '/livez/../v1/./models',
  ])
    assert.equal(idOf('GET', target), models, target);
  assert.equal(idOf('GET', 'http://a'), idOf('GET', '/'));
  assert.equal(idOf('GET', 'http://a/?q'), idOf('GET', '/'));
  assert.equal(idOf('GET', 'http://a?q=/livez'), idOf('GET', '/'));
  assert.deepEqual(match('POST', '/v1/models/stars%3Apredict').parameters, { model: 'stars' });
  assert.equal(idOf('POST', '/v1/models/stars%3A%70redict'), 'v1Predict');
  for (const target of ['/v1/what', '/v2/what/ever', '/v1/models/a:guess', '/x/../v1/what', '/%76%31/what'])
    assert.throws(() => match('POST', target), /Expected a path of the protocol V1 or V2/);
});

test('an encoded slash is a character of a name, not the end of a segment', () => {
  assert.deepEqual(match('GET', '/v1/models/a%2Fb').parameters, { model: 'a%2Fb' });
  assert.throws(() => match('GET', '/v1%2Fmodels'), isError(404));
});

test('the message of a 405 has the listed path, not the one of the client', () => {
  assert.throws(() => match('GET', '/v1/models/secret:predict'), /for \/v1\/models\/\{model\}:predict, received GET/);
});

test('texts in the query of a GET are refused, with the reason, where a GET has no other use for them', () => {
  for (const target of [
    '/?texts=a',
    '/?text=a',
    '/?a=b&texts=c',
    '/?texts%5B%5D=a&texts%5B%5D=b',
    '/?%74exts=a',
    '/?TEXT=a#b',
    '/?texts',
    'http://a?texts=b',
    '/api/1/users?texts=a',
    '/api/1/users/?text=a',
    '/what/ever?texts=a',
  ])
    for (const method of ['GET', 'HEAD'])
      assert.throws(
        () => match(method, target),
        (error) => isError(400)(error) && /in the body of a POST, .*URLs are logged/.test((error as Error).message),
        target,
      );
  assert.equal(idOf('GET', '/?context=texts&mytext=a'), 'home');
  assert.equal(idOf('GET', '/#?texts=a'), 'home');
  assert.equal(idOf('GET', '/livez?text=a'), 'live');
  assert.equal(idOf('POST', '/?texts=a'), 'scoreAtRoot');
  assert.throws(() => match('PUT', '/?texts=a'), isError(405));
});
