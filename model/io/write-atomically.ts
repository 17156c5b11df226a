/**
 * Writes a file atomically: a reader never sees an incomplete file. The content goes to a temporary file in the same
 * folder, which replaces the target by one rename. The temporary name is random, so processes that write the same file
 * do not disturb each other.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

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

/** A file that is written piece by piece. End it with `finish` or `discard`. */
export class AtomicFile {
  readonly #file: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;

  private constructor(file: string, temporary: string, handle: FileHandle) {
    this.#file = file;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** Creates the temporary file, and its folder if it is missing. */
  static async create(file: string): Promise<AtomicFile> {
    const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
    await mkdir(dirname(file), { recursive: true });
    return new AtomicFile(file, temporary, await open(temporary, 'wx'));
  }

  async write(content: string | Uint8Array): Promise<void> {
    await this.#handle.appendFile(content);
  }

  /** Renames the temporary file to its final name. */
  async finish(): Promise<void> {
    await this.#handle.sync(); // after a power failure the name must not exist without the content
    await this.#handle.close();
    await rename(this.#temporary, this.#file);
  }

  /** Deletes the temporary file. */
  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#temporary, { force: true });
  }

  /** A synchronous `discard`, for a process that is about to end. It does not close the file. */
  discardSync(): void {
    rmSync(this.#temporary, { force: true });
  }
}
