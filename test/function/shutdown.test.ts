/** Shutdown after a signal: no request is lost, and the process ends in time. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text as readAll, buffer as readBytes } from 'node:stream/consumers';
import { afterEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../fixtures/until.ts';
import { drainUnderLoad } from '../long/drain.ts';
import { fakeServer, type Host, logged, post, SLOW_TEXT, start } from './hosts.ts';

let host: Host | undefined;
afterEach(() => host?.stop());

test('SIGTERM: requests in flight are answered, no new connection is accepted, exit code 0', async () => {
  host = await start([fakeServer], { FAKE_SLOW_MS: '3000' });
  const inFlight = post(host.url, [SLOW_TEXT, 'abc']);
  await logged(host, 'slow begins');
  host.child.kill('SIGTERM');
  await logged(host, 'SIGTERM: finishing');
  const { port } = host;
  await until('no more connections', async () => (await connectionTo(port)) === 'ECONNREFUSED', { everyMs: 50 });
  const response = await inFlight;
  assert.deepEqual(await response.json(), { scores: [5, 3] });
  assert.equal(response.headers.get('connection'), 'close');
  assert.equal(await host.ended(), 0);
});

/** `connect`, or the code of the error. */
async function connectionTo(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return 'connect';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  } finally {
    socket.destroy();
  }
}

test('SIGTERM: a request on an open connection is answered, and the connection ends', async () => {
  host = await start([fakeServer]);
  const socket = connect(host.port, '127.0.0.1');
  const ask = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n{"texts":"abc"}';
  socket.write(ask);
  await once(socket, 'data');
  host.child.kill('SIGTERM');
  await logged(host, 'SIGTERM: finishing');
  socket.write(ask);
  assert.match(await readAll(socket), /^HTTP\/1\.1 200 OK[\s\S]*Connection: close[\s\S]*\{"score":3\}$/);
  assert.equal(await host.ended(), 0);
});

test('SIGTERM: a response that is being sent is sent to its end', async () => {
  host = await start([fakeServer]);
  const socket = connect(host.port, '127.0.0.1');
  socket.pause();
  const ask = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n';
  const ASKED = 500;
  socket.write(ask.repeat(ASKED));
  await logged(host, 'GET /openapi.json 200');
  host.child.kill('SIGTERM');
  await logged(host, 'SIGTERM: finishing');
  await delay(1500);
  let rest = (await readBytes(socket.resume())).toString('latin1');
  let whole = 0;
  for (; rest !== ''; whole++) {
    const head = /^HTTP\/1\.1 200 OK\r\n[\s\S]*?Content-Length: (\d+)\r\n[\s\S]*?\r\n\r\n/i.exec(rest);
    assert.ok(head !== null, `after ${whole} responses: ${rest.slice(0, 200)}`);
    const end = head[0].length + Number(head[1]);
    assert.ok(rest.length >= end, `${rest.length} characters of a response of ${end}`);
    rest = rest.slice(end);
  }
  assert.ok(whole > 100, `${whole} responses`);
  assert.equal(await host.ended(), 0);
});

test('SIGTERM under load loses no request', async () => {
  const { answered, lost } = await drainUnderLoad(3, 8);
  assert.deepEqual(lost, []);
  assert.ok(answered > 0);
});

test('during the lame-duck time, the server is not ready but goes on serving', async () => {
  host = await start([fakeServer], { HOSHI_LAME_DUCK_MS: '3000' });
  host.child.kill('SIGTERM');
  await logged(host, 'SIGTERM: finishing');
  assert.equal((await fetch(`${host.url}/readyz`)).status, 503);
  const response = await post(host.url, 'abc');
  assert.equal(response.headers.get('connection'), 'close');
  assert.deepEqual(await response.json(), { score: 3 });
  assert.equal(await host.ended(), 0);
});

test('SIGTERM: an idle connection does not delay the end', async () => {
  host = await start([fakeServer]);
  const idle = connect(host.port, '127.0.0.1');
  idle.on('error', () => {});
  await once(idle, 'connect');
  await post(host.url, 'x').then((response) => response.text());
  host.child.kill('SIGTERM');
  assert.equal(await host.ended(), 0);
  idle.destroy();
});

test('a second signal ends the process at once, with 1', async () => {
  host = await start([fakeServer], { FAKE_SLOW_MS: '60000' });
  const inFlight = post(host.url, [SLOW_TEXT]).catch(() => 'cut off');
  await logged(host, 'slow begins');
  host.child.kill('SIGTERM');
  await logged(host, 'SIGTERM: finishing');
  host.child.kill('SIGTERM');
  assert.equal(await host.ended(), 1);
  assert.equal(await inFlight, 'cut off');
});

test('a short drain time with no request in flight exits with 0, even with idle connections', async () => {
  host = await start([fakeServer], { HOSHI_DRAIN_TIMEOUT_MS: '300' });
  await post(host.url, 'x').then((response) => response.text()); // the connection stays open
  host.child.kill('SIGTERM');
  assert.equal(await host.ended(), 0);
});

test('a request that is not finished within the drain time is cut off', async () => {
  host = await start([fakeServer], { HOSHI_DRAIN_TIMEOUT_MS: '50', FAKE_SLOW_MS: '60000' });
  const inFlight = post(host.url, [SLOW_TEXT]).catch(() => 'cut off');
  await logged(host, 'slow begins');
  host.child.kill('SIGINT');
  assert.equal(await host.ended(), 1);
  assert.equal(await inFlight, 'cut off');
});
