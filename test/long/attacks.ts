/**
 * Attacks on the lean server, and what they cost: resident memory, and the latency of a polite client beside them. It is
 * not part of `make test`.
 *
 *     node dist/test/long/attacks.js [--seconds 5] [--cgroup /sys/fs/cgroup/memory/NAME] [--only memory|latency]
 *
 * Memory: each attack fills a new server for as long as it can, and then waits. With `--cgroup`, the server runs in this
 * group of cgroup v1, which should have a limit of 256 MB. Latency: a polite client sends a short text every 10 ms, alone,
 * and beside one and two attackers, which send their request again and again. It prints two tables, and fails if a
 * server dies or does not answer afterwards.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machine } from '../../bench/report.ts';
import { markdownRow } from '../../cli/terminal/table.ts';
import { quantile } from '../../model/math/statistics.ts';
import { type Host, leanServer, start } from '../function/hosts.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, cgroup: { type: 'string' }, only: { type: 'string' } },
});
const MIB = 1 << 20;
const SETTLE_MS = 3000;
const POLITE_INTERVAL_MS = 10;
const REVIEW = 'とても楽しかったです。料理は冷たいけど、店員は親切でした。';

/** A text of so many UTF-16 units. */
const long = (units: number) => REVIEW.repeat(Math.ceil(units / REVIEW.length)).slice(0, units);

async function startServer(): Promise<Host> {
  // Node chooses the size of its heap by the limit that it starts with, so the server is started within the group.
  if (values.cgroup !== undefined) writeFileSync(join(values.cgroup, 'cgroup.procs'), String(process.pid));
  const host = await start([leanServer], { HOSHI_LOG_SHARE: '0' });
  if (values.cgroup !== undefined) writeFileSync(join(dirname(values.cgroup), 'cgroup.procs'), String(process.pid));
  for (let i = 0; i < 50; i++) await post(host);
  return host;
}

async function post(
  host: Host,
  path = '/',
  body: string = JSON.stringify({ texts: REVIEW }),
  headers = {},
): Promise<number> {
  const response = await fetch(host.url + path, { method: 'POST', body, headers });
  await response.arrayBuffer();
  return response.status;
}

/** In MB, from /proc. */
function memoryOf(host: Host, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${host.child.pid}/status`, 'utf8');
  return (Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024) / 1e6;
}

// ------------------------------------------------------------------------------------------------------------ memory

/** Sends what it can, and returns a function that closes its connections. */
type Filling = (host: Host) => Promise<() => void>;

async function sockets(
  host: Host,
  count: number,
  fill: (socket: Socket, i: number) => Promise<void> | void,
): Promise<() => void> {
  const open: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = connect(host.port, '127.0.0.1').on('error', () => {});
    open.push(socket);
    await once(socket, 'connect');
    await fill(socket, i);
  }
  return () => {
    for (const socket of open) socket.destroy();
  };
}

async function crumbs(socket: Socket): Promise<void> {
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  const block = '1\r\na\r\n'.repeat(4096);
  for (let i = 0; i < MIB / 4096; i++) if (!socket.write(block)) await delay(1);
}

const inference = (idLength: number) =>
  JSON.stringify({ id: 'x'.repeat(idLength), inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['a'] }] });

/** Pipelined requests whose answers stay unread. */
function unread(idLength: number, requests: number): (socket: Socket) => void {
  const body = inference(idLength);
  const one = `POST /v2/models/stars/infer HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  return (socket) => void socket.pause().write(one.repeat(requests));
}

