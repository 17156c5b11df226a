/** Copies of tables with further columns: all bytes of the table stay, in every encoding and form. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { TextDecoder } from 'node:util';
import { parse } from 'csv-parse/sync';
import { type Encoding, encodings } from '../../../model/io/encoding.ts';
import { type RecordFormat, readRecordChunks } from '../../../model/io/records.ts';
import { type AddedValue, refuseTaken, rowWith } from '../../../model/io/rows.ts';
import { encodeText } from '../../fixtures/encode.ts';

/** The number of a record as a score, which occurs nowhere else. */
const scoreOf = (i: number) => i + 0.123456789;

/** The table with a column `score`. The bytes come in small chunks. */
async function withScores(bytes: Uint8Array, format: RecordFormat, encoding: Encoding): Promise<Buffer> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(i * 7, (i + 1) * 7));
  const pieces: Uint8Array[] = [];
  let count = 0;
  for await (const records of readRecordChunks(Readable.from(chunks), format, 'x', { keepRows: true, encoding })) {
    for (const { row } of records) {
      assert.ok(row);
      const values: AddedValue[] = row.kind === 'record' ? [scoreOf(count++)] : [];
      pieces.push(...rowWith(row, ['score'], values));
    }
  }
  return Buffer.concat(pieces);
}

const decoded = (bytes: Uint8Array, encoding: Encoding) =>
  new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);

// 表 and ソ end with the bytes of \ and ] in Shift_JIS, 上 has the byte of a line feed in UTF-16, ①髙～ are of cp932 only.
const TEXTS = ['最高、と言う', '表ソ構能}', '上', 'ｶﾞｯｶﾘ', '', ' 前後 ', '彼は"神"と, 言った', '一\r\n二\n三', '1'];
const ROWS = TEXTS.map((text, i) => [String((i % 5) + 1), text, `メモ${i};\t`]);
const HEADER = ['評価', '本文', '備考'];

