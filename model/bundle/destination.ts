/**
 * The place where a bundle will be written. It is reserved before the long work: everything that would prevent the
 * writing is refused then. Until the end of the reservation, no other process can reserve the place.
 *
 * The files of the new bundle go to a temporary folder beside it, which takes the place in one step. If a bundle is there
 * already, the two folders are exchanged (renameat2, RENAME_EXCHANGE). So a reader always finds a whole bundle, also after
 * a kill or a power failure. Where the system or the file system cannot exchange folders, the older bundle is moved away
 * first: a reader may then find no bundle for a moment, but never half of one. The next reservation after a kill puts the
 * older bundle back, and deletes what is left.
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { exchangePaths } from '../../native/index.ts';
import { isObject } from '../io/checks.ts';
import { FileError, isMissing, kindOf, writeError } from '../io/file-errors.ts';
import {
  createFolder,
  isTemporaryNameOf,
  lockPlace,
  type PlaceLock,
  temporaryNameOf,
  temporaryNamesBeside,
} from '../io/locks.ts';
import { readRegularFile } from '../io/regular-file.ts';
import {
  CARD_FILES,
  COMPILED_DICTIONARY_FILE,
  compiledFiles,
  FILES,
  MAX_MANIFEST_BYTES,
  USER_DICTIONARY_FILE,
} from './manifest.ts';

/** Every file that hoshi writes into a bundle. */
const BUNDLE_FILES: readonly string[] = [
  ...FILES,
  'manifest.json',
  ...Object.values(CARD_FILES),
  'report.html',
  USER_DICTIONARY_FILE,
  COMPILED_DICTIONARY_FILE,
  ...Object.values(compiledFiles),
];

/** In a folder with this mode, such as /tmp, only the owner of a file can rename it. */
const STICKY = 0o1000;

export class BundleDestination {
  /** As the caller named it. */
  readonly path: string;
  /** The temporary folder. */
  readonly folder: string;
  readonly #target: string;
  readonly #lock: PlaceLock;
  readonly #deleteFolders: () => void;
  #isReleased = false;

  private constructor(path: string, target: string, lock: PlaceLock, deleteFolders: () => void) {
    this.path = path;
    this.folder = temporaryNameOf(target);
    this.#target = target;
    this.#lock = lock;
    this.#deleteFolders = deleteFolders;
  }

  /**
   * Reserves a folder for a bundle. It may be missing, be empty, or hold a bundle and no other file, so that no file of a
   * user is ever deleted. Throws a FileError if no bundle can be written there, or if another process has reserved it. End
   * the reservation with `release`.
   */
  static reserve(path: string): BundleDestination {
    try {
      const target = targetOf(path);
      checkReplaceable(path, target);
      const deleteFolders = createFolder(dirname(target));
      const lock = orUndo(() => lockPlace(target, path), deleteFolders);
      const destination = new BundleDestination(path, target, lock, deleteFolders);
      orUndo(
        () => destination.#prepare(),
        () => destination.release(),
      );
      return destination;
    } catch (error) {
      throw writeError(path, error);
    }
  }

