/**
 * `make image`, and a server started from it as an unprivileged user on a read-only root. The test reads the archive,
 * which docker and buildah write alike. It is skipped without root or without both tools, unless IMAGE_REQUIRED=1.
 * HOSHI_TOOL, HOSHI_BASE and PLATFORMS (one) select the tool, the builder image and the processor, as for `make image`. The
 * image of another processor runs under qemu.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { loadScorer } from '../../model/scoring/load.ts';
import { parseExportedVectorizer } from '../../model/training/exported-vectorizer.ts';
import { importModel } from '../../model/training/import-model.ts';
import { packageRoot } from '../../native/package-root.ts';
import { doublesOf, type ImportedGolden, readGolden, textOf } from '../golden/golden.ts';

const MADE = join(packageRoot, 'build', 'image');
const MAX_BYTES = 150e6;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const OWN_ARCHITECTURE = ARCHITECTURES[process.arch] ?? process.arch;
const ARCHITECTURE = process.env.PLATFORMS?.split('/').at(-1) ?? OWN_ARCHITECTURE;
const IS_EMULATED = ARCHITECTURE !== OWN_ARCHITECTURE;
const START_MS = IS_EMULATED ? 120_000 : 10_000;
/** `make knative-test` uses the image that was built last if its name begins with `dev.local/hoshi-test`. */
const IMAGE = `dev.local/${IS_EMULATED ? `hoshi-${ARCHITECTURE}` : 'hoshi'}-test:1`;
const AGAIN = IMAGE.replace(':1', ':2');

function whyNot(): string | false {
  if (process.env.IMAGE_REQUIRED === '1') return false;
  if (process.getuid?.() !== 0) return 'needs root, to change the root of a process';
  return spawnSync('docker', ['info']).status === 0 || spawnSync('buildah', ['--version']).status === 0
    ? false
    : 'docker (with its engine) or buildah is missing: apt-get install buildah';
}

