/** Files of reviews as people have them: encodings, separators, names of columns, and ways to write stars. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { starsIn } from '../../../model/io/columns.ts';
import { detectEncoding, encodingNamed, encodings } from '../../../model/io/encoding.ts';
import { readLines } from '../../../model/io/lines.ts';
import { readReviews } from '../../../model/io/reviews.ts';
import { openShard } from '../../../model/io/shard.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { encodeText } from '../../fixtures/encode.ts';
import { fileVariants } from '../../fixtures/file-variants/program-files.ts';
import { readVariant } from '../../fixtures/file-variants/variant.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-files-'));
});
after(() => rm(folder, { recursive: true }));

describe('files as people have them', () => {
  assert.ok(fileVariants.length >= 40);
  for (const variant of fileVariants) {
    test(`${variant.file}: ${variant.is}`, async () => {
      const { reviews = [], badRows = [], told = [], refused } = variant;
      const expected = { reviews, badRows, told, ...(refused !== undefined && { refused }) };
      assert.deepEqual(await readVariant(folder, variant), expected);
    });
  }

  test('each has its own name and its own description', () => {
    for (const key of ['file', 'is'] as const)
      assert.equal(new Set(fileVariants.map((variant) => variant[key])).size, fileVariants.length);
  });
});

describe('encodings', () => {
  for (const encoding of ['shift_jis', 'euc-jp', 'utf-8'] as const) {
    test(`${encoding} is detected after a chunk of ASCII`, async () => {
      const bytes = encodeText('評価,本文\r\n5,最高でした。\r\n', encoding);
      let text = '';
      for await (const { lines } of readLines(Readable.from([Buffer.from('id,x\n'), bytes]), 'x'))
        text += lines.map((line) => line.text).join('');
      assert.equal(text, 'id,x\n評価,本文\r\n5,最高でした。\r\n');
    });
  }

  test('have the names that people use', () => {
    const names = {
      CP932: 'shift_jis',
      'Shift-JIS': 'shift_jis',
      sjis: 'shift_jis',
      EUC_JP: 'euc-jp',
      UTF16: 'utf-16le',
      utf8: 'utf-8',
    };
    for (const [name, encoding] of Object.entries(names)) assert.equal(encodingNamed(name), encoding);
    for (const encoding of encodings) assert.equal(encodingNamed(encoding), encoding);
    assert.equal(encodingNamed('latin-1'), undefined);
  });

  test('U+0000 in UTF-8 is not UTF-16, and random bytes are no text', () => {
    assert.equal(detectEncoding(Buffer.from('最高\0でした。とても良い映画でした。\n')), 'utf-8');
    assert.equal(detectEncoding(Buffer.from('a\0b\0\n\0', 'latin1')), 'utf-16le');
    assert.equal(detectEncoding(Buffer.of(0xff, 0xa0, 0xff)), undefined);
  });
});

describe('stars', () => {
  const written: readonly (readonly [text: string, stars: number])[] = [
    ['4', 4],
    ['5', 5],
    ['4.0', 4],
    [' 3 ', 3],
    ['-1.5', -1.5],
    ['★★★★☆', 4],
    ['★', 1],
    ['★★★★★', 5],
    ['☆4', 4],
    ['★3.5', 3.5],
    ['星5つ', 5],
    ['星ふたつ', 2],
    ['星三つ', 3],
    ['星4', 4],
    ['星１個', 1],
    ['4つ星', 4],
    ['5つ星のうち4.0', 4],
    ['5つ星のうち 2', 2],
    ['星5つ中の3', 3],
    ['80点', 80],
    ['4/5', 4],
    ['4 / 5', 4],
    ['3.5 out of 5 stars', 3.5],
    ['2 stars', 2],
  ];
  for (const [text, stars] of written) test(`${text} is ${stars}`, () => assert.equal(starsIn(text), stars));
  for (const text of ['', ' ', '良い', '★良い', '五月', '星', '4/', '1,000', '☆☆☆'])
    test(`${JSON.stringify(text)} is no number of stars`, () => assert.ok(Number.isNaN(starsIn(text))));
  test('a number stays as it is; other values are none', () => {
    assert.equal(starsIn(4.5), 4.5);
    for (const value of [null, undefined, true, [5], {}]) assert.ok(Number.isNaN(starsIn(value)));
  });
});

describe('tables of other programs', () => {
  const fixture = (name: string) => join(packageRoot, 'test', 'fixtures', name);

  for (const name of ['broken.xlsx', 'broken.parquet']) {
    test(`${name}, a part of one, is refused`, async () => {
      const content = { fixture: name.replace('broken', 'reviews'), bytes: 500 };
      const { refused } = await readVariant(folder, { file: name, is: 'a part', content });
      assert.match(refused as string, /^FILE: expected a (?:workbook|Parquet file), cannot read it: /);
    });
  }

  test('a workbook without a column of texts names its columns', async () => {
    await assert.rejects(
      readReviews(fixture('reviews.xlsx'), { columns: { text: '感想' } }),
      /reviews\.xlsx:1: expected a column "感想", found 番号, 評価, 本文/,
    );
  });

  test('no shard of a workbook', async () => {
    await assert.rejects(
      openShard(fixture('reviews.xlsx'), 'xlsx', { index: 0, count: 2 }),
      /expected lines, TSV or JSONL for a shard, received xlsx/,
    );
  });
});
