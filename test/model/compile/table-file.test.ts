import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checksumOf, encodeTableFile } from '../../../model/compile/table-file.ts';
import { decodeTableFile } from '../../oracle/table-file.ts';

const kind = { name: 'example', tag: 'EXAM', version: 3 };

describe('table file', () => {
  const file = encodeTableFile(kind, '星', [
    Uint32Array.of(1, 0x01020304),
    new Uint8Array(64).fill(7),
    Uint8Array.of(),
  ]);

  test('by hand, byte for byte', () => {
    const expected = Buffer.concat([
      Buffer.from('hoshitabEXAM'),
      Buffer.from(Uint32Array.of(3, checksumOf(file.subarray(32)), 4, 320, 0).buffer),
      Buffer.from(BigUint64Array.of(128n, 3n, 192n, 8n, 256n, 64n, 320n, 0n).buffer),
      Buffer.alloc(32),
      Buffer.from('星'),
      Buffer.alloc(61),
      Buffer.of(1, 0, 0, 0, 4, 3, 2, 1),
      Buffer.alloc(56),
      Buffer.alloc(64, 7),
    ]);
    assert.deepEqual(file, expected);
  });

  test('a written file can be read at any memory address', () => {
    const shifted = new Uint8Array(file.length + 1).subarray(1);
    shifted.set(file);
    for (const bytes of [file, shifted]) {
      const { identity, sections } = decodeTableFile(bytes, kind);
      assert.equal(identity, '星');
      assert.deepEqual(
        sections.map((section) => [...section]),
        [[1, 0, 0, 0, 4, 3, 2, 1], Array(64).fill(7), []],
      );
    }
  });

  test('any sections are read as they were written', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.array(fc.uint8Array({ maxLength: 200 })),
        (identity, sections) => {
          const bytes = encodeTableFile(kind, identity, sections);
          assert.equal(bytes.length % 64, 0);
          const decoded = decodeTableFile(bytes, kind);
          assert.equal(decoded.identity, identity);
          assert.deepEqual(
            decoded.sections.map((section) => [...section]),
            sections.map((section) => [...section]),
          );
        },
      ),
    );
  });

  test('a view of a part of an array is written as that part', () => {
    const part = Uint16Array.of(1, 2, 3, 4).subarray(1, 3);
    assert.deepEqual([...(decodeTableFile(encodeTableFile(kind, '', [part]), kind).sections[0] ?? [])], [2, 0, 3, 0]);
  });

  test('a change of any byte is detected', () => {
    for (let at = 0; at < file.length; at++) {
      const damaged = Buffer.from(file);
      damaged.writeUInt8((file[at] as number) ^ 1, at);
      assert.throws(() => decodeTableFile(damaged, kind), /^Error: example: expected /, `byte ${at}`);
    }
  });

  test('a file that is too short or too long is refused', () => {
    for (let size = 0; size < file.length; size++)
      assert.throws(() => decodeTableFile(file.subarray(0, size), kind), /^Error: example: expected /);
    assert.throws(
      () => decodeTableFile(Buffer.concat([file, Buffer.alloc(64)]), kind),
      /expected size 320, received 384/,
    );
  });

  const refused: [what: string, change: (file: Buffer) => void, message: RegExp][] = [
    ['another magic', (file) => file.write('HOSHITAB'), /expected magic "hoshitab", received "HOSHITAB"/],
    ['another kind', (file) => file.write('OTHR', 8), /expected tag "EXAM", received "OTHR"/],
    ['another version', (file) => file.writeUInt32LE(4, 12), /expected version 3, received 4/],
    ['another size', (file) => file.writeBigUInt64LE(384n, 24), /expected size 384, received 320/],
    ['no section', (file) => file.writeUInt32LE(0, 20), /expected from 1 to 18 sections, received 0/],
    ['too many sections', (file) => file.writeUInt32LE(19, 20), /expected from 1 to 18 sections, received 19/],
    ['a section elsewhere', (file) => file.writeBigUInt64LE(256n, 48), /expected section 1 at 192, received 256/],
    ['a section beyond the end', (file) => file.writeBigUInt64LE(1000n, 88), /expected end of the last section/],
    ['padding that is not zero', (file) => file.writeUInt8(1, 140), /expected zeros from byte 131 on/],
    ['an identity that is not UTF-8', (file) => file.writeUInt8(0xff, 128), /expected the identity to be UTF-8/],
  ];
  for (const [what, change, message] of refused) {
    test(`${what} is refused, even with the right checksum`, () => {
      const changed = Buffer.from(file);
      change(changed);
      changed.writeUInt32LE(checksumOf(changed.subarray(32)), 16);
      assert.throws(() => decodeTableFile(changed, kind), message);
    });
  }
});
