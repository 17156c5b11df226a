import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Interrupted } from '../../../model/io/interrupted.ts';
import { hashOfReviews, hasStars, readReviewChunks, readReviews } from '../../../model/io/reviews.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-reviews-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(name: string, content: string | Uint8Array) {
  return readReviews(await file(name, content));
}

const both = [
  { stars: 5, text: '最高。' },
  { stars: 1.5, text: '「"ひどい"」、と言う' },
];

describe('reviews', () => {
  test('are read from TSV without quotes; columns are found by name', async () => {
    const { reviews, badRows } = await read('a.tsv', 'id\ttext\tstars\n1\t最高。\t5\n2\t「"ひどい"」、と言う\t1.5\n');
    assert.deepEqual(reviews, both);
    assert.deepEqual(badRows, []);
  });

  test('are read from CSV with quotes, a byte order mark, CRLF and a line end in a text', async () => {
    const { reviews } = await read(
      'b.CSV',
      '\ufeffstars,text\r\n5,最高。\r\n1.5,"「""ひどい""」、と言う"\r\n3,"一\n二"\r\n',
    );
    assert.deepEqual(reviews, [...both, { stars: 3, text: '一\n二' }]);
  });

  test('are read from JSONL; stars may be numbers or strings, and empty lines are skipped', async () => {
    const lines = [
      '{"stars": 5, "text": "最高。"}',
      '',
      '{"text": "「\\"ひどい\\"」、と言う", "stars": "1.5", "id": 2}',
      '{"stars": -1e1, "text": "."}',
    ];
    for (const name of ['c.jsonl', 'c.ndjson']) {
      const { reviews, badRows } = await read(name, lines.join('\n'));
      assert.deepEqual(reviews, [...both, { stars: -10, text: '.' }]);
      assert.deepEqual(badRows, []);
    }
  });

  test('may have texts that often reveal bugs', async () => {
    const texts = ['', '\ud800', '😀😀😀', 'ｶﾞｯｶﾘ', 'か\u3099', '\u2028良', '神'.repeat(100_000)];
    const lines = texts.map((text) => JSON.stringify({ stars: 3, text }));
    const { reviews, badRows } = await read('d.jsonl', lines.join('\n'));
    assert.deepEqual(
      reviews.map(({ text }) => text),
      texts.slice(1),
    );
    assert.deepEqual(badRows, [{ line: 1, reason: 'expected "text" to be a text, received ""' }]);
  });

  test('a file with only a header has no reviews', async () => {
    assert.deepEqual(await read('e.tsv', 'stars\ttext\n'), { reviews: [], badRows: [] });
  });
});

describe('columns of other names', () => {
  test('are chosen by name, even if the file also has `stars` and `text`', async () => {
    const tsv = await file('k.tsv', 'stars\trating\ttext\tbody\n1\t5\t悪い\t良い\n');
    const columns = { stars: 'rating', text: 'body' };
    assert.deepEqual((await readReviews(tsv, { columns })).reviews, [{ stars: 5, text: '良い' }]);
    assert.deepEqual((await readReviews(tsv, { columns: { text: 'body' } })).reviews, [{ stars: 1, text: '良い' }]);
    const jsonl = await file('k.jsonl', '{"rating": 2, "body": "普通"}\n{"rating": 2}\n');
    const { reviews, badRows } = await readReviews(jsonl, { columns });
    assert.deepEqual(reviews, [{ stars: 2, text: '普通' }]);
    assert.deepEqual(badRows, [{ line: 2, reason: 'expected "body" to be a text, received nothing' }]);
    await assert.rejects(readReviews(tsv, { columns: { text: 'review' } }), {
      message: `${tsv}:1: expected a column "review", found stars, rating, text, body; --columns stars=NAME,text=NAME says which are meant`,
    });
  });
});

