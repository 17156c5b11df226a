/** CORS under both hosts: HOSHI_CORS_ORIGINS as a list, as *, and not set. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { Cors } from '../../function/cors.ts';
import { until } from '../fixtures/until.ts';
import { fakeServer, functionsFramework, type Host, leanServer, sendRaw, start } from './hosts.ts';

const OURS = 'https://a.example';
const OTHER = 'https://b.example';
const EXPOSED =
  '*, X-Request-Id, X-Model-Version, Server-Timing, Retry-After, Allow, Accept-Encoding, Inference-Header-Content-Length';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

function ask(host: Host, method: string, path: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${host.url}${path}`, { method, headers });
    sent.on('error', reject);
    sent.on('response', async (response) => {
      const { statusCode: status = 0 } = response;
      resolve({ status, headers: response.headers as Answer['headers'], body: await readAll(response) });
    });
    sent.end(body);
  });
}

const preflightOf = (origin: string) => ({
  Origin: origin,
  'Access-Control-Request-Method': 'POST',
  'Access-Control-Request-Headers': 'content-type',
});

const ready = (host: Host) => until('the server is ready', async () => (await fetch(`${host.url}/readyz`)).ok);

for (const [name, args] of Object.entries({ lean: [leanServer], 'functions-framework': functionsFramework })) {
  describe(`a list of origins under ${name}`, () => {
    let host: Host;
    before(async () => {
      host = await start(args, { HOSHI_CORS_ORIGINS: `${OURS},http://localhost:3000` });
      await ready(host);
    });
    after(() => host.stop());

    for (const path of ['/', '/api/1/users', '/v1/models/stars:predict', '/not/listed'])
      test(`a preflight of ${path}`, async () => {
        const { status, headers, body } = await ask(host, 'OPTIONS', path, preflightOf(OURS));
        assert.equal(status, 204);
        assert.equal(body, '');
        assert.equal(headers['access-control-allow-origin'], OURS);
        assert.equal(headers['access-control-allow-methods'], 'GET, HEAD, POST');
        assert.match(
          headers['access-control-allow-headers'] ?? '',
          /^\*, Authorization, Content-Type, Content-Encoding, X-Request-Id, /,
        );
        assert.equal(headers['access-control-max-age'], '86400');
        assert.equal(headers.vary, 'Origin');
        assert.equal(headers['content-length'], undefined, 'RFC 9110, section 8.6');
      });

    for (const origin of [OTHER, 'null', `${OURS}.evil`, 'http://a.example', 'HTTPS://A.EXAMPLE'])
      test(`the origin ${origin} is not allowed`, async () => {
        const refused = await ask(host, 'OPTIONS', '/', preflightOf(origin));
        assert.equal(refused.status, 403);
        assert.match(refused.body, /"detail":"Expected an origin of HOSHI_CORS_ORIGINS, received another"/);
        const answered = await ask(host, 'POST', '/', { Origin: origin }, '{"texts":"最高"}');
        assert.equal(answered.status, 200);
        for (const { headers } of [refused, answered]) {
          assert.equal(headers['access-control-allow-origin'], undefined);
          assert.equal(headers['access-control-expose-headers'], undefined);
          assert.equal(headers.vary, 'Origin');
        }
      });

    const requests: [what: string, method: string, path: string, body: string, status: number][] = [
      ['a score', 'POST', '/', '{"texts":"最高"}', 200],
      ['a body that is not as expected', 'POST', '/', '{}', 400],
      ['too many texts', 'POST', '/', JSON.stringify({ texts: Array(17_000).fill('') }), 413],
      ['a path that does not exist', 'GET', '/none', '', 404],
      ['another method', 'PUT', '/', '', 405],
      ['OPTIONS that is no preflight', 'OPTIONS', '/', '', 405],
    ];
    for (const [what, method, path, body, status] of requests)
      test(`${what}: ${status}, with the headers`, async () => {
        const answer = await ask(host, method, path, { Origin: 'http://localhost:3000' }, body);
        assert.equal(answer.status, status);
        assert.equal(answer.headers['access-control-allow-origin'], 'http://localhost:3000');
        assert.equal(answer.headers['access-control-expose-headers'], EXPOSED);
        assert.equal(answer.headers.vary, 'Origin');
        if (status === 405) assert.equal(answer.headers.allow, 'GET, HEAD, POST');
      });

    test('a response that varies by another header names both; a request without an origin gets only Vary', async () => {
      const home = await ask(host, 'GET', '/', { Origin: OURS });
      assert.equal(home.headers.vary, 'Accept, Origin');
      const { headers } = await ask(host, 'GET', '/livez', {});
      assert.equal(headers.vary, 'Origin');
      assert.equal(headers['access-control-allow-origin'], undefined);
    });

    test('a request id that is the name of a header changes no header', async () => {
      const { status, headers } = await ask(host, 'GET', '/livez', { Origin: OURS, 'X-Request-Id': 'Vary' });
      assert.equal(status, 200);
      assert.equal(headers['x-request-id'], 'Vary');
      assert.equal(headers.vary, 'Origin');
    });
  });
}

describe('other settings', () => {
  let host: Host | undefined;
  after(() => host?.stop());

  test('*: every response has it, also for the origin null and while the model is being loaded (503)', async () => {
    host = await start([fakeServer], { HOSHI_CORS_ORIGINS: '*', FAKE_LOAD: 'never' });
    for (const origin of [OTHER, 'null']) {
      const { status, headers } = await ask(host, 'OPTIONS', '/', preflightOf(origin));
      assert.equal(status, 204);
      assert.equal(headers['access-control-allow-origin'], '*');
      assert.equal(headers.vary, 'Origin');
      const loading = await ask(host, 'GET', '/readyz', { Origin: origin });
      assert.equal(loading.status, 503);
      assert.equal(loading.headers['retry-after'], '1');
      assert.equal(loading.headers['access-control-allow-origin'], '*');
      assert.equal(loading.headers['access-control-expose-headers'], EXPOSED);
    }
    await host.stop();
  });

  test('a shed request (503) has the headers', async () => {
    host = await start([fakeServer], { HOSHI_CORS_ORIGINS: OURS, HOSHI_BUFFER_LIMIT_BYTES: '10' });
    const { status, headers } = await ask(host, 'POST', '/', { Origin: OURS }, '{"texts":"longer than ten bytes"}');
    assert.equal(status, 503);
    assert.equal(headers['retry-after'], '1');
    assert.equal(headers['access-control-allow-origin'], OURS);
    // The order of a preflight's checks: HTTP/1.1 requires a Host.
    const head = `OPTIONS / HTTP/1.1\r\nOrigin: ${OURS}\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n`;
    assert.match(await sendRaw(host.port, head), /^HTTP\/1\.1 400 [\s\S]*Access-Control-Allow-Origin: https:\/\/a/);
    await host.stop();
  });

  test('not set: no header of CORS, and a preflight gets 405', async () => {
    host = await start([fakeServer]);
    const preflight = await ask(host, 'OPTIONS', '/', preflightOf(OURS));
    assert.equal(preflight.status, 405);
    assert.equal(preflight.headers.allow, 'GET, HEAD, POST');
    const answer = await ask(host, 'POST', '/', { Origin: OURS }, '{"texts":"最高"}');
    for (const { headers } of [preflight, answer]) {
      assert.deepEqual(
        Object.keys(headers).filter((header) => header.startsWith('access-control')),
        [],
      );
      assert.equal(headers.vary, undefined);
    }
  });
});

test('only an OPTIONS with an origin and the method of a request is a preflight', () => {
  const cors = new Cors(['*']);
  const method = { 'access-control-request-method': 'POST' };
  assert.notEqual(cors.answerPreflight('OPTIONS', { origin: OURS, ...method }), undefined);
  assert.equal(cors.answerPreflight('OPTIONS', { origin: OURS }), undefined);
  assert.equal(cors.answerPreflight('OPTIONS', method), undefined);
  assert.equal(cors.answerPreflight('POST', { origin: OURS, ...method }), undefined);
});
