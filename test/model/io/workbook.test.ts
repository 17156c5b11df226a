/** Cells of workbooks and values of Parquet files, and their rows as CSV. */
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { type CellObject, utils, type WorkSheet, write } from '@e965/xlsx';
import { readRecordChunks } from '../../../model/io/records.ts';
import type { InputRecord } from '../../../model/io/rows.ts';
import { packageRoot } from '../../../native/package-root.ts';

async function read(source: Readable, format: 'xlsx' | 'parquet', keepRows = false) {
  const records: InputRecord[] = [];
  const notes: string[] = [];
  const options = { keepRows, onNote: (note: string) => notes.push(note) };
  for await (const chunk of readRecordChunks(source, format, 'x', options)) records.push(...chunk);
  return { records, notes, csv: Buffer.concat(records.flatMap(({ row }) => row?.bytes ?? [])).toString() };
}

function workbook(sheet: WorkSheet, bookType: 'xlsx' | 'ods' | 'xls' = 'xlsx'): Readable {
  const book = utils.book_new();
  utils.book_append_sheet(book, sheet, 'レビュー');
  return Readable.from([write(book, { type: 'buffer', bookType }) as Buffer]);
}

describe('workbooks', () => {
  const cell = (t: CellObject['t'], v: CellObject['v'], z?: string): CellObject =>
    ({ t, v, ...(z && { z }) }) as CellObject;
  const values: [cell: CellObject, text: string][] = [
    [cell('n', 5), '5'],
    [cell('n', 4.5, '0'), '4.5'], // the sheet shows 5
    [cell('n', 0.1 + 0.2), '0.30000000000000004'],
    [cell('n', 123456789012345), '123456789012345'], // "General" shows 1.23457E+14
    [cell('n', 46329, 'yyyy/mm/dd'), '2026/11/03'],
    [cell('n', 46329, 'm/d/yy'), '2026-11-03'], // what Excel shows depends on the country
    [cell('n', 46329.75, 'yyyy-mm-dd hh:mm'), '2026-11-03 18:00'],
    [cell('n', 46329, 'yyyy"年"m"月"d"日"'), '2026年11月3日'],
    [cell('b', true), 'TRUE'],
    [cell('e', 0x2a), '#N/A'],
    [cell('s', ' 前後 '), ' 前後 '],
  ];

  for (const bookType of ['xlsx', 'xls'] as const) {
    test(`${bookType}: a cell is read as the text of a CSV file`, async () => {
      const sheet = utils.aoa_to_sheet([['text'], ...values.map(() => ['x'])]);
      for (const [i, [content]] of values.entries()) sheet[utils.encode_cell({ r: i + 1, c: 0 })] = content;
      const { records } = await read(workbook(sheet, bookType), 'xlsx');
      assert.deepEqual(
        records.map(({ fields }) => fields.text),
        values.map(([, text]) => text),
      );
    });
  }

  test('rows as CSV: empty rows and short ones keep their places', async () => {
    const sheet = utils.aoa_to_sheet([
      [],
      ['text', 'n', ''],
      ['一\n"二"', 1],
      [],
      ['a,b'],
      ['', '', '', ''],
      ['x', 2, 3],
    ]);
    const { records, csv, notes } = await read(workbook(sheet), 'xlsx', true);
    assert.equal(csv, '\ufeff\r\ntext,n\r\n"一\n""二""",1\r\n\r\n"a,b",\r\n\r\nx,2,3\r\n');
    assert.deepEqual(
      records.map(({ line, row }) => [line, row?.kind]),
      [
        [1, 'blank'],
        [2, 'header'],
        [3, 'record'],
        [4, 'blank'],
        [5, 'record'],
        [6, 'blank'],
        [7, 'record'],
      ],
    );
    assert.equal(records.at(-1)?.problem, 'expected 2 fields, received 3');
    assert.deepEqual(notes, []);
  });

  test('a sheet without cells has no records', async () => {
    assert.deepEqual((await read(workbook(utils.aoa_to_sheet([])), 'xlsx', true)).records, []);
  });
});

describe('Parquet', () => {
  // pyarrow 26.0.1, from columns of int64, string, date32, timestamp('us'), timestamp('ns'), bool, double and list<int64>.
  const types = () => createReadStream(join(packageRoot, 'test', 'fixtures', 'types.parquet'));

  test('no digit of a number or of a time is lost', async () => {
    const { csv } = await read(types(), 'parquet', true);
    assert.deepEqual(csv.split('\r\n'), [
      '\ufeffid,本文,日付,時刻,詳しい時刻,済,値,一覧',
      '9007199254740993,"良い, ""とても""",2026-11-03,2026-11-03T18:30:00.123456,1969-12-31T23:59:59.999999999,true,0.1,"[1,""9007199254740993""]"',
      '1,,1969-12-31,2026-11-03T18:30:00,2026-11-03T18:30:00.000000001,,NaN,',
      '',
    ]);
  });

  test('a value that is no text is shown in the error', async () => {
    const { records } = await read(types(), 'parquet');
    assert.deepEqual(
      records.map(({ line, fields }) => [line, fields.id, fields.本文]),
      [
        [1, 9007199254740993n, '良い, "とても"'],
        [2, 1, null],
      ],
    );
  });
});
