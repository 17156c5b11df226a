/**
 * Writes a bundle atomically: into a temporary folder next to the destination, which is then renamed. So a reader never
 * sees an incomplete bundle. The temporary folder is named after the process, so two writers of one destination do not
 * mix their files.
 */
import { constants, existsSync, renameSync, rmSync } from 'node:fs';
import { access, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { UserDictionary } from '../reference/user-dictionary.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { cardOf } from './card.ts';
import { compileBundle } from './compile.ts';
import {
  BUNDLE_FORMAT,
  COMPILED_DICTIONARY_FILE,
  compiledFiles,
  FILES,
  type FileName,
  type Golden,
  hashOf,
  type Manifest,
  parseManifest,
  USER_DICTIONARY_FILE,
  versionOf,
} from './manifest.ts';

/** The parts of a bundle. The other fields of the manifest are computed from them. */
export interface BundleParts {
  readonly manifest: Omit<Manifest, 'format' | 'version' | 'files' | 'vectorizer' | 'goldens' | 'userDictionary'>;
  readonly modelText: string;
  readonly vectorizer: Vectorizer;
  readonly goldens: readonly Golden[];
  readonly userDictionary?: UserWordsOfBundle;
  /** For the model card: the purpose and the limits of the model. */
  readonly about?: string;
}

export interface UserWordsOfBundle {
  readonly words: UserDictionary;
  /** As compile/user-dictionary.ts made it. */
  readonly compiled: Uint8Array;
}

/** Every file that hoshi writes into a bundle. */
const BUNDLE_FILES: readonly string[] = [
  ...FILES,
  'manifest.json',
  'README.md',
  'report.html',
  USER_DICTIONARY_FILE,
  COMPILED_DICTIONARY_FILE,
  ...Object.values(compiledFiles),
];

/**
 * Throws unless a bundle can be written to the folder `path`. The folder may be missing, be empty, or hold a bundle and
 * no other file, so that `writeBundle` never deletes a user's files.
 */
export async function checkDestination(path: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if (isMissing(error)) return checkWritable(path);
    throw new Error(`${path}: expected a bundle, an empty folder or nothing, ${(error as Error).message}`, {
      cause: error,
    });
  }
  const other = names.find((name) => !BUNDLE_FILES.includes(name));
  if (names.length === 0 || (names.includes('manifest.json') && other === undefined)) return checkWritable(path);
  throw new Error(`${path}: expected a bundle, an empty folder or nothing, found ${other ?? names.join(', ')} in it`);
}

/** Throws unless the nearest existing folder above `path` is writable: the temporary folder is created there. */
async function checkWritable(path: string): Promise<void> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    try {
      return await access(`${folder}/.`, constants.W_OK | constants.X_OK);
    } catch (error) {
      if (isMissing(error) && folder !== dirname(folder)) continue;
      throw new Error(`${path}: expected ${folder} to be a writable folder, ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

/**
 * Writes a bundle to the folder `path`, and replaces an older bundle there. Throws as `checkDestination` does, and a
 * BundleError if the manifest would be refused.
 */
export async function writeBundle(path: string, parts: BundleParts): Promise<Manifest> {
  await checkDestination(path);
  const contents = contentsOf(parts);
  const manifest = manifestOf(parts, contents);
  const manifestText = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  parseManifest(manifestText, join(path, 'manifest.json'));
  const temporary = temporaryFolderOf(path);
  rollBackWrite(path);
  try {
    await mkdir(temporary, { recursive: true });
    for (const name of FILES) await writeFile(join(temporary, name), contents[name]);
    await writeFile(join(temporary, 'manifest.json'), manifestText);
    await writeFile(join(temporary, 'README.md'), cardOf(manifest, parts.about));
    if (parts.userDictionary !== undefined) {
      await writeFile(join(temporary, USER_DICTIONARY_FILE), parts.userDictionary.words.format());
      await writeFile(join(temporary, COMPILED_DICTIONARY_FILE), parts.userDictionary.compiled);
    }
    for (const [name, content] of compile(manifest, parts)) await writeFile(join(temporary, name), content);
    await replaceFolder(temporary, path);
  } finally {
    rollBackWrite(path);
  }
  return manifest;
}

function contentsOf({ modelText, vectorizer }: BundleParts): Readonly<Record<FileName, Buffer>> {
  const { terms, idf, logarithms } = vectorizer.tables;
  return {
    'model.txt': Buffer.from(modelText),
    'vocabulary.tsv': Buffer.from(terms.map((term, column) => `${term}\t${idf[column]}\n`).join('')),
    'logarithms.txt': Buffer.from(Array.from(logarithms.subarray(1), (value) => `${value}\n`).join('')),
  };
}

function manifestOf(
  { manifest: { name, ...rest }, vectorizer, goldens, userDictionary }: BundleParts,
  contents: Readonly<Record<FileName, Buffer>>,
): Manifest {
  const entryOf = (file: FileName) => ({ sha256: hashOf(contents[file]), bytes: contents[file].length });
  const files = {
    'model.txt': entryOf('model.txt'),
    'vocabulary.tsv': entryOf('vocabulary.tsv'),
    'logarithms.txt': entryOf('logarithms.txt'),
  };
  const words = userDictionary?.words;
  const others = {
    ...rest,
    vectorizer: vectorizer.parameters,
    files,
    goldens,
    ...(words && { userDictionary: { words: words.words.length, sha256: words.sha256 } }),
  };
  const version = versionOf({ format: BUNDLE_FORMAT, ...others });
  return { format: BUNDLE_FORMAT, name, version, ...others };
}

/**
 * The compiled files by name. The forest is left out if the engine `native` cannot give this model's scores to the last
 * bit, and the contributions if its scores cannot be explained. All are left out if no term can occur in a text. The
 * loader of such a bundle logs the reason and falls back to another engine.
 */
function compile(manifest: Manifest, { modelText, vectorizer }: BundleParts): readonly (readonly [string, Buffer])[] {
  try {
    const compiled = compileBundle({ manifest, modelText, vectorizer });
    return (['vocabulary', 'forest', 'contributions'] as const).flatMap((name) => {
      const content = compiled[name];
      return content instanceof Error ? [] : [[compiledFiles[name], content] as const];
    });
  } catch {
    return [];
  }
}

async function replaceFolder(from: string, to: string): Promise<void> {
  try {
    await rename(to, replacedFolderOf(to));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await rename(from, to);
}

/** The folder of a bundle that is not complete yet. */
function temporaryFolderOf(path: string): string {
  return join(dirname(resolve(path)), `.${basename(resolve(path))}.${process.pid}.tmp`);
}

/** The folder of the older bundle between the two renames of `replaceFolder`. */
function replacedFolderOf(path: string): string {
  return `${temporaryFolderOf(path)}.old`;
}

/**
 * Undoes a `writeBundle` of this process that did not finish: deletes the temporary folders and restores the older
 * bundle. Does nothing if `writeBundle` has finished. It is synchronous, so that an exit handler can call it.
 */
export function rollBackWrite(path: string): void {
  const [temporary, replaced] = [temporaryFolderOf(path), replacedFolderOf(path)];
  if (existsSync(replaced) && !existsSync(path)) renameSync(replaced, path);
  for (const folder of [replaced, temporary]) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
