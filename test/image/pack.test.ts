import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { Script } from 'node:vm';
import { writeBundle } from '../../model/bundle/write.ts';
import { createRandom } from '../../model/math/random.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { parseExportedVectorizer } from '../../model/training/exported-vectorizer.ts';
import { importModel } from '../../model/training/import-model.ts';
import { commitOf } from '../../native/commit.ts';
import { packageRoot } from '../../native/package-root.ts';
import { randomTrees } from '../fixtures/random-trees.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';
import { until } from '../fixtures/until.ts';
import { withGolden } from '../fixtures/with-golden.ts';
import { doublesOf, type ImportedGolden, readGolden, textOf } from '../golden/golden.ts';

describe('the packed folder', () => {
  let folder = '';
  const packed = (...path: string[]) => readFileSync(join(folder, ...path));
  const packer = join(packageRoot, 'dist', 'image', 'pack.js');
  const pack = () => execFileSync(process.execPath, [packer, folder]);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'hoshi-packed-'));
    pack();
  });
  after(() => rmSync(folder, { recursive: true }));

  test('V8 accepts the code cache of the bundle in another process', () => {
    const source = packed('bundle', 'server.cjs').toString('latin1');
    const cachedData = packed('bundle', 'server.cache');
    assert.equal(new Script(source, { cachedData }).cachedDataRejected, false);
    assert.equal(new Script(`${source} `, { cachedData }).cachedDataRejected, true);
  });

  test('has the same bytes each time', () => {
    const names = [
      'server.cjs',
      'server.cache',
      'later.cjs',
      'prom-client.cjs',
      'cloudevents.cjs',
      'opentelemetry.cjs',
      'markdown.cjs',
    ];
    const contents = () =>
      [...names.map((name) => join('bundle', name)), 'sbom.cdx.json', 'THIRD-PARTY.txt'].map((file) => packed(file));
    const before = contents();
    pack();
    assert.deepEqual(contents(), before);
  });

  test('the server requires packages of a first use from files beside it, and no other file', () => {
    const required = (file: string) =>
      Array.from(
        packed('bundle', file)
          .toString('latin1')
          .matchAll(/(?:require|outer)\("(\.[^"]*)"\)/g),
        ([, path]) => path,
      );
    assert.deepEqual(
      new Set([...required('server.cjs'), ...required('later.cjs')]),
      new Set([
        './later.cjs',
        './prom-client.cjs',
        './cloudevents.cjs',
        './grpc.cjs',
        './markdown.cjs',
        './opentelemetry.cjs',
      ]),
    );
  });

  test('each module is in one of the files of the server', () => {
    // esbuild names a module once, at the function that runs it.
    const modules = (file: string) =>
      Array.from(
        packed('bundle', file)
          .toString('latin1')
          .matchAll(/__esm\(\{"([^"]+)"/g),
        ([, name]) => name as string,
      );
    const [start, later] = [modules('server.cjs'), modules('later.cjs')];
    assert.ok(start.includes('function/response.ts') && later.includes('function/workers.ts'), `${start} | ${later}`);
    assert.deepEqual(
      start.filter((name) => later.includes(name)),
      [],
    );
  });

  test('score.cjs --version names the version, the model and the commit that was packed', () => {
    const { version } = JSON.parse(source('package.json'));
    const model = JSON.parse(source('model', 'stars', 'manifest.json'));
    const commit = commitOf(packageRoot) ?? '';
    assert.equal(packed('commit.txt').toString(), `${commit}\n`);
    assert.equal(
      execFileSync(process.execPath, [join(folder, 'score.cjs'), '--version'], { encoding: 'utf8' }),
      `hoshi ${version}\nmodel ${model.name} ${model.version}\ncommit ${commit || 'unknown'}\n`,
    );
  });

  test('names each of its packages with the licence, and no other package', () => {
    const { components } = JSON.parse(packed('sbom.cdx.json').toString()) as {
      components: { name: string; purl: string }[];
    };
    const names = components.filter(({ purl }) => purl.startsWith('pkg:npm/')).map(({ name }) => name);
    assert.ok(
      names.includes('prom-client') && names.includes('cloudevents') && names.includes('@opentelemetry/sdk-trace-base'),
    );
    assert.ok(!names.includes('vega') && !names.includes('functions-framework'));
    const licences = packed('THIRD-PARTY.txt').toString();
    for (const name of names) if (name !== 'kuromoji') assert.ok(licences.includes(`\n${name} `), name);
  });

  test('names no folder of the machine that packed it', () => {
    for (const file of ['server.cjs', 'score.cjs', 'bundle/server.cjs', 'bundle/server.cache', 'sbom.cdx.json'])
      assert.ok(!packed(file).includes(packageRoot) && !packed(file).includes(folder), file);
  });

  test('holds `hoshi score`', () => {
    const input = '最高の映画でした\n';
    const command = [join(packageRoot, 'bin', 'hoshi'), 'score'];
    const expected = execFileSync(process.execPath, command, { input, encoding: 'utf8' });
    assert.equal(execFileSync(process.execPath, [join(folder, 'score.cjs')], { input, encoding: 'utf8' }), expected);
  });

  test('the shipped model is served by native, with the tables of the normalizer and without LightGBM', async (t) => {
    const { url, maps } = await serve(t, folder, {});
    assert.equal(await engineOf(url), 'native');
    const text = 'すごーーーい！５つ星です。';
    const scorer = await loadScorer({ bundlePath: join(packageRoot, 'model', 'stars'), engine: 'js' });
    assert.deepEqual(await scoresOf(url, [text]), Float64Array.of(scorer.score(text)));
    assert.ok(maps().includes(join(folder, 'build', 'dictionary', 'normalizer.bin')));
    assert.ok(!maps().includes('hoshi_lightgbm.node'));
  });

  test('a start and a first response load none of the modules of Node that are not needed', async (t) => {
    const listed = join(folder, 'modules.json');
    const preloaded = join(folder, 'list-modules.cjs');
    writeFileSync(
      preloaded,
      `process.once('SIGUSR2', () => require('node:fs').writeFileSync(${JSON.stringify(listed)}, JSON.stringify(process.moduleLoadList)));`,
    );
    const { url, signal } = await serve(t, folder, { NODE_OPTIONS: `--require=${preloaded}` });
    await scoresOf(url, ['とても楽しかったです。']);
    signal('SIGUSR2');
    await until('the list of modules', async () => existsSync(listed) && readFileSync(listed).at(-1) === 0x5d); // ]
    const bare = JSON.parse(
      execFileSync(process.execPath, ['-p', 'JSON.stringify(process.moduleLoadList)'], { encoding: 'utf8' }),
    ) as string[];
    const loaded = (JSON.parse(readFileSync(listed, 'utf8')) as string[]).filter((name) => !bare.includes(name));
    assert.ok(loaded.includes('NativeModule http'), String(loaded));
    const needless = ['cluster', 'child_process', 'dgram', 'perf_hooks', 'os', 'tty', 'crypto', 'http2', 'zlib'];
    for (const name of needless) assert.ok(!loaded.includes(`NativeModule ${name}`), name);
  });

  for (const name of ['categories', 'linear leaves']) {
    test(`${name}: native-lightgbm serves the model with the doubles of Python's LightGBM`, async (t) => {
      const golden = readGolden<ImportedGolden>('imported.json');
      const model = golden.lightgbmOnly.find((one) => one.name === name);
      assert.ok(model !== undefined);
      const bundle = join(folder, name);
      await importModel(bundle, model.model, parseExportedVectorizer(JSON.stringify(model.vectorizer), 'v.json'), {
        name,
        command: 'a test',
        modelFile: 'model.txt',
        scoreRange: [-100, 100],
      });
      const { url, maps } = await serve(t, folder, { HOSHI_BUNDLE: bundle });
      assert.equal(await engineOf(url), 'native-lightgbm');
      assert.ok(maps().includes(join(folder, 'build', 'addon', 'Release', 'hoshi_lightgbm.node')));
      const texts = golden.texts.map(({ text }) => textOf(text));
      assert.deepEqual(await scoresOf(url, texts), doublesOf(model.predictions));
    });
  }

  test('LightGBM is named with its libraries, and so are the sources of the tables', () => {
    const notice = source('NOTICE');
    const { lightgbm, parts } = linkedByNotice();
    const [first, ...others] = notNpm(folder);
    assert.equal(first, `node ${process.versions.node}`);
    assert.deepEqual(others.slice(0, 2), [
      'unicode-character-database 14.0.0 (Unicode-3.0)',
      'unicode-emoji 17.0 (Unicode-3.0)',
    ]);
    assert.equal(others[2], lightgbm);
    const versionless = others.slice(3).map((part) =>
      part
        .replace(/ [\d.]+ /, ' ')
        .replace('-2.0', ' 2.0')
        .toLowerCase(),
    );
    assert.deepEqual(versionless, parts);
    for (const held of ['The MIT License (MIT)', 'UNICODE LICENSE V3', '© 1991-2026 Unicode, Inc.'])
      assert.ok(notice.includes(held) && packed('NOTICE').toString() === notice, held);
  });

  test('the versions of Unicode in the SBOM are those of the tables', () => {
    const head = (file: string) => source('model', 'reference', 'normalization', file).slice(0, 400);
    assert.match(head('decompositions.tsv'), /unicodedata 14\.0\.0,/);
    assert.match(head('emoji.tsv'), /Emoji 17\.0,/);
  });

  for (const engine of ['lightgbm', 'js']) {
    test(`refuses the engine ${engine}, which it does not hold, by name`, () => {
      assert.match(
        refusal(folder, engine),
        new RegExp(
          `Expected the engine ${engine} in this image, found none\\. An image built with HOSHI_ENGINES=all has every engine`,
        ),
      );
    });
  }

  test('with native alone: no LightGBM in its files, its SBOM and its engines', async (t) => {
    const native = mkdtempSync(join(tmpdir(), 'hoshi-packed-'));
    t.after(() => rmSync(native, { recursive: true }));
    execFileSync(process.execPath, [packer, native, 'native']);
    const paths = readdirSync(native, { recursive: true, encoding: 'utf8' });
    assert.ok(paths.includes(join('build', 'addon', 'Release', 'hoshi_engine.node')));
    assert.deepEqual(
      paths.filter((path) => /lightgbm|kuromoji|\.tsv$/i.test(path)),
      [join('model', 'stars', 'vocabulary.tsv')],
    );
    assert.ok(!notNpm(native).some((part) => part.startsWith('lightgbm')));
    assert.match(
      refusal(native, 'native-lightgbm'),
      /Expected the engine native-lightgbm in this image, found only native\. An image built with HOSHI_ENGINES=native-lightgbm/,
    );
    const { url } = await serve(t, native, {});
    assert.equal(await engineOf(url), 'native');
  });

  test('with all engines: all give the same score; without the addon of LightGBM, auto falls back', async (t) => {
    const all = mkdtempSync(join(tmpdir(), 'hoshi-packed-'));
    t.after(() => rmSync(all, { recursive: true }));
    execFileSync(process.execPath, [packer, all, 'all']);
    const score = (...args: string[]) =>
      spawnSync(process.execPath, [join(all, 'score.cjs'), ...args], { input: '良い', encoding: 'utf8' });
    const scores = ['native', 'native-lightgbm', 'lightgbm', 'js'].map((engine) => score('--engine', engine).stdout);
    assert.match(scores[0] ?? '', /^[\d.]+\n$/);
    assert.equal(new Set(scores).size, 1, scores.join());
    for (const engine of ['lightgbm', 'js']) {
      const { url } = await serve(t, all, { HOSHI_ENGINE: engine });
      assert.equal(await engineOf(url), engine, 'the server reproduces the golden scores');
    }
    const bundled = readFileSync(join(all, 'bundle', 'server.cjs'));
    assert.ok(
      bundled.every((byte) => byte < 0x80),
      'a bundle is ASCII, also in regular expressions',
    );
    // Only `js` serves this model without LightGBM: a tree with more leaves than the forest takes.
    rmSync(join(all, 'build', 'addon', 'Release', 'hoshi_lightgbm.node'));
    const bundle = join(all, 'many-leaves');
    const options = { columnCount: 3, maxLeaves: 65_537, trees: 1, hasMaxLeaves: true };
    const modelText = randomTrees(createRandom(3), options);
    await writeBundle(bundle, withGolden({ ...(await tinyBundle()), modelText }));
    const { stdout, stderr } = score('--bundle', bundle);
    const missing = String.raw`.*hoshi_lightgbm\.node: expected the addon that \`make build\` creates: [^]*`;
    assert.match(
      stderr,
      new RegExp(
        `engine native is unavailable; falling back to native-lightgbm: model: tree 0: expected at most 65536 leaves, received 65537\n[^]*engine native-lightgbm is unavailable; falling back to lightgbm: ${missing}engine lightgbm is unavailable; falling back to js: ${missing}`,
      ),
    );
    assert.match(stdout, /^-?[\d.e+]+\n$/);
  });
});

