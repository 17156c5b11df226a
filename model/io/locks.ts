/**
 * Locks and temporary files of programs that write. A lock ends with its process, so whatever a killed process leaves
 * behind is recognized: it has hoshi's temporary name, and no lock. On a file system without locks nothing is recognized,
 * and nothing is deleted.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { tryLock } from '../../native/index.ts';
import { FileError, isMissing, writeError } from './file-errors.ts';

/** A new name beside `path` for its temporary file or folder. */
export function temporaryNameOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.hoshi-${randomBytes(4).toString('hex')}.tmp`);
}

/** The temporary files and folders of `path` that exist, with a lock or without. */
export function temporaryNamesBeside(path: string): string[] {
  const start = `.${basename(path)}.hoshi-`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(start) && /^[0-9a-f]{8}\.tmp$/.test(name.slice(start.length)))
    .map((name) => join(dirname(path), name));
}

/** Whether the name is that of a temporary file for one of `names`. */
export function isTemporaryNameOf(names: readonly string[], name: string): boolean {
  const target = /^\.(.+)\.hoshi-[0-9a-f]{8}\.tmp$/.exec(name)?.[1];
  return target !== undefined && names.includes(target);
}

/** Locks a new file, which another process may be about to delete. Returns whether it is still in its place. */
export function lockNewFile(descriptor: number, path: string): boolean {
  return tryLock(descriptor) !== 'taken' && isAt(descriptor, path);
}

/** Deletes the temporary files of `path` that killed processes left behind. */
export function deleteLeftFiles(path: string): void {
  for (const file of temporaryNamesBeside(path)) {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(file, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
      if (tryLock(descriptor) === 'locked') unlinkSync(file);
    } catch {
      // Another user's file, or another process has deleted it. It does not disturb.
    }
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function isAt(descriptor: number, path: string): boolean {
  try {
    const [open, there] = [fstatSync(descriptor), statSync(path)];
    return open.ino === there.ino && open.dev === there.dev;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** The right to write to a place, for one process at a time. */
export interface PlaceLock {
  /** False if the file system has no locks: other processes may write there, too. */
  readonly isExclusive: boolean;
  release(): void;
}

/**
 * Takes the lock of a place, which is a file beside it with the number of the process. Throws a FileError if another
 * process has it.
 */
export function lockPlace(path: string, shown: string): PlaceLock {
  const file = join(dirname(path), `.${basename(path)}.hoshi-lock`);
  for (;;) {
    const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o666);
    try {
      const state = tryLock(descriptor);
      if (state === 'taken') throw takenError(shown, descriptor);
      // The process before this one deletes the file and then unlocks it, so it may be another file by now.
      if (state === 'locked' && !isAt(descriptor, file)) {
        closeSync(descriptor);
        continue;
      }
      const isExclusive = state === 'locked';
      if (isExclusive) writeSync(descriptor, `${process.pid}\n`, 0);
      else unlinkSync(file);
      return { isExclusive, release: () => releaseLock(file, descriptor, isExclusive) };
    } catch (error) {
      closeSync(descriptor);
      throw writeError(shown, error);
    }
  }
}

function takenError(shown: string, descriptor: number): FileError {
  const pid = /^\d+/.exec(readFileSync(descriptor, 'utf8'))?.[0];
  return new FileError(
    `${shown}: another hoshi${pid === undefined ? '' : `, process ${pid},`} is writing to this folder. Wait for its end, or choose another folder`,
  );
}

function releaseLock(file: string, descriptor: number, isExclusive: boolean): void {
  try {
    if (isExclusive) unlinkSync(file);
  } catch (error) {
    if (!isMissing(error)) throw writeError(file, error);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Creates a folder and those above it. Returns a function that deletes the folders that it created, as long as they are
 * empty.
 */
export function createFolder(path: string): () => void {
  if (existsSync(path)) return () => {};
  let first: string | undefined;
  try {
    first = mkdirSync(path, { recursive: true });
  } catch (error) {
    throw writeError(path, error);
  }
  return () => {
    if (first === undefined) return;
    try {
      for (let folder = resolve(path); folder.length >= resolve(first).length; folder = dirname(folder))
        rmdirSync(folder);
    } catch {
      // It is not empty, or another process has deleted it.
    }
  };
}
