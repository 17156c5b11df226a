/** `hoshi score --append` from its arguments to its bytes. test/model/io/rows.test.ts has the forms of tables. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { writeBundle } from '../../../model/bundle/write.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { encodeText } from '../../fixtures/encode.ts';
import { hoshi, startHoshi } from '../../fixtures/hoshi.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';
import { until } from '../../fixtures/until.ts';

describe('hoshi score --append', () => {
  let folder: string;
  let tiny: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-append-'));
    tiny = join(folder, 'tiny');
    await writeBundle(tiny, await tinyBundle());
  });
  after(() => rm(folder, { recursive: true }));

  async function file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  const append = (...args: string[]) => hoshi(['score', '--bundle', tiny, '--append', ...args]);

  /** The bytes that a command writes into a file, as the encoding's text. */
  async function appended(...args: string[]): Promise<Buffer> {
    const out = join(folder, 'out');
    const { stderr, stdout, code } = await append('--out', out, ...args);
    assert.deepEqual([stdout, code], ['', 0], stderr);
    return readFile(out);
  }

  test('a CSV file of Excel in cp932 comes back in cp932, with CRLF and its quotes', async () => {
    const [table, scored] = [
      '評価,"本文"\r\n5,"良い, とても"\r\n1,悪い①髙\r\n',
      '評価,"本文",score\r\n5,"良い, とても",5\r\n1,悪い①髙,1\r\n',
    ].map((text) => encodeText(text, 'shift_jis')) as [Buffer, Buffer];
    const path = await file('excel.csv', table);
    assert.deepEqual(await appended(path), scored);
    const child = spawn(process.execPath, [
      join(packageRoot, 'bin', 'hoshi'),
      'score',
      '--bundle',
      tiny,
      '--append',
      path,
    ]);
    assert.deepEqual(await buffer(child.stdout), scored); // standard output has the same bytes
  });

  test('--details adds the label and the share of known words', async () => {
    const csv = await append('--details', await file('details.csv', 'text,n\n良い,1\n悪い店,2\n,3\n'));
    assert.equal(csv.stdout, 'text,n,score,label,known\n良い,1,5,positive,1\n悪い店,2,1,negative,0.5\n,3,3,neutral,\n');
    const jsonl = await append('--details', await file('details.jsonl', '{"text": "良い"}\n{"text": ""}\n'));
    assert.equal(
      jsonl.stdout,
      '{"text": "良い","score":5,"label":"positive","known":1}\n{"text": "","score":3,"label":"neutral","known":null}\n',
    );
  });

  for (const [args, rows] of [
    [
      ['--format', 'csv', '-'],
      [
        ['本文,n\r\n', '本文,n,score\r\n'],
        ['良い,1\r\n', '良い,1,5\r\n'],
        ['"悪い\n', undefined],
        ['とても",2\r\n', '"悪い\nとても",2,1\r\n'],
      ],
    ],
    [
      ['--format', 'tsv'],
      [
        ['text\tn\n良い\t1\n', 'text\tn\tscore\n良い\t1\t5\n'],
        ['\n', '\n'],
        ['悪い\t2\n', '悪い\t2\t1\n'],
      ],
    ],
    [
      ['--format', 'jsonl'],
      [
        ['{"本文":"良い"}\n', '{"本文":"良い","score":5}\n'],
        ['{"本文":"悪い"}\n', '{"本文":"悪い","score":1}\n'],
      ],
    ],
  ] as const) {
    test(`each row of standard input is written before the next one comes: ${args.join(' ')}`, async () => {
      const command = [join(packageRoot, 'bin', 'hoshi'), 'score', '--bundle', tiny, '--append', ...args];
      const child = spawn(process.execPath, command);
      const received = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
      for (const [row, scored] of rows) {
        child.stdin.write(row);
        if (scored !== undefined) assert.equal((await received.next()).value, scored);
      }
      child.stdin.end();
      assert.equal((await received.next()).done, true);
    });
  }

  for (const [name, encoding, header, row] of [
    ['shards.tsv', 'utf-8', 'n\ttext\r\n', (i: number) => `${i}\t${i % 3 ? '良い' : '悪い'}\r\n`],
    ['wide.tsv', 'utf-16le', '\ufeffn\ttext\n', (i: number) => `${i}\t${i % 3 ? '良い上' : '悪い'}\n`],
    ['wide-be.tsv', 'utf-16be', '\ufeffn\ttext\n', (i: number) => `${i}\t${i % 3 ? '良い上' : '悪い'}\n`],
    ['shards.jsonl', 'euc-jp', '', (i: number) => `{"text":"${i % 3 ? '良い' : '悪い'}"}\n`],
  ] as const) {
    test(`--shard: the joined parts of ${name} in ${encoding} are the whole table, with one header`, async () => {
      const rows = Array.from({ length: 20 }, (_, i) => row(i));
      const path = await file(name, encodeText(`${header}${rows.join('')}`, encoding));
      const whole = await appended(path);
      assert.equal(new TextDecoder(encoding).decode(whole).split('\n').length, rows.length + (header ? 2 : 1));
      const parts: Buffer[] = [];
      for (const shard of ['0/3', '1/3', '2/3']) parts.push(await appended(path, '--shard', shard));
      assert.ok(parts.every(({ length }) => length > 0));
      assert.deepEqual(Buffer.concat(parts), whole);
    });
  }

  test('--shard with --details, which has no line numbers here', async () => {
    const path = await file('few.tsv', 'text\n良い\n悪い\n');
    assert.equal(
      String(await appended(path, '--details', '--shard', '0/1')),
      String(await appended(path, '--details')),
    );
  });

  for (const name of ['reviews.xlsx', 'reviews.parquet']) {
    test(`${name} comes back as CSV in UTF-8 with a byte order mark and CRLF`, async () => {
      const output = String(await appended(join(packageRoot, 'test', 'fixtures', name)));
      assert.equal(output[0], '\ufeff');
      const rows = output.slice(1).split('\r\n');
      if (name === 'reviews.xlsx') assert.equal(rows.shift(), ''); // the sheet begins with an empty row
      assert.equal(rows[0], '番号,評価,本文,score');
      assert.match(rows[1] as string, /^1,5,"最高でした。\n二行目",[\d.]+$/);
      assert.match(
        rows[2] as string,
        name.endsWith('xlsx') ? /^2,★☆☆☆☆,ダメ。半角ｶﾅも,[\d.]+$/ : /^2,1,ダメ。半角ｶﾅも,[\d.]+$/,
      );
      assert.deepEqual([rows.length, rows.at(-1)], [5, '']);
    });
  }

  test('a table that has such a column is refused; nothing is overwritten', async () => {
    const out = join(folder, 'untouched');
    await writeFile(out, 'old');
    const cases: [name: string, content: string, args: string[], message: RegExp][] = [
      [
        's.csv',
        'text,score\n良い,4\n',
        [],
        /s\.csv:1: expected no field "score", because --append adds it; rename or remove it first$/m,
      ],
      ['l.tsv', 'label\ttext\n1\t良い\n', ['--details'], /l\.tsv:1: expected no field "label"/],
      ['s.jsonl', '{"text":"良い"}\n{"text":"悪い","score":null}\n', [], /s\.jsonl:2: expected no field "score"/],
    ];
    for (const [name, content, args, message] of cases) {
      const { stderr, code } = await append(await file(name, content), '--out', out, ...args);
      assert.match(stderr, message);
      assert.equal(code, 1);
      assert.equal(await readFile(out, 'utf8'), 'old');
    }
    const label = await append(await file('l.tsv', 'label\ttext\n1\t良い\n'));
    assert.equal(label.stdout, 'label\ttext\tscore\n1\t良い\t5\n'); // without --details, "label" is free
  });

  test('a row that cannot be scored ends it, after the rows before it; no file is left', async () => {
    const cases: [name: string, content: string, message: RegExp, before: string][] = [
      [
        'wide.csv',
        'text,n\n良い,1\n悪い,2,3\n良い,4\n',
        /wide\.csv:3: expected 2 fields, received 3$/m,
        'text,n,score\n良い,1,5\n',
      ],
      [
        'short.tsv',
        'n\ttext\n1\t良い\n2\n',
        /short\.tsv:3: expected "text" to be a text, received nothing$/m,
        'n\ttext\tscore\n1\t良い\t5\n',
      ],
      [
        'array.jsonl',
        '{"text":"良い"}\n["悪い"]\n',
        /array\.jsonl:2: expected a JSON object, received an array$/m,
        '{"text":"良い","score":5}\n',
      ],
    ];
    for (const [name, content, message, before] of cases) {
      const path = await file(name, content);
      const { stdout, stderr, code } = await append(path);
      assert.match(stderr, message);
      assert.deepEqual([stdout, code], [before, 1]);
      const outFolder = join(folder, `${name}-out`);
      assert.equal((await append(path, '--out', join(outFolder, 'scored'))).code, 1);
      assert.deepEqual(await readdir(outFolder), []);
    }
  });

  test('blank texts get the score of a blank text, as without --append', async () => {
    const path = await file('blank.csv', 'text,n\n,1\n" ",2\n良い,3\n');
    const scores = (await hoshi(['score', '--bundle', tiny, path])).stdout.trimEnd().split('\n');
    const { stdout } = await append(path);
    assert.equal(stdout, `text,n,score\n,1,${scores[0]}\n" ",2,${scores[1]}\n良い,3,${scores[2]}\n`);
  });

  test('empty tables stay empty', async () => {
    assert.equal((await append(await file('empty.csv', ''))).stdout, '');
    assert.equal((await append(await file('header.csv', 'text'))).stdout, 'text,score');
  });

  test('SIGINT halfway leaves no file', async (t) => {
    const outFolder = join(folder, 'interrupted');
    const out = join(outFolder, 'scored.csv');
    const args = ['score', '--bundle', tiny, '--append', '--format', 'csv', '--out', out];
    const { child, ending } = startHoshi(args);
    t.after(() => child.kill('SIGKILL')); // if the test fails, its input would stay open
    child.stdin.write('text\n良い\n');
    const isWritten = async () => {
      const [temporary] = await readdir(outFolder).catch(() => []);
      return temporary !== undefined && (await readFile(join(outFolder, temporary), 'utf8')) === 'text,score\n良い,5\n';
    };
    await until('the rows in the temporary file', isWritten);
    child.kill('SIGINT');
    const { code, stderr } = await ending;
    assert.deepEqual([code, stderr], [130, `hoshi: interrupted by SIGINT; ${out} was not written\n`]);
    assert.deepEqual(await readdir(outFolder), []);
  });

  test('wrong usage is reported', async () => {
    const [a, text] = [await file('a.csv', 'text\n良い\n'), await file('a.txt', '良い\n')];
    for (const [args, message, expectedCode] of [
      [[a, a], /option '--append' needs one file, received 2: run it for each table/, 2],
      [['--json', a], /'--append' cannot be used with option '--json'/, 2],
      [
        [text],
        /a\.txt: expected a table for --append, received lines of text; --format csv, tsv or jsonl names one/,
        1,
      ],
      [[], /stdin: expected a table for --append, received lines of text/, 1],
    ] as const) {
      const { stderr, code } = await append(...args);
      assert.match(stderr, message);
      assert.equal(code, expectedCode);
    }
  });

  test('memory does not grow with the table', async () => {
    const report =
      'data:text/javascript,process.on("exit",()=>process.stderr.write("peak="+process.resourceUsage().maxRSS))';
    const rows = (count: number) => `${'備'.repeat(500)},良い店\r\n`.repeat(count);
    const peakOf = async (count: number) => {
      const path = await file('large.csv', encodeText(`備考,本文\r\n`, 'shift_jis'));
      const block = encodeText(rows(1000), 'shift_jis');
      for (let written = 0; written < count; written += 1000) await appendFile(path, block);
      const command = ['--import', report, join(packageRoot, 'bin', 'hoshi'), 'score', '--bundle', tiny, '--append'];
      const child = spawn(process.execPath, [...command, '--out', join(folder, 'large'), path]);
      const stderr = String(await buffer(child.stderr));
      return Number(/peak=(\d+)/.exec(stderr)?.[1]) / 1024; // in MiB
    };
    // Up to 100 MB, Node's heap still grows to the size that it keeps.
    const [few, many] = [await peakOf(100_000), await peakOf(400_000)];
    assert.ok(
      many - few < 100,
      `expected about the same memory for 100 and 400 MB of input, found ${few} and ${many} MiB`,
    );
  });
});
