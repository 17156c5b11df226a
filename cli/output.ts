/**
 * Where scores go: standard output, or a file that is there whole or not at all. The file is written aside under a name that no
 * other process has, so that whoever does the same work twice does no harm, and takes its place in one rename.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface Output {
  write(text: string): Promise<void>;
  /** All is written: the file takes its place. */
  finish(): Promise<void>;
  /** Nothing is left of it. */
  discard(): Promise<void>;
}

export const standardOutput: Output = {
  async write(text) {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  async finish() {},
  async discard() {}, // what was printed is printed
};

export async function createFileOutput(file: string): Promise<Output> {
  const aside = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  await mkdir(dirname(file), { recursive: true });
  return new FileOutput(file, aside, await open(aside, 'wx'));
}

class FileOutput implements Output {
  readonly #file: string;
  readonly #aside: string;
  readonly #handle: FileHandle;

  constructor(file: string, aside: string, handle: FileHandle) {
    this.#file = file;
    this.#aside = aside;
    this.#handle = handle;
  }

  async write(text: string): Promise<void> {
    await this.#handle.appendFile(text);
  }

  async finish(): Promise<void> {
    await this.#handle.sync(); // a machine that dies must not leave the name without the content
    await this.#handle.close();
    await rename(this.#aside, this.#file);
  }

  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#aside, { force: true });
  }
}
