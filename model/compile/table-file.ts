/**
 * A table file: the container of a compiled dictionary, normalizer, vocabulary, forest or file of contributions, which
 * the addon maps into memory. Little-endian:
 *
 *      0  magic      8 bytes, "hoshitab"
 *      8  tag        4 letters, the kind of tables
 *     12  version    u32, the version of that kind
 *     16  checksum   u32 of everything from byte 32 on: XXH32 of two hashes, u32 each: XXH32 of the first half of the
 *                    bytes, rounded down to a multiple of 16, and XXH32 of the rest
 *     20  count      u32, the number of sections
 *     24  size       u64, bytes of the whole file
 *     32  sections   for each: u64 offset from the file's start, u64 size in bytes
 *
 * The sections follow in order. Each starts at the next multiple of 64, with zeros between them, and the file ends at a
 * multiple of 64. Section 0 is the identity: UTF-8 text that says from what the file was compiled. native/table_file.h
 * reads these files; test/oracle/table-file.ts is its slow twin.
 */
import { endianness } from 'node:os';
import { xxh32 } from './xxh32.ts';

export interface TableKind {
  /** The name for messages. */
  readonly name: string;
  /** Four ASCII letters. */
  readonly tag: string;
  readonly version: number;
}

const MAGIC = 'hoshitab';
const HEADER_BYTES = 32;
const ENTRY_BYTES = 16;
const ALIGNMENT = 64;

/** The bytes of a table file. `sections` are those after the identity. Throws on a big-endian machine. */
export function encodeTableFile(kind: TableKind, identity: string, sections: readonly ArrayBufferView[]): Buffer {
  if (endianness() !== 'LE') throw new Error('Table files can only be written on a little-endian machine');
  const all = [Buffer.from(identity, 'utf8'), ...sections];
  const { offsets, size } = placeSections(all.map(({ byteLength }) => byteLength));
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
  file.writeUInt32LE(checksumOf(file.subarray(HEADER_BYTES)), 16);
  return file;
}

/** The checksum of a file without its header. */
export function checksumOf(bytes: Uint8Array): number {
  const half = 16 * Math.floor(bytes.length / 32);
  const hashes = Buffer.alloc(8);
  hashes.writeUInt32LE(xxh32(bytes.subarray(0, half)), 0);
  hashes.writeUInt32LE(xxh32(bytes.subarray(half)), 4);
  return xxh32(hashes);
}

/** The offset of each section, and the size of the file. */
function placeSections(sizes: readonly number[]): { offsets: number[]; size: number } {
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
