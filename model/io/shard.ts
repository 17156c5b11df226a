/**
 * Shards: parts of a file of records, so that several processes can share the work. Shard i of n has the lines that
 * begin in the i-th of n equal byte ranges. The header of a table belongs to no range. A process finds its lines by
 * itself and reads no others. All shards in sequence are the file. The file must not change during the work.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { DecodeOptions, Encoding } from './encoding.ts';
import { FileError, kindOf, readError } from './file-errors.ts';
import { encodingOf, firstLineEnd, lineEndsIn, unitSizeOf } from './lines.ts';
import type { RecordFormat } from './records.ts';

export interface Shard {
  /** From 0 to count − 1. */
  readonly index: number;
  readonly count: number;
}

/** Byte offsets in a file; `end` is exclusive. */
type Range = readonly [start: number, end: number];

/**
 * Opens a shard. Each shard of a table begins with the header. The encoding is that of the whole file, because a part may
 * look like another one. Rejects CSV, whose records may span lines, and files that are not text. `name` is for messages.
 */
export async function openShard(
  file: string,
  format: RecordFormat,
  shard: Shard,
  options: DecodeOptions = {},
  name = file,
): Promise<{ readonly stream: Readable; readonly encoding: Encoding }> {
  if (format === 'xlsx' || format === 'parquet')
    throw new Error(`${file}: expected lines, TSV or JSONL for a shard, received ${format}`);
  if (format === 'csv')
    throw new Error(
      `${file}: expected lines, TSV or JSONL for a shard, received CSV, whose records may span several lines`,
    );
  await checkRegular(file);
  const encoding = await encodingOf(createReadStream(file), name, options);
  const ranges = await rangesOf(file, format === 'tsv', shard, encoding);
  return { stream: Readable.from(bytesOf(file, ranges), { objectMode: false }), encoding };
}

async function rangesOf(
  file: string,
  hasHeader: boolean,
  { index, count }: Shard,
  encoding: Encoding,
): Promise<readonly Range[]> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const startFrom = (offset: number) => lineStart(handle, offset, size, encoding);
    const headerEnd = hasHeader ? await startFrom(1) : 0;
    const header = Buffer.alloc(Math.min(headerEnd, 1 << 16));
    await handle.read(header, 0, header.length, 0);
    if (firstLineEnd(header, encoding, 'tsv') === 0x0d)
      throw new Error(`${file}: expected lines that end with a line feed for a shard, found carriage returns`);
    const bound = (i: number) => startFrom(headerEnd + Math.floor(((size - headerEnd) * i) / count));
    return [
      [0, headerEnd],
      [await bound(index), await bound(index + 1)],
    ];
  } finally {
    await handle.close();
  }
}

/** Opening a FIFO would wait for a writer. */
async function checkRegular(file: string): Promise<void> {
  const stats = await stat(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  if (!stats.isFile()) throw new FileError(`${file}: expected a regular file for a shard, found ${kindOf(stats)}`);
}

/** The start of the first line that begins at or after `offset`; `size` if there is none. */
async function lineStart(handle: FileHandle, offset: number, size: number, encoding: Encoding): Promise<number> {
  if (offset === 0) return 0;
  const unit = unitSizeOf(encoding);
  const buffer = Buffer.alloc(1 << 16);
  for (let at = Math.floor((offset - 1) / unit) * unit; at < size; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    const end = lineEndsIn(buffer.subarray(0, bytesRead), encoding).find((end) => at + end >= offset);
    if (end !== undefined) return at + end;
    const whole = bytesRead - (bytesRead % unit);
    if (whole === 0) return size;
    at += whole;
  }
  return size;
}

async function* bytesOf(file: string, ranges: readonly Range[]): AsyncGenerator<Uint8Array> {
  for (const [start, end] of ranges) if (start < end) yield* createReadStream(file, { start, end: end - 1 });
}