const MARKS: Readonly<Record<string, (field: string, delimiter: string) => string>> = {
  'quotes where needed': (field, delimiter) =>
    field.includes(delimiter) || /["\r\n]/.test(field) ? quoted(field) : field,
  'all fields quoted': quoted,
};

function quoted(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}

/** Forms of one table: the name, the text, and the mark between the fields. */
function* forms(): Generator<{ name: string; format: RecordFormat; text: string; delimiter: string; lineEnd: string }> {
  for (const [lineEndName, lineEnd] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ] as const) {
    for (const delimiter of [',', ';', '\t']) {
      for (const [quotes, quote] of Object.entries(MARKS)) {
        const lines = [HEADER, ...ROWS].map((row) => row.map((field) => quote(field, delimiter)).join(delimiter));
        const name = `CSV with ${JSON.stringify(delimiter)}, ${lineEndName}, ${quotes}`;
        yield { name, format: 'csv', text: lines.join(lineEnd), delimiter, lineEnd };
      }
    }
    const plain = ROWS.filter(([, text = '']) => !/["\r\n]/.test(text)).map(([stars, text]) => [stars, text, 'x']);
    const lines = [HEADER, ...plain].map((row) => row.join('\t'));
    yield { name: `TSV, ${lineEndName}`, format: 'tsv', text: lines.join(lineEnd), delimiter: '\t', lineEnd };
    if (lineEnd === '\r') continue;
    const objects = ROWS.map(([stars, text], i) => JSON.stringify({ stars, text, at: { i } }, null, i % 2 ? '' : ' '));
    const oneLine = objects.map((json) => `${json.replaceAll('\n', '')}${json.length % 2 ? ' ' : ''}`);
    yield { name: `JSONL, ${lineEndName}`, format: 'jsonl', text: oneLine.join(lineEnd), delimiter: '', lineEnd };
  }
}

describe('a table with a further column', () => {
  for (const encoding of encodings) {
    for (const mark of encoding.startsWith('utf') ? ['', '\ufeff'] : ['']) {
      for (const { name, format, text, delimiter, lineEnd } of forms()) {
        test(`${encoding}${mark && ' with a byte order mark'}: ${name}: without the column it is the table, byte for byte`, async () => {
          for (const end of ['', lineEnd, `${lineEnd}${lineEnd}`]) {
            const bytes = encodeText(`${mark}${text}${end}`, encoding);
            const output = decoded(await withScores(bytes, format, encoding), encoding);
            if (format === 'jsonl') {
              const scores = output
                .split(/\r?\n/)
                .flatMap((line) => (line === '' ? [] : [JSON.parse(line.replace(/^\ufeff/, '')).score]));
              assert.deepEqual(
                scores,
                ROWS.map((_, i) => scoreOf(i)),
              );
            } else checkColumn(output, format, delimiter, lineEnd);
            const added = format === 'jsonl' ? /,"score":\d+\.123456789/g : /[,;\t](?:score|\d+\.123456789)/g;
            assert.deepEqual(encodeText(output.replace(added, ''), encoding), bytes);
          }
        });
      }
    }
  }

  /** csv-parse finds the scores in the last column, and the other fields as they were. */
  function checkColumn(output: string, format: RecordFormat, delimiter: string, lineEnd: string): void {
    const rows = parse(output, {
      bom: true,
      delimiter,
      quote: format === 'csv' ? '"' : null,
      record_delimiter: lineEnd,
      skip_empty_lines: true,
    }) as string[][];
    const expected =
      format === 'csv'
        ? ROWS
        : ROWS.filter(([, text = '']) => !/["\r\n]/.test(text)).map(([stars, text]) => [stars, text, 'x']);
    assert.deepEqual(rows, [[...HEADER, 'score'], ...expected.map((row, i) => [...row, String(scoreOf(i))])]);
  }

  test('every sequence of two bytes stays, also where Shift_JIS and EUC-JP have two for one character', async () => {
    for (const encoding of ['shift_jis', 'euc-jp'] as const) {
      const decoder = new TextDecoder(encoding, { fatal: true });
      const characters: Buffer[] = [];
      const seen = new Set<string>();
      let doubles = 0;
      for (let pair = 0x8040; pair <= 0xffff; pair++) {
        const bytes = Buffer.of(pair >> 8, pair & 0xff);
        try {
          const character = decoder.decode(bytes);
          if (character.length > 1) continue; // two characters of one byte
          if (seen.has(character)) doubles++;
          seen.add(character);
          characters.push(bytes);
        } catch {
          // These two bytes are no character.
        }
      }
      assert.ok(characters.length > 6000);
      assert.ok(doubles > (encoding === 'shift_jis' ? 300 : 0)); // an encoder would write only one of them
      const [header, body] = [Buffer.from('text'), Buffer.concat(characters)];
      const table = Buffer.concat([header, Buffer.from('\n'), body, Buffer.from('\n')]);
      const expected = Buffer.concat([header, Buffer.from('\tscore\n'), body, Buffer.from('\t0.123456789\n')]);
      assert.ok(expected.equals(await withScores(table, 'tsv', encoding)), encoding);
    }
  });

  test('the column is behind the last one, in rows of any length; blank lines stay', async () => {
    const output = async (text: string, format: RecordFormat) =>
      String(await withScores(Buffer.from(text), format, 'utf-8'));
    assert.equal(
      await output('\na,text,b\n1,x\n\n1,x,2\n1,x,2,\n1,x,2,,""\n1,"x,",\n', 'csv'),
      '\na,text,b,score\n1,x,,0.123456789\n\n1,x,2,1.123456789\n1,x,2,2.123456789,\n1,x,2,3.123456789,,""\n1,"x,",,4.123456789\n',
    );
    assert.equal(
      await output('text\ta\nx\ny\t1\t\n', 'tsv'),
      'text\ta\tscore\nx\t\t0.123456789\ny\t1\t1.123456789\t\n',
    );
    assert.equal(
      await output(' \n{"text":"}"} \n\n{ "a": {} }', 'jsonl'),
      ' \n{"text":"}","score":0.123456789} \n\n{ "a": {} ,"score":1.123456789}',
    );
  });

  test('several columns; nothing is an empty field, or null in JSON', async () => {
    const names = ['score', 'label', 'known'];
    for (const [text, format, expected] of [
      ['text\nx\n', 'csv', 'text,score,label,known\nx,4.5,positive,\n'],
      ['{"text":"x"}\n', 'jsonl', '{"text":"x","score":4.5,"label":"positive","known":null}\n'],
    ] as const) {
      const pieces: Uint8Array[] = [];
      const source = Readable.from([Buffer.from(text)]);
      for await (const records of readRecordChunks(source, format, 'x', { keepRows: true }))
        for (const { row } of records) if (row) pieces.push(...rowWith(row, names, [4.5, 'positive', null]));
      assert.equal(String(Buffer.concat(pieces)), expected);
    }
  });
});

test('a name that the table has is refused', () => {
  refuseTaken(['text', 'Score'], ['score'], 'x:1');
  assert.throws(() => refuseTaken(['score', 'text', 'known'], ['score', 'label', 'known'], 'x:1'), {
    message: 'x:1: expected no field "score" or "known", because --append adds it; rename or remove it first',
  });
});
