/**
 * Reads a file of known size. Nothing else can take its place: a FIFO would block the reader, and a huge file would use
 * up the memory. Every start of the server runs this file, so it takes Node's modules from native/builtin.ts.
 */
import { requireBuiltin } from '../../native/builtin.ts';
import { FileError, kindOf, readError } from './file-errors.ts';

const fs = requireBuiltin('node:fs');

export interface ExpectedFile {
  /** For messages. */
  readonly what: string;
  readonly maxBytes: number;
  /** The exact size, if another file tells it; `by` is the name of that file. */
  readonly exactly?: { readonly bytes: number; readonly by: string };
}

/** Throws a FileError unless there is a regular file of the expected size. It never waits for another process. */
export function readRegularFile(file: string, { what, maxBytes, exactly }: ExpectedFile): Buffer {
  try {
    const kind = kindOf(fs.statSync(file)); // opening a socket or a device can fail, or change the device
    if (kind !== 'a file') throw new FileError(`${file}: expected ${what}, found ${kind}`);
    const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    try {
      const stats = fs.fstatSync(descriptor);
      if (!stats.isFile()) throw new FileError(`${file}: expected ${what}, found ${kindOf(stats)}`);
      if (exactly !== undefined && stats.size !== exactly.bytes)
        throw new FileError(`${file}: expected ${exactly.bytes} bytes (${exactly.by}), found ${stats.size}`);
      if (stats.size > maxBytes)
        throw new FileError(`${file}: expected ${what} of at most ${maxBytes} bytes, found ${stats.size}`);
      return fs.readFileSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    throw readError(file, error, what);
  }
}

/** A larger file does not fit into one string. */
export const MAX_TEXT_BYTES = 2 ** 29 - 24;

/** The text of a file in UTF-8, or of a FIFO, such as bash's `<(…)`. Throws a FileError that names it if it cannot be read. */
export function readText(file: string): string {
  try {
    const stats = fs.statSync(file);
    if (!stats.isFIFO()) return readRegularFile(file, { what: 'a file', maxBytes: MAX_TEXT_BYTES }).toString('utf8');
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw readError(file, error);
  }
}
