/** Writes a bundle: its parts → its files, in one step (destination.ts). */
import { join } from 'node:path';
import type { UserDictionary } from '../reference/user-dictionary.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { type About, cardOf } from './card.ts';
import { compileBundle } from './compile.ts';
import { BundleDestination } from './destination.ts';
import {
  BUNDLE_FORMAT,
  CARD_FILES,
  COMPILED_DICTIONARY_FILE,
  cardLanguages,
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
  /** For the model cards. */
  readonly about?: About;
}

export interface UserWordsOfBundle {
  readonly words: UserDictionary;
  /** As compile/user-dictionary.ts made it. */
  readonly compiled: Uint8Array;
}

/** Where a bundle is written: a folder, or one that was reserved before. */
export type Destination = string | BundleDestination;

/** The files that are not made of the parts, such as `report.html`: name → content. */
type AddFiles = (folder: string, manifest: Manifest) => Promise<Readonly<Record<string, string | Uint8Array>>>;

/**
 * Writes a bundle, and replaces an older bundle there in one step. Rejects with a FileError as
 * `BundleDestination.reserve` does, or if the disk is full, and with a BundleError if the manifest would be refused. The
 * older bundle is then still there. `addFiles` gets the folder of the complete bundle before it takes its place.
 */
export function writeBundle(
  to: Destination,
  parts: BundleParts,
  addFiles: AddFiles = async () => ({}),
): Promise<Manifest> {
  return withReserved(to, async (destination) => {
    const contents = contentsOf(parts);
    const manifest = manifestOf(parts, contents);
    const manifestText = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    parseManifest(manifestText, join(destination.path, 'manifest.json'));
    for (const name of FILES) destination.write(name, contents[name]);
    destination.write('manifest.json', manifestText);
    for (const language of cardLanguages)
      destination.write(CARD_FILES[language], cardOf(manifest, parts.about, language));
    if (parts.userDictionary !== undefined) {
      destination.write(USER_DICTIONARY_FILE, parts.userDictionary.words.format());
      destination.write(COMPILED_DICTIONARY_FILE, parts.userDictionary.compiled);
    }
    for (const [name, content] of compile(manifest, parts)) destination.write(name, content);
    const added = await addFiles(destination.folder, manifest);
    for (const [name, content] of Object.entries(added)) destination.write(name, content);
    destination.commit();
    return manifest;
  });
}

/** Runs `work` with the destination. A folder is reserved meanwhile. */
export async function withReserved<Result>(
  to: Destination,
  work: (destination: BundleDestination) => Promise<Result>,
): Promise<Result> {
  if (typeof to !== 'string') return work(to);
  const destination = BundleDestination.reserve(to);
  try {
    return await work(destination);
  } finally {
    destination.release();
  }
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
