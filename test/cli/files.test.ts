/** Every command that reads reviews or texts takes files as people have them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeBundle } from '../../model/bundle/write.ts';
import { packageRoot } from '../../native/package-root.ts';
import { encodeText } from '../fixtures/encode.ts';
import { type Ending, hoshi, startHoshi } from '../fixtures/hoshi.ts';
import { serveSmall } from '../fixtures/small-server.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';

describe('files of reviews on the command line', () => {
  let folder: string;
  let tiny: string;
  let table: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-files-'));
    tiny = join(folder, 'tiny');
    await writeBundle(tiny, await tinyBundle());
    table = join(folder, 'sjis.csv');
    await writeFile(table, encodeText('評価;本文\r\n5;良い\r\n1;悪い\r\n3;"普通\r\n二行目"\r\n', 'shift_jis'));
  });
  after(() => rm(folder, { recursive: true }));

  /** The lines on stderr without the path of the table. */
  const told = ({ stderr }: Ending) => stderr.replaceAll(`hoshi: ${table}: `, '').trimEnd().split('\n');
  const READ = 'read as Shift_JIS (cp932); --encoding names another encoding';
  const SEPARATED = 'fields are separated by semicolons';
  const TEXTS = 'the texts are in "本文"';
  const BOTH = 'the stars are in "評価", the texts in "本文"';

  test('score', async () => {
    const ending = await hoshi(['score', '--bundle', tiny, table]);
    assert.deepEqual([ending.stdout, told(ending)], ['5\n1\n3\n', [READ, SEPARATED, TEXTS]]);
    const given = await hoshi(['score', '--bundle', tiny, '--encoding', 'cp932', table]);
    assert.deepEqual([given.stdout, told(given)], ['5\n1\n3\n', [SEPARATED, TEXTS]]);
  });

  test('eval', async () => {
    const ending = await hoshi(['eval', '--bundle', tiny, table]);
    assert.match(ending.stdout, /^3 reviews/);
    assert.deepEqual(told(ending), [READ, SEPARATED, BOTH]);
  });

  test('train', async () => {
    const ending = await hoshi(['train', table, '--base', 'none', '--out', join(folder, 'mine'), '--quiet']);
    assert.deepEqual(told(ending).slice(0, 3), [READ, SEPARATED, BOTH]);
  });

  test('explain', async () => {
    const ending = await hoshi(['explain', '--bundle', tiny, '--file', table, '--json']);
    assert.deepEqual(
      ending.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).score),
      [5, 1, 3],
    );
    assert.deepEqual(told(ending), [READ, SEPARATED, TEXTS]);
  });

  test('compare: labelled by the usual names, and plain texts', async () => {
    const ending = await hoshi(['compare', tiny, tiny, table]);
    assert.match(ending.stdout, /3 texts: sjis\.csv \(labelled reviews\)|sjis\.csv \(labelled reviews\)/);
    assert.deepEqual(told(ending), [READ, SEPARATED, BOTH]);
    const plain = join(folder, 'plain.jsonl');
    await writeFile(plain, encodeText('{"レビュー":"良い"}\n{"レビュー":"悪い"}\n', 'euc-jp'));
    const texts = await hoshi(['compare', tiny, tiny, plain]);
    assert.match(texts.stdout, /plain\.jsonl \(plain texts\)/);
    assert.match(texts.stderr, /plain\.jsonl: read as EUC-JP;.*\n.*plain\.jsonl: the texts are in "レビュー"\n/);
    const none = await hoshi(['compare', tiny, tiny, table, '--column', '感想']);
    assert.match(none.stderr, /sjis\.csv:1: expected a column "感想", found 評価, 本文; --columns/);
  });

  test('load', async (t) => {
    const seen: string[] = [];
    const { port } = await serveSmall(t, async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      seen.push(JSON.parse(body).texts);
      response.end('{"score":4}');
    });
    const ending = await hoshi([
      'load',
      `http://127.0.0.1:${port}`,
      '--texts',
      table,
      '--workers',
      '1',
      '--rounds',
      '1',
    ]);
    assert.deepEqual(seen.sort(), ['悪い', '普通\r\n二行目', '良い'].sort());
    assert.deepEqual(told(ending).slice(0, 3), [READ, SEPARATED, TEXTS]);
  });

  for (const args of [[], ['--joined'], ['--terms']]) {
    test(`tokenize ${args.join(' ')}: standard input in another encoding is told, and may be named`, async () => {
      const expected = await hoshi(['tokenize', '--bundle', tiny, ...args], '良い店です。\n');
      const run = async (encoding: string[]) => {
        const { child, ending } = startHoshi(['tokenize', '--bundle', tiny, ...args, ...encoding]);
        child.stdin.end(encodeText('良い店です。\n', 'shift_jis'));
        return ending;
      };
      assert.notEqual(expected.stdout, '');
      const detected = await run([]);
      assert.equal(detected.stdout, expected.stdout);
      assert.equal(detected.stderr, `hoshi: stdin: ${READ}\n`);
      assert.deepEqual(await run(['--encoding', 'sjis']), expected);
      const wrong = await run(['--encoding', 'utf-8']);
      assert.match(wrong.stderr, /stdin: expected UTF-8, found other bytes in line 1/);
      assert.equal(wrong.code, 1);
    });
  }

  for (const name of [
    'cp932.csv',
    'euc-jp.csv',
    'utf-16.csv',
    'semicolons.csv',
    'reviews.xlsx',
    'reviews.xls',
    'reviews.ods',
  ]) {
    test(`score, eval and explain read ${name} of LibreOffice`, async () => {
      const path = join(packageRoot, 'test', 'fixtures', 'spreadsheets', name);
      const scored = await hoshi(['score', '--bundle', tiny, path]);
      const rows = name.endsWith('.csv') ? 7 : 6; // the empty row of the sheet is a row of empty fields in CSV
      assert.equal(scored.stdout.split('\n').length - 1, rows, scored.stderr);
      const evaluated = await hoshi(['eval', '--bundle', tiny, path]);
      assert.match(evaluated.stdout, /^6 reviews/, evaluated.stderr);
      const explained = await hoshi(['explain', '--bundle', tiny, '--file', path, '--json']);
      assert.equal(explained.stdout.split('\n').length - 1, rows, explained.stderr);
      const appended = await hoshi(['score', '--bundle', tiny, '--append', '--details', path]);
      assert.equal(appended.code, 0, appended.stderr);
    });
  }
});
