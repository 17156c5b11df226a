/**
 * `make image`, and a process from what it made: as nobody, in a root that is read-only. It looks at the archive that is left, which
 * docker and buildah write alike. Skipped where both or root are missing, unless IMAGE_REQUIRED=1; HOSHI_TOOL and HOSHI_BASE say by
 * what and in what to build, as for `make image`.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { loadScorer } from '../../model/scoring/load.ts';
import { packageRoot } from '../../native/package-root.ts';

/** `make knative-test` takes an image of this kind of name, if it was the last that was built. */
const IMAGE = 'dev.local/hoshi-test:1';
const AGAIN = 'dev.local/hoshi-test:2';
const MADE = join(packageRoot, 'build', 'image');
const MAX_BYTES = 170e6;
const START_MS = 10_000;

function whyNot(): string | false {
  if (process.env.IMAGE_REQUIRED === '1') return false;
  if (process.getuid?.() !== 0) return 'needs root, to change the root of a process';
  return spawnSync('docker', ['info']).status === 0 || spawnSync('buildah', ['--version']).status === 0
    ? false
    : 'docker (with its engine) or buildah is missing: apt-get install buildah';
}

describe('the image', { skip: whyNot() }, () => {
  let told = '';
  let contents: { mode: string; owner: string; bytes: number; path: string }[];
  let work = '';
  let config: ImageConfig;

  before(() => {
    told = build(IMAGE);
    contents = readFileSync(join(MADE, 'contents.txt'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [mode = '', owner = '', bytes = '', path = ''] = line.split(' ');
        return { mode, owner, bytes: Number(bytes), path };
      });
    work = mkdtempSync(join(MADE, 'unpacked-'));
    config = unpack(join(MADE, 'image.tar'), work);
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  test('it is small, and says so', () => {
    const bytes = contents.reduce((sum, file) => sum + file.bytes, 0);
    assert.ok(bytes > 100e6 && bytes <= MAX_BYTES, `${bytes} bytes`);
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
    const bom = JSON.parse(readFileSync(join(MADE, 'sbom.cdx.json'), 'utf8'));
    const names = (bom.components as { name: string }[]).map(({ name }) => name);
    for (const name of ['node', 'prom-client', 'cloudevents', 'kuromoji', 'libc6', 'libstdc++6'])
      assert.ok(names.includes(name), name);
    assert.ok(!names.includes('vega'));
  });

  test('it says who it is, and how it starts and ends', () => {
    assert.deepEqual(config.Entrypoint, ['/usr/local/bin/node']);
    assert.deepEqual(config.Cmd, ['server.cjs']);
    assert.equal(config.User, '65532:65532');
    assert.equal(config.StopSignal, 'SIGTERM');
    assert.equal(config.Labels['org.opencontainers.image.licenses'], 'Apache-2.0');
    assert.match(config.Labels['org.opencontainers.image.revision'] ?? '', /^([0-9a-f]{40}(-dirty)?)?$/);
  });

  test('as nobody, in a root that is read-only, it answers the three examples and ends with 0', async () => {
    const server = serve(join(work, 'root'));
    const ended = once(server, 'exit');
    let log = '';
    server.stderr?.on('data', (chunk) => {
      log += chunk;
    });
    try {
      const url = await urlWhenReady(server, () => log);
      const scorer = await loadScorer({ bundlePath: join(packageRoot, 'model', 'stars'), engine: 'js' });
      for (const text of examples()) {
        const answer = await fetch(`${url}/api/1/users`, { method: 'POST', body: JSON.stringify({ texts: text }) });
        assert.deepEqual(await answer.json(), { score: scorer.score(text) });
      }
      const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
      assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m);
      assert.match(await (await fetch(`${url}/metrics`)).text(), /engine="native"/);
      server.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null], log);
    } finally {
      server.kill('SIGKILL'); // where a check failed; it has ended otherwise
      await ended;
    }
  });

  // Last, for it leaves its own image.tar. No layer of the first is taken.
  test('built again in the same builder, under another name, it has the same digest', () => {
    const digestOf = (output: string) => output.split('\n').at(-1);
    assert.equal(digestOf(build(AGAIN)), digestOf(told));
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
function build(name: string): string {
  const output = execFileSync(join(packageRoot, 'image', 'build'), {
    env: { ...process.env, IMAGE: name, HOSHI_CACHE: 'no' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  return output.trimEnd();
}

interface ImageConfig {
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly User: string;
  readonly StopSignal: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** The archive of an image in a folder, and in `root` below it the image's files. */
function unpack(archive: string, folder: string): ImageConfig {
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const [manifest] = read('manifest.json') as { Config: string; Layers: string[] }[];
  assert.ok(manifest !== undefined);
  mkdirSync(join(folder, 'root'), { mode: 0o755 });
  for (const layer of manifest.Layers) execFileSync('tar', ['-xf', join(folder, layer), '-C', join(folder, 'root')]);
  return (read(manifest.Config) as { config: ImageConfig }).config;
}

/** As a container runtime would: a mount of its own, read-only; another root; nobody. On a port that the system chooses. */
function serve(root: string): ChildProcess {
  const script = `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" &&
    exec chroot --userspec=65532:65532 --groups= . /usr/local/bin/node /hoshi/server.cjs`;
  return spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', root], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', HOSHI_ENGINE: 'native', PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function urlWhenReady(server: ChildProcess, log: () => string): Promise<string> {
  for (const began = performance.now(); performance.now() - began < START_MS; await delay(20)) {
    if (server.exitCode !== null || server.signalCode !== null) break;
    const [, port] = /listening on port (\d+)/.exec(log()) ?? [];
    const url = `http://127.0.0.1:${port}`;
    if (port !== undefined && (await isReady(url))) return url;
  }
  throw new Error(`Expected the server to be ready within ${START_MS} ms, received: ${log()}`);
}

async function isReady(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(1000);
  return (await fetch(`${url}/readyz`, { signal }).catch(() => undefined))?.ok === true;
}
