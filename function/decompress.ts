/**
 * Decompresses the body of a request: gzip, deflate, br, and zstd if Node has it. Loaded by the first compressed body,
 * with node:zlib.
 *
 * A body is decompressed when it has arrived as a whole. So a slow client holds no decoder, and only MAX_DECODERS exist
 * at a time; other bodies wait for one, first come, first served. A decoder works on one of Node's threads. It gives up
 * to CHUNK_BYTES at a time to the event loop, where they are reserved like the chunks of any body. It stops at the limit,
 * so a bomb costs as much as a body of the limit.
 */
import * as zlib from 'node:zlib';
import { nowMs } from './clock.ts';
import { HttpError } from './response.ts';

export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** Fewer than Node has threads, so that on one core the event loop still gets a third of the time. */
const MAX_DECODERS = 2;
const CHUNK_BYTES = 16 * 1024;

/** Collects chunks. `add` may throw to refuse one. */
interface Collector {
  readonly length: number;
  add(chunk: Uint8Array): void;
  take(): Uint8Array;
}

/**
 * `codings` are in the order in which they were applied, so the last one is undone first. The result of each has at most
 * `limitBytes` and is collected by a `newCollector()`. If the body has to wait, `checkWait` gets the number of bodies that
 * wait already and the expected time in milliseconds, and may throw.
 *
 * Rejects with a 413 for a longer result; with a 400 for bytes that are broken, only a part, or have others behind them;
 * and with what `checkWait` and collectors throw.
 */
export async function decompress(
  body: Uint8Array,
  codings: readonly Coding[],
  limitBytes: number,
  newCollector: () => Collector,
  checkWait: (bodies: number, expectedMs: number) => void,
): Promise<Uint8Array> {
  if (decoders < MAX_DECODERS) decoders++;
  else {
    checkWait(waiting.length, (waiting.length * meanMs) / MAX_DECODERS);
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  }
  const startMs = nowMs();
  try {
    let bytes = body;
    for (const coding of codings.toReversed()) bytes = await decode(bytes, coding, limitBytes, newCollector());
    return bytes;
  } finally {
    meanMs += (nowMs() - startMs - meanMs) / MEAN_COUNT;
    // The place goes to the next body at once, so that no later one can take it.
    const next = waiting.shift();
    if (next === undefined) decoders--;
    else next();
  }
}

let decoders = 0;
const waiting: (() => void)[] = [];

/** The mean duration of the recent bodies, in milliseconds; before the first body, that of a short one. */
let meanMs = 0.2;
const MEAN_COUNT = 32;

function decode(bytes: Uint8Array, coding: Coding, limitBytes: number, collector: Collector): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const decoder = decoderOf(coding, bytes);
    const fail = (error: unknown) => {
      decoder.destroy(); // after the chunk that it works on
      reject(error);
    };
    decoder.on('data', (chunk: Uint8Array) => {
      try {
        if (collector.length + chunk.length > limitBytes)
          throw new HttpError(413, `Expected a body of at most ${limitBytes} bytes after decompression, received more`);
        collector.add(chunk);
      } catch (error) {
        fail(error);
      }
    });
    decoder.on('error', (error: NodeJS.ErrnoException) => fail(problemOf(error, coding)));
    decoder.on('end', () => {
      if (decoder.bytesWritten === bytes.length) resolve(collector.take());
      else fail(new HttpError(400, `Expected the body to end with its ${coding} data, received more bytes after it`));
    });
    decoder.end(bytes);
  });
}

/** The class of all decoders. Node's types give it no name. */
type Decoder = zlib.Gunzip;

function decoderOf(coding: Coding, bytes: Uint8Array): Decoder {
  const options = { chunkSize: CHUNK_BYTES };
  if (coding === 'gzip') return zlib.createGunzip(options);
  if (coding === 'br') return zlib.createBrotliDecompress(options) as unknown as Decoder;
  if (coding === 'zstd') return createZstdDecompress(options);
  // HTTP's deflate has zlib's header, but some clients leave it out. No raw data begins like the header: these bits would
  // be a stored block with padding that is not zero.
  const hasHeader = ((bytes[0] as number) & 0x0f) === 8;
  return hasHeader ? zlib.createInflate(options) : (zlib.createInflateRaw(options) as unknown as Decoder);
}

/** The window that RFC 9659 allows for this coding: 8 MiB. Without a limit, a decoder would make room for 128 MiB. */
const ZSTD_MAX_WINDOW_LOG = 23;

/** Node 20, whose types we use, has no zstd. */
function createZstdDecompress(options: zlib.ZlibOptions): Decoder {
  const { createZstdDecompress: create, constants } = zlib as unknown as {
    createZstdDecompress(options: object): Decoder;
    readonly constants: { readonly ZSTD_d_windowLogMax: number };
  };
  return create({ ...options, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_MAX_WINDOW_LOG } });
}

/** A 400 if the bytes are to blame. */
function problemOf(error: NodeJS.ErrnoException, coding: Coding): Error {
  const { code = '' } = error;
  if (/MEM_ERROR|ALLOC|memory_allocation/.test(code)) return error;
  const received = code === 'Z_BUF_ERROR' ? 'a part of such data' : 'something else';
  return new HttpError(400, `Expected the body to be ${coding} data, as Content-Encoding says, received ${received}`);
}