function halfBody(length: number): (socket: Socket) => void {
  return (socket) =>
    void socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length - 10)}`);
}

/** Requests by HTTP/2 whose windows let no byte of an answer through. */
function stalled(connections: number, requests: number, idLength: number): Filling {
  return async (host) => {
    const body = inference(idLength);
    const sessions: ClientHttp2Session[] = [];
    for (let i = 0; i < connections; i++) {
      const session = connectHttp2(host.url, { settings: { initialWindowSize: 0 } });
      session.on('error', () => {});
      sessions.push(session);
      for (let k = 0; k < requests; k++)
        session
          .request({ ':method': 'POST', ':path': '/v2/models/stars/infer' })
          .on('error', () => {})
          .end(body);
      if (i % 16 === 15) await delay(20);
    }
    return () => {
      for (const session of sessions) session.destroy();
    };
  };
}

/** Clients that send a body again and again, and read its answer. The server may hang up on a body that it refuses. */
function largest(clients: number, times: number, path = '/', value: object = { texts: long(349_000) }): Filling {
  return async (host) => {
    const body = JSON.stringify(value);
    const client = async () => {
      for (let i = 0; i < times; i++) await post(host, path, body).catch(() => {});
    };
    await Promise.all(Array.from({ length: clients }, client));
    return () => {};
  };
}

const FILLINGS: Readonly<Record<string, Filling>> = {
  'a body of 1 MiB in chunks of a byte': (host) => sockets(host, 1, crumbs),
  'the same on 40 connections': (host) => sockets(host, 40, crumbs),
  '120 connections × 2 answers of 500 kB, unread': (host) => sockets(host, 120, unread(500_000, 2)),
  '2,000 connections × 20 answers of 15 kB, unread': (host) => sockets(host, 2000, unread(15_000, 20)),
  '160 half-sent bodies of 0.5 and 1 MiB': (host) =>
    sockets(host, 160, (socket, i) => halfBody(i < 80 ? MIB : MIB / 2)(socket)),
  '200 clients that send texts of 1 MiB': largest(200, 5),
  '40 clients that send batches of BigQuery of 4 MiB': largest(40, 25, '/bigquery', {
    calls: Array(1000).fill([long(1390)]),
  }),
  '40 clients that send batches of BigQuery of 65,000 empty texts': largest(40, 25, '/bigquery', {
    calls: Array(65_000).fill(['']),
  }),
  '40 clients that have 64,000 units explained for BigQuery': largest(40, 5, '/bigquery', {
    calls: Array(400).fill([long(160)]),
    userDefinedContext: { mode: 'explain' },
  }),
  'HTTP/2: 100 × 4 answers of 1 MB, windows of 0': stalled(100, 4, 1_000_000),
  'HTTP/2: 30 × 10 answers of 500 kB, windows of 0': stalled(30, 10, 500_000),
  'HTTP/2: 60 × 20 answers of 100 kB, windows of 0': stalled(60, 20, 100_000),
  'HTTP/2: 256 × 100 answers of 15 kB, windows of 0': stalled(256, 100, 15_000),
};

async function measureMemory(): Promise<void> {
  console.log(
    `| attack | before, MB | at most, MB | during: status of a short text | after, MB |\n${markdownRow(['---', '---:', '---:', '---', '---:'])}`,
  );
  for (const [name, fill] of Object.entries(FILLINGS)) {
    const host = await startServer();
    const before = memoryOf(host, 'VmRSS');
    const close = await fill(host);
    await delay(SETTLE_MS);
    const during = await Promise.race([post(host), delay(SETTLE_MS, 'none in 3 s')]);
    close();
    await delay(SETTLE_MS / 3);
    const after = await post(host);
    if (after !== 200) throw new Error(`Expected 200 after ${name}, received ${after}`);
    const figures = [before, memoryOf(host, 'VmHWM'), memoryOf(host, 'VmRSS')].map((mb) => mb.toFixed(0));
    console.log(markdownRow([name, figures[0] ?? '', figures[1] ?? '', String(during), figures[2] ?? '']));
    await host.stop();
  }
}

// ----------------------------------------------------------------------------------------------------------- latency

interface Costly {
  readonly path: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const attributes = Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`a${i}`, 'x']));

const COSTLY: Readonly<Record<string, Costly>> = {
  'an event of 60,000 attributes': {
    path: '/',
    body: JSON.stringify({ specversion: '1.0', id: '1', source: '/a', type: 'b', data: { texts: 'a' }, ...attributes }),
    headers: { 'Content-Type': 'application/cloudevents+json' },
  },
  'JSON nested 500,000 deep': { path: '/', body: `{"texts":${'['.repeat(500_000)}${']'.repeat(500_000)}}` },
  'a V2 shape of 450,000 ones': {
    path: '/v2/models/stars/infer',
    body: JSON.stringify({ inputs: [{ name: 'text', datatype: 'BYTES', shape: Array(450_000).fill(1), data: ['a'] }] }),
  },
  'explain 64 texts of 4,000 units': {
    path: '/v1/models/stars:explain',
    body: JSON.stringify({ instances: Array(64).fill(long(4000)) }),
  },
  'explain 4 texts of 4,000 units': {
    path: '/v1/models/stars:explain',
    body: JSON.stringify({ instances: Array(4).fill(long(4000)) }),
  },
  'explain 64 empty texts': {
    path: '/v1/models/stars:explain',
    body: JSON.stringify({ instances: Array(64).fill('') }),
  },
  '16,384 empty texts with details': {
    path: '/',
    body: JSON.stringify({ texts: Array(16_384).fill(''), details: true }),
  },
  '1 MiB of text': { path: '/', body: JSON.stringify({ texts: long(349_000) }) },
};

/** Sends a short text every 10 ms, and resolves with the milliseconds of each answer. */
async function politeLatencies(host: Host): Promise<number[]> {
  const latencies: Promise<number>[] = [];
  const end = performance.now() + Number(values.seconds) * 1000;
  while (performance.now() < end) {
    const began = performance.now();
    latencies.push(
      post(host).then((status) => {
        if (status !== 200) throw new Error(`Expected 200 for a polite client, received ${status}`);
        return performance.now() - began;
      }),
    );
    await delay(POLITE_INTERVAL_MS);
  }
  return Promise.all(latencies);
}

async function measureLatency(): Promise<void> {
  const row = (name: string, status: string, latencies: readonly number[]) =>
    console.log(markdownRow([name, status, ...[0.5, 0.99].map((q) => quantile(latencies, q).toFixed(1))]));
  console.log(`\n| attack | its status | p50, ms | p99, ms |\n${markdownRow(['---', '---', '---:', '---:'])}`);
  const alone = await startServer();
  row('none', '', await politeLatencies(alone));
  await alone.stop();
  for (const [name, { path, body, headers }] of Object.entries(COSTLY)) {
    for (const attackers of [1, 2]) {
      const host = await startServer();
      let isOver = false;
      let status = 0;
      const attacking = Array.from({ length: attackers }, async () => {
        while (!isOver) status = await post(host, path, body, headers);
      });
      const latencies = await politeLatencies(host);
      isOver = true;
      await Promise.all(attacking);
      row(`${name}, × ${attackers}`, String(status), latencies);
      await host.stop();
    }
  }
}

console.log(`${machine()}; ${execFileSync('uptime', { encoding: 'utf8' }).trim()}\n`);
if (values.only !== 'latency') await measureMemory();
if (values.only !== 'memory') await measureLatency();
