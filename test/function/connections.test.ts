/** Connections without a request, or with bytes that are not one. hostile.test.ts has the limit of connections. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fakeServer, type Host, logged, post, sendRaw, start } from './hosts.ts';

let host: Host;
before(async () => {
  host = await start([fakeServer], {
    HOSHI_HEADERS_TIMEOUT_MS: '300',
    HOSHI_REQUEST_TIMEOUT_MS: '600',
  });
});
after(() => host.stop());

const broken: [what: string, bytes: string, response: RegExp][] = [
  ['bytes that are not HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json/],
  ['headers that never end', 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ', /^HTTP\/1\.1 408 /],
  ['a body that never ends', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{', /^HTTP\/1\.1 408 /],
  ['headers of 64 KiB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(65_536)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
];
for (const [what, bytes, answer] of broken) {
  test(`${what}: answered, and the connection ends`, async () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(bytes);
    assert.match(await readAll(socket), answer); // until the server ends the connection
    assert.equal((await post(host.url, 'ok')).status, 200);
  });
}

test('a connection without a valid request is logged and counted', async () => {
  await sendRaw(host.port, 'hello\r\n\r\n');
  await logged(host, 'warning: 400 before a request was read: Expected an HTTP request, received something else');
  const metrics = await (await fetch(`${host.url}/metrics`)).text();
  assert.match(metrics, /^http_server_request_duration_seconds_count\{http_route="none",.*"400"\} [1-9]/m);
});
