/**
 * Writes a file atomically: a reader never sees an incomplete file. The content goes to a temporary file in the same
 * folder, which replaces the target by one rename. Its name is random, so processes that write the same file do not
 * disturb each other: the last one wins. It is locked, so that the next process deletes what a killed one left behind
 * (locks.ts). A FIFO or a device such as /dev/stdout is written directly. All errors are FileErrors.
 */
import { accessSync, constants, realpathSync, rmSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileError, isMissing, kindOf, writeError } from './file-errors.ts';
import { createFolder, deleteLeftFiles, lockNewFile, temporaryNameOf } from './locks.ts';

export async function writeAtomically(file: string, content: Uint8Array): Promise<void> {
  const output = await AtomicFile.create(file);
  try {
    await output.write(content);
    await output.finish();
  } catch (error) {
    await output.discard();
    throw error;
  }
}

/** Rejects if the file cannot be written, before long work. Creates its folder if it is missing. */
export async function checkWritable(file: string): Promise<void> {
  const stats = statsOf(file);
  if (stats !== undefined && !stats.isFile()) return checkTarget(file, stats); // opening a FIFO would wait for its reader
  await (await AtomicFile.create(file)).discard();
}

/** A file that is written piece by piece. End it with `finish` or `discard`. */
export class AtomicFile {
  /** As the caller named it, for messages. */
  readonly #name: string;
  readonly #target: string;
  /** Undefined if the target is written directly. */
  readonly #temporary: string | undefined;
  readonly #handle: FileHandle;

  private constructor(name: string, target: string, temporary: string | undefined, handle: FileHandle) {
    this.#name = name;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** Creates the temporary file, and its folder if it is missing. */
  static async create(file: string): Promise<AtomicFile> {
    const stats = statsOf(file);
    if (stats !== undefined) checkTarget(file, stats);
    const target = stats === undefined ? file : realpathSync(file); // a symbolic link stays
    if (stats !== undefined && !stats.isFile())
      return new AtomicFile(file, file, undefined, await written(file, open(file, 'w')));
    // Created folders stay if the work fails: another process may be about to write to them.
    createFolder(dirname(target));
    try {
      deleteLeftFiles(target);
      for (;;) {
        const temporary = temporaryNameOf(target);
        const handle = await open(temporary, 'wx', (stats?.mode ?? 0o666) & 0o777);
        if (lockNewFile(handle.fd, temporary)) return new AtomicFile(file, target, temporary, handle);
        await handle.close(); // another process took it for a file that was left behind
      }
    } catch (error) {
      throw writeError(file, error);
    }
  }

  async write(content: string | Uint8Array): Promise<void> {
    await written(this.#name, this.#handle.appendFile(content));
  }

  /** Renames the temporary file to its final name. */
  async finish(): Promise<void> {
    if (this.#temporary === undefined) return written(this.#name, this.#handle.close());
    await written(this.#name, this.#handle.sync()); // after a power failure the name must not exist without the content
    await written(this.#name, rename(this.#temporary, this.#target));
    await written(this.#name, this.#handle.close());
  }

  /** Deletes the temporary file. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {}); // the caller reports the first error
    if (this.#temporary !== undefined) await rm(this.#temporary, { force: true }).catch(() => {});
  }

  /** A synchronous `discard`, for a process that is about to end. It does not close the file. */
  discardSync(): void {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { force: true });
  }
}

async function written<Result>(file: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw writeError(file, error);
  }
}

/** Undefined if nothing is there. */
function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw writeError(file, error);
  }
}

/** Throws unless what is there can be written: a file is replaced, and a FIFO or a device written directly. */
function checkTarget(file: string, stats: Stats): void {
  if (stats.isDirectory() || stats.isSocket())
    throw new FileError(`${file}: expected a file to write, found ${kindOf(stats)}`);
  try {
    accessSync(file, constants.W_OK); // else a rename would replace a file that nobody may write
  } catch (error) {
    throw writeError(file, error);
  }
}
