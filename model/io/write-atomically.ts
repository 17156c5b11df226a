/**
 * Writes a file atomically: nobody ever sees half of it. The content goes to a temporary file in the same folder, which
 * replaces the target by one rename. The temporary name is random, so processes that write the same file do not disturb
 * each other.
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

  /** Creates the folder, too, if it is missing. */
  static async create(file: string): Promise<AtomicFile> {
    const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
    await mkdir(dirname(file), { recursive: true });
    return new AtomicFile(file, temporary, await open(temporary, 'wx'));
  }

  async write(content: string | Uint8Array): Promise<void> {
    await this.#handle.appendFile(content);
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    await this.#handle.sync(); // after a power failure the name must not exist without the content
    await this.#handle.close();
    await rename(this.#temporary, this.#file);
  }

  /** Deletes what was written. */
  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#temporary, { force: true });
  }

  /** `discard` for a process that ends at once. */
  discardSync(): void {
    rmSync(this.#temporary, { force: true });
  }
}
