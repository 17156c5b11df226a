/**
 * Hostile or broken clients against the real server. Each gets its status or loses its connection, and costs no lasting
 * memory. Other clients are served meanwhile.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { type Host, leanServer, sendRaw, start } from './hosts.ts';

const MIB = 1 << 20;
/** The allowed growth of resident memory in one of two attacks, for garbage that is not collected yet. */
const MAX_GROWTH_MIB = 64;

let host: Host;
before(async () => {
  host = await start([leanServer], {
    HOSHI_CONNECTIONS_LIMIT: '100',
    HOSHI_HEADERS_TIMEOUT_MS: '2000',
    HOSHI_REQUEST_TIMEOUT_MS: '3000',
  });
});
after(() => host.stop());

const residentMib = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${host.child.pid}/status`, 'utf8'))?.[1]) / 1024;

async function status(): Promise<number> {
  const response = await fetch(host.url, { method: 'POST', body: '{"texts":"最高"}' });
  await response.arrayBuffer();
  return response.status;
}

/** Waits until a request is served. A busy server may shed one or two. */
async function isFine(): Promise<void> {
  const until = performance.now() + 5000;
  while ((await status()) !== 200) {
    assert.ok(performance.now() < until, 'no request was served within 5 s');
    await delay(20);
  }
}

/**
 * Runs an attack. After it, the server must serve, and its memory must not have grown. If it has, the attack runs again:
 * garbage makes the memory grow once, a leak each time.
 */
function attack(what: string, run: () => Promise<void>): void {
  test(what, { timeout: 60_000 }, async () => {
    const growth = async () => {
      const before = residentMib();
      await run();
      await isFine();
      return residentMib() - before;
    };
    await isFine();
    const first = await growth();
    if (first < MAX_GROWTH_MIB) return;
    const second = await growth();
    assert.ok(second < MAX_GROWTH_MIB, `${first} MiB more, then ${second} MiB more`);
  });
}

/** The number of shed connections, and the number of `GET /livez` that were answered. */
async function counted(): Promise<{ readonly shed: number; readonly lives: number }> {
  const ask = () => fetch(`${host.url}/metrics`, { headers: { Connection: 'close' } });
  let response = await ask();
  for (let tries = 0; !response.ok && tries < 250; tries++) {
    await delay(20); // until the server has noticed that connections have ended
    response = await ask();
  }
  const text = await response.text();
  const value = (series: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(series))
        ?.split(' ')[1] ?? 0,
    );
  return {
    shed: value('http_server_shed_requests_total{reason="connections"}'),
    lives: value('http_server_request_duration_seconds_count{http_route="/livez"'),
  };
}

function open(): Socket {
  const socket = connect(host.port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

/** Everything that arrives until the server ends or resets the connection. */
async function answerOf(socket: Socket): Promise<string> {
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}

const TOO_LARGE = /^HTTP\/1\.1 413 [\s\S]*application\/problem\+json/;

/**
 * Writes the chunk up to `times` times, as fast as the server reads, until the connection ends. Returns the number of
 * writes.
 */
async function pour(socket: Socket, chunk: Uint8Array | string, times: number): Promise<number> {
  let poured = 0;
  while (poured < times && socket.writable) {
    poured++;
    if (socket.write(chunk)) continue;
    await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
  }
  return poured;
}

const post = (headers: string, body: string | Uint8Array = '') =>
  Buffer.concat([Buffer.from(`POST / HTTP/1.1\r\nHost: x\r\n${headers}\r\n`), Buffer.from(body)]);
const sized = (body: string | Uint8Array, more = '') =>
  post(`Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${more}`, body);

attack('1 GiB in chunks: 413, and the rest is not read', async () => {
  const socket = open();
  const answer = answerOf(socket);
  socket.write(post('Transfer-Encoding: chunked\r\n'));
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MIB, 'x'), Buffer.from('\r\n')]);
  const poured = await pour(socket, chunk, 1024);
  assert.match(await answer, TOO_LARGE);
  assert.ok(poured < 1024, `${poured} MiB were taken`);
});

attack('Content-Length of 1 GiB, sent without waiting: 413', async () => {
  const socket = open();
  const answer = answerOf(socket);
  socket.write(post('Content-Length: 1073741824\r\n'));
  const poured = await pour(socket, Buffer.alloc(MIB, 'x'), 1024);
  assert.match(await answer, TOO_LARGE);
  assert.ok(poured < 1024, `${poured} MiB were taken`);
});

/** 1 GiB of spaces as less than 1 MiB: members of 16 MiB each, one after the other. */
const bomb = Buffer.alloc(64 * gzipSync(Buffer.alloc(16 * MIB, ' ')).length, gzipSync(Buffer.alloc(16 * MIB, ' ')));
const bombs: [coding: string, body: Buffer][] = [
  ['gzip', bomb],
  ['deflate', deflateSync(Buffer.alloc(100 * MIB, ' '))],
  ['br', brotliCompressSync(Buffer.alloc(100 * MIB, ' '), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ['gzip, gzip', gzipSync(bomb)],
  ['gzip, br', brotliCompressSync(bomb)],
];
for (const [coding, body] of bombs)
  attack(`30 bombs of ${coding} at a time: 413 or 503, and other requests are answered before them`, async () => {
    assert.ok(body.length < MIB);
    let waiting = 30;
    const answers = Array.from({ length: waiting }, async () => {
      const answer = await sendRaw(host.port, sized(body, `Content-Encoding: ${coding}\r\n`), 30_000);
      waiting--;
      return answer;
    });
    let answered = 0;
    while (waiting > 0) {
      const response = await fetch(`${host.url}/livez`);
      await response.arrayBuffer();
      if (response.ok && waiting > 0) answered++;
    }
    const statuses = (await Promise.all(answers)).map((answer) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]));
    assert.ok(statuses.includes(413), `${statuses}`);
    assert.deepEqual(
      statuses.filter((one) => one !== 413 && one !== 503),
      [],
    );
    assert.ok(answered >= 3, `${answered} probes were answered while bombs waited`);
    assert.match(await (await fetch(`${host.url}/metrics`)).text(), /^http_server_buffered_bytes 0$/m);
  });

const bodies: [what: string, body: string | Uint8Array, answer: RegExp][] = [
  ['lists nested 500,000 deep', '['.repeat(500_000) + ']'.repeat(500_000), /^HTTP\/1\.1 400 [\s\S]*"pointer":"#"/],
  [
    'objects nested 150,000 deep, as a text',
    `{"texts":${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}}`,
    /^HTTP\/1\.1 400 [\s\S]*at most 64 levels/,
  ],
  [
    '20,000 texts',
    `{"texts":[${'"",'.repeat(19_999)}""]}`,
    /^HTTP\/1\.1 413 [\s\S]*at most 16384 texts, received 20000/,
  ],
  ['300,000 texts', `{"texts":[${'"",'.repeat(300_000)}""]}`, /^HTTP\/1\.1 413 [\s\S]*at most 36864 values/],
  [
    '60,000 objects in objects',
    `[${Array(1000)
      .fill(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`)
      .join()}]`,
    /^HTTP\/1\.1 413 [\s\S]*at most 36864 values/,
  ],
  [
    '60,000 keys',
    `{${Array.from({ length: 60_000 }, (_, i) => `"${i}":1`).join()}}`,
    /^HTTP\/1\.1 400 [\s\S]*at most 1024 members/,
  ],
  ['a key given twice: the last counts', '{"texts":"最悪","texts":5}', /^HTTP\/1\.1 400 [\s\S]*received number/],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /^HTTP\/1\.1 400 [\s\S]*UTF-8/],
  ['__proto__ with the texts', '{"__proto__":{"texts":"最高"}}', /^HTTP\/1\.1 400 [\s\S]*received none/],
  ['constructor as the texts', '{"texts":{"constructor":{"prototype":{"x":1}}}}', /^HTTP\/1\.1 400 /],
];
for (const [what, body, answer] of bodies) {
  attack(`${what}: ${String(answer).slice(13, 16)}`, async () => {
    assert.match(await sendRaw(host.port, sized(body)), answer);
  });
}

