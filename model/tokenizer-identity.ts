/** Which kuromoji is installed, and where its dictionary lies; asked without loading it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What identifies a tokenizer in a bundle's manifest: other tokens would mean other scores. */
export interface TokenizerIdentity {
  readonly name: 'kuromoji';
  readonly version: string;
  /** SHA-256 over the dictionary's files, in the order of their names. */
  readonly dictionary: string;
}

const DICTIONARY_FILES = [
  'base',
  'cc',
  'check',
  'tid',
  'tid_map',
  'tid_pos',
  'unk',
  'unk_char',
  'unk_compat',
  'unk_invoke',
  'unk_map',
  'unk_pos',
];
const kuromojiRoot = dirname(createRequire(import.meta.url).resolve('kuromoji/package.json'));

/** Holds kuromoji's `*.dat.gz`. */
export const dictionaryFolder = join(kuromojiRoot, 'dict');

/** Reads the installed kuromoji's version and hashes its dictionary. */
export async function tokenizerIdentity(): Promise<TokenizerIdentity> {
  const manifest: unknown = JSON.parse(await readFile(join(kuromojiRoot, 'package.json'), 'utf8'));
  const { version } = manifest as { version: string };
  const hash = createHash('sha256');
  for (const name of DICTIONARY_FILES) hash.update(await readFile(join(dictionaryFolder, `${name}.dat.gz`)));
  return { name: 'kuromoji', version, dictionary: hash.digest('hex') };
}
