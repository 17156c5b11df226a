/**
 * `make image`, and a process from what it made: as nobody, in a root that is read-only. Skipped where buildah or root is missing,
 * unless IMAGE_REQUIRED=1; HOSHI_BASE says what to build in, as for `make image`.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../bench/servers.ts';
import { loadScorer } from '../../model/scorer.ts';
import { packageRoot } from '../../native/package-root.ts';

/** `make knative-test` takes an image of this kind of name, if it was the last that was built. */
const IMAGE = 'dev.local/hoshi-test:1';
const MOST_BYTES = 170e6;
const START_MS = 10_000;
function whyNot(): string | false {
  if (process.env.IMAGE_REQUIRED === '1') return false;
  if (process.getuid?.() !== 0) return 'needs root, to change the root of a process';
  return spawnSync('buildah', ['--version']).error === undefined
    ? false
    : 'buildah is missing: apt-get install buildah';
}

describe('the image', { skip: whyNot() }, () => {
  let told = '';
  let contents: { mode: string; owner: string; bytes: number; path: string }[];
  let container = '';
  let root = '';

  before(() => {
    told = build();
    contents = readFileSync(join(packageRoot, 'build', 'image', 'contents.txt'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [mode = '', owner = '', bytes = '', path = ''] = line.split(' ');
        return { mode, owner, bytes: Number(bytes), path: path.replace(/^\./, '') };
      });
    container = buildah('from', '--pull-never', IMAGE);
    root = buildah('mount', container);
  });
  after(() => void buildah('rm', container));

  test('it is small, and says so', () => {
    const bytes = contents.reduce((sum, file) => sum + file.bytes, 0);
    assert.ok(bytes > 100e6 && bytes <= MOST_BYTES, `${bytes} bytes`);
    assert.match(told, /MB unpacked, [\d.]+ MB compressed\nsha256:[0-9a-f]{64}$/);
  });

  test('it holds what serves, and neither a shell, a package manager nor LightGBM', () => {
    const paths = contents.map(({ path }) => path);
    for (const held of [
      '/usr/local/bin/node',
      '/hoshi/server.cjs',
      '/hoshi/LICENSE',
      '/hoshi/NOTICE',
      '/hoshi/THIRD-PARTY.txt',
    ])
      assert.ok(paths.includes(held), held);
    const programs = contents.filter(({ mode, path }) => /^-.*x/.test(mode) && !/\.so[.\d]*$|\.node$/.test(path));
    assert.deepEqual(
      programs.map(({ path }) => path),
      ['/usr/local/bin/node'],
    );
    assert.deepEqual(
      paths.filter((path) => /lightgbm|kuromoji/i.test(path)),
      [],
    );
    const writable = contents.filter(({ mode, owner }) => /^[^l].{7}w|s/.test(mode) || owner !== '0/0');
    assert.deepEqual(writable, []);
  });

  test('its materials are named', () => {
    const bom = JSON.parse(readFileSync(join(packageRoot, 'build', 'image', 'sbom.cdx.json'), 'utf8'));
    const names = (bom.components as { name: string }[]).map(({ name }) => name);
    for (const name of ['node', 'prom-client', 'cloudevents', 'kuromoji', 'libc6', 'libstdc++6'])
      assert.ok(names.includes(name), name);
    assert.ok(!names.includes('vega'));
  });

  test('it says who it is, and how it starts and ends', () => {
    const { config } = JSON.parse(buildah('inspect', '--type', 'image', IMAGE)).OCIv1;
    assert.deepEqual(config.Entrypoint, ['/usr/local/bin/node']);
    assert.deepEqual(config.Cmd, ['server.cjs']);
    assert.equal(config.User, '65532:65532');
    assert.equal(config.StopSignal, 'SIGTERM');
    assert.equal(config.Labels['org.opencontainers.image.licenses'], 'Apache-2.0');
  });

  test('as nobody, in a root that is read-only, it answers the three examples and ends with 0', async () => {
    const port = await freePort();
    const server = serve(root, port);
    let log = '';
    server.stderr?.on('data', (chunk) => {
      log += chunk;
    });
    try {
      const url = `http://127.0.0.1:${port}`;
      for (const began = performance.now(); !(await fetch(`${url}/readyz`).catch(() => undefined))?.ok; ) {
        assert.ok(server.exitCode === null && performance.now() - began < START_MS, log);
      }
      const scorer = await loadScorer({ bundlePath: join(packageRoot, 'model', 'stars'), engine: 'js' });
      for (const text of examples()) {
        const answer = await fetch(`${url}/api/1/users`, { method: 'POST', body: JSON.stringify({ texts: text }) });
        assert.deepEqual(await answer.json(), { score: scorer.score(text) });
      }
      const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
      assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m);
      assert.match(await (await fetch(`${url}/metrics`)).text(), /engine="native"/);
    } finally {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null], log);
    }
  });

  test('built again, it is the same to the byte', {
    skip: process.env.IMAGE_TWICE !== '1' && 'takes minutes: IMAGE_TWICE=1',
  }, () => {
    buildah('rmi', '--force', IMAGE);
    assert.equal(build(), told);
  });
});

/** The three of the pipeline that hoshi replaces. */
function examples(): string[] {
  const lines = readFileSync(join(packageRoot, 'test', 'model', 'tricky.tsv'), 'utf8').split('\n');
  const rows = lines.map((line) => line.split('\t'));
  const given = rows.filter(([, , kind]) => kind === 'given').map(([, , , text]) => text as string);
  assert.equal(given.length, 3);
  return given;
}

/** What it tells at its end. */
function build(): string {
  const output = execFileSync(join(packageRoot, 'image', 'build'), {
    env: { ...process.env, IMAGE },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  return output.trimEnd();
}

function buildah(...args: string[]): string {
  return execFileSync('buildah', args, { encoding: 'utf8' }).trim();
}

/** As a container runtime would: a mount of its own, read-only; another root; nobody. */
function serve(root: string, port: number): ChildProcess {
  const script = `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" &&
    exec chroot --userspec=65532:65532 --groups= . /usr/local/bin/node /hoshi/server.cjs`;
  return spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', root], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', HOSHI_ENGINE: 'native', PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
