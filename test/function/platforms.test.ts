/** The routes and the port of Vertex AI, a bundle that KServe has mounted, and the address to listen on. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../bench/servers.ts';
import { writeBundle } from '../../model/bundle/write.ts';
import { packageRoot } from '../../native/package-root.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';
import { until } from '../fixtures/until.ts';
import { withGolden } from '../fixtures/with-golden.ts';
import { fakeServer, functionsFramework, type Host, leanServer, logged, post, readable, start } from './hosts.ts';

const ready = (host: Host) => until('the server is ready', async () => (await fetch(`${host.url}/readyz`)).ok);

async function predict(host: Host, path: string, body: object): Promise<[status: number, body: object]> {
  const response = await fetch(`${host.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return [response.status, (await response.json()) as object];
}

/** The paths that Vertex AI chooses if the model names none. */
const ENDPOINT = '/v1/endpoints/123/deployedModels/456';

for (const [name, args] of Object.entries({ lean: [leanServer], 'functions-framework': functionsFramework })) {
  describe(`Vertex AI under ${name}`, () => {
    let host: Host;
    before(async () => {
      host = await start(args, { AIP_HEALTH_ROUTE: ENDPOINT, AIP_PREDICT_ROUTE: `/${ENDPOINT}%3Apredict` });
      await ready(host);
    });
    after(() => host.stop());

    test('the health route answers as /readyz, and the predict route as predict of V1, with parameters', async () => {
      const [health, readiness] = await Promise.all(
        [ENDPOINT, '/readyz'].map(async (path) => (await fetch(`${host.url}${path}`)).json()),
      );
      assert.deepEqual(health, readiness);
      const body = { instances: ['最高', { text: '最悪' }], parameters: { any: { thing: 1 } } };
      const expected = await predict(host, '/v1/models/stars:predict', body);
      assert.deepEqual(await predict(host, `${ENDPOINT}:predict`, body), expected);
      assert.equal(expected[0], 200);
      const [status, problem] = await predict(host, `${ENDPOINT}:predict`, {});
      assert.equal(status, 400);
      assert.match((problem as { detail: string }).detail, /^Expected "instances" in the body/);
    });

    test('other methods get 405, and other paths below /v1/ still 404', async () => {
      assert.equal((await fetch(`${host.url}${ENDPOINT}:predict`)).headers.get('allow'), 'POST');
      assert.equal((await fetch(`${host.url}${ENDPOINT}`, { method: 'POST' })).status, 405);
      assert.equal((await predict(host, '/v1/endpoints/1:predict', {}))[0], 404);
    });

    test('/openapi.json and the metrics have the routes; no other route is replaced, so the log has no warning', async () => {
      const { paths } = (await (await fetch(`${host.url}/openapi.json`)).json()) as {
        paths: Record<string, Record<string, { operationId: string }>>;
      };
      assert.equal(paths[ENDPOINT]?.get?.operationId, 'vertexHealth');
      assert.equal(paths[`${ENDPOINT}:predict`]?.post?.operationId, 'vertexPredict');
      assert.match(await (await fetch(`${host.url}/metrics`)).text(), new RegExp(`http_route="${ENDPOINT}"`));
      assert.doesNotMatch(host.messages(), /AIP_/);
    });
  });
}

describe('routes of Vertex AI that the table has, too', () => {
  let host: Host | undefined;
  after(() => host?.stop());

  test('take the place of a route with another meaning, and the log says so', async () => {
    host = await start([fakeServer], { AIP_HEALTH_ROUTE: '/livez', AIP_PREDICT_ROUTE: '/' });
    await logged(host, 'warning: AIP_HEALTH_ROUTE is /livez, so GET /livez answers as /readyz instead of live');
    await logged(host, 'warning: AIP_PREDICT_ROUTE is /, so POST / answers as predict of V1 instead of scoreAtRoot');
    assert.equal(((await (await fetch(`${host.url}/livez`)).json()) as { status: string }).status, 'ready');
    assert.deepEqual(await predict(host, '/', { instances: ['ab'] }), [200, { predictions: [2] }]);
    assert.deepEqual(await (await post(host.url, 'ab')).json(), { score: 2 });
    assert.equal(await (await fetch(host.url)).text(), 'Hello Machine Learning !');
  });

  test('have no warning if they mean the same', async () => {
    await host?.stop();
    host = await start([fakeServer], {
      AIP_HEALTH_ROUTE: '/readyz/',
      AIP_PREDICT_ROUTE: '/v1/models/stars:predict',
    });
    assert.deepEqual(await predict(host, '/v1/models/stars:predict', { instances: ['a'] }), [
      200,
      { predictions: [1] },
    ]);
    assert.deepEqual(await predict(host, '/v1/models/fake:predict', { instances: ['a'] }), [200, { predictions: [1] }]);
    assert.equal((await fetch(`${host.url}/readyz`)).status, 200);
    assert.doesNotMatch(host.messages(), /AIP_/);
  });
});

