/** The life of a request against a real server with a fake scorer: the exits of each state. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../fixtures/until.ts';
import { fakeServer, type Host, logged, post, SLOW_TEXT, sendRaw, start } from './hosts.ts';

describe('a server for all tests', () => {
  let host: Host;
  before(async () => {
    host = await start([fakeServer], {
      HOSHI_BODY_LIMIT_BYTES: '1000',
      HOSHI_HEADERS_TIMEOUT_MS: '300',
      HOSHI_REQUEST_TIMEOUT_MS: '600',
      HOSHI_BUFFER_LIMIT_BYTES: '8000000',
    });
  });
  after(() => host.stop());

  test('a thrown value that is not an Error is logged whole and answered as a bare 500', async () => {
    const response = await post(host.url, 'boom');
    assert.equal(response.status, 500);
    assert.match(await response.text(), /"detail":"The request could not be answered"/);
    await logged(host, 'error: a request failed');
    assert.match(host.messages(), /error: a request failed: 'not an Error'/);
    assert.equal((await post(host.url, 'ok')).status, 200);
  });

  test('a Content-Length of 1 GiB is refused before the body is sent', async () => {
    const answer = await sendRaw(
      host.port,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\nExpect: 100-continue\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /Connection: close/);
  });

  test('a chunked body that grows over the limit is refused, and the connection ends', async () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const sending = setInterval(() => socket.writable && socket.write(`400\r\n${'x'.repeat(1024)}\r\n`), 5);
    try {
      assert.match(await readAll(socket), /^HTTP\/1\.1 413 /);
    } finally {
      clearInterval(sending);
    }
  });

  test('Expect: 100-continue gets 100 for a body within the limit', async () => {
    const body = '{"texts":"abc"}';
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`;
    const answer = await sendRaw(host.port, head + body);
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[\s\S]*\{"score":3\}$/);
  });

  test('pipelined requests are answered in order', async () => {
    const one = (text: string, more = '') =>
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${13 + text.length}\r\n${more}\r\n{"texts": "${text}"}`;
    const answer = await sendRaw(host.port, one('a') + one('abc', 'Connection: close\r\n'));
    assert.deepEqual(
      [...answer.matchAll(/"score":(\d)/g)].map(([, score]) => score),
      ['1', '3'],
    );
  });

  test('a client that disconnects during its body leaves nothing behind, and is counted with 499', async () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.write('POST /amid-body HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"te');
    const metricsNow = async () => (await fetch(`${host.url}/metrics`)).text();
    await until('the first bytes of the body', async () =>
      /^http_server_buffered_bytes [1-9]/m.test(await metricsNow()),
    );
    socket.destroy();
    await logged(host, 'POST /amid-body 499');
    assert.equal((await post(host.url, 'ok')).status, 200);
    assert.doesNotMatch(host.messages(), /unhandled|ECONNRESET/i);
    const metrics = await metricsNow();
    assert.match(metrics, /^http_server_active_requests 1$/m, 'the scrape itself');
    assert.match(metrics, /^http_server_buffered_bytes 0$/m);
    assert.match(metrics, /^http_server_request_duration_seconds_count\{http_route="\/api\/1\/users",.*"499"\} 1$/m);
  });

  test('a client that never reads gets a limited number of responses, then its connection ends', {
    timeout: 60_000,
  }, async () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.pause();
    const ASKED = 8000;
    socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(ASKED));
    await logged(host, 'GET /openapi.json 503');
    // A client that reads nothing notices the end of its connection only when it writes. The pauses between its writes
    // are long enough for the server to time out.
    const knocking = setInterval(() => socket.write('\r\n'), 3000);
    await closed.finally(() => clearInterval(knocking));
    const after = await (await fetch(`${host.url}/metrics`)).text();
    assert.match(after, /^http_server_active_requests 1$/m, 'the scrape itself');
    assert.match(after, /^http_server_shed_requests_total\{reason="memory"\} [1-9]/m);
    assert.match(after, /^http_server_buffered_bytes 0$/m);
  });
});

describe('a server for each test', () => {
  let host: Host | undefined;
  afterEach(() => host?.stop());

  test('a client that disconnects while its texts are scored is counted with 499', async () => {
    host = await start([fakeServer]);
    const impatient = new AbortController();
    const left = fetch(`${host.url}/amid-scoring`, {
      method: 'POST',
      body: JSON.stringify({ texts: [SLOW_TEXT] }),
      signal: impatient.signal,
    });
    await logged(host, 'slow begins');
    impatient.abort();
    await assert.rejects(left);
    await logged(host, 'POST /amid-scoring 499');
  });

  test('a text is scored outside the event loop if it has more than 10,000 units when it is normalized', async () => {
    host = await start([fakeServer]);
    const grown = (count: number) => `slow${'\ufdfa'.repeat(count)}`; // 4 + 18 · count units
    for (const texts of ['slow'.padEnd(10_000), grown(555), [grown(300), grown(255)]])
      assert.equal((await post(host.url, texts)).status, 200);
    assert.doesNotMatch(host.messages(), /slow begins/);
    for (const texts of [grown(556), [grown(300), grown(256)], 'slow'.padEnd(10_001)]) {
      assert.equal((await post(host.url, texts)).status, 200);
      await logged(host, 'slow begins');
    }
    assert.equal(host.messages().match(/slow begins/g)?.length, 3);
  });

  test('a small limit of work holds for one text, for a list, for details and for explanations', async () => {
    host = await start([fakeServer], { HOSHI_WORK_LIMIT_UNITS: '1280' });
    const { url } = host;
    const statusOf = async (body: object, path = '/') => {
      const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
      const text = await response.text();
      if (response.status !== 200) assert.match(text, /HOSHI_WORK_LIMIT_UNITS sets this limit/);
      return response.status;
    };
    const text = (length: number) => 'x'.repeat(length);
    const cases: [body: object, status: number, path?: string][] = [
      [{ texts: text(1152) }, 200],
      [{ texts: text(1153) }, 413],
      [{ texts: '\ufdfa'.repeat(64) }, 200], // 1152 units when they are normalized
      [{ texts: '\ufdfa'.repeat(65) }, 413],
      [{ texts: [text(512), text(512)] }, 200],
      [{ texts: [text(512), text(513)] }, 413],
      [{ texts: Array(10).fill('') }, 200],
      [{ texts: Array(11).fill('') }, 413],
      [{ texts: text(1152), details: true }, 200],
      [{ texts: text(1153), details: true }, 413],
      [{ texts: 'a', explain: true }, 413], // 20,000 units
      [{ instances: [text(1152)] }, 200, '/v1/models/fake:predict'],
      [{ instances: [{ text: text(1153) }] }, 413, '/v1/models/fake:predict'],
    ];
    for (const [body, status, path] of cases)
      assert.equal(await statusOf(body, path), status, JSON.stringify(body).slice(0, 60));
  });

  test('responses to a disconnected client are not kept in memory', async () => {
    host = await start([fakeServer], { HOSHI_TEXTS_LIMIT: '20000', FAKE_SLOW_MS: '3000' });
    const { url } = host;
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    const body = JSON.stringify({ texts: [SLOW_TEXT, ...Array.from({ length: 9000 }, () => 'x')] });
    const ask = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(host.port, '127.0.0.1');
    // The second response waits for the first one. The first and the third are made after the client has disconnected.
    socket.write(`${ask}GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n${ask}`);
    await logged(host, 'slow begins\nslow begins');
    assert.match(await metrics(), /^http_server_buffered_bytes [1-9]/m);
    socket.resetAndDestroy();
    for (let tries = 0; !/^http_server_active_requests 1$/m.test(await metrics()); tries++) {
      assert.ok(tries < 1000, 'requests are still in flight');
      await delay(10);
    }
    const after = await metrics();
    assert.match(after, /^http_server_buffered_bytes 0$/m);
    assert.match(after, /^http_server_request_duration_seconds_count\{http_route="\/",.*"499"\} 2$/m);
  });

  test('while the bundle is being loaded, the server is alive but not ready', async () => {
    host = await start([fakeServer], { FAKE_LOAD: 'never' });
    assert.equal((await fetch(`${host.url}/livez`)).status, 200);
    for (const path of ['/readyz', '/v2/health/ready', '/v2/models/stars/ready']) {
      const response = await fetch(`${host.url}${path}`, { signal: AbortSignal.timeout(10_000) });
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '1');
      const isKept = path === '/v2/models/stars/ready'; // its handler is loaded first, so the request has ended by then
      assert.equal(response.headers.get('connection'), isKept ? 'keep-alive' : 'close', path);
    }
  });
});
