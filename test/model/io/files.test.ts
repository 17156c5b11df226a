/** Files of reviews as people have them: encodings, separators, names of columns, and ways to write stars. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { starsIn } from '../../../model/io/columns.ts';
import { detectEncoding, type Encoding, encodingNamed, encodings } from '../../../model/io/encoding.ts';
import { readLines } from '../../../model/io/lines.ts';
import { readReviews } from '../../../model/io/reviews.ts';
import { openShard } from '../../../model/io/shard.ts';
import { packageRoot } from '../../../native/package-root.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-files-'));
});
after(() => rm(folder, { recursive: true }));

async function read(name: string, content: string | Uint8Array, encoding?: Encoding) {
  const path = join(folder, name);
  await writeFile(path, content);
  const notes: string[] = [];
  const result = await readReviews(path, {
    onNote: (note) => notes.push(note.replace(`${folder}/`, '')),
    ...(encoding && { encoding }),
  });
  return { ...result, notes };
}

// Python 3.11.7: base64.b64encode(text.encode(encoding)); euc_jp has no ①㈱髙 and no ～, but 〜,
// which the Encoding Standard decodes as ～.
const ENCODED: readonly (readonly [pythonName: string, encoding: Encoding, base64: string])[] = [
  [
    'utf-8',
    'utf-8',
    '6KmV5L6hLOacrOaWhw0KNSzmnIDpq5jjgafjgZfjgZ/jgILikaDjiLHpq5nmqYvvvZ4NCjEs44OA44Oh44CC5Y2K6KeS7722776F44KCDQo=',
  ],
  [
    'utf-8-sig',
    'utf-8',
    '77u/6KmV5L6hLOacrOaWhw0KNSzmnIDpq5jjgafjgZfjgZ/jgILikaDjiLHpq5nmqYvvvZ4NCjEs44OA44Oh44CC5Y2K6KeS7722776F44KCDQo=',
  ],
  [
    'utf-16-le',
    'utf-16le',
    'VYqhTywALGeHZQ0ACgA1ACwAAGfYmmcwVzBfMAIwYCQxMtmaS2pe/w0ACgAxACwAwDDhMAIwSlPSiXb/hf+CMA0ACgA=',
  ],
  [
    'utf-16-be',
    'utf-16be',
    'ilVPoQAsZyxlhwANAAoANQAsZwCa2DBnMFcwXzACJGAyMZrZakv/XgANAAoAMQAsMMAw4TACU0qJ0v92/4UwggANAAo=',
  ],
  [
    'utf-16',
    'utf-16le',
    '//5ViqFPLAAsZ4dlDQAKADUALAAAZ9iaZzBXMF8wAjBgJDEy2ZpLal7/DQAKADEALADAMOEwAjBKU9KJdv+F/4IwDQAKAA==',
  ],
  ['cp932', 'shift_jis', 'lV2JvyyWe5W2DQo1LI3FjYKCxYK1gr2BQodAh4ru4Iu0gWANCjEsg1+DgYFClLyKcLbFguANCg=='],
  ['euc_jp', 'euc-jp', 'yb6ywSzL3Mq4DQo1LLrHueKkx6S3pL+ho7a2ocENCjEspcCl4aGjyL6z0Y62jsWk4g0K'],
];

describe('encodings', () => {
  for (const [pythonName, encoding, base64] of ENCODED) {
    const bytes = Buffer.from(base64, 'base64');
    const expected = [
      { stars: 5, text: pythonName === 'euc_jp' ? '最高でした。橋～' : '最高でした。①㈱髙橋～' },
      { stars: 1, text: 'ダメ。半角ｶﾅも' },
    ];

    test(`${pythonName} is detected and told`, async () => {
      const { reviews, badRows, notes } = await read(`${pythonName}.csv`, bytes);
      assert.deepEqual([reviews, badRows], [expected, []]);
      const [first, ...others] = notes;
      assert.equal(notes.length, encoding === 'utf-8' ? 1 : 2);
      assert.match(notes.at(-1) as string, /the stars are in "評価", the texts in "本文"$/);
      if (others.length > 0)
        assert.match(
          first as string,
          /^\S+\.csv: read as (UTF-16|Shift_JIS|EUC-JP).*; --encoding names another encoding$/,
        );
    });

    test(`${pythonName} may be named`, async () => {
      assert.deepEqual((await read(`named-${pythonName}.csv`, bytes, encoding)).reviews, expected);
    });

    test(`${pythonName} after a chunk of ASCII`, async () => {
      if (encoding.startsWith('utf-16')) return; // a byte of it says nothing; files come in large chunks
      const all = Buffer.concat([Buffer.from('id,x\n'), bytes.subarray(pythonName === 'utf-8-sig' ? 3 : 0)]);
      const chunks = [all.subarray(0, 5), all.subarray(5)];
      let text = '';
      for await (const { lines } of readLines(Readable.from(chunks), 'x'))
        text += lines.map((line) => line.text).join('');
      assert.equal(text, new TextDecoder(encoding).decode(all));
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

  test('a wrong name is an error, not other letters', async () => {
    const [, , cp932 = ''] = ENCODED[5] ?? [];
    await assert.rejects(
      read('wrong.csv', Buffer.from(cp932, 'base64'), 'utf-8'),
      /wrong\.csv: expected UTF-8, found other bytes in line 1$/,
    );
  });
});

describe('tables', () => {
  const expected = [
    { stars: 5, text: '良い, とても' },
    { stars: 1, text: '悪い; 本当に' },
  ];
  const variants: readonly (readonly [name: string, content: string, note?: RegExp])[] = [
    ['comma.csv', 'stars,text\n5,"良い, とても"\n1,悪い; 本当に\n'],
    [
      'semicolon.csv',
      'stars;text\n5;良い, とても\n1;"悪い; 本当に"\n',
      /semicolon\.csv: fields are separated by semicolons/,
    ],
    ['tab.csv', 'stars\ttext\n5\t良い, とても\n1\t悪い; 本当に\n', /fields are separated by tabs/],
    ['quoted-header.csv', '"stars","text, of the review",text\n5,x,"良い, とても"\n1,x,悪い; 本当に\n'],
    ['cr.csv', '\ufeffstars,text\r\n5,"良い, とても"\r\n1,悪い; 本当に\r\n'],
    ['trailing.tsv', 'stars\ttext\n5\t良い, とても\t\n1\t悪い; 本当に\n'],
    ['a.ndjson', '{"stars":5,"text":"良い, とても"}\n{"stars":"1","text":"悪い; 本当に"}\n'],
    [
      'named.jsonl',
      '{"評価":5,"レビュー":"良い, とても"}\n{"評価":"★☆☆☆☆","レビュー":"悪い; 本当に"}\n',
      /the stars are in "評価", the texts in "レビュー"/,
    ],
    ...(
      [
        ['評価', '本文'],
        ['星', 'レビュー'],
        ['点数', 'コメント'],
        ['総合評価', '口コミ'],
        ['Rating', 'Review'],
        [' Stars ', 'Body'],
        ['ＲＡＴＩＮＧ', 'Ｔｅｘｔ'],
        ['star_rating', 'review_body'],
        ['Score', 'Comment'],
        ['評価', 'レビュー 本文'],
      ] as const
    ).map(
      ([stars, text], i) =>
        [
          `names-${i}.tsv`,
          `id\t${stars}\t${text}\n1\t5\t良い, とても\n2\t1\t悪い; 本当に\n`,
          /the stars are in ".*", the texts in ".*"/,
        ] as const,
    ),
  ];
  for (const [name, content, note] of variants) {
    test(`${name}: ${content.split('\n')[0]}`, async () => {
      const { reviews, badRows, notes } = await read(name, content);
      assert.deepEqual([reviews, badRows], [expected, []]);
      if (note === undefined) assert.deepEqual(notes, []);
      else assert.match(notes.join('\n'), note);
    });
  }

  test('two columns that could be meant are named', async () => {
    await assert.rejects(
      read('two.csv', '評価,rating,本文\n5,4,良い\n'),
      /two\.csv:1: expected one column of stars, found 評価 and rating; --columns stars=NAME,text=NAME says which are meant$/,
    );
  });

  test('a row with one field too many is refused like a short one', async () => {
    const { reviews, badRows } = await read('wide.tsv', 'stars\ttext\n4\t良い\t最悪\n3\n2\t悪い\n');
    assert.deepEqual(reviews, [{ stars: 2, text: '悪い' }]);
    assert.deepEqual(badRows, [
      { line: 2, reason: 'expected 2 fields, received 3' },
      { line: 3, reason: 'expected "text" to be a text, received nothing' },
    ]);
  });

  test('blank texts are refused like empty ones', async () => {
    const { reviews, badRows } = await read('blank.tsv', 'stars\ttext\n5\t \u3000\n4\t\n3\t普通\n');
    assert.deepEqual(reviews, [{ stars: 3, text: '普通' }]);
    assert.deepEqual(
      badRows.map(({ line }) => line),
      [2, 3],
    );
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
  // Made by openpyxl 3.1.5 (an empty row, then 番号, 評価, 本文; a second sheet) and pyarrow 26.0.1 (snappy, int64).
  const fixture = (name: string) => join(packageRoot, 'test', 'fixtures', name);
  const texts = ['最高でした。\n二行目', 'ダメ。半角ｶﾅも', '良い'];

  test('the first sheet of a workbook, with stars as numbers and as ★', async () => {
    const { reviews, badRows } = await readReviews(fixture('reviews.xlsx'));
    assert.deepEqual(badRows, []);
    assert.deepEqual(
      reviews,
      [5, 1, 4.5].map((stars, i) => ({ stars, text: texts[i] })),
    );
  });

  test('a Parquet file', async () => {
    const { reviews, badRows } = await readReviews(fixture('reviews.parquet'));
    assert.deepEqual(badRows, []);
    assert.deepEqual(
      reviews,
      [5, 1, 4].map((stars, i) => ({ stars, text: texts[i] })),
    );
  });

  for (const name of ['broken.xlsx', 'broken.parquet']) {
    test(`${name} is refused with its name`, async () => {
      const content = Buffer.concat([
        await readFile(fixture(name.replace('broken', 'reviews'))).then((all) => all.subarray(0, 500)),
      ]);
      await assert.rejects(
        read(name, content),
        new RegExp(`${name}: expected a (?:workbook|Parquet file), cannot read it: `),
      );
    });
  }

  test('text that is named like a workbook', async () => {
    await assert.rejects(
      read('csv.xlsx', '評価,本文\n5,良い\n'),
      /csv\.xlsx: expected a workbook, received other bytes; is it a CSV file\?$/,
    );
  });

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

describe('files that are not text', () => {
  const files: readonly (readonly [name: string, start: string, message: RegExp])[] = [
    [
      'x.csv',
      'PK\x03\x04\x14',
      /expected a text file, received an Excel workbook or another ZIP archive: a workbook is read if its name ends with \.xlsx or \.ods$/,
    ],
    ['old.csv', '\xd0\xcf\x11\xe0\xa1\xb1', /an old Excel workbook: it is read if its name ends with \.xls/],
    ['a.tsv', 'PAR1\x15', /a Parquet file: it is read if its name ends with \.parquet/],
    ['a.jsonl', '\x1f\x8b\x08', /a gzip archive: unpack it first/],
    ['b.csv', '%PDF-1.7', /a PDF document$/],
    ['c.csv', '\x89PNG\r\n', /a picture \(PNG\)$/],
    ['d.csv', 'SQLite format 3\0', /an SQLite database: export the table as CSV/],
  ];
  for (const [name, start, message] of files) {
    test(name, async () => {
      await assert.rejects(read(name, Buffer.from(`${start}${'\0\x01'.repeat(50)}`, 'latin1')), message);
    });
  }

  test('a folder', async () => {
    await mkdir(join(folder, 'reviews.tsv'));
    await assert.rejects(
      readReviews(join(folder, 'reviews.tsv')),
      /reviews\.tsv: expected a file of reviews, found a folder$/,
    );
  });
});
