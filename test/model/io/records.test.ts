import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { formatOf, type RecordFormat, readRecordChunks } from '../../../model/io/records.ts';

async function recordsOf(chunks: (string | Buffer)[], format: RecordFormat) {
  const source = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  const records = [];
  for await (const chunk of readRecordChunks(source, format, 'input')) records.push(...chunk);
  return records;
}

test('lines end only with LF or CRLF', async () => {
  const records = await recordsOf(['一\r\n二\u2028三\r四\n', '\n五'], 'lines');
  assert.deepEqual(
    records.map(({ line, fields }) => [line, fields.text]),
    [
      [1, '一'],
      [2, '二\u2028三\r四'],
      [3, ''],
      [4, '五'],
    ],
  );
});

test('a byte order mark is dropped, and a character may be split between chunks', async () => {
  const bytes = Buffer.from('\ufeff最高\n');
  const records = await recordsOf([bytes.subarray(0, 5), bytes.subarray(5)], 'lines');
  assert.deepEqual(records, [{ line: 1, fields: { text: '最高' } }]);
});

test('the error for bytes that are not UTF-8 names the line', async () => {
  await assert.rejects(
    recordsOf(['良い\n', Buffer.of(0xff, 0x0a)], 'lines'),
    /^Error: input: expected UTF-8, found other bytes in line 2; --encoding names another encoding$/,
  );
});

test('a table that goes on in another encoding is refused, and so is a character that is cut off at the end', async () => {
  const shiftJis = Buffer.of(0x8d, 0x82, 0x0a); // 高
  const message = /^Error: input: expected UTF-8, found other bytes in line 3; --encoding names another encoding$/;
  await assert.rejects(recordsOf(['stars\ttext\n5\t良い\n', '1\t', shiftJis], 'tsv'), message);
  await assert.rejects(recordsOf(['stars,text\n5,良い\n', '1,', shiftJis], 'csv'), message);
  await assert.rejects(recordsOf(['stars,text\n5,良い\n1,', Buffer.of(0xe9, 0xab)], 'csv'), message);
});

test('a character may be split between the chunks of a table', async () => {
  const bytes = Buffer.from('\ufeffstars\ttext\n5\t最高😀\n');
  const records = await recordsOf(
    Array.from(bytes, (byte) => Buffer.of(byte)),
    'tsv',
  );
  assert.deepEqual(records, [{ line: 2, fields: { stars: '5', text: '最高😀' } }]);
});

test('CSV has quotes, TSV does not', async () => {
  const tsv = await recordsOf(['stars\ttext\n5\t"最高", と\n'], 'tsv');
  assert.deepEqual(tsv, [{ line: 2, fields: { stars: '5', text: '"最高", と' } }]);
  const csv = await recordsOf(['\ufeffstars,text\n5,"最高、\n""と"""\n1,x\n'], 'csv');
  assert.deepEqual(
    csv.map(({ fields }) => fields),
    [
      { stars: '5', text: '最高、\n"と"' },
      { stars: '1', text: 'x' },
    ],
  );
});

test('JSONL gives its fields; a line that is not an object gives a problem', async () => {
  const records = await recordsOf(['{"text": "良い"}\n\n[1\n"x"\n'], 'jsonl');
  assert.deepEqual(records, [
    { line: 1, fields: { text: '良い' } },
    { line: 3, fields: {}, problem: 'expected a JSON object, received invalid JSON' },
    { line: 4, fields: {}, problem: 'expected a JSON object, received a string' },
  ]);
});

test('the format follows from the file name', () => {
  assert.deepEqual(['a.tsv', 'b.CSV', 'c.jsonl', 'd.ndjson', 'e.txt', 'f'].map(formatOf), [
    'tsv',
    'csv',
    'jsonl',
    'jsonl',
    'lines',
    'lines',
  ]);
});
