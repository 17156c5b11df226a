/** What identifies a tokenizer: a bundle's manifest names it, and so does the dictionary compiled from kuromoji's. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { requireBuiltin } from '../../native/builtin.ts';

/** Other tokens would mean other scores. */
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

/** Where the npm package kuromoji lies; throws if it is not installed. */
function kuromojiRoot(): string {
  return dirname(createRequire(import.meta.url).resolve('kuromoji/package.json'));
}

/** Holds kuromoji's `*.dat.gz`. */
export function dictionaryFolder(): string {
  return join(kuromojiRoot(), 'dict');
}

/** Reads the installed kuromoji's version and hashes its dictionary. */
export async function tokenizerIdentity(): Promise<TokenizerIdentity> {
  const { readFile } = requireBuiltin('node:fs').promises;
  const manifest: unknown = JSON.parse(await readFile(join(kuromojiRoot(), 'package.json'), 'utf8'));
  const { version } = manifest as { version: string };
  const hash = requireBuiltin('node:crypto').createHash('sha256');
  for (const name of DICTIONARY_FILES) hash.update(await readFile(join(dictionaryFolder(), `${name}.dat.gz`)));
  return { name: 'kuromoji', version, dictionary: hash.digest('hex') };
}

/** As one line, in a compiled dictionary. */
export function formatIdentity({ name, version, dictionary }: TokenizerIdentity): string {
  return `${name} ${version} ${dictionary}`;
}

export function parseIdentity(line: string): TokenizerIdentity {
  const [name, version = '', dictionary = ''] = line.split(' ');
  if (name !== 'kuromoji')
    throw new Error(`Expected a dictionary made from kuromoji's, received one made from ${line}`);
  return { name, version, dictionary };
}