describe('the image', { skip: whyNot() }, () => {
  let output = '';
  let contents: { mode: string; owner: string; bytes: number; path: string }[];
  let work = '';
  let config: ImageConfig;

  before(() => {
    output = build(IMAGE);
    contents = readFileSync(join(MADE, 'contents.txt'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [mode = '', owner = '', bytes = '', path = ''] = line.split(' ');
        return { mode, owner, bytes: Number(bytes), path };
      });
    work = mkdtempSync(join(MADE, 'unpacked-'));
    config = unpack(join(MADE, 'image.tar'), work);
    if (IS_EMULATED) {
      const qemu = execFileSync('sh', ['-c', 'command -v qemu-aarch64-static'], { encoding: 'utf8' }).trim();
      copyFileSync(qemu, join(work, 'root', 'qemu'));
    }
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  test('is small, and its size is printed', () => {
    const bytes = contents.reduce((sum, file) => sum + file.bytes, 0);
    assert.ok(bytes > 100e6 && bytes <= MAX_BYTES, `${bytes} bytes`);
    assert.match(output, /MB unpacked, [\d.]+ MB compressed\nsha256:[0-9a-f]{64}$/);
  });

  test('holds the server and LightGBM, but no shell, no package manager and no kuromoji', () => {
    const paths = contents.map(({ path }) => path);
    for (const held of [
      '/usr/local/bin/node',
      '/hoshi/server.cjs',
      '/hoshi/build/addon/Release/hoshi_engine.node',
      '/hoshi/build/addon/Release/hoshi_lightgbm.node',
      '/hoshi/build/dictionary/normalizer.bin',
      '/hoshi/LICENSE',
      '/hoshi/commit.txt',
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
      paths.filter((path) => /kuromoji/i.test(path)),
      [],
    );
    const writable = contents.filter(({ mode, owner }) => /^[^l].{7}w|s/.test(mode) || owner !== '0/0');
    assert.deepEqual(writable, []);
  });

  test('names its components', () => {
    const bom = JSON.parse(readFileSync(join(MADE, 'sbom.cdx.json'), 'utf8'));
    const names = (bom.components as { name: string }[]).map(({ name }) => name);
    for (const name of [
      'node',
      'prom-client',
      'cloudevents',
      '@opentelemetry/sdk-trace-base',
      'kuromoji',
      'lightgbm',
      'libc6',
      'libstdc++6',
    ])
      assert.ok(names.includes(name), name);
    assert.ok(!names.includes('vega'));
  });

  test('has labels, a command, a user and a stop signal', () => {
    assert.equal(config.architecture, ARCHITECTURE);
    assert.deepEqual(config.Entrypoint, ['/usr/local/bin/node']);
    assert.deepEqual(config.Cmd, ['--min-semi-space-size=2', 'server.cjs']);
    assert.equal(config.User, '65532:65532');
    assert.equal(config.StopSignal, 'SIGTERM');
    assert.equal(config.Labels['org.opencontainers.image.licenses'], 'Apache-2.0');
    assert.match(config.Labels['org.opencontainers.image.revision'] ?? '', /^([0-9a-f]{40}(-dirty)?)?$/);
  });

  test('as an unprivileged user on a read-only root, it scores the three examples and exits with 0', async () => {
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
        const response = await fetch(`${url}/api/1/users`, { method: 'POST', body: JSON.stringify({ texts: text }) });
        assert.deepEqual(await response.json(), { score: scorer.score(text) });
      }
      const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
      assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m);
      assert.match(await (await fetch(`${url}/metrics`)).text(), /engine="native"/);
      server.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null], log);
    } finally {
      server.kill('SIGKILL'); // needed only after a failed check
      await ended;
    }
  });

  test('native-lightgbm serves a model with categorical splits, with the doubles of the LightGBM for Python', async () => {
    const { texts, lightgbmOnly } = readGolden<ImportedGolden>('imported.json');
    const golden = lightgbmOnly.find(({ name }) => name === 'categories');
    assert.ok(golden !== undefined);
    const bundle = join(work, 'root', 'hoshi', 'model', 'categories');
    await importModel(bundle, golden.model, parseExportedVectorizer(JSON.stringify(golden.vectorizer), 'v.json'), {
      name: 'categories',
      command: 'a test',
      modelFile: 'model.txt',
      scoreRange: [-100, 100],
    });
    const server = serve(join(work, 'root'), { HOSHI_BUNDLE: '/hoshi/model/categories', HOSHI_TEXTS_LIMIT: '1000' });
    const ended = once(server, 'exit');
    let log = '';
    server.stderr?.on('data', (chunk) => {
      log += chunk;
    });
    try {
      const url = await urlWhenReady(server, () => log);
      const body = JSON.stringify({ texts: texts.map(({ text }) => textOf(text)) });
      const response = await fetch(`${url}/api/1/users`, { method: 'POST', body });
      const { scores } = (await response.json()) as { scores: number[] };
      assert.deepEqual(Float64Array.from(scores), doublesOf(golden.predictions));
      assert.match(await (await fetch(`${url}/metrics`)).text(), /engine="native-lightgbm"/);
    } finally {
      server.kill('SIGKILL');
      await ended;
    }
  });

  // The last test, because it overwrites image.tar. It reuses no layer of the first build.
  test('has the same digest when the same builder builds it again under another name', () => {
    const digestOf = (printed: string) => printed.split('\n').at(-1);
    assert.equal(digestOf(build(AGAIN)), digestOf(output));
  });
});

/** The three examples of the pipeline that hoshi replaces. */
function examples(): string[] {
  const lines = readFileSync(join(packageRoot, 'test', 'model', 'tricky.tsv'), 'utf8').split('\n');
  const rows = lines.map((line) => line.split('\t'));
  const given = rows.filter(([, , kind]) => kind === 'given').map(([, , , text]) => text as string);
  assert.equal(given.length, 3);
  return given;
}

/** Builds an image, and returns the output of the build. */
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
  readonly architecture: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly User: string;
  readonly StopSignal: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** Unpacks the archive of an image into a folder, and the files of the image into `root` below it. */
function unpack(archive: string, folder: string): ImageConfig {
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const [manifest] = read('manifest.json') as { Config: string; Layers: string[] }[];
  assert.ok(manifest !== undefined);
  mkdirSync(join(folder, 'root'), { mode: 0o755 });
  for (const layer of manifest.Layers) execFileSync('tar', ['-xf', join(folder, layer), '-C', join(folder, 'root')]);
  const { architecture, config } = read(manifest.Config) as { architecture: string; config: ImageConfig };
  return { ...config, architecture };
}

/**
 * Starts the server like a container runtime: own read-only mount, own root, unprivileged user. The system chooses the
 * port.
 */
function serve(root: string, environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const script = `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" &&
    exec chroot --userspec=65532:65532 --groups= . ${IS_EMULATED ? '/qemu' : ''} /usr/local/bin/node /hoshi/server.cjs`;
  return spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', root], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: '0', ...environment },
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
