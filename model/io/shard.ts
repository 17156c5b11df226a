/**
 * Shards: parts of a file of records, so that several processes can share the work. Shard i of n has the lines that
 * begin in the i-th of n equal byte ranges. The header of a table belongs to no range. A process finds its lines by
 * itself and reads no others. All shards in sequence are the file. The file must not change during the work.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { RecordFormat } from './records.ts';

export interface Shard {
  /** From 0 to count − 1. */
  readonly index: number;
  readonly count: number;
}

/** Byte offsets in a file; `end` is exclusive. */
type Range = readonly [start: number, end: number];

const LINE_FEED = 0x0a;

/**
 * Opens a shard. Each shard of a table begins with the header. Rejects CSV, whose records may span lines, and files that
 * are not text.
 */
export async function openShard(file: string, format: RecordFormat, shard: Shard): Promise<Readable> {
  if (format === 'xlsx' || format === 'parquet')
    throw new Error(`${file}: expected lines, TSV or JSONL for a shard, received ${format}`);
  if (format === 'csv')
    throw new Error(
      `${file}: expected lines, TSV or JSONL for a shard, received CSV, whose records may span several lines`,
    );
  return Readable.from(bytesOf(file, await rangesOf(file, format === 'tsv', shard)), { objectMode: false });
}

async function rangesOf(file: string, hasHeader: boolean, { index, count }: Shard): Promise<readonly Range[]> {
  const handle = await open(file);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error(`${file}: expected a regular file for a shard, found something else`);
    const headerEnd = hasHeader ? await lineStart(handle, 1, stats.size) : 0;
    const bound = (i: number) =>
      lineStart(handle, headerEnd + Math.floor(((stats.size - headerEnd) * i) / count), stats.size);
    return [
      [0, headerEnd],
      [await bound(index), await bound(index + 1)],
    ];
  } finally {
    await handle.close();
  }
}

/** The start of the first line that begins at or after `offset`; `size` if there is none. */
async function lineStart(handle: FileHandle, offset: number, size: number): Promise<number> {
  if (offset === 0) return 0;
  const buffer = Buffer.alloc(1 << 16);
  for (let at = offset - 1; at < size; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return size;
    const end = buffer.subarray(0, bytesRead).indexOf(LINE_FEED);
    if (end >= 0) return at + end + 1;
    at += bytesRead;
  }
  return size;
}

async function* bytesOf(file: string, ranges: readonly Range[]): AsyncGenerator<Uint8Array> {
  for (const [start, end] of ranges) if (start < end) yield* createReadStream(file, { start, end: end - 1 });
}
