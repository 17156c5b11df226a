/**
 * Writes a bundle: to a temporary folder beside its place, which takes that place in one rename. Nobody ever finds half a bundle.
 */

import { constants, existsSync, renameSync, rmSync } from 'node:fs';
import { access, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { cardOf } from './card.ts';
import { compileBundle } from './compile.ts';
import { compiledFiles } from './compiled-files.ts';
import { BUNDLE_FORMAT, FILES, type FileName, type Golden, type Manifest } from './manifest.ts';
import { hashOf } from './read.ts';

/** What a bundle is made of; the rest of the manifest follows from it. */
export interface BundleParts {
  readonly manifest: Omit<Manifest, 'format' | 'version' | 'files' | 'vectorizer' | 'goldens'>;
  readonly modelText: string;
  readonly vectorizer: Vectorizer;
  readonly goldens: readonly Golden[];
  /** For the model card: what the model is for and where it fails. */
  readonly about?: string;
}

/** Throws unless a bundle may take this place: where nothing is, an empty folder, or a bundle and nothing else. */
export async function checkPlace(path: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if (isMissing(error)) return checkWritable(path);
    throw new Error(`${path}: expected a bundle, an empty folder or nothing, ${(error as Error).message}`, {
      cause: error,
    });
  }
  const ours: readonly string[] = [
    ...FILES,
    'manifest.json',
    'README.md',
    'report.html',
    ...Object.values(compiledFiles),
  ];
  const other = names.find((name) => !ours.includes(name));
  if (names.length === 0 || (names.includes('manifest.json') && other === undefined)) return checkWritable(path);
  throw new Error(`${path}: expected a bundle, an empty folder or nothing, found ${other ?? names.join(', ')} in it`);
}

/** Bundles are written beside their place, in the nearest folder above it that is there. */
async function checkWritable(path: string): Promise<void> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    try {
      return await access(`${folder}/.`, constants.W_OK | constants.X_OK);
    } catch (error) {
      if (isMissing(error) && folder !== dirname(folder)) continue;
      throw new Error(`${path}: expected ${folder} to be a folder to write in, ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

/** Writes a bundle, in place of one that may lie there; what else lies there is refused, not replaced. */
export async function writeBundle(path: string, parts: BundleParts): Promise<Manifest> {
  await checkPlace(path);
  const { modelText, vectorizer, goldens } = parts;
  const { terms, idf, logarithms } = vectorizer.tables;
  const contents: Record<FileName, Buffer> = {
    'model.txt': Buffer.from(modelText),
    'vocabulary.tsv': Buffer.from(terms.map((term, column) => `${term}\t${idf[column]}\n`).join('')),
    'logarithms.txt': Buffer.from(Array.from(logarithms.subarray(1), (value) => `${value}\n`).join('')),
  };
  const file = (name: FileName) => ({ sha256: hashOf(contents[name]), bytes: contents[name].length });
  const files = {
    'model.txt': file('model.txt'),
    'vocabulary.tsv': file('vocabulary.tsv'),
    'logarithms.txt': file('logarithms.txt'),
  };
  const version = hashOf(Buffer.from(FILES.map((name) => files[name].sha256).join('\n'))).slice(0, 12);
  const { name, ...rest } = parts.manifest;
  const manifest: Manifest = {
    format: BUNDLE_FORMAT,
    name,
    version,
    ...rest,
    vectorizer: vectorizer.parameters,
    files,
    goldens,
  };

  const aside = asideOf(path);
  clearAside(path);
  try {
    await mkdir(aside, { recursive: true });
    for (const name of FILES) await writeFile(join(aside, name), contents[name]);
    await writeFile(join(aside, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await writeFile(join(aside, 'README.md'), cardOf(manifest, parts.about));
    for (const [name, content] of compile(manifest, parts)) await writeFile(join(aside, name), content);
    await replaceFolder(aside, path);
  } finally {
    clearAside(path);
  }
  return manifest;
}

/**
 * The compiled files by name, or none if the native engine cannot give this model's scores to the last bit: whoever loads
 * the bundle finds that out again, says so and takes another engine.
 */
function compile(manifest: Manifest, { modelText, vectorizer }: BundleParts): readonly (readonly [string, Buffer])[] {
  try {
    const { vocabulary, forest } = compileBundle({ manifest, modelText, vectorizer });
    return [
      [compiledFiles.vocabulary, vocabulary],
      [compiledFiles.forest, forest],
    ];
  } catch {
    return [];
  }
}

async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${from}.old`;
  try {
    await rename(to, old);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await rename(from, to);
}

function asideOf(path: string): string {
  return join(dirname(resolve(path)), `.${basename(resolve(path))}.${process.pid}.tmp`);
}

/**
 * Takes away what `writeBundle` has of a bundle before it is whole, and puts an earlier one back that had made room. For whoever ends
 * the process while it writes, too: synchronous.
 */
export function clearAside(path: string): void {
  const aside = asideOf(path);
  const old = `${aside}.old`;
  if (existsSync(old) && !existsSync(path)) renameSync(old, path);
  for (const folder of [old, aside]) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
