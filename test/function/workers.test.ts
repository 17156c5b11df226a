/** Many processes on one port: what they count together, and how they end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Host, leanServer, start } from './hosts.ts';

let host: Host | undefined;
afterEach(async () => {
  host?.child.kill('SIGTERM'); // the workers with it
  if (host !== undefined && host.child.exitCode === null) await once(host.child, 'exit');
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
  // A connection each: they are given to one worker after the other.
  for (let i = 0; i < 6; i++) {
    const headers = { Connection: 'close' };
    assert.equal((await fetch(url, { method: 'POST', headers, body: '{"texts":"最高"}' })).status, 200);
  }
  const text = await (await fetch(`${url}/metrics`)).text();
  assert.match(text, /^score_value_count 6$/m);
  assert.match(text, /^model_info\{.*\} 1$/m);
});

test('SIGTERM ends all of them, with 0, though a terminal sends it to each', async () => {
  host = await start([leanServer], { HOSHI_WORKERS: '2' });
  await until('two workers', () => host !== undefined && workersOf(host) === 2);
  for (const pid of pidsOf(host)) process.kill(pid, 'SIGTERM');
  host.child.kill('SIGTERM');
  const [code] = await once(host.child, 'exit');
  assert.equal(code, 0);
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

test('workers that cannot start are given up on, with 1', async () => {
  host = await start([leanServer]);
  const { child, port } = host;
  const env = { ...process.env, PORT: String(port), HOSHI_WORKERS: '2' };
  const other = spawn(process.execPath, [leanServer], { env, stdio: 'ignore' });
  const [code] = await once(other, 'exit');
  assert.equal(code, 1);
  assert.equal(child.exitCode, null);
});
