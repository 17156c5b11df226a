/** Lines of files in every encoding, however the bytes are cut into chunks. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Encoding, encodings } from '../../../model/io/encoding.ts';
import { contentOf, encodingOf, type Line, type LineOptions, readLines, readText } from '../../../model/io/lines.ts';
import { encodeText } from '../../fixtures/encode.ts';

async function linesOf(chunks: readonly Uint8Array[], options: LineOptions = {}): Promise<Line[]> {
  const all: Line[] = [];
  for await (const { lines } of readLines(Readable.from(chunks), 'input', options)) all.push(...lines);
  return all;
}

/** The bytes in pieces of these sizes, which repeat. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

// 上 is 4E 0A and ਊ is 0A 0A in UTF-16; 表 is 95 5C and ソ is 83 5C in Shift_JIS.
const CHARACTERS = 'aあ上表ソ良ア,"}\r\u2028';
const characters = (encoding: Encoding) => (encoding.startsWith('utf') ? `${CHARACTERS}ਊ😀` : CHARACTERS);

describe('lines', () => {
  for (const encoding of encodings) {
    test(`${encoding}: any text in any chunks; the bytes of the lines are the bytes of the file`, async () => {
      const letters = [...characters(encoding)].filter((letter) => encoding.startsWith('utf') || letter !== '\u2028');
      const line = fc.string({ unit: fc.constantFrom(...letters), maxLength: 6 });
      const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(
          fc.array(line, { minLength: 1, maxLength: 8 }),
          fc.boolean(),
          sizes,
          async (parts, end, by) => {
            const text = `${parts.join('\n')}${end ? '\n' : ''}`;
            const bytes = encodeText(text, encoding);
            const lines = await linesOf(cut(bytes, by), { encoding, keepBytes: true });
            assert.equal(lines.map((one) => one.text).join(''), text);
            assert.deepEqual(Buffer.concat(lines.map((one) => one.bytes ?? Buffer.of())), bytes);
            assert.deepEqual(
              lines.map((one) => one.text),
              text === '' ? [] : text.split(/(?<=\n)/),
            );
            assert.deepEqual(
              lines.map((one) => one.line),
              lines.map((_, i) => i + 1),
            );
          },
        ),
        { numRuns: 300 },
      );
    });

    test(`${encoding}: a byte order mark belongs to the bytes, not to the text`, async () => {
      if (!encoding.startsWith('utf')) return;
      const bytes = encodeText('\ufeff良い\n悪い', encoding);
      const lines = await linesOf([bytes], { keepBytes: true });
      assert.deepEqual(
        lines.map(({ text }) => text),
        ['良い\n', '悪い'],
      );
      assert.deepEqual(Buffer.concat(lines.map((one) => one.bytes ?? Buffer.of())), bytes);
    });
  }

  test('a byte order mark that contradicts --encoding is refused', async () => {
    await assert.rejects(
      linesOf([encodeText('\ufeff良い\n', 'utf-16be')], { encoding: 'utf-16le' }),
      /^Error: input: expected UTF-16 \(little-endian\), found the byte order mark of UTF-16 \(big-endian\)$/,
    );
    await assert.rejects(
      linesOf([Buffer.from('\ufeff良い\n')], { encoding: 'shift_jis' }),
      /expected Shift_JIS \(cp932\), found the byte order mark of UTF-8$/,
    );
  });

  test('invalid bytes are named by their line; the lines before them come first', async () => {
    const bytes = Buffer.concat([Buffer.from('一\n二\n'), Buffer.of(0xff, 0x0a), Buffer.from('四\n')]);
    const texts: string[] = [];
    await assert.rejects(async () => {
      for await (const { lines } of readLines(Readable.from([bytes]), 'input'))
        texts.push(...lines.map((one) => one.text));
    }, /^Error: input: expected UTF-8, found other bytes in line 3; --encoding names another encoding$/);
    assert.deepEqual(texts, ['一\n', '二\n']);
  });

  test('half a code unit of UTF-16 at the end is invalid', async () => {
    const bytes = encodeText('良い\n悪い\n', 'utf-16le');
    await assert.rejects(linesOf([bytes.subarray(0, -1)], { encoding: 'utf-16le' }), /found other bytes in line 2$/);
  });

  test('a line of a megabyte in small chunks', async () => {
    const bytes = Buffer.from(`${'神'.repeat(350_000)}\nx\n`);
    const lines = await linesOf(cut(bytes, [1000]));
    assert.deepEqual(
      lines.map(({ text }) => text.length),
      [350_001, 2],
    );
  });

  test('tables of old Macintosh programs end their rows with carriage returns', async () => {
    const split = async (text: string, encoding: Encoding = 'utf-8') =>
      (await linesOf(cut(encodeText(text, encoding), [3]), { table: 'csv', encoding })).map((line) => line.text);
    assert.deepEqual(await split('a,b\r1,良い\r'), ['a,b\r', '1,良い\r']);
    assert.deepEqual(await split('a,b\r1,良い\r', 'shift_jis'), ['a,b\r', '1,良い\r']);
    assert.deepEqual(await split('a,"b\r\nc"\r1,良い\n\r'), ['a,"b\r', '\nc"\r', '1,良い\n\r']);
    assert.deepEqual(await split('a,b\r\n1,良\rい\r\n'), ['a,b\r\n', '1,良\rい\r\n']);
    assert.deepEqual(await split('a,"b\rc"\n1,良い\n'), ['a,"b\rc"\n', '1,良い\n']);
    assert.deepEqual(
      (await linesOf([Buffer.from('a\rb\r')])).map((line) => line.text),
      ['a\rb\r'], // lines of text are no table
    );
  });

  test('contentOf takes one line end away', () => {
    for (const [text, content] of [
      ['a\r\n', 'a'],
      ['a\n', 'a'],
      ['a\r', 'a'],
      ['a', 'a'],
      ['\n', ''],
      ['a\r\r\n', 'a\r'],
      ['', ''],
    ] as const)
      assert.equal(contentOf(text), content);
  });
});

test('encodingOf reads until it knows', async () => {
  const chunks = ['text\n', 'ascii\n'].map((text) => Buffer.from(text));
  const notes: string[] = [];
  const options = { onNote: (note: string) => notes.push(note) };
  assert.equal(await encodingOf(Readable.from(chunks), 'x', options), 'utf-8');
  const japanese = encodeText('とても良い映画でした。\n', 'euc-jp');
  assert.equal(await encodingOf(Readable.from([...chunks, japanese]), 'x', options), 'euc-jp');
  assert.equal(await encodingOf(Readable.from([japanese]), 'x', { encoding: 'utf-8' }), 'utf-8');
  assert.deepEqual(notes, ['x: read as EUC-JP; --encoding names another encoding']);
});

test('readText gives the whole text', async () => {
  const bytes = encodeText('\ufeff良い\r\n悪い', 'utf-16le');
  assert.equal(await readText(Readable.from(cut(bytes, [3])), 'x', { encoding: 'utf-16le' }), '良い\r\n悪い');
});
