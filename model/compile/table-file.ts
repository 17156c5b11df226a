/**
 * A table file: the container of what is compiled (dictionary, vocabulary, forest) and mapped by the addon. Little-endian:
 *
 *      0  magic      8 bytes, "hoshitab"
 *      8  tag        4 letters, which kind of tables
 *     12  version    u32, of that kind
 *     16  checksum   u32, XXH32 of everything from byte 32 on
 *     20  count      u32, sections
 *     24  size       u64, bytes of the whole file
 *     32  sections   for each: u64 offset from the file's start, u64 size in bytes
 *
 * Then the sections in order, each at the next multiple of 64 after the one before, zeros between; the file ends at a
 * multiple of 64. Section 0 is the identity: UTF-8 text that says what the file was compiled from.
 */
import { isUtf8 } from 'node:buffer';
import { endianness } from 'node:os';
import { xxh32 } from './xxh32.ts';

export interface TableKind {
  /** For messages. */
  readonly name: string;
  /** Four ASCII letters. */
  readonly tag: string;
  readonly version: number;
}

export interface TableFile {
  readonly identity: string;
  /** What follows the identity: views of the file's bytes. */
  readonly sections: readonly Uint8Array[];
}

const MAGIC = 'hoshitab';
const HEADER_BYTES = 32;
const ENTRY_BYTES = 16;
const ALIGNMENT = 64;

export function encodeTableFile(kind: TableKind, identity: string, sections: readonly ArrayBufferView[]): Buffer {
  if (endianness() !== 'LE') throw new Error('Table files can only be written on a little-endian machine');
  const all = [Buffer.from(identity, 'utf8'), ...sections];
  const { offsets, size } = layOut(all.map(({ byteLength }) => byteLength));
  const file = Buffer.alloc(size);
  file.write(MAGIC + kind.tag, 'latin1');
  file.writeUInt32LE(kind.version, 12);
  file.writeUInt32LE(all.length, 20);
  file.writeBigUInt64LE(BigInt(size), 24);
  all.forEach((section, i) => {
    const offset = offsets[i] as number;
    file.writeBigUInt64LE(BigInt(offset), HEADER_BYTES + ENTRY_BYTES * i);
    file.writeBigUInt64LE(BigInt(section.byteLength), HEADER_BYTES + ENTRY_BYTES * i + 8);
    file.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), offset);
  });
  file.writeUInt32LE(xxh32(file.subarray(HEADER_BYTES)), 16);
  return file;
}

/** Checks everything that the container promises. Throws an error that says what was expected and what came. */
export function decodeTableFile(bytes: Uint8Array, kind: TableKind): TableFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expect = (what: string, expected: unknown, received: unknown) => {
    if (received !== expected)
      throw new Error(
        `${kind.name}: expected ${what} ${JSON.stringify(expected)}, received ${JSON.stringify(received)}`,
      );
  };
  if (file.length < HEADER_BYTES)
    throw new Error(`${kind.name}: expected at least ${HEADER_BYTES} bytes, received ${file.length}`);
  expect('magic', MAGIC, file.toString('latin1', 0, 8));
  expect('tag', kind.tag, file.toString('latin1', 8, 12));
  expect('version', kind.version, file.readUInt32LE(12));
  expect('size', Number(file.readBigUInt64LE(24)), file.length);
  expect('checksum', file.readUInt32LE(16), xxh32(file.subarray(HEADER_BYTES)));

  const count = file.readUInt32LE(20);
  const mostEntries = Math.floor((file.length - HEADER_BYTES) / ENTRY_BYTES);
  if (count < 1 || count > mostEntries)
    throw new Error(`${kind.name}: expected from 1 to ${mostEntries} sections, received ${count}`);
  const entry = (at: number) => Number(file.readBigUInt64LE(at));
  const sizes = Array.from({ length: count }, (_, i) => entry(HEADER_BYTES + ENTRY_BYTES * i + 8));
  const { offsets, size } = layOut(sizes);
  offsets.forEach((offset, i) => {
    expect(`section ${i} at`, offset, entry(HEADER_BYTES + ENTRY_BYTES * i));
  });
  expect('end of the last section at', file.length, size);
  const padded = [HEADER_BYTES + ENTRY_BYTES * count, ...offsets.map((offset, i) => offset + (sizes[i] as number))];
  padded.forEach((from, i) => {
    const padding = file.subarray(from, offsets[i] ?? size);
    if (padding.some((byte) => byte !== 0)) throw new Error(`${kind.name}: expected zeros from byte ${from} on`);
  });

  const [identity, ...sections] = offsets.map((offset, i) => file.subarray(offset, offset + (sizes[i] as number)));
  if (!isUtf8(identity as Buffer)) throw new Error(`${kind.name}: expected the identity to be UTF-8`);
  return { identity: (identity as Buffer).toString('utf8'), sections };
}

function layOut(sizes: readonly number[]): { offsets: number[]; size: number } {
  let end = HEADER_BYTES + ENTRY_BYTES * sizes.length;
  const offsets = sizes.map((size) => {
    const offset = roundUp(end);
    end = offset + size;
    return offset;
  });
  return { offsets, size: roundUp(end) };
}

function roundUp(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
