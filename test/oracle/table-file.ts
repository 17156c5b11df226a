/** Reads a table file by the definition of its format (model/compile/table-file.ts), and checks every rule of it. */
import { isUtf8 } from 'node:buffer';
import type { TableKind } from '../../model/compile/table-file.ts';
import { xxh32 } from '../../model/compile/xxh32.ts';

export const dictionaryKind: TableKind = { name: 'dictionary', tag: 'DICT', version: 5 };
export const vocabularyKind: TableKind = { name: 'vocabulary', tag: 'VOCB', version: 5 };
export const forestKind: TableKind = { name: 'forest', tag: 'FRST', version: 3 };
export const contributionsKind: TableKind = { name: 'file of contributions', tag: 'SHAP', version: 2 };
export const normalizerKind: TableKind = { name: 'normalizer', tag: 'NORM', version: 2 };

export interface TableFile {
  readonly identity: string;
  /** The sections after the identity: views of the file's bytes. */
  readonly sections: readonly Uint8Array[];
}

/** Throws an error that says what was expected and what was received. */
export function decodeTableFile(bytes: Uint8Array, kind: TableKind): TableFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expect = (what: string, expected: unknown, received: unknown) => {
    if (received !== expected)
      throw new Error(
        `${kind.name}: expected ${what} ${JSON.stringify(expected)}, received ${JSON.stringify(received)}`,
      );
  };
  if (file.length < 32) throw new Error(`${kind.name}: expected at least 32 bytes, received ${file.length}`);
  expect('magic', 'hoshitab', file.toString('latin1', 0, 8));
  expect('tag', kind.tag, file.toString('latin1', 8, 12));
  expect('version', kind.version, file.readUInt32LE(12));
  expect('size', Number(file.readBigUInt64LE(24)), file.length);
  const halfStripes = Math.floor((file.length - 32) / 32);
  const halves = [file.subarray(32, 32 + 16 * halfStripes), file.subarray(32 + 16 * halfStripes)];
  const hashes = Uint32Array.from(halves, xxh32);
  expect('checksum', file.readUInt32LE(16), xxh32(new Uint8Array(hashes.buffer)));

  const count = file.readUInt32LE(20);
  const maxCount = Math.floor((file.length - 32) / 16);
  if (count < 1 || count > maxCount)
    throw new Error(`${kind.name}: expected from 1 to ${maxCount} sections, received ${count}`);
  const sections: Buffer[] = [];
  let end = 32 + 16 * count;
  const skipPadding = () => {
    const start = Math.ceil(end / 64) * 64;
    if (file.subarray(end, start).some((byte) => byte !== 0))
      throw new Error(`${kind.name}: expected zeros from byte ${end} on`);
    return start;
  };
  for (let i = 0; i < count; i++) {
    const [offset, size] = [32, 40].map((at) => Number(file.readBigUInt64LE(at + 16 * i))) as [number, number];
    const start = skipPadding();
    expect(`section ${i} at`, start, offset);
    end = start + size;
    sections.push(file.subarray(start, end));
  }
  expect('end of the last section at', file.length, skipPadding());
  const [identity, ...tables] = sections;
  if (!isUtf8(identity as Buffer)) throw new Error(`${kind.name}: expected the identity to be UTF-8`);
  return { identity: (identity as Buffer).toString('utf8'), sections: tables };
}
