/** The lean server as a process: how a start fails, and how an uncaught error ends it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterEach, test } from 'node:test';
import { freePort } from '../../bench/servers.ts';
import { writeBundle } from '../../model/bundle/write.ts';
import { packageRoot } from '../../native/package-root.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';
import { until } from '../fixtures/until.ts';
import { withGolden } from '../fixtures/with-golden.ts';
import { fakeServer, type Host, leanServer, post, readable, start } from './hosts.ts';

let host: Host | undefined;
afterEach(() => host?.stop());

test('an uncaught error is logged whole, and ends the process with 1', async () => {
  host = await start([fakeServer]);
  await post(host.url, 'late boom').catch(() => undefined);
  assert.equal(await host.ended(), 1);
  assert.match(host.messages(), /error: uncaught error: Error: late\n {4}at /);
});

const failing: [what: string, args: string[], environment: Record<string, string>, message: RegExp][] = [
  [
    'a bundle that does not exist',
    [leanServer],
    { HOSHI_BUNDLE: '/nowhere' },
    /^(info: listening on port \d+: \S+\n)?error: \/nowhere\/manifest\.json: expected a file of a bundle, found none\n$/,
  ],
  ['a model that cannot be loaded', [fakeServer], { FAKE_LOAD: 'fail' }, /error: no such bundle\n/],
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
    /^error: Expected HOSHI_ENGINE to be one of auto, native, native-lightgbm, lightgbm, js, received "fast"\n$/,
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

test('a model that the forest refuses: the log, /readyz and the metrics name the engine that serves it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hoshi-server-'));
  try {
    const tiny = await tinyBundle();
    const modelText = tiny.modelText.replace('objective=regression', 'objective=poisson');
    await writeBundle(join(folder, 'tiny'), withGolden({ ...tiny, modelText }));
    host = await start([leanServer], { HOSHI_BUNDLE: join(folder, 'tiny') });
    const running = host;
    await until('the server is ready', async () => (await fetch(`${running.url}/readyz`)).ok);
    const readiness = (await (await fetch(`${host.url}/readyz`)).json()) as { engine: string };
    assert.equal(readiness.engine, 'native-lightgbm');
    assert.match(await (await fetch(`${host.url}/metrics`)).text(), /^model_info\{.*engine="native-lightgbm".*\} 1$/m);
    assert.match(
      host.messages(),
      /^warning: engine native is unavailable; falling back to native-lightgbm: model: expected an objective/m,
    );
    assert.deepEqual(await (await post(host.url, '良い')).json(), { score: 5 });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a port that is in use: one message, exit code 1', async () => {
  host = await start([fakeServer]);
  const child = spawn(process.execPath, [fakeServer], {
    cwd: packageRoot,
    env: { ...process.env, PORT: String(host.port) },
  });
  const [messages, [code]] = await Promise.all([readAll(child.stderr), once(child, 'exit')]);
  assert.match(readable(messages), /error: cannot listen on port \d+: another program listens there; set PORT\n/);
  assert.equal(code, 1);
});
