/** The compiled dictionary of a training with a user dictionary. */
import { join } from 'node:path';
import { NativeAnalyzer } from '../../native/index.ts';
import { COMPILED_DICTIONARY_FILE } from '../bundle/manifest.ts';
import { readFileOfBundle } from '../bundle/read.ts';
import type { UserWordsOfBundle } from '../bundle/write.ts';
import { compileUserDictionary } from '../compile/user-dictionary.ts';
import { readCorpus } from '../corpus/read.ts';
import { formatIdentity, tokenizerIdentity } from '../reference/tokenizer-identity.ts';
import type { UserDictionary } from '../reference/user-dictionary.ts';
import type { BaseModel } from './base.ts';

/** Takes that of the base, if the base has the same words: to compile one takes five seconds. */
export async function compiledDictionaryOf(words: UserDictionary, base?: BaseModel): Promise<UserWordsOfBundle> {
  const ofBase = base?.userDictionary?.sha256 === words.sha256 ? await readCompiled(base.path, words) : undefined;
  if (ofBase !== undefined) return { words, compiled: ofBase };
  const { sentences, words: corpusWords } = await readCorpus();
  const sample = [...sentences, ...corpusWords].map(({ text }) => text);
  return { words, compiled: await compileUserDictionary(words, sample) };
}

/** Undefined if the file is missing, broken, or compiled from other words. */
async function readCompiled(folder: string, words: UserDictionary): Promise<Uint8Array | undefined> {
  const file = join(folder, COMPILED_DICTIONARY_FILE);
  try {
    const bytes = readFileOfBundle(file);
    const expected = formatIdentity(await tokenizerIdentity(), words.sha256);
    return NativeAnalyzer.load(bytes).identity === expected ? bytes : undefined;
  } catch {
    return undefined;
  }
}
