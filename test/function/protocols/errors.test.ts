/** The problem document of each status, on a real server: below /v1 and /v2 it has the member `error`, elsewhere not. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fakeServer, type Host, sendRaw, start } from '../hosts.ts';

let host: Host;
let loading: Host;
before(async () => {
  host = await start([fakeServer], { HOSHI_BODY_LIMIT_BYTES: '1000', HOSHI_TEXTS_LIMIT: '2' });
  loading = await start([fakeServer], { FAKE_LOAD: 'never' });
});
after(() => Promise.all([host.stop(), loading.stop()]));

const infer = { inputs: [{ name: 'text', datatype: 'BYTES', shape: [3], data: ['a', 'b', 'c'] }] };
const failing: [method: string, path: string, status: number, body?: object | string][] = [
  ['GET', '/v1/none', 404],
  ['GET', '/v1', 404],
  ['GET', '/v2/none', 404],
  ['GET', '/v2/models/none', 404],
  ['POST', '/v1/models/none:predict', 404, { instances: [] }],
  ['POST', '/v1/models', 405, {}],
  ['DELETE', '/v2', 405],
  ['GET', '/v2/models/fake/infer', 405],
  ['POST', '/v1/models/fake:predict', 400, {}],
  ['POST', '/v1/models/fake:predict/?x=1', 400, '{'],
  ['POST', '/v2/models/fake/infer', 400, {}],
  ['POST', '/v2/models/fake/infer', 413, infer],
  ['POST', '/v2/models/fake/infer', 413, { id: 'x'.repeat(1000) }],
  ['POST', '/v1/models/fake:predict', 413, { instances: ['', '', ''] }],
  ['POST', '/v1/models/fake:predict', 500, { instances: ['boom'] }],
  ['GET', '/none', 404],
  ['GET', '/api/1/users', 405],
  ['GET', '/v11/models', 404],
  ['POST', '/', 400, {}],
  ['POST', '/', 413, { texts: ['', '', ''] }],
  ['POST', '/any/v1/models', 500, { texts: 'boom' }],
];
for (const [method, path, status, body] of failing) {
  const isInference = /^\/v[12](?:\/|$)/.test(path);
  test(`${method} ${path}: ${status} ${isInference ? 'with' : 'without'} the member "error"`, async () => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(host.url + path, { method, ...sent });
    const problem = (await response.json()) as Readonly<Record<string, unknown>>;
    assert.equal(response.status, status);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.equal(problem.status, status);
    assert.equal(problem.error, isInference ? problem.detail : undefined);
  });
}

for (const path of ['/v2/health/ready', '/readyz'])
  test(`GET ${path} while the model is being loaded: 503`, async () => {
    const response = await fetch(loading.url + path);
    const problem = (await response.json()) as Readonly<Record<string, unknown>>;
    assert.equal(response.status, 503);
    assert.equal(problem.error, path === '/readyz' ? undefined : 'The bundle is being loaded');
  });

test('a target in absolute form is of V2, too', async () => {
  const answer = await sendRaw(host.port, 'GET http://a/v2/none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 404 [\s\S]*"error":"Expected a path of the protocol V1 or V2/);
});

test('each limit names the variable that sets it, and a hint waits for no other request', async () => {
  const send = (body: string) => fetch(host.url, { method: 'POST', body }).then((response) => response.text());
  assert.match(
    await send('x'.repeat(1001)),
    /at most 1000 bytes, received more\. HOSHI_BODY_LIMIT_BYTES sets this limit"/,
  );
  assert.match(await send('{"texts":["","",""]}'), /at most 2 texts, received 3\. HOSHI_TEXTS_LIMIT sets this limit"/);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => send(i % 2 === 0 ? '{"text":""}' : '{"texts":""}')),
  );
  answers.forEach(
    (answer, i) => void assert.match(answer, i % 2 === 0 ? /Did you mean \\"texts\\"\?/ : /^\{"score":0\}$/),
  );
});

test('pipelined: an answer with a hint stays in its place', async () => {
  const one = (body: string, more = '') =>
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
  const answer = await sendRaw(host.port, one('{"text":1}') + one('{"texts":"abc"}', 'Connection: close\r\n'));
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*Did you mean[\s\S]*HTTP\/1\.1 200 OK[\s\S]*\{"score":3\}$/);
});
