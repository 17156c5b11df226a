/** The lean server as a process: what it does with clients that misbehave, and how it ends. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text as readAll, buffer as readBytes } from 'node:stream/consumers';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../bench/servers.ts';
import { packageRoot } from '../../native/package-root.ts';
import { drainUnderLoad } from '../long/drain.ts';
import { fakeServer, type Host, leanServer, readable, sendRaw, start } from './hosts.ts';

const post = (url: string, texts: unknown) =>
  fetch(`${url}/api/1/users`, { method: 'POST', body: JSON.stringify({ texts }) });

/** Long enough to be scored off the event loop. */
const slow = 'slow'.padEnd(20_000);

/** Waits until a host has said so on standard error. */
async function said(host: Host, message: string): Promise<void> {
  for (let tries = 0; !host.messages().includes(message); tries++) {
    if (tries > 2000) throw new Error(`Expected the host to say ${message}, received: ${host.messages()}`);
    await delay(5);
  }
}

describe('server', () => {
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

  test('what is thrown and is no Error is logged whole and answered as a bare 500', async () => {
    const response = await post(host.url, 'boom');
    assert.equal(response.status, 500);
    assert.match(await response.text(), /"detail":"The request could not be answered"/);
    await said(host, 'error: a request failed');
    assert.match(host.messages(), /error: a request failed: 'not an Error'/);
    assert.equal((await post(host.url, 'ok')).status, 200);
  });

  test('1 GiB announced is refused before it is sent', async () => {
    const answer = await sendRaw(
      host.port,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\nExpect: 100-continue\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /Connection: close/);
  });

  test('a body that grows beyond the limit in chunks is refused, and the connection ends', async () => {
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

  test('Expect: 100-continue is answered for a body within the limit', async () => {
    const body = '{"texts":"abc"}';
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`;
    const answer = await sendRaw(host.port, head + body);
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[\s\S]*\{"score":3\}$/);
  });

  const broken: [what: string, bytes: string, answer: RegExp][] = [
    ['no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json/],
    ['headers that never end', 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ', /^HTTP\/1\.1 408 /],
    ['a body that never ends', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{', /^HTTP\/1\.1 408 /],
    ['headers of 64 KiB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(65_536)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
  ];
  for (const [what, bytes, answer] of broken) {
    test(`${what}: answered, and the connection ends`, async () => {
      const socket = connect(host.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(bytes);
      assert.match(await readAll(socket), answer); // until the other side hangs up
      assert.equal((await post(host.url, 'ok')).status, 200);
    });
  }

  test('what could not be read as a request is logged and counted', async () => {
    await sendRaw(host.port, 'hello\r\n\r\n');
    await said(host, 'warning: 400 before there was a request: Expected an HTTP request, received something else');
    const metrics = await (await fetch(`${host.url}/metrics`)).text();
    assert.match(metrics, /^http_server_request_duration_seconds_count\{http_route="none",.*"400"\} [1-9]/m);
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

  test('a client that goes away amid its body leaves nothing behind, and is counted as gone', async () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.write('POST /amid-body HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"te');
    await delay(50);
    socket.destroy();
    await said(host, 'POST /amid-body 499');
    assert.equal((await post(host.url, 'ok')).status, 200);
    assert.doesNotMatch(host.messages(), /unhandled|ECONNRESET/i);
    const metrics = await (await fetch(`${host.url}/metrics`)).text();
    assert.match(metrics, /^http_server_active_requests 1$/m, 'the scrape itself');
    assert.match(metrics, /^http_server_buffered_bytes 0$/m);
    assert.match(metrics, /^http_server_request_duration_seconds_count\{http_route="\/api\/1\/users",.*"499"\} 1$/m);
  });

  test('a client that does not read is not answered without end, and hung up on', { timeout: 60_000 }, async () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.pause();
    const ASKED = 8000;
    socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(ASKED));
    await said(host, 'GET /openapi.json 503');
    // A client that reads nothing learns that it was hung up on when it writes; not so often that the server takes it for alive.
    const knocking = setInterval(() => socket.write('\r\n'), 3000);
    await closed.finally(() => clearInterval(knocking));
    const after = await (await fetch(`${host.url}/metrics`)).text();
    assert.match(after, /^http_server_active_requests 1$/m, 'the scrape itself');
    assert.match(after, /^http_server_shed_requests_total\{reason="memory"\} [1-9]/m);
    assert.match(after, /^http_server_buffered_bytes 0$/m);
  });
});

describe('start and end', () => {
  let host: Host | undefined;
  afterEach(() => host?.stop());

  test('SIGTERM: what is in flight is answered, nothing new is taken, exit code 0', async () => {
    host = await start([fakeServer], { FAKE_SLOW_MS: '3000' });
    const inFlight = post(host.url, [slow, 'abc']);
    await said(host, 'slow begins');
    host.child.kill('SIGTERM');
    await said(host, 'SIGTERM: finishing');
    await delay(20);
    const late = connect(host.port, '127.0.0.1');
    await assert.rejects(once(late, 'connect'), /ECONNREFUSED/);
    const response = await inFlight;
    assert.deepEqual(await response.json(), { scores: [5, 3] });
    assert.equal(response.headers.get('connection'), 'close');
    assert.equal(await host.ended(), 0);
  });

  test('SIGTERM: a request that comes on a kept connection is answered, and the connection ends', async () => {
    host = await start([fakeServer]);
    const socket = connect(host.port, '127.0.0.1');
    const ask = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n{"texts":"abc"}';
    socket.write(ask);
    await once(socket, 'data');
    host.child.kill('SIGTERM');
    await said(host, 'SIGTERM: finishing');
    socket.write(ask);
    assert.match(await readAll(socket), /^HTTP\/1\.1 200 OK[\s\S]*Connection: close[\s\S]*\{"score":3\}$/);
    assert.equal(await host.ended(), 0);
  });

  test('a client that goes away while its texts are scored is counted as gone', async () => {
    host = await start([fakeServer]);
    const impatient = new AbortController();
    const left = fetch(`${host.url}/amid-scoring`, {
      method: 'POST',
      body: JSON.stringify({ texts: [slow] }),
      signal: impatient.signal,
    });
    await said(host, 'slow begins');
    impatient.abort();
    await assert.rejects(left);
    await said(host, 'POST /amid-scoring 499');
  });

  test('answers to a client that is gone are not kept', async () => {
    host = await start([fakeServer], { HOSHI_TEXTS_LIMIT: '20000', FAKE_SLOW_MS: '3000' });
    const { url } = host;
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    const body = JSON.stringify({ texts: [slow, ...Array.from({ length: 9000 }, () => 'x')] });
    const ask = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(host.port, '127.0.0.1');
    // The second is answered while it waits for the first, which is answered after the client is gone, as is the third.
    socket.write(`${ask}GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n${ask}`);
    await said(host, 'slow begins\nslow begins');
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

  test('SIGTERM: an answer that is still being sent is sent to its end', async () => {
    host = await start([fakeServer]);
    const socket = connect(host.port, '127.0.0.1');
    socket.pause();
    const ask = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n';
    const ASKED = 1000;
    socket.write(ask.repeat(ASKED));
    await said(host, 'GET /openapi.json 200');
    host.child.kill('SIGTERM');
    await said(host, 'SIGTERM: finishing');
    await delay(1500);
    let rest = (await readBytes(socket.resume())).toString('latin1');
    let whole = 0;
    for (; rest !== ''; whole++) {
      const head = /^HTTP\/1\.1 200 OK\r\n[\s\S]*?Content-Length: (\d+)\r\n[\s\S]*?\r\n\r\n/i.exec(rest);
      assert.ok(head !== null, `after ${whole} answers: ${rest.slice(0, 200)}`);
      const end = head[0].length + Number(head[1]);
      assert.ok(rest.length >= end, `${rest.length} characters of an answer of ${end}`);
      rest = rest.slice(end);
    }
    assert.ok(whole > 100, `${whole} answers`);
    assert.equal(await host.ended(), 0);
  });

  test('SIGTERM under load loses no request', async () => {
    const { answered, lost } = await drainUnderLoad(3, 8);
    assert.deepEqual(lost, []);
    assert.ok(answered > 0);
  });

  test('a lame duck says that it is not ready, and serves on for its time', async () => {
    host = await start([fakeServer], { HOSHI_LAME_DUCK_MS: '3000' });
    host.child.kill('SIGTERM');
    await said(host, 'SIGTERM: finishing');
    assert.equal((await fetch(`${host.url}/readyz`)).status, 503);
    const response = await post(host.url, 'abc');
    assert.equal(response.headers.get('connection'), 'close');
    assert.deepEqual(await response.json(), { score: 3 });
    assert.equal(await host.ended(), 0);
  });

  test('an error that nobody caught is logged whole, and ends the process with 1', async () => {
    host = await start([fakeServer]);
    await post(host.url, 'late boom').catch(() => undefined);
    assert.equal(await host.ended(), 1);
    assert.match(host.messages(), /error: an error that nobody caught: Error: late\n {4}at /);
  });

  test('SIGTERM: an idle connection does not keep it', async () => {
    host = await start([fakeServer]);
    const idle = connect(host.port, '127.0.0.1');
    idle.on('error', () => {});
    await once(idle, 'connect');
    await post(host.url, 'x').then((response) => response.text());
    host.child.kill('SIGTERM');
    assert.equal(await host.ended(), 0);
    idle.destroy();
  });

  test('a second signal ends it at once, with 1', async () => {
    host = await start([fakeServer], { FAKE_SLOW_MS: '60000' });
    const inFlight = post(host.url, [slow]).catch(() => 'cut off');
    await said(host, 'slow begins');
    host.child.kill('SIGTERM');
    await said(host, 'SIGTERM: finishing');
    host.child.kill('SIGTERM');
    assert.equal(await host.ended(), 1);
    assert.equal(await inFlight, 'cut off');
  });

  test('a short drain time with nothing in flight ends with 0, idle connections or not', async () => {
    host = await start([fakeServer], { HOSHI_DRAIN_TIMEOUT_MS: '300' });
    await post(host.url, 'x').then((response) => response.text()); // on a connection that is kept
    host.child.kill('SIGTERM');
    assert.equal(await host.ended(), 0);
  });

  test('what is not finished within the drain time is cut off', async () => {
    host = await start([fakeServer], { HOSHI_DRAIN_TIMEOUT_MS: '50', FAKE_SLOW_MS: '60000' });
    const inFlight = post(host.url, [slow]).catch(() => 'cut off');
    await said(host, 'slow begins');
    host.child.kill('SIGINT');
    assert.equal(await host.ended(), 1);
    assert.equal(await inFlight, 'cut off');
  });

  test('while the bundle is being loaded: alive, not ready', async () => {
    host = await start([fakeServer], { FAKE_LOAD: 'never' });
    assert.equal((await fetch(`${host.url}/livez`)).status, 200);
    for (const path of ['/readyz', '/v2/health/ready', '/v2/models/stars/ready']) {
      const response = await fetch(`${host.url}${path}`, { signal: AbortSignal.timeout(10_000) });
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '1');
    }
  });

  const failing: [what: string, args: string[], environment: Record<string, string>, message: RegExp][] = [
    [
      'a bundle that is none',
      [leanServer],
      { HOSHI_BUNDLE: '/nowhere' },
      /^(info: listening on port \d+\n)?error: \/nowhere\/manifest\.json: expected a file of a bundle, found none\n$/,
    ],
    ['a loading that fails', [fakeServer], { FAKE_LOAD: 'fail' }, /error: no such bundle\n/],
    [
      'a wrong port',
      [leanServer],
      { PORT: 'http' },
      /^error: Expected PORT to be an integer from 0 to 65535, received "http"\n$/,
    ],
    [
      'a wrong engine',
      [leanServer],
      { HOSHI_ENGINE: 'fast' },
      /^error: Expected HOSHI_ENGINE to be one of auto, native, lightgbm, js, received "fast"\n$/,
    ],
  ];
  for (const [what, args, environment, message] of failing) {
    test(`${what}: one message, exit code 1`, async () => {
      const child = spawn(process.execPath, args, {
        cwd: packageRoot,
        env: { ...process.env, PORT: String(await freePort()), ...environment },
      });
      const [messages, [code]] = await Promise.all([readAll(child.stderr), once(child, 'exit')]);
      assert.match(readable(messages), message);
      assert.equal(code, 1);
    });
  }

  test('a port that is taken: one message, exit code 1', async () => {
    host = await start([fakeServer]);
    const child = spawn(process.execPath, [fakeServer], {
      cwd: packageRoot,
      env: { ...process.env, PORT: String(host.port) },
    });
    const [messages, [code]] = await Promise.all([readAll(child.stderr), once(child, 'exit')]);
    assert.match(readable(messages), /error: cannot listen on port \d+: something else listens there; set PORT\n/);
    assert.equal(code, 1);
  });
});
