/**
 * The identity of a tokenizer. The manifest of a bundle and the compiled dictionary both store it. A bundle is refused
 * if the installed tokenizer has another identity, because other tokens would give other scores.
 */
import { dirname, join } from 'node:path';
import { requireBuiltin, requireFile } from '../../native/builtin.ts';

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

/** The folder of the npm package kuromoji. Throws if it is not installed. */
function kuromojiRoot(): string {
  return dirname(requireFile.resolve('kuromoji/package.json'));
}

/** The folder of kuromoji's `*.dat.gz` files. */
export function dictionaryFolder(): string {
  return join(kuromojiRoot(), 'dict');
}

/** The identity of the installed kuromoji. Reads and hashes its dictionary. */
export async function tokenizerIdentity(): Promise<TokenizerIdentity> {
  const { readFile } = requireBuiltin('node:fs').promises;
  const manifest: unknown = JSON.parse(await readFile(join(kuromojiRoot(), 'package.json'), 'utf8'));
  const { version } = manifest as { version: string };
  const hash = requireBuiltin('node:crypto').createHash('sha256');
  for (const name of DICTIONARY_FILES) hash.update(await readFile(join(dictionaryFolder(), `${name}.dat.gz`)));
  return { name: 'kuromoji', version, dictionary: hash.digest('hex') };
}

/** The identity as one line, for a compiled dictionary. `userWords` is the SHA-256 of its user dictionary, if it has one. */
export function formatIdentity({ name, version, dictionary }: TokenizerIdentity, userWords?: string): string {
  return [name, version, dictionary, ...(userWords === undefined ? [] : [userWords])].join(' ');
}

/** The tokenizer in the result of `formatIdentity`. Throws if the line does not begin with `kuromoji`. */
export function parseIdentity(line: string): TokenizerIdentity {
  const [name, version = '', dictionary = ''] = line.split(' ');
  if (name !== 'kuromoji')
    throw new Error(`Expected a dictionary compiled from kuromoji's, received one compiled from ${line}`);
  return { name, version, dictionary };
}