test('AIP_HTTP_PORT is the port if PORT is empty', async () => {
  const port = await freePort();
  const child = spawn(process.execPath, [fakeServer], {
    cwd: packageRoot,
    env: { ...process.env, PORT: '', AIP_HTTP_PORT: String(port) },
  });
  try {
    await until('the server listens', () =>
      fetch(`http://127.0.0.1:${port}/livez`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  } finally {
    child.kill('SIGKILL');
  }
});

/** The files of function/ that a start loads with these settings. */
async function loadedFiles(environment: Record<string, string>): Promise<readonly string[]> {
  const hooks = `
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) {
      writeSync(1, url + '\\n');
      return next(url, context);
    }`;
  const dataUrl = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`;
  const child = spawn(process.execPath, ['--import', dataUrl(register), leanServer], {
    cwd: packageRoot,
    env: { ...process.env, HOST: '', PORT: '0', ...environment },
  });
  let [loaded, log] = ['', ''];
  child.stdout.on('data', (chunk) => {
    loaded += chunk;
  });
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  await until('the server is ready', () => log.includes('"ready: '), { received: () => log });
  child.kill('SIGKILL');
  await once(child, 'exit');
  return Array.from(loaded.matchAll(/\/dist\/function\/(\S+)\.js$/gm), ([, name]) => String(name));
}

test('a start loads the files of CORS, Vertex AI and decompression only if a setting needs them', async () => {
  const plain = await loadedFiles({});
  assert.ok(plain.includes('main') && plain.includes('router'));
  for (const name of ['extras', 'cors', 'decompress', 'protocols/v1']) assert.ok(!plain.includes(name), name);
  assert.ok((await loadedFiles({ HOSHI_CORS_ORIGINS: '*' })).includes('cors'));
});

// ------------------------------------------------------------------------------------------------------------- KServe

/** Whether this process may mount a folder at /mnt that no other process sees. */
function whyNotMount(): string | false {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs root and unshare, to mount a folder at /mnt';
  }
}

describe('a folder at /mnt/models, as KServe mounts it', { skip: whyNotMount() }, () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hoshi-kserve-'));
    mkdirSync(join(folder, 'empty'));
    mkdirSync(join(folder, 'other', 'inner'), { recursive: true });
    await writeBundle(join(folder, 'bundle'), withGolden(await tinyBundle()));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Starts the server in a mount namespace of its own. */
  async function serve(content: string, environment: Record<string, string> = {}) {
    const port = await freePort();
    const script = 'mount -t tmpfs tmpfs /mnt && cp -r "$0" /mnt/models && exec "$1" "$2"';
    const args = ['--mount', 'sh', '-c', script, join(folder, content), process.execPath, leanServer];
    const child = spawn('unshare', args, {
      cwd: packageRoot,
      env: { ...process.env, PORT: String(port), ...environment },
    });
    let log = '';
    child.stderr.on('data', (chunk) => {
      log += chunk;
    });
    await until('the server is ready or has ended', () => log.includes('"ready: ') || child.exitCode !== null);
    const name = child.exitCode === null ? await nameAt(port) : undefined;
    const exit = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await exit;
    return { name, log: readable(log) };
  }

  async function nameAt(port: number): Promise<string> {
    const { bundle } = (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as { bundle: { name: string } };
    return bundle.name;
  }

  test('is served if it is a bundle, and the log says so', async () => {
    const { name, log } = await serve('bundle');
    assert.equal(name, 'tiny');
    assert.match(log, /^info: the bundle at \/mnt\/models is served$/m);
  });

  test('is not served if HOSHI_BUNDLE is set, and the log says so', async () => {
    const { name, log } = await serve('bundle', { HOSHI_BUNDLE: 'model/stars' });
    assert.equal(name, 'stars');
    assert.match(log, /^warning: HOSHI_BUNDLE is set, so the bundle at \/mnt\/models is not served$/m);
  });

  test('ends the start if it holds something else', async () => {
    const { name, log } = await serve('other');
    assert.equal(name, undefined);
    assert.match(
      log,
      /^error: Expected \/mnt\/models to be a bundle with manifest\.json, found a folder without one\. /,
    );
  });

  test('leaves the shipped model if it is empty, with a warning', async () => {
    const { name, log } = await serve('empty');
    assert.equal(name, 'stars');
    assert.match(log, /^warning: \/mnt\/models is empty, so the shipped model is served$/m);
  });
});

// --------------------------------------------------------------------------------------------------------------- HOST

/** The line of the start, and the addresses of this machine that answer. */
async function listening(environment: Record<string, string>, args: readonly string[] = [fakeServer]) {
  const port = await freePort();
  const child = spawn(process.execPath, args, {
    cwd: packageRoot,
    env: { ...process.env, PORT: String(port), ...environment },
  });
  const exit = once(child, 'exit');
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  await until('the server listens or has ended', () => log.includes('"listening ') || child.exitCode !== null);
  const answers = async (host: string) =>
    fetch(`http://${host}:${port}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  const outer = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  const result = {
    port,
    first: JSON.parse(log.split('\n').find((line) => line.includes('"listening ')) ?? '{}') as {
      message: string;
      url?: string;
    },
    loopback: await answers('127.0.0.1'),
    loopback6: await answers('[::1]'),
    outer: outer === undefined ? undefined : await answers(outer.address),
  };
  child.kill('SIGKILL');
  await exit;
  return result;
}

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describe('HOST', () => {
  for (const [environment, host] of [
    [{}, 'localhost'],
    [{ HOST: '0.0.0.0' }, 'localhost'],
    [{ HOST: '127.0.0.1' }, '127.0.0.1'],
    [{ HOST: 'localhost' }, 'localhost'],
  ] as const)
    test(`${JSON.stringify(environment)}: the message of the start has the URL`, async () => {
      const { first, port, loopback } = await listening(environment);
      const url = `http://${host}:${port}/`;
      assert.deepEqual([first.message, first.url], [`listening on port ${port}: ${url}`, url]);
      assert.ok(loopback || host === 'localhost'); // localhost may be ::1 alone
    });

  test('without it, the server listens on all interfaces; with 127.0.0.1, on this one alone', async () => {
    const all = await listening({});
    assert.deepEqual([all.loopback, all.outer ?? true], [true, true]);
    const one = await listening({ HOST: '127.0.0.1' });
    assert.deepEqual([one.loopback, one.loopback6, one.outer ?? false], [true, false, false]);
  });

  test('hoshi serve --host replaces it', async () => {
    const { first, loopback } = await listening({ HOST: '203.0.113.7' }, ['bin/hoshi', 'serve', '--host', '127.0.0.1']);
    assert.match(String(first.url), /^http:\/\/127\.0\.0\.1:/);
    assert.ok(loopback);
  });

  for (const [host, shown] of [
    ['::1', '[::1]'],
    ['[::1]', '[::1]'],
    ['::', 'localhost'],
  ] as const)
    test(`${host}: ${shown} in the URL`, { skip: !hasIpv6 && 'needs IPv6' }, async () => {
      const { first, port, loopback6 } = await listening({ HOST: host });
      assert.equal(first.url, `http://${shown}:${port}/`);
      assert.ok(loopback6);
    });

  for (const [host, reason] of [
    ['203.0.113.7', 'this machine has no such address; set HOST'],
    ['no-such-host.invalid', 'the name cannot be resolved; set HOST'],
  ] as const)
    test(`${host}: one message, exit code 1`, async () => {
      const child = spawn(process.execPath, [fakeServer], {
        cwd: packageRoot,
        env: { ...process.env, PORT: String(await freePort()), HOST: host },
      });
      const [messages, [code]] = await Promise.all([readAll(child.stderr), once(child, 'exit')]);
      assert.match(readable(messages), new RegExp(`^error: cannot listen on port \\d+ of ${host}: ${reason}$`, 'm'));
      assert.equal(code, 1);
    });
});