  #prepare(): void {
    if (this.#lock.isExclusive) repair(this.#target);
    const older = statsOf(this.#target);
    mkdirSync(this.folder);
    if (older !== undefined) chmodSync(this.folder, older.mode & 0o7777); // the new bundle is as private as the older one
  }

  /** Writes a file of the new bundle to the temporary folder, and to the disk itself. */
  write(name: string, content: string | Uint8Array): void {
    try {
      writeFileSync(join(this.folder, name), content, { flag: 'wx', flush: true });
    } catch (error) {
      throw writeError(join(this.path, name), error);
    }
  }

  /** Puts the new bundle into its place. If it throws, the older bundle is there. */
  commit(): void {
    try {
      checkReplaceable(this.path, this.#target); // the work took a while
      syncFolder(this.folder);
      const putBack = this.#replace();
      // Only then is the older bundle deleted: after a power failure, one of the two has to be there.
      orUndo(() => syncFolder(dirname(this.#target)), putBack);
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /** Returns a function that puts the older bundle back. */
  #replace(): () => void {
    const [target, folder] = [this.#target, this.folder];
    if (statsOf(target) === undefined) {
      renameSync(folder, target);
      return () => renameSync(target, folder);
    }
    if (exchangePaths(folder, target)) return () => void exchangePaths(folder, target);
    const older = replacedNameOf(folder);
    renameSync(target, older);
    orUndo(
      () => renameSync(folder, target),
      () => renameSync(older, target),
    );
    return () => {
      renameSync(target, folder);
      renameSync(older, target);
    };
  }

  /**
   * Deletes the temporary folder, which after `commit` holds the older bundle, and lets other processes reserve the place.
   * It is synchronous, so that a process that is about to end can call it. A second call does nothing.
   */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    try {
      deleteFolder(this.folder);
      putBackOrDelete(replacedNameOf(this.folder), this.#target);
      this.#lock.release();
    } catch {
      // The bundle is in its place, or the caller has a better error. The next reservation deletes what is left, or says
      // why it cannot.
    }
    this.#deleteFolders();
  }
}

/** Runs `work`. If it throws, runs `undo`, and throws the error of `work` in any case. */
function orUndo<Result>(work: () => Result, undo: () => void): Result {
  try {
    return work();
  } catch (error) {
    try {
      undo();
    } catch {
      // The first error is the reason.
    }
    throw error;
  }
}

/** The folder of the older bundle between the two renames where folders cannot be exchanged. */
function replacedNameOf(folder: string): string {
  return `${folder.slice(0, -'.tmp'.length)}.old`;
}

/** Completes or undoes the writing of a killed process. The caller has the lock, so no other process is writing. */
function repair(target: string): void {
  const start = `.${basename(target)}.hoshi-`;
  const replaced = readdirSync(dirname(target))
    .filter((name) => name.startsWith(start) && /^[0-9a-f]{8}\.old$/.test(name.slice(start.length)))
    .map((name) => join(dirname(target), name));
  for (const folder of replaced) putBackOrDelete(folder, target);
  for (const folder of temporaryNamesBeside(target)) deleteFolder(folder);
}

function putBackOrDelete(older: string, target: string): void {
  if (!existsSync(older)) return;
  if (statsOf(target) === undefined) renameSync(older, target);
  else deleteFolder(older);
}

function deleteFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw writeError(folder, error);
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    // Some network file systems cannot synchronize a folder.
    if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The folder itself, if the path leads to it by symbolic links. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return resolve(path);
}

/** Throws unless the folder may be replaced. */
function checkReplaceable(path: string, target: string): void {
  const expected = `${path}: expected a bundle, an empty folder or nothing`;
  const current = realpathSync('.');
  if (current === target || `${current}${sep}`.startsWith(target === sep ? sep : `${target}${sep}`))
    throw new FileError(
      `${expected}, found the current folder or one above it. Add the name of a folder, such as ${join(path, 'my-model')}`,
    );
  const stats = statsOf(target);
  if (stats === undefined) {
    if (isLink(target)) throw new FileError(`${expected}, found a symbolic link to a folder that does not exist`);
    return;
  }
  if (!stats.isDirectory()) throw new FileError(`${expected}, found ${kindOf(stats)}`);
  const parent = statSync(dirname(target));
  if (stats.dev !== parent.dev)
    throw new FileError(
      `${expected}, found the top folder of a mounted file system. Choose a folder in it, such as ${join(path, 'my-model')}`,
    );
  checkContent(target, expected);
  accessSync(target, constants.W_OK | constants.X_OK);
  const user = process.geteuid?.() ?? 0;
  if ((parent.mode & STICKY) !== 0 && ![stats.uid, parent.uid, 0].includes(user))
    throw new FileError(`${expected}, found a folder of another user, which only that user can replace`);
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function checkContent(target: string, expected: string): void {
  const entries = readdirSync(target, { withFileTypes: true });
  if (entries.length === 0) return;
  const isOurs = (name: string) => BUNDLE_FILES.includes(name) || isTemporaryNameOf(BUNDLE_FILES, name);
  const other = entries.find((entry) => !isOurs(entry.name) || entry.isDirectory());
  const elsewhere = 'Choose another folder, or delete this one first';
  if (other !== undefined) throw new FileError(`${expected}, found ${other.name} in it. ${elsewhere}`);
  if (!entries.some(({ name }) => name === 'manifest.json'))
    throw new FileError(`${expected}, found ${entries.map(({ name }) => name).join(', ')} in it. ${elsewhere}`);
  if (!isManifest(join(target, 'manifest.json')))
    throw new FileError(`${expected}, found a manifest.json that is not hoshi's in it. ${elsewhere}`);
}

/** Whether hoshi wrote the manifest, in any format. */
function isManifest(file: string): boolean {
  try {
    const bytes = readRegularFile(file, { what: 'a manifest', maxBytes: MAX_MANIFEST_BYTES });
    const manifest: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(manifest) && Number.isInteger(manifest.format) && isObject(manifest.files);
  } catch {
    return false;
  }
}
