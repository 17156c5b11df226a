/** Several processes on one port: their common metrics, and how they end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../bench/servers.ts';
import { drainUnderLoad } from '../long/drain.ts';
import { type Host, leanServer, start } from './hosts.ts';

let host: Host | undefined;
afterEach(async () => {
  host?.child.kill('SIGTERM'); // ends its workers, too
  await host?.ended();
  host = undefined;
});

const workersOf = ({ lines }: Host) => lines().filter((line) => line.includes('"ready: stars')).length;

const pidsOf = ({ lines }: Host) =>
  Array.from(
    lines()
      .join('\n')
      .matchAll(/"pid":(\d+)/g),
    ([, pid]) => Number(pid),
  );

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 2000) throw new Error(`Expected ${what}, received: ${host?.messages()}`);
    await delay(5);
  }
}

test('a scrape counts the requests of all workers', async () => {
  host = await start([leanServer], { HOSHI_WORKERS: '2' });
  const { url } = host;
  await until('two workers', () => host !== undefined && workersOf(host) === 2);
  // A new connection for each request, so that several workers may get one.
  for (let i = 0; i < 6; i++) {
    const headers = { Connection: 'close' };
    assert.equal((await fetch(url, { method: 'POST', headers, body: '{"texts":"最高"}' })).status, 200);
  }
  const text = await (await fetch(`${url}/metrics`)).text();
  assert.match(text, /^score_value_count 6$/m);
  assert.match(text, /^model_info\{.*\} 1$/m);
});

test('SIGTERM ends all workers with 0, even if a terminal sends it to each process', async () => {
  host = await start([leanServer], { HOSHI_WORKERS: '2' });
  await until('two workers', () => host !== undefined && workersOf(host) === 2);
  for (const pid of pidsOf(host)) process.kill(pid, 'SIGTERM');
  host.child.kill('SIGTERM');
  assert.equal(await host.ended(), 0);
});

test('SIGTERM before the workers have started ends all of them, with 0', async () => {
  const env = { ...process.env, PORT: String(await freePort()), HOSHI_WORKERS: '2' };
  for (const ms of [150, 250, 350, 450]) {
    const child = spawn(process.execPath, [leanServer], { env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await delay(ms); // Node itself takes about 50 ms in the supervisor, and as long in each worker
    child.kill('SIGTERM');
    const [code, signal] = await Promise.race([ended, delay(30_000, ['still runs', null], { ref: false })]);
    child.kill('SIGKILL');
    // The signal may come before the process listens for it.
    assert.ok(code === 0 || signal === 'SIGTERM', `after ${ms} ms: ${code ?? signal}`);
  }
});

test('SIGTERM under load loses no request of two workers', async () => {
  const { answered, lost } = await drainUnderLoad(3, 8, { HOSHI_WORKERS: '2' });
  assert.deepEqual(lost, []);
  assert.ok(answered > 0);
});

test('if workers are killed during shutdown, the exit code is 1', async () => {
  host = await start([leanServer], { HOSHI_WORKERS: '2', HOSHI_DRAIN_TIMEOUT_MS: '60000' });
  await until('two workers', () => host !== undefined && workersOf(host) === 2);
  const pids = pidsOf(host);
  const amid = connect(host.port, '127.0.0.1');
  amid.on('error', () => {});
  amid.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"te');
  // After this request, the connection above has been accepted.
  await fetch(host.url, { method: 'POST', body: '{"texts":"最高"}' });
  host.child.kill('SIGTERM');
  await until('the log of the signal', () => host?.messages().includes('SIGTERM: finishing') === true);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {} // a worker with no request in flight has already ended
  }
  assert.equal(await host.ended(), 1);
});

test('a worker that ends by itself is replaced', async () => {
  host = await start([leanServer], { HOSHI_WORKERS: '2' });
  await until('two workers', () => host !== undefined && workersOf(host) === 2);
  const text = await (await fetch(`${host.url}/metrics`)).text();
  assert.match(text, /^score_value_count 0$/m);
  const [pid = 0] = pidsOf(host);
  process.kill(pid, 'SIGKILL');
  await until('a third worker', () => host !== undefined && workersOf(host) === 3);
  assert.match(host.messages(), new RegExp(`error: worker ${pid} ended with SIGKILL`));
  assert.equal((await fetch(host.url, { method: 'POST', body: '{"texts":"最高"}' })).status, 200);
});

test('if workers cannot start, the supervisor gives up with 1', async () => {
  host = await start([leanServer]);
  const { child, port } = host;
  // The bundle does not exist, and the port is in use. Such a start ends within the 5 s that count as a failed start,
  // unless the machine is very slow.
  const env = { ...process.env, PORT: String(port), HOSHI_WORKERS: '2', HOSHI_BUNDLE: '/nowhere' };
  const other = spawn(process.execPath, [leanServer], { env, stdio: 'ignore' });
  const [code] = await once(other, 'exit');
  assert.equal(code, 1);
  assert.equal(child.exitCode, null);
});
