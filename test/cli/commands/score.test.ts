/** `hoshi score` with shards and with an output file, as a bulk job on many machines uses it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { writeBundle } from '../../../model/bundle/write.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { hoshi, startHoshi } from '../../fixtures/hoshi.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

describe('hoshi score', () => {
  let folder: string;
  let tiny: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-score-'));
    tiny = join(folder, 'tiny');
    await writeBundle(tiny, await tinyBundle());
  });
  after(() => rm(folder, { recursive: true }));

  const score = (...args: string[]) => hoshi(['score', '--bundle', tiny, ...args]);

  test('--details: the label and the share of known words', async () => {
    const { stdout, code } = await hoshi(['score', '--bundle', tiny, '--details'], '良い\n悪い店\n\nりんご\n');
    assert.equal(code, 0);
    assert.deepEqual(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        { line: 1, score: 5, label: 'positive', known: 1 },
        { line: 2, score: 1, label: 'negative', known: 0.5 },
        { line: 3, score: 3, label: 'neutral', known: null },
        { line: 4, score: 3, label: 'neutral', known: 0 },
      ],
    );
  });

  for (const args of [[], ['-'], ['--format', 'jsonl', '-']]) {
    test(`lines of standard input are scored as they come: ${args.join(' ')}`, async () => {
      const child = spawn(process.execPath, [join(packageRoot, 'bin', 'hoshi'), 'score', '--bundle', tiny, ...args]);
      const received = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
      const line = (text: string) => (args.includes('jsonl') ? `${JSON.stringify({ text })}\n` : `${text}\n`);
      for (const [text, score] of [
        ['良い', '5\n'],
        ['悪い', '1\n'],
        ['良い', '5\n'],
      ] as const) {
        child.stdin.write(line(text));
        assert.equal((await received.next()).value, score); // before the input ends
      }
      child.stdin.end();
      assert.equal((await received.next()).done, true);
    });
  }

  test('--shard and --out: the joined files equal the output of one run', async () => {
    const reviews = join(folder, 'reviews.tsv');
    const texts = ['良い', '悪い', '普通', '良い店', '悪い、とても悪い', '', '良い'];
    await writeFile(reviews, `id\ttext\n${texts.map((text, i) => `${i}\t${text}\n`).join('')}`);
    const parts = await Promise.all(
      [0, 1, 2].map(async (index) => {
        const out = join(folder, 'parts', `${index}.txt`);
        const { stdout, stderr, code } = await score(reviews, '--shard', `${index}/3`, '--out', out);
        assert.deepEqual({ stdout, stderr, code }, { stdout: '', stderr: '', code: 0 });
        return readFile(out, 'utf8');
      }),
    );
    assert.ok(parts.every((part) => part !== ''));
    assert.equal(parts.join(''), (await score(reviews)).stdout);
    assert.deepEqual((await readdir(join(folder, 'parts'))).sort(), ['0.txt', '1.txt', '2.txt']);
  });

  test('--skip-existing: an existing file is not written again', async () => {
    const [texts, out] = [join(folder, 'texts'), join(folder, 'done')];
    await writeFile(texts, '良い\n');
    await writeFile(out, 'done\n');
    const skipped = await score(texts, '--out', out, '--skip-existing');
    assert.deepEqual([skipped.stderr, skipped.code], [`hoshi: ${out} exists already; nothing to do\n`, 0]);
    assert.equal(await readFile(out, 'utf8'), 'done\n');
    assert.equal((await score(texts, '--out', out)).code, 0);
    assert.equal(await readFile(out, 'utf8'), '5\n');
  });

  test('--out: a failure leaves no file', async () => {
    const [broken, folderOfOut] = [join(folder, 'broken.jsonl'), join(folder, 'failed')];
    await writeFile(broken, '{"text": "良い"}\n{"text": 5}\n');
    const { stderr, code } = await score(broken, '--shard', '0/1', '--out', join(folderOfOut, 'scores'));
    assert.match(stderr, /broken\.jsonl, shard 0\/1:2: expected "text" to be a text, received 5\n$/);
    assert.equal(code, 1);
    assert.deepEqual(await readdir(folderOfOut), []);
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`--out: ${signal} halfway leaves no file of that name, and the next run is complete`, async (t) => {
      const folderOfOut = join(folder, signal);
      const out = join(folderOfOut, 'scores');
      const { child, ending } = startHoshi(['score', '--bundle', tiny, '--out', out]);
      t.after(() => child.kill('SIGKILL')); // if the test fails, its input would stay open
      child.stdin.on('error', () => {});
      child.stdin.write('良い\n'.repeat(50_000));
      const temporaryFiles = async () =>
        (await readdir(folderOfOut).catch(() => [])).filter((name) => name.endsWith('.tmp'));
      const temporarySize = async () =>
        (await readFile(join(folderOfOut, String((await temporaryFiles())[0]))).catch(() => [])).length;
      const endMs = performance.now() + 60_000;
      while ((await temporarySize()) === 0) {
        assert.ok(performance.now() < endMs, 'no temporary file is written');
        await delay(5);
      }
      child.kill(signal);
      const { code, stderr } = await ending;
      if (signal === 'SIGTERM') {
        assert.equal(stderr, `hoshi: interrupted by SIGTERM; ${out} was not written\n`);
        assert.equal(code, 130);
        assert.deepEqual(await readdir(folderOfOut), []);
      } else assert.deepEqual(await readdir(folderOfOut), await temporaryFiles());
      const texts = join(folder, `${signal}.txt`);
      await writeFile(texts, '良い\n'.repeat(50_000));
      assert.equal((await score(texts, '--out', out, '--skip-existing')).code, 0);
      assert.equal(await readFile(out, 'utf8'), '5\n'.repeat(50_000));
      assert.deepEqual(await readdir(folderOfOut), ['scores']);
    });
  }

  test('wrong usage is reported', async () => {
    const cases: [args: string[], message: RegExp][] = [
      [['--shard', '4/4', 'a'], /Expected i\/n, i from 0 to n − 1\./],
      [['--shard', '1', 'a'], /Expected i\/n/],
      [['--shard', '0/2'], /'--shard <i\/n>' needs one file, received 0/],
      [['--shard', '0/2', 'a', 'b'], /needs one file, received 2/],
      [['--shard', '0/2', '--json', 'a'], /'--shard <i\/n>' cannot be used with option '--json'/],
      [['--skip-existing', 'a'], /'--skip-existing' needs option '--out <file>'/],
    ];
    for (const [args, message] of cases) {
      const { stderr, code } = await score(...args);
      assert.match(stderr, message);
      assert.equal(code, 2, stderr);
    }
  });

  test('the separate entry point that the image runs', async () => {
    const child = spawn(process.execPath, [join(packageRoot, 'dist', 'bin', 'score.js'), '--bundle', tiny]);
    child.stdin.end('良い\n悪い\n');
    assert.equal(await readAll(child.stdout), '5\n1\n');
  });
});