/** Starts the packed server of a folder until the test ends. `maps` are the files that its process has mapped. */
async function serve(t: TestContext, folder: string, environment: Readonly<Record<string, string>>) {
  const server = spawn(process.execPath, [join(folder, 'server.cjs')], {
    env: { PORT: '0', HOSHI_TEXTS_LIMIT: '1000', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => server.kill('SIGKILL'));
  let log = '';
  server.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const hasEnded = () => server.exitCode !== null;
  let url = '';
  const isReady = async () => {
    const [, port] = /listening on port (\d+)/.exec(log) ?? [];
    url = `http://127.0.0.1:${port}`;
    return port !== undefined && (await fetch(`${url}/readyz`)).ok;
  };
  await until('the packed server to be ready', async () => hasEnded() || (await isReady()), { received: () => log });
  assert.ok(!hasEnded(), log);
  return {
    url,
    maps: () => readFileSync(`/proc/${server.pid}/maps`, 'utf8'),
    signal: (name: NodeJS.Signals) => server.kill(name),
  };
}

async function engineOf(url: string): Promise<string> {
  const { engine } = (await (await fetch(`${url}/readyz`)).json()) as { engine: string };
  return engine;
}

async function scoresOf(url: string, texts: readonly string[]): Promise<Float64Array> {
  const response = await fetch(`${url}/api/1/users`, { method: 'POST', body: JSON.stringify({ texts }) });
  const body = await response.text();
  assert.ok(response.ok, body);
  return Float64Array.from((JSON.parse(body) as { scores: number[] }).scores);
}

/** What the packed server logs when it ends because of this engine. */
function refusal(folder: string, engine: string): string {
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'server.cjs')], {
    env: { HOSHI_ENGINE: engine, PORT: '0' },
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.equal(status, 1, stderr);
  return stderr;
}

/** The components of its SBOM that are not npm packages: `name version (licence)`, as far as these are known. */
function notNpm(folder: string): string[] {
  const { components } = JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8')) as {
    components: { name: string; version?: string; purl: string; licenses?: { license: { id: string } }[] }[];
  };
  return components
    .filter(({ purl }) => !purl.startsWith('pkg:npm/'))
    .map(({ name, version, licenses = [] }) =>
      [name, version, ...licenses.map(({ license }) => `(${license.id})`)]
        .filter((part) => part !== undefined)
        .join(' '),
    );
}

/** LightGBM with the version that is built, and the libraries that NOTICE lists for it, without versions. */
function linkedByNotice(): { lightgbm: string; parts: string[] } {
  const [, version] = /^lightgbm==(\S+)/m.exec(source('native', 'lightgbm', 'requirements.txt')) ?? [];
  const [, bundled = ''] = /libraries that LightGBM bundles:\n(.*)\.$/m.exec(source('NOTICE')) ?? [];
  const parts = bundled.split(', ').map((part) => part.toLowerCase());
  return { lightgbm: `lightgbm ${version} (MIT)`, parts };
}

/** The text of a file of the repository. */
function source(...path: string[]): string {
  return readFileSync(join(packageRoot, ...path), 'utf8');
}