describe('reading', () => {
  test('reports the bytes read, and stops at a signal', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${1 + (i % 5)}\t映画を観た。${i}\n`);
    const path = await file('l.tsv', `stars\ttext\n${rows.join('')}`);
    const reported: number[] = [];
    const stop = new AbortController();
    const { reviews } = await readReviews(path, {
      onProgress: (done, total) => {
        reported.push(done);
        assert.equal(total, Buffer.byteLength(rows.join('')) + 11);
      },
      signal: stop.signal,
    });
    assert.equal(reviews.length, 20_000);
    assert.ok(reported.length > 3 && reported.every((done, i) => done >= (reported[i - 1] ?? 0)));
    assert.equal(reported.at(-1), Buffer.byteLength(rows.join('')) + 11);
    await assert.rejects(readReviews(path, { onProgress: () => stop.abort(), signal: stop.signal }), Interrupted);
  });
});

describe('bad rows', () => {
  test('show the beginning of the received value', async () => {
    const { badRows } = await read('m.tsv', `stars\ttext\n${'五'.repeat(200)}\t良い\n`);
    assert.deepEqual(badRows, [{ line: 2, reason: `expected "stars" to be a number, received "${'五'.repeat(79)}…` }]);
  });

  test('of a table have a line and a reason, and the other rows are read', async () => {
    const { reviews, badRows } = await read(
      'f.tsv',
      'stars\ttext\n五\t良い\n\t良い\n5\t\n4\t良い\n4\nInfinity\t良い\n \t良い\n2\t悪い\n',
    );
    assert.deepEqual(reviews, [
      { stars: 4, text: '良い' },
      { stars: 2, text: '悪い' },
    ]);
    assert.deepEqual(badRows, [
      { line: 2, reason: 'expected "stars" to be a number, received "五"' },
      { line: 3, reason: 'expected "stars" to be a number, received ""' },
      { line: 4, reason: 'expected "text" to be a text, received ""' },
      { line: 6, reason: 'expected "text" to be a text, received nothing' },
      { line: 7, reason: 'expected "stars" to be a number, received "Infinity"' },
      { line: 8, reason: 'expected "stars" to be a number, received " "' },
    ]);
  });

  test('of CSV have the line on which they end', async () => {
    const { badRows } = await read('g.csv', 'stars,text\n5,"一\n二"\nx,"三\n四"\n');
    assert.deepEqual(badRows, [{ line: 5, reason: 'expected "stars" to be a number, received "x"' }]);
  });

  test('of JSONL include lines that are not objects', async () => {
    const lines = [
      '{"stars": null, "text": "良い"}',
      '{"stars": true, "text": "良い"}',
      '{"stars": 5, "text": 5}',
      '{"stars": 5}',
      '{"stars": 5, "text"',
      '[5, "良い"]',
      '{"stars": 1e999, "text": "良い"}',
    ];
    const { reviews, badRows } = await read('h.jsonl', lines.join('\n'));
    assert.deepEqual(reviews, []);
    assert.deepEqual(
      badRows.map(({ line, reason }) => `${line}: ${reason}`),
      [
        '1: expected "stars" to be a number, received null',
        '2: expected "stars" to be a number, received true',
        '3: expected "text" to be a text, received 5',
        '4: expected "text" to be a text, received nothing',
        '5: expected a JSON object, received invalid JSON',
        '6: expected a JSON object, received an array',
        '7: expected "stars" to be a number, received null',
      ],
    );
  });
});

describe('refused files', () => {
  test('a file name without a known extension', async () => {
    for (const name of ['reviews.txt', 'reviews', 'tsv']) {
      await assert.rejects(readReviews(name), {
        message: `Expected a file named .tsv, .csv, .jsonl, .ndjson, .xlsx, .xls, .ods or .parquet, received ${name}`,
      });
    }
  });

  test('a missing file', async () => {
    for (const name of ['none.tsv', 'none.jsonl']) {
      await assert.rejects(readReviews(join(folder, name)), { code: 'ENOENT' });
    }
  });

  test('a table without a required column', async () => {
    await assert.rejects(read('i.csv', 'stars,title\n5,良い\n'), {
      message: `${join(folder, 'i.csv')}:1: expected a column "text", found stars, title; --columns stars=NAME,text=NAME says which are meant`,
    });
    await assert.rejects(read('i.tsv', 'height\ttext\n5\t良い\n'), {
      message: `${join(folder, 'i.tsv')}:1: expected a column "stars", found height, text; --columns stars=NAME,text=NAME says which are meant`,
    });
  });
});

test('reviews come in chunks, with the bad rows of each chunk', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i % 2000 === 0 ? 'x' : i}\t良い\n`);
  const chunks = [];
  for await (const chunk of readReviewChunks(await file('k.tsv', `stars\ttext\n${rows.join('')}`))) chunks.push(chunk);
  assert.ok(chunks.length > 2);
  assert.ok(chunks.every(({ reviews, badRows }) => reviews.length + badRows.length < 10_000));
  assert.equal(chunks.flatMap(({ reviews }) => reviews).length, 19_990);
  assert.deepEqual(
    chunks.flatMap(({ badRows }) => badRows.map(({ line }) => line)),
    Array.from({ length: 10 }, (_, i) => 2 + 2000 * i),
  );
});

test('hasStars: the header of a table, or one of the first objects of JSONL', async () => {
  const cases: [name: string, content: string, has: boolean][] = [
    ['l.tsv', 'stars\ttext\n5\t良い\n', true],
    ['l.tsv', 'text\tstars\n良い\n', true],
    ['l.csv', 'rating,text\n5,stars\n', true],
    ['l.csv', '評価,本文\n5,良い\n', true],
    ['l.csv', 'rated,text\n5,stars\n', false],
    ['l.csv', 'text,constructor\na,b\n', false],
    ['l.jsonl', '{"text":"良い"}\n{"text":"悪い","stars":1}\n', true],
    ['l.jsonl', 'stars\n{"text":"stars"}\n', false],
    ['l.tsv', '', false],
    ['l.jsonl', '', false],
  ];
  for (const [name, content, has] of cases) assert.equal(await hasStars(await file(name, content)), has, content);
  await assert.rejects(hasStars(join(folder, 'none.tsv')), /none\.tsv: expected a file, found none$/);
});

test('the hash of reviews equals that of sha256sum (coreutils 9.1) for lines of stars, a tab and the text', () => {
  const reviews = [
    { stars: 5, text: '良い' },
    { stars: 0.5, text: 'だめ' },
  ];
  assert.equal(hashOfReviews(reviews), 'dab8684788ace390188e874614200d2c625196049b1afb992b01a1c6375c75e6');
  assert.notEqual(hashOfReviews([...reviews].reverse()), hashOfReviews(reviews));
});
