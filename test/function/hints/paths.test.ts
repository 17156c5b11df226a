/** "Did you mean …?" for paths and names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedModel } from '../../../function/named-model.ts';
import { HttpError } from '../../../function/response.ts';
import { match } from '../../../function/router.ts';

const SCORE = 'To score texts, POST {"texts": "…"} to any path outside /v1 and /v2';

async function adviceFor(run: () => unknown): Promise<string | undefined> {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof HttpError && error.status === 404, String(error));
    return error.advice?.();
  }
  throw new Error('Expected a 404');
}

const paths: [method: string, path: string, advice: string][] = [
  ['POST', '/v1/model/stars:predict', 'Did you mean POST /v1/models/stars:predict?'],
  ['POST', '/v1/models/stars:predct', 'Did you mean POST /v1/models/stars:predict?'],
  ['POST', '/v1/models/stars/predict', 'Did you mean POST /v1/models/stars:predict?'],
  ['POST', '/v1/Models/secret:Explain', 'Did you mean POST /v1/models/stars:explain?'],
  ['POST', '/v2/model/secret/infer', 'Did you mean POST /v2/models/stars/infer?'],
  ['POST', '/v2/models/secret/version/1/infer', 'Did you mean POST /v2/models/stars/versions/{version}/infer?'],
  ['GET', '/v2/models/secret/redy', 'Did you mean GET /v2/models/stars/ready?'],
  ['GET', '/v2/health/lives', 'Did you mean GET /v2/health/live?'],
  ['GET', '/v1/model', 'Did you mean GET /v1/models?'],
  ['GET', '/v1/model/stars:predict', 'Did you mean POST /v1/models/stars:predict?'],
  ['GET', '/health', 'Did you mean GET /healthz?'],
  ['GET', '/ready', 'Did you mean GET /readyz?'],
  ['GET', '/metric', 'Did you mean GET /metrics?'],
  ['GET', '/openapi.yaml', SCORE],
  ['GET', '/openapi', SCORE],
  ['GET', '/OpenAPI.json', 'Did you mean GET /openapi.json?'],
  ['GET', '/api/1/user', 'Did you mean POST /api/1/users?'],
  ['GET', '/predict', SCORE],
  ['GET', '/v1', SCORE],
  ['GET', '/%E6%98%9F', SCORE],
  ['GET', `/${'metrics'.repeat(100)}`, SCORE],
  ['POST', '/v1/secret', SCORE],
  ['POST', '/v2/repository/index', SCORE],
];
for (const [method, path, advice] of paths)
  test(`${method} ${path.slice(0, 60)}: ${advice}`, async () =>
    assert.equal(await adviceFor(() => match(method, path)), advice));

test('a model of a similar name: only the names that the server has are told', async () => {
  const loaded = { name: '口コミ', version: '7' };
  const advice = (model: string) => adviceFor(() => namedModel({ model: encodeURIComponent(model) }, loaded));
  assert.equal(await advice('star'), 'Did you mean stars?');
  assert.equal(await advice('Stars'), 'Did you mean stars?');
  assert.equal(await advice('ｓｔａｒｓ'), 'Did you mean stars?');
  assert.equal(await advice('口-コミ'), 'Did you mean 口コミ?');
  for (const other of ['resnet', '', '口', 'stars'.repeat(20)]) assert.equal(await advice(other), undefined, other);
  assert.equal(await adviceFor(() => namedModel({ model: '%FF' }, loaded)), undefined);
});

test('a 405 names the template of a path, not what came', () => {
  assert.throws(() => match('GET', '/v1/models/secret:predict'), {
    message: 'Expected POST for /v1/models/{model}:predict, received GET',
  });
});