attack('10,000 headers: 431', async () => {
  const headers = Array.from({ length: 10_000 }, (_, i) => `X-${i}: 1\r\n`).join('');
  assert.match(await sendRaw(host.port, post(headers)), /^HTTP\/1\.1 431 /);
});

attack('HTTP/1.0 is answered, and the connection ends', async () => {
  const body = '{"texts":"最高"}';
  const answer = await sendRaw(
    host.port,
    `POST / HTTP/1.0\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  assert.match(answer, /^HTTP\/1\.1 200 OK[\s\S]*Connection: close[\s\S]*\{"score":/);
});

for (const [what, request, answer] of [
  ['no Host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 [\s\S]*Expected a Host header/],
  [
    'an unknown expectation',
    post('Expect: foo\r\nConnection: close\r\nContent-Length: 2\r\n', '{}'),
    /^HTTP\/1\.1 417 [\s\S]*100-continue/,
  ],
  [
    'CONNECT',
    'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n',
    /^HTTP\/1\.1 405 [\s\S]*Allow: GET, HEAD, POST[\s\S]*received CONNECT/,
  ],
  [
    'an unknown coding',
    post('Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n', '2\r\n{}\r\n0\r\n\r\n'),
    /^HTTP\/1\.1 501 [\s\S]*chunked or none/,
  ],
] as const)
  attack(`${what}: a problem document and a log line`, async () => {
    const response = await sendRaw(host.port, request);
    assert.match(response, answer);
    assert.match(response, /application\/problem\+json/);
  });

attack('two Content-Lengths, or a Content-Length with chunks: 400', async () => {
  assert.match(await sendRaw(host.port, post('Content-Length: 2\r\nContent-Length: 3\r\n', '{}')), /^HTTP\/1\.1 400 /);
  const smuggled = post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nGET /livez HTTP/1.1\r\n\r\n');
  assert.match(await sendRaw(host.port, smuggled), /^HTTP\/1\.1 400 /);
});

attack('a client that sends 20,000 requests and never reads', async () => {
  const socket = open();
  socket.pause();
  const one = post('Content-Length: 18\r\n', '{"texts":"最高"}');
  await Promise.race([pour(socket, one, 20_000), delay(1500)]);
  await isFine(); // while its requests wait
  socket.destroy();
});

attack(
  '100 clients with slow headers use all connections: probes are answered, POSTs get 503, slow clients time out',
  async () => {
    const slow = Array.from({ length: 100 }, () => open());
    await Promise.all(slow.map((socket) => once(socket, 'connect')));
    for (const socket of slow) socket.write('POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    await delay(100);
    const isShed = /^HTTP\/1\.1 503 [\s\S]*Retry-After: 1[\s\S]*Too many connections/;
    const shed = await sendRaw(host.port, sized('{"texts":"最高"}'));
    assert.match(shed, isShed);
    assert.match(shed, /Connection: close/);
    const probe = 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    assert.match(await sendRaw(host.port, probe), /^HTTP\/1\.1 200 OK[\s\S]*"alive"/);
    const before = await counted();
    // After 64 more connections, each new one gets 503 at once, and its bytes are not read.
    const more = Array.from({ length: 64 }, () => open());
    await Promise.all(more.map((socket) => once(socket, 'connect')));
    await delay(100);
    for (let i = 0; i < 5; i++) assert.match(await sendRaw(host.port, probe), isShed);
    for (const socket of more) socket.destroy();
    const after = await counted();
    assert.ok(after.shed - before.shed >= 5); // the scrape may be shed, too
    assert.equal(after.lives, before.lives);
    await Promise.all(slow.map((socket) => readAll(socket).catch(() => '')));
  },
);

attack('idle connections up to the limit: the longest idle ones make room, and nobody gets 503', async () => {
  const idle = Array.from({ length: 170 }, () => open());
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  for (const [i, socket] of idle.entries()) if (i % 2 === 0) socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  await delay(1200);
  const probe = 'GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  for (let i = 0; i < 20; i++) {
    assert.match(await sendRaw(host.port, probe), /^HTTP\/1\.1 200 OK/);
    assert.match(await sendRaw(host.port, sized('{"texts":"最高"}')), /^HTTP\/1\.1 200 OK[\s\S]*"score"/);
  }
  for (const socket of idle) socket.destroy();
});

attack('clients that disconnect at any byte of a request', async () => {
  const whole = sized('{"texts":"最高"}');
  for (let length = 1; length < whole.length; length += 3) {
    const socket = open();
    await once(socket, 'connect');
    socket.write(whole.subarray(0, length));
    if (length % 2 === 0) await delay(1);
    socket.resetAndDestroy();
  }
});
