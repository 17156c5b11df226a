/** The package as another package sees it: its exports, its types, threads, and no side effects of the import. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { packageRoot } from '../../native/package-root.ts';
import { Consumer } from '../fixtures/consumer.ts';
import { shippedScorer } from '../fixtures/shipped-scorer.ts';
import { post, start } from '../function/hosts.ts';

const consumer = new Consumer();
after(() => consumer.remove());
const TEXT = '全然楽しくない';
const SCORE = shippedScorer().score(TEXT);

async function outputOf(name: string, source: string): Promise<string> {
  consumer.write(name, source);
  const { stdout, stderr, code } = await consumer.node([name]);
  assert.deepEqual([stderr, code], ['', 0]);
  return stdout.trimEnd();
}

test('an ES module imports it', async () => {
  const source = `import { loadScorer } from 'hoshi'; console.log((await loadScorer()).score('${TEXT}'));`;
  assert.equal(await outputOf('imports.js', source), `${SCORE}`);
});

describe('a CommonJS module', () => {
  const source = (load: string) =>
    `(async () => { const { loadScorer } = ${load}; console.log((await loadScorer()).score('${TEXT}')); })();`;
  const canRequire = process.features.require_module === true;

  test('imports it', async () =>
    assert.equal(await outputOf('imports.cjs', source("await import('hoshi')")), `${SCORE}`));

  test('requires it', { skip: !canRequire && 'this Node cannot require an ES module' }, async () => {
    consumer.write('requires.cjs', source("require('hoshi')"));
    const { stdout, code } = await consumer.node(['--no-warnings', 'requires.cjs']);
    assert.deepEqual([stdout.trimEnd(), code], [`${SCORE}`, 0]);
  });

  test('cannot require it on a Node without require(esm), whose error names import()', async () => {
    consumer.write('requires.cjs', source("require('hoshi')"));
    const { stderr, code } = await consumer.node([
      ...(canRequire ? ['--no-experimental-require-module'] : []),
      'requires.cjs',
    ]);
    assert.match(stderr, /ERR_REQUIRE_ESM|dynamic import\(\)/);
    assert.equal(code, 1);
  });
});

test('only the paths of exports can be imported', async () => {
  consumer.write('inside.js', "import 'hoshi/dist/lib/scorer.js';");
  const { stderr } = await consumer.node(['inside.js']);
  assert.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/);
  const source =
    "import { createRequire } from 'node:module'; console.log(createRequire(import.meta.url)('hoshi/package.json').name);";
  assert.equal(await outputOf('json.js', source), 'hoshi');
});

test('its types hold in a strict program, and refuse wrong arguments', async () => {
  consumer.write(
    'types.ts',
    `import { type Explanation, type Model, type Token, loadScorer, type Scorer } from 'hoshi';
    const scorer: Scorer = await loadScorer({ engine: 'native', bundle: new URL('./stars/', import.meta.url) });
    export const score: number = scorer.score('良い');
    export const scores: number[] = await scorer.scoreBatch(['良い'] as const);
    export const tokens: Token[] = await scorer.tokenize('良い');
    export const explanation: Explanation = await scorer.explain('良い');
    export const [lowest, highest]: Model['range'] = scorer.model.range;
    { using inner = scorer; await using other = scorer; inner.dispose(); other.dispose(); }
    // @ts-expect-error: not a string
    scorer.score(3);
    // @ts-expect-error: one text
    scorer.scoreBatch('良い');
    // @ts-expect-error: no such engine
    loadScorer({ engine: 'cpp' });
    // @ts-expect-error: no such option
    loadScorer({ bundel: 'x' });
    // @ts-expect-error: read-only
    scorer.model.name = 'x';`,
  );
  const { stdout, code } = await consumer.types(['types.ts']);
  assert.deepEqual([stdout, code], ['', 0]);
});

test('the import has no side effects: no file, timer, listener, global or addon', async () => {
  const source = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const calls = [];
    for (const functions of [fs, fs.promises])
      for (const [name, original] of Object.entries(functions))
        if (typeof original === 'function' && /^[a-z]/.test(name) && !/^_/.test(name))
          functions[name] = function (...args) {
            if (typeof args[0] === 'string' || args[0] instanceof URL) calls.push(name + ' ' + args[0]);
            return original.apply(this, args);
          };
    syncBuiltinESMExports();
    const { dlopen } = process;
    process.dlopen = (...args) => (calls.push('dlopen ' + args[1]), dlopen.apply(process, args));
    const state = () => ({
      globals: Reflect.ownKeys(globalThis).map(String),
      events: process.eventNames().map((name) => String(name) + process.listenerCount(name)),
      resources: process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|Server|Worker|Watcher/.test(name)),
    });
    const before = state();
    const { loadScorer } = await import('hoshi');
    const imported = { calls: calls.filter((call) => !/[/]dist[/]lib[/]\\w+\\.js$|package\\.json$/.test(call)), after: state() };
    await loadScorer();
    console.log(JSON.stringify({ before, ...imported, loads: calls.some((call) => call.startsWith('dlopen')) }));`;
  const { before, after, calls, loads } = JSON.parse(await outputOf('effects.js', source));
  assert.deepEqual(calls, []);
  assert.deepEqual(after, before);
  assert.equal(loads, true, 'the test sees the files and addons that loadScorer loads');
});

test('a program ends by itself while a scorer is loaded', async () => {
  const source = `import { loadScorer } from 'hoshi'; globalThis.kept = await loadScorer(); console.log('end');`;
  assert.equal(await outputOf('ends.js', source), 'end');
});

test('threads load scorers of their own at once, and give equal scores', async () => {
  const source = `
    import { isMainThread, parentPort, Worker } from 'node:worker_threads';
    import { loadScorer } from 'hoshi';
    const texts = Array.from({ length: 200 }, (_, i) => '楽しい'.repeat(i) + '全然だめ、駄作');
    async function work() {
      const scorer = await loadScorer();
      const one = texts.map((text) => scorer.score(text));
      const all = await scorer.scoreBatch(texts);
      const [{ baseForm }] = await scorer.tokenize('楽しく');
      const { score } = await scorer.explain(texts[9]);
      scorer.dispose();
      return { one, all, baseForm, explained: score };
    }
    if (isMainThread) {
      const result = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      const workers = Array.from({ length: 4 }, () => new Worker(new URL(import.meta.url)));
      console.log(JSON.stringify(await Promise.all([work(), ...workers.map(result)])));
    } else parentPort.postMessage(await work());`;
  const results: { one: number[]; all: number[]; baseForm: string; explained: number }[] = JSON.parse(
    await outputOf('threads.js', source),
  );
  assert.equal(results.length, 5);
  const scorer = shippedScorer();
  const expected = Array.from({ length: 200 }, (_, i) => scorer.score(`${'楽しい'.repeat(i)}全然だめ、駄作`));
  for (const result of results)
    assert.deepEqual(result, { one: expected, all: expected, baseForm: '楽しい', explained: expected[9] });
});

describe('functions-framework', () => {
  const framework = join(packageRoot, 'node_modules', '.bin', 'functions-framework');
  const places = { 'by main': packageRoot, 'by hoshi/function': consumer.folder };
  for (const [name, source] of Object.entries(places))
    test(`finds the function ${name}`, async (t) => {
      consumer.write('function.js', "import 'hoshi/function';");
      const host = await start([framework, `--source=${source}`, '--target=score']);
      t.after(() => host.stop());
      assert.deepEqual(await (await post(host.url, TEXT)).json(), { score: SCORE });
    });
});

test('`files` of package.json name what the library, the server and the commands load; `make package` adds the addons', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: packageRoot,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const paths = new Set(files.map(({ path }) => path));
  for (const path of [
    'package.json',
    'LICENSE',
    'NOTICE',
    'bin/hoshi',
    'build/dictionary/ipadic.bin',
    'build/dictionary/normalizer.bin',
    'dist/bin/main.js',
    'dist/function/index.js',
    'dist/lib/index.js',
    'dist/lib/index.d.ts',
    'function/pages/home.html',
    'model/evaluation/report/colours.css',
    'model/evaluation/report/page.css',
    'model/stars/manifest.json',
    'model/stars/forest.bin',
    'model/stars/vocabulary.bin',
    'model/stars/contributions.bin',
  ])
    assert.ok(paths.has(path), `expected ${path} in the package`);
  const unwanted = [...paths].filter((path) =>
    /^(test|bench|image|dist\/(test|bench|image)|tools|node_modules)\/|\.cc$|\.map$|report\.html$/.test(path),
  );
  assert.deepEqual(unwanted, []);
});
