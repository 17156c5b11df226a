/**
 * HTTP/2 without TLS on the port of HTTP/1: the same answers, the protocol's own attacks, and the end. The frames of
 * attacks are written by hand (RFC 9113, section 4.1), because a client library does not send them.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fakeServer, type Host, leanServer, logged, post, SLOW_TEXT, sendRaw, start } from './hosts.ts';

interface Answer {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly body: string;
}

/** Sends a request, and resolves with its response. Rejects if the stream or its connection ends before. */
async function send(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  const response = once(stream, 'response') as Promise<[Record<string, unknown>]>;
  if (body !== undefined) stream.end(body);
  const [answer] = await response;
  return { headers: answer, status: Number(answer[':status']), body: await readAll(stream) };
}

const POST = { ':method': 'POST', ':path': '/api/1/users' };

describe('the same answers as by HTTP/1', () => {
  let host: Host;
  let session: ClientHttp2Session;
  before(async () => {
    host = await start([leanServer]);
    session = connect(host.url);
  });
  after(async () => {
    session.destroy();
    await host.stop();
  });

  const requests: [
    what: string,
    method: string,
    path: string,
    body?: string | undefined,
    headers?: Record<string, string>,
  ][] = [
    ['a text', 'POST', '/api/1/users', '{"texts":"すごい！最高に興奮した！楽しい"}'],
    ['a list', 'POST', '/', '{"texts":["最高","ひどい",""]}'],
    ['an explanation', 'POST', '/', '{"texts":"最高でした","explain":true}'],
    ['V1', 'POST', '/v1/models/stars:predict', '{"instances":["最高"]}'],
    [
      'V2',
      'POST',
      '/v2/models/stars/infer',
      '{"inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["a"]}]}',
    ],
    [
      'a structured event',
      'POST',
      '/',
      '{"specversion":"1.0","id":"1","source":"a","type":"b","data":{"texts":"a"}}',
      { 'content-type': 'application/cloudevents+json' },
    ],
    ['bytes that are not JSON', 'POST', '/', 'すごい'],
    ['a body over the limit', 'POST', '/', 'x'.repeat((1 << 20) + 1)],
    ['an unknown model', 'POST', '/v1/models/none:predict', '{"instances":[]}'],
    ['an unknown path', 'GET', '/none'],
    ['a wrong method', 'DELETE', '/v1/models'],
    ['a long header', 'GET', '/livez', undefined, { 'x-request-id': 'x'.repeat(128) }],
    ['readiness', 'GET', '/readyz'],
    ['a head', 'HEAD', '/livez'],
    ['the card', 'GET', '/card'],
    ['the description', 'GET', '/openapi.json'],
    ['another expectation', 'POST', '/', '{}', { expect: 'other' }],
  ];
  for (const [what, method, path, body, headers = {}] of requests)
    test(what, async () => {
      const two = await send(session, { ':method': method, ':path': path, ...headers }, body);
      const one = await rawHttp1(host.port, method, path, body ?? '', headers);
      assert.equal(two.status, one.status);
      assert.equal(withoutIds(two.body), withoutIds(one.body));
      for (const name of ['content-type', 'content-length', 'cache-control', 'x-model-version', 'allow'])
        assert.equal(two.headers[name], one.headers[name], name);
      assert.equal(two.headers.connection, undefined);
    });

  test('a hundred requests at a time on one connection, each with its own answer', async () => {
    const texts = Array.from({ length: 100 }, (_, i) => `${'最高'.repeat(i % 7)}でした ${i}`);
    const answers = await Promise.all(texts.map((text) => send(session, POST, JSON.stringify({ texts: text }))));
    const { scores } = (await (
      await fetch(host.url, { method: 'POST', body: JSON.stringify({ texts: texts.slice(0, 64) }) })
    ).json()) as { scores: number[] };
    assert.deepEqual(
      answers.slice(0, 64).map(({ body }) => JSON.parse(body).score),
      scores,
    );
  });

  test('a client that waits for 100 Continue gets it', async () => {
    const stream = session.request({ ...POST, expect: '100-continue' });
    await once(stream, 'continue');
    stream.end('{"texts":"最高"}');
    assert.match(await readAll(stream), /^\{"score":/);
  });

  test('the preface in pieces of a byte', async () => {
    const socket = connectSocket(host.port, '127.0.0.1');
    for (const byte of PREFACE) {
      socket.write(Buffer.of(byte));
      await delay(1);
    }
    socket.write(frame(SETTINGS, 0, 0));
    const [first] = (await once(socket, 'data')) as [Buffer];
    assert.equal(first[3], SETTINGS);
    socket.destroy();
  });

  test('a connection that leaves within the preface, or resets it, costs nothing', async () => {
    for (const bytes of ['', 'P', 'PRI', PREFACE.subarray(0, 20)]) {
      const socket = connectSocket(host.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(bytes);
      await delay(20);
      socket.resetAndDestroy();
    }
    assert.equal((await send(session, POST, '{"texts":"最高"}')).status, 200);
  });

  test('the log and the metrics have its requests', async () => {
    await send(session, { ':method': 'GET', ':path': '/two' });
    await logged(host, 'GET /two 404');
    const line = host.lines().find((text) => text.includes('GET /two 404'));
    assert.equal(JSON.parse(line ?? '{}').httpRequest.protocol, 'HTTP/2.0');
  });
});

/** Bodies without the numbers that differ between two requests. */
function withoutIds(body: string): string {
  return body.replaceAll(/"(id|time)":"[^"]*"/g, '"$1":""');
}

async function rawHttp1(
  port: number,
  method: string,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<Answer> {
  const lines = Object.entries({
    Host: 'x',
    Connection: 'close',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const received = Buffer.from(await sendRaw(port, Buffer.from(head + body)), 'latin1').toString();
  const end = received.indexOf('\r\n\r\n');
  const [first = '', ...rest] = received.slice(0, end).split('\r\n');
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(
      rest.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    ),
    body: received.slice(end + 4),
  };
}

// ----------------------------------------------------------------------------------------------------------- attacks

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const [DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION] = [0, 1, 3, 4, 6, 7, 9];
const [END_STREAM, ACK, END_HEADERS] = [1, 1, 4];

function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

interface Frame {
  readonly type: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The frames that arrive, as they arrive. */
function framesOf(socket: Socket): readonly Frame[] {
  const frames: Frame[] = [];
  let bytes = Buffer.alloc(0);
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let end = 0; bytes.length >= 9; bytes = bytes.subarray(end)) {
        end = 9 + bytes.readUIntBE(0, 3);
        if (bytes.length < end) return;
        frames.push({ type: bytes[3] as number, stream: bytes.readUInt32BE(5), payload: bytes.subarray(9, end) });
      }
    });
  return frames;
}

/** `POST /` by HPACK: the indexed fields :method POST, :path / and :scheme http, and :authority x as a literal. */
const POST_HEADERS = Buffer.of(0x83, 0x84, 0x86, 0x01, 1, 0x78);

/** A header by HPACK, as a literal. Name and value are ASCII of at most 126 bytes. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(0, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]);
}

const reset = (stream: number, code: number) => frame(RST_STREAM, 0, stream, Buffer.of(0, 0, 0, code));

describe('attacks by the protocol', () => {
  let host: Host;
  before(async () => {
    host = await start([leanServer], { HOSHI_HEADERS_TIMEOUT_MS: '1000', HOSHI_REQUEST_TIMEOUT_MS: '1500' });
  });
  after(() => host.stop());

  /** Opens a connection, and sends the frames until the server refuses it, or all are sent. Returns whether it did. */
  async function flood(bytes: Iterable<Buffer>): Promise<boolean> {
    const socket = connectSocket(host.port, '127.0.0.1');
    const frames = framesOf(socket);
    const isRefused = () => socket.destroyed || frames.some(({ type }) => type === GOAWAY);
    socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0)]));
    for (const part of bytes) {
      if (isRefused()) break;
      if (!socket.write(part)) await Promise.race([once(socket, 'drain').catch(() => {}), once(socket, 'close')]);
      await delay(0);
    }
    for (let tries = 0; !isRefused() && tries < 100; tries++) await delay(10);
    const result = isRefused();
    socket.destroy();
    return result;
  }

  function* repeat(count: number, make: (i: number) => Buffer): Iterable<Buffer> {
    for (let i = 0; i < count; i++) yield make(i);
  }

  async function isFine(): Promise<void> {
    const response = await post(host.url, '最高');
    assert.equal(response.status, 200);
    for (let tries = 0; ; tries++) {
      const metrics = await (await fetch(`${host.url}/metrics`)).text();
      const left = Array.from(
        metrics.matchAll(/^http_server_(?:buffered_bytes|active_requests) (\d+)$/gm),
        ([, count]) => Number(count),
      );
      assert.equal(left.length, 2, 'both gauges');
      if (left.every((count) => count <= 1)) return; // the scrape itself is in flight
      assert.ok(tries < 100, `${left} are left`);
      await delay(20);
    }
  }

  const RESET_CODES: Readonly<Record<string, number>> = { CANCEL: 8, INTERNAL_ERROR: 2, NO_ERROR: 0 };
  const floods: [what: string, frames: () => Iterable<Buffer>][] = [
    ...Object.entries(RESET_CODES).map(([name, code]): [string, () => Iterable<Buffer>] => [
      `requests that are reset at once with ${name} (rapid reset)`,
      () =>
        repeat(200, (i) =>
          Buffer.concat(
            Array.from({ length: 50 }, (_, j) => {
              const stream = 2 * (50 * i + j) + 1;
              return Buffer.concat([frame(HEADERS, END_HEADERS, stream, POST_HEADERS), reset(stream, code)]);
            }),
          ),
        ),
    ]),
    [
      'headers that never end (CONTINUATION)',
      () =>
        repeat(2000, (i) =>
          i === 0 ? frame(HEADERS, 0, 1, POST_HEADERS) : frame(CONTINUATION, 0, 1, Buffer.alloc(1000, 0x84)),
        ),
    ],
    [
      'empty CONTINUATION frames',
      () =>
        repeat(400, (i) =>
          i === 0
            ? frame(HEADERS, 0, 1, POST_HEADERS)
            : Buffer.concat(Array.from({ length: 100 }, () => frame(CONTINUATION, 0, 1))),
        ),
    ],
    ['frames that are not valid', () => repeat(1000, () => frame(DATA, 0, 0, Buffer.alloc(10)))],
    ['bytes that are not frames', () => repeat(100, () => Buffer.alloc(1000, 0xff))],
  ];
  for (const [what, frames] of floods)
    test(`${what}: the connection is refused, and others are served`, async () => {
      assert.equal(await flood(frames()), true);
      await isFine();
    });

  const [MANY, BATCH] = [200, 100];
  const answered: [what: string, one: Buffer][] = [
    ['SETTINGS', frame(SETTINGS, 0, 0, Buffer.of(0, 4, 0, 1, 0, 0))],
    ['PING', frame(PING, 0, 0, Buffer.alloc(8))],
  ];
  for (const [what, one] of answered)
    test(`${MANY * BATCH} ${what} frames cost no memory, read or unread`, async () => {
      const batch = Buffer.concat(Array.from({ length: BATCH }, () => one));
      await flood(repeat(MANY, () => batch));
      const socket = connectSocket(host.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.pause(); // the server's acknowledgements stay unread
      socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0)]));
      for (let i = 0; i < MANY; i++) socket.write(batch);
      await delay(200);
      await isFine();
      socket.destroy();
    });

  test('windows of 0 bytes: responses that wait count as buffered bytes, and end with the time-out', async () => {
    const session = connect(host.url, { settings: { initialWindowSize: 0 } });
    session.on('error', () => {});
    const streams = Array.from({ length: 100 }, () => {
      const stream = session.request(POST);
      stream.on('error', () => {}).end('{"texts":"最高"}');
      return stream;
    });
    await Promise.all(streams.map((stream) => once(stream, 'response')));
    const metrics = await (await fetch(`${host.url}/metrics`)).text();
    const held = Number(/^http_server_buffered_bytes (\d+)$/m.exec(metrics)?.[1]);
    assert.ok(held >= 100 * '{"score":1}'.length, `${held} bytes are held`);
    await Promise.all(streams.map((stream) => once(stream, 'close'))); // 2 × the time for a whole request
    await isFine();
    session.destroy();
  });

  test('a body that never ends gets a 408; another request of the connection is answered meanwhile', async () => {
    const session = connect(host.url);
    const slow = session.request(POST);
    slow.write('{"texts":');
    assert.equal((await send(session, POST, '{"texts":"最高"}')).status, 200);
    const [headers] = (await once(slow, 'response')) as [Record<string, unknown>];
    assert.equal(headers[':status'], 408);
    assert.match(await readAll(slow), /Expected a whole HTTP request in time/);
    session.destroy();
    await isFine();
  });

  test('a connection that ends within a body gives back what it holds', async () => {
    for (const end of [
      (stream: ClientHttp2Stream) => stream.close(constants.NGHTTP2_CANCEL),
      (stream: ClientHttp2Stream) => stream.session?.destroy(),
    ]) {
      const session = connect(host.url);
      session.on('error', () => {});
      const stream = session.request(POST);
      stream.on('error', () => {});
      stream.write('x'.repeat(50_000));
      await delay(50);
      end(stream);
      await isFine();
      session.destroy();
    }
  });

  /** Opens a connection and sends the frames, in one packet. */
  async function sendFrames(...frames: Buffer[]): Promise<Socket> {
    const socket = connectSocket(host.port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    await once(socket, 'connect');
    socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0), ...frames]));
    return socket;
  }

  // Each of these has its answer or needs none before its body is read.
  const heads: [what: string, header: Buffer][] = [
    ['100 Continue', literal('expect', '100-continue')],
    ['another expectation', literal('expect', 'other')],
    ['an unknown content coding', literal('content-encoding', 'other')],
    ['no more headers', Buffer.alloc(0)],
  ];
  for (const [what, header] of heads)
    for (const [name, code] of Object.entries(RESET_CODES))
      test(`${what}: a reset with ${name}, in the same packet or later, with and without a part of the body`, async () => {
        const head = Buffer.concat([POST_HEADERS, header]);
        const sockets: Socket[] = [];
        for (const part of [Buffer.alloc(0), frame(DATA, 0, 1, Buffer.from('{"t'))])
          for (const waitMs of [0, 1, 20]) {
            const request = Buffer.concat([frame(HEADERS, END_HEADERS, 1, head), part]);
            if (waitMs === 0) sockets.push(await sendFrames(request, reset(1, code)));
            else {
              const socket = await sendFrames(request);
              await delay(waitMs);
              socket.write(reset(1, code));
              sockets.push(socket);
            }
          }
        await isFine(); // while the connections are open
        for (const socket of sockets) socket.destroy();
      });

  test('a client that ends its side of a connection within a body loses the connection at once', async () => {
    const socket = await sendFrames(frame(HEADERS, END_HEADERS, 1, POST_HEADERS), frame(DATA, 0, 1, Buffer.alloc(9)));
    await delay(50);
    socket.end();
    await Promise.race([once(socket, 'close'), delay(1000).then(() => assert.fail('it is still open'))]);
    await isFine();
  });

  test('a request that ended, and a body that nobody reads and that never ends, hold nothing after their time', async () => {
    const noWindow = frame(SETTINGS, 0, 0, Buffer.of(0, 4, 0, 0, 0, 0));
    const get = Buffer.concat([Buffer.of(0x82, 0x84, 0x86), literal(':authority', 'x')]);
    const socket = await sendFrames(noWindow, frame(HEADERS, END_HEADERS, 1, get));
    const drip = setInterval(() => socket.write(frame(DATA, 0, 1, Buffer.alloc(1))), 100);
    try {
      await delay(2000); // over the time for a whole request
      await isFine();
    } finally {
      clearInterval(drip);
      socket.destroy();
    }
  });

  test('after a frame that breaks the protocol, the requests of its connection hold nothing after their time', async () => {
    const padded = frame(DATA, 8, 1, Buffer.of(255, 1)); // more padding than the frame has
    const socket = await sendFrames(frame(HEADERS, END_HEADERS, 1, POST_HEADERS), padded);
    await delay(5500); // the time for a whole request, and twice this time for its answer
    await isFine();
    socket.destroy();
  });

  test('headers over 16 KiB are reset, also if the client has not acknowledged this setting', async () => {
    const long = Buffer.alloc(12_000, 'x');
    const part = (name: string) =>
      // 12,000 as a length by HPACK: 127, and the rest of 11,873 in two parts
      Buffer.concat([Buffer.of(0, 1), Buffer.from(name), Buffer.of(127, 0xe1, 0x5c), long]);
    const socket = connectSocket(host.port, '127.0.0.1');
    const frames = framesOf(socket);
    socket.write(
      Buffer.concat([
        PREFACE,
        frame(SETTINGS, 0, 0),
        frame(HEADERS, 0, 1, Buffer.concat([POST_HEADERS, part('a')])),
        frame(CONTINUATION, END_HEADERS, 1, part('b')),
        frame(HEADERS, END_HEADERS, 3, Buffer.concat([POST_HEADERS, part('a')])),
        frame(DATA, END_STREAM, 3, Buffer.from('{"texts":"a"}')),
      ]),
    );
    await until(() => frames.some(({ type, stream }) => type === DATA && stream === 3));
    const of1 = frames.filter(({ stream }) => stream === 1);
    assert.deepEqual(
      of1.map(({ type, payload }) => [type, payload.at(-1)]),
      [[RST_STREAM, constants.NGHTTP2_ENHANCE_YOUR_CALM]],
    );
    await logged(host, '431 before a request was read');
    socket.destroy();
    await isFine();
  });

  test('a method may be any word, and no answer repeats it', async () => {
    const session = connect(host.url);
    for (const path of ['/livez', '/', '/none']) {
      const answer = await send(session, { ':method': 'SECRET', ':path': path });
      assert.equal(answer.status, 405);
      assert.match(answer.body, /received another method/);
    }
    session.destroy();
  });

  test('streams over the limit of all connections are refused, and can be sent again', async () => {
    const sessions = Array.from({ length: 12 }, () => connect(host.url));
    let refused = 0;
    const streams = sessions.flatMap((session) =>
      Array.from({ length: 100 }, () => {
        const stream = session.request(POST); // its body does not come
        stream
          .on('error', () => {})
          .on('close', () => {
            if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) refused++;
          });
        return stream;
      }),
    );
    for (let tries = 0; refused < 1200 - 1024 && tries < 200; tries++) await delay(10);
    assert.equal(refused, streams.length - 1024);
    for (const session of sessions) session.destroy();
    await isFine();
  });
});

