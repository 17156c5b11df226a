/** The lean server as a process: what it does with clients that misbehave, and how it ends. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
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
    const answer = await readAll(socket);
    clearInterval(sending);
    assert.match(answer, /^HTTP\/1\.1 413 /);
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
    ['a body that never ends', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{', /^HTTP\/1\.1 408 |^$/],
    ['headers of 64 KiB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(65_536)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
  ];
  for (const [what, bytes, answer] of broken) {
    test(`${what}: answered, and the connection ends`, async () => {
      assert.match(await sendRaw(host.port, bytes, 5000), answer);
      assert.equal((await post(host.url, 'ok')).status, 200);
    });
  }

  test('pipelined requests are answered in order', async () => {
    const one = (text: string, more = '') =>
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${13 + text.length}\r\n${more}\r\n{"texts": "${text}"}`;
    const answer = await sendRaw(host.port, one('a') + one('abc', 'Connection: close\r\n'));
    assert.deepEqual(
      [...answer.matchAll(/"score":(\d)/g)].map(([, score]) => score),
      ['1', '3'],
    );
  });

  test('a client that goes away in the middle leaves nothing behind', async () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"te');
    await delay(50);
    socket.destroy();
    assert.equal((await post(host.url, 'ok')).status, 200);
    assert.doesNotMatch(host.messages(), /unhandled|ECONNRESET/i);
  });
});

describe('start and end', () => {
  let host: Host | undefined;
  afterEach(() => host?.stop());

  test('SIGTERM: what is in flight is answered, nothing new is taken, exit code 0', async () => {
    host = await start([fakeServer]);
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
    if (host.child.exitCode === null) await once(host.child, 'exit');
    assert.equal(host.child.exitCode, 0);
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
    const [code] = host.child.exitCode === null ? await once(host.child, 'exit') : [host.child.exitCode];
    assert.equal(code, 0);
  });

  test('SIGTERM under load loses no request', async () => {
    const { answered, lost } = await drainUnderLoad(3, 8);
    assert.deepEqual(lost, []);
    assert.ok(answered > 0);
  });

  test('a lame duck says that it is not ready, and serves on for its time', async () => {
    host = await start([fakeServer], { HOSHI_LAME_DUCK_MS: '400' });
    host.child.kill('SIGTERM');
    await said(host, 'SIGTERM: finishing');
    assert.equal((await fetch(`${host.url}/readyz`)).status, 503);
    const response = await post(host.url, 'abc');
    assert.equal(response.headers.get('connection'), 'close');
    assert.deepEqual(await response.json(), { score: 3 });
    const [code] = await once(host.child, 'exit');
    assert.equal(code, 0);
  });

  test('an error that nobody caught is logged whole, and ends the process with 1', async () => {
    host = await start([fakeServer]);
    const { child } = host;
    await post(host.url, 'late boom').catch(() => undefined);
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    assert.equal(code, 1);
    assert.match(host.messages(), /error: an error that nobody caught: Error: late\n {4}at /);
  });

  test('SIGTERM: an idle connection does not keep it', async () => {
    host = await start([fakeServer]);
    const idle = connect(host.port, '127.0.0.1');
    idle.on('error', () => {});
    await once(idle, 'connect');
    await post(host.url, 'x').then((response) => response.text());
    host.child.kill('SIGTERM');
    const [code] = await once(host.child, 'exit');
    assert.equal(code, 0);
    idle.destroy();
  });

  test('a second signal ends it at once, with 1', async () => {
    host = await start([fakeServer]);
    const inFlight = post(host.url, [slow]).catch(() => 'cut off');
    await said(host, 'slow begins');
    host.child.kill('SIGTERM');
    await said(host, 'SIGTERM: finishing');
    host.child.kill('SIGTERM');
    const [code] = await once(host.child, 'exit');
    assert.equal(code, 1);
    assert.equal(await inFlight, 'cut off');
  });

  test('what is not finished within the drain time is cut off', async () => {
    host = await start([fakeServer], { HOSHI_DRAIN_TIMEOUT_MS: '50' });
    const inFlight = post(host.url, [slow]).catch(() => 'cut off');
    await said(host, 'slow begins');
    host.child.kill('SIGINT');
    const [code] = await once(host.child, 'exit');
    assert.equal(code, 1);
    assert.equal(await inFlight, 'cut off');
  });

  test('while the bundle is being loaded: alive, not ready', async () => {
    host = await start([fakeServer], { FAKE_LOAD: 'never' });
    assert.equal((await fetch(`${host.url}/livez`)).status, 200);
    const response = await fetch(`${host.url}/readyz`);
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '1');
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
