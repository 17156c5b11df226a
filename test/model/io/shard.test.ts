/** All shards of a file in sequence are the file: each line is in exactly one shard, in order. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { RecordFormat } from '../../../model/io/records.ts';
import { openShard } from '../../../model/io/shard.ts';
import { encodeText } from '../../fixtures/encode.ts';

describe('shards', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-shard-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function shardsOf(content: string, format: RecordFormat, count: number): Promise<string[]> {
    const file = join(folder, 'file');
    await writeFile(file, content);
    const shards = Array.from({ length: count }, async (_, index) =>
      String(await readAll((await openShard(file, format, { index, count })).stream)),
    );
    return Promise.all(shards);
  }

  test('a line belongs to the shard whose byte range contains its start', async () => {
    assert.deepEqual(await shardsOf('aaa\nb\ncc\n', 'lines', 3), ['aaa\n', 'b\n', 'cc\n']);
    assert.deepEqual(await shardsOf('aaaaaaaa\nb', 'lines', 3), ['aaaaaaaa\n', '', 'b']);
    assert.deepEqual(await shardsOf('', 'lines', 2), ['', '']);
  });

  test('each shard of a table begins with the header', async () => {
    assert.deepEqual(await shardsOf('text\tn\na\t1\nb\t2\n', 'tsv', 2), ['text\tn\na\t1\n', 'text\tn\nb\t2\n']);
    assert.deepEqual(await shardsOf('text', 'tsv', 2), ['text', 'text']);
    assert.deepEqual(await shardsOf('a long header\nxxxx\ny\n', 'tsv', 2), [
      'a long header\nxxxx\n',
      'a long header\ny\n',
    ]);
  });

  test('lines that are longer than the read buffer', async () => {
    const [long, other] = [`${'長'.repeat(100_000)}\n`, `${'い'.repeat(70_000)}\n`];
    assert.deepEqual(await shardsOf(long + other, 'lines', 4), [long, '', other, '']);
  });

  test('any file, any number of shards: joined, they are the file, and each ends with a line', async () => {
    const line = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('', '\r', '良い', '😀', '\u2028'));
    const content = fc.tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('', '\n'));
    await fc.assert(
      fc.asyncProperty(content, fc.integer({ min: 1, max: 9 }), async ([lines, end], count) => {
        const whole = lines.join('\n') + end;
        const shards = await shardsOf(whole, 'jsonl', count);
        assert.equal(shards.join(''), Buffer.from(whole).toString());
        for (const shard of shards.filter((one) => one !== '').slice(0, -1)) assert.ok(shard.endsWith('\n'), shard);
      }),
      { numRuns: 200 },
    );
  });

  for (const encoding of ['utf-16le', 'utf-16be'] as const) {
    test(`${encoding}: shards are cut between lines, not inside characters that have the byte of a line feed`, async () => {
      const file = join(folder, encoding);
      const line = fc.string({ unit: fc.constantFrom(...'上ਊ\u0a0d\u0d0aa良\n'), maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 7 }), async (lines, count) => {
          const text = `\ufeff良い\n${lines.join('\n')}`;
          await writeFile(file, encodeText(text, encoding));
          let joined = '';
          for (let index = 0; index < count; index++) {
            const opened = await openShard(file, 'lines', { index, count });
            assert.equal(opened.encoding, encoding);
            const part = new TextDecoder(encoding, { ignoreBOM: true }).decode(await readAll(opened.stream));
            assert.ok(part === '' || joined === '' || joined.endsWith('\n'));
            joined += part;
          }
          assert.equal(joined, text);
        }),
        { numRuns: 200 },
      );
    });
  }

  test('the encoding is that of the whole file, not of a part', async () => {
    const file = join(folder, 'sjis.tsv');
    // The half-width katakana of the second line alone look like EUC-JP or UTF-8 as well.
    await writeFile(file, encodeText('text\n良い店でした。\nｱ\n', 'shift_jis'));
    const notes: string[] = [];
    const { encoding } = await openShard(
      file,
      'tsv',
      { index: 1, count: 2 },
      { onNote: (note) => notes.push(note) },
      'x',
    );
    assert.equal(encoding, 'shift_jis');
    assert.deepEqual(notes, ['x: read as Shift_JIS (cp932); --encoding names another encoding']);
    assert.equal((await openShard(file, 'tsv', { index: 1, count: 2 }, { encoding: 'euc-jp' })).encoding, 'euc-jp');
  });

  test('a table whose rows end with carriage returns is refused', async () => {
    const file = join(folder, 'cr.tsv');
    await writeFile(file, 'text\r良い\r');
    await assert.rejects(
      openShard(file, 'tsv', { index: 0, count: 2 }),
      /cr\.tsv: expected lines that end with a line feed for a shard, found carriage returns$/,
    );
  });

  test('CSV and folders are refused', async () => {
    const shard = { index: 0, count: 2 };
    await assert.rejects(
      openShard(join(folder, 'a'), 'csv', shard),
      /a: expected lines, TSV or JSONL for a shard, received CSV/,
    );
    await assert.rejects(openShard(folder, 'lines', shard), /: expected a regular file for a shard, found a folder/);
  });
});