// --------------------------------------------------------------------------------------------------------------- end

test('SIGTERM: requests in flight and those that still come are answered, then GOAWAY comes, and the exit code is 0', async () => {
  const host = await start([fakeServer]);
  const session = connect(host.url);
  const slow = send(session, POST, JSON.stringify({ texts: SLOW_TEXT }));
  const socket = connectSocket(host.port, '127.0.0.1');
  const frames = framesOf(socket);
  socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0), frame(SETTINGS, ACK, 0)]));
  await delay(50);
  host.child.kill('SIGTERM');
  await logged(host, 'SIGTERM');
  const body = Buffer.from('{"texts":"late"}');
  socket.write(Buffer.concat([frame(HEADERS, END_HEADERS, 1, POST_HEADERS), frame(DATA, END_STREAM, 1, body)]));
  await until(() => frames.some(({ type }) => type === GOAWAY));
  const goaway = frames.findIndex(({ type }) => type === GOAWAY);
  const answer = frames.findIndex(({ type }) => type === DATA);
  assert.ok(answer >= 0 && answer < goaway, `the answer is frame ${answer}, GOAWAY is frame ${goaway}`);
  assert.match(String(frames[answer]?.payload), /^\{"score":/);
  assert.equal(frames[goaway]?.payload.readUInt32BE(0), 1); // the last request that was read
  assert.equal((await slow).status, 200);
  assert.equal(await host.ended(), 0);
  session.destroy();
  socket.destroy();
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries++) {
    assert.ok(tries < 1000, 'it did not come within 5 s');
    await delay(5);
  }
}
