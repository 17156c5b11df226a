/** CSV and TSV. csv-parse 7 is the oracle of CSV. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { InputRecord } from '../../../model/io/rows.ts';
import { tableRecords } from '../../../model/io/table.ts';

async function read(text: string, format: 'csv' | 'tsv' = 'csv', chunkSize = 1 << 16) {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, i) =>
    bytes.subarray(i * chunkSize, (i + 1) * chunkSize),
  );
  const records: InputRecord[] = [];
  const notes: string[] = [];
  for await (const chunk of tableRecords(Readable.from(chunks), format, 'x', { onNote: (note) => notes.push(note) }))
    records.push(...chunk);
  return { records, notes };
}

const fieldsOf = async (text: string, format: 'csv' | 'tsv' = 'csv') =>
  (await read(text, format)).records.map(({ fields, problem }) => problem ?? fields);

describe('CSV', () => {
  test('gives the fields of csv-parse, for any fields, line ends and chunks', async () => {
    const field = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'良い,;"\n\r \t'), maxLength: 5 }),
      fc.constantFrom('', '""', '最高、"と"', '😀', '一\r\n二'),
    );
    const isQuotedAlways = fc.boolean();
    const rows = fc.array(fc.tuple(field, field, field), { maxLength: 6 });
    const lineEnd = fc.constantFrom('\n', '\r\n');
    const quoted = (text: string, always: boolean) =>
      always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    await fc.assert(
      fc.asyncProperty(
        rows,
        lineEnd,
        isQuotedAlways,
        fc.integer({ min: 1, max: 30 }),
        async (data, end, always, size) => {
          const lines = data.map((row) => row.map((text) => quoted(text, always)).join(','));
          const csv = [`a,b,c`, ...lines, ''].join(end);
          const options = { columns: true, record_delimiter: end, skip_empty_lines: true } as const;
          const expected = parse(csv, options) as Record<string, string>[];
          const { records } = await read(csv, 'csv', size);
          assert.deepEqual(
            records.map(({ fields }) => fields),
            expected.map((fields) => ({ ...fields })),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a record that is open at the end of a chunk is completed by the next one', async () => {
    const { records } = await read('text\n"一\n\n二"\n"三\n', 'csv', 3).catch(() => ({ records: undefined }));
    assert.equal(records, undefined);
    assert.deepEqual((await read('text\n"一\n\n二"\n三\n', 'csv', 3)).records, [
      { line: 4, fields: { text: '一\n\n二' } },
      { line: 5, fields: { text: '三' } },
    ]);
  });

  test('wrong quotes are named with their line, after the records before them', async () => {
    const cases: [csv: string, message: RegExp][] = [
      [
        'a,b\n1,彼は"最高"と\n',
        /^Error: x:2: expected quotes around a whole field, with "" for each " inside, found 彼は"最高"と$/,
      ],
      ['a,b\n1,"最高"と\n', /^Error: x:2: expected quotes .* found "最高"と$/],
      ['a,b\n1,良い\n2,"最高\n3,x\n', /^Error: x:3: expected a closing quote, found the end$/],
      ['a,b\n1, "最高"\n', /^Error: x:2: expected quotes around a whole field/],
    ];
    for (const [csv, message] of cases) {
      const records: InputRecord[] = [];
      await assert.rejects(async () => {
        for await (const chunk of tableRecords(Readable.from([Buffer.from(csv)]), 'csv', 'x', {}))
          records.push(...chunk);
      }, message);
      assert.equal(records.length, csv.includes('良い') ? 1 : 0);
    }
  });

  test('the mark between the fields is detected and told', async () => {
    assert.deepEqual(await read('a,b;c\n1,2\n'), {
      records: [{ line: 2, fields: { a: '1', 'b;c': '2' } }],
      notes: [],
    });
    assert.deepEqual((await read('\n\na;b;"c,,,"\n1;2;3\n')).notes, ['x: fields are separated by semicolons']);
    assert.deepEqual((await read('a\tb\n"1"\t"2\n3"\n')).records, [{ line: 3, fields: { a: '1', b: '2\n3' } }]);
  });

  test('rows of other lengths', async () => {
    assert.deepEqual(await fieldsOf('a,b\n1\n1,2,\n1,2,"",\n1,2,3\n1,2,,3\n'), [
      { a: '1', b: undefined },
      { a: '1', b: '2' },
      { a: '1', b: '2' },
      'expected 2 fields, received 3',
      'expected 2 fields, received 4',
    ]);
  });
});

describe('TSV', () => {
  test('has no quotes; quotes are letters', async () => {
    assert.deepEqual(await fieldsOf('a\tb\n"x"\t"最高", と\n""\t"\n', 'tsv'), [
      { a: '"x"', b: '"最高", と' },
      { a: '""', b: '"' },
    ]);
  });

  test('quotes of a spreadsheet program are refused, not read as letters', async () => {
    const advice = 'TSV has no quotes; if a spreadsheet program wrote this file, name it .csv';
    assert.deepEqual(await fieldsOf('a\tb\n1\t"彼は""最高""と"\n2\t"一\n二"\n', 'tsv'), [
      `expected a field without quotes, received "彼は""最高""と"; ${advice}`,
      { a: '2', b: '"一' },
      `expected 2 fields, received 1 and an open quote; ${advice}`,
    ]);
    await assert.rejects(read('"a"\t"b"\n1\t2\n', 'tsv'), {
      message: `x:1: expected names without quotes, found "a"\t"b"; ${advice}`,
    });
  });
});
