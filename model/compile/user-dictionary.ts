/** kuromoji's dictionary with the words of a user dictionary → one table file, as dictionary.ts makes it. */
import { dictionaryFolder, formatIdentity, tokenizerIdentity } from '../reference/tokenizer-identity.ts';
import type { UserDictionary } from '../reference/user-dictionary.ts';
import { compileDictionary, withUserWords } from './dictionary.ts';
import { readKuromojiFiles } from './kuromoji-files.ts';

/**
 * Takes about five seconds. `sample` holds texts that determine the order in memory; they do not change the tokens.
 * Rejects if the words need more than the format can hold.
 */
export async function compileUserDictionary(user: UserDictionary, sample: Iterable<string>): Promise<Buffer> {
  const [source, identity] = await Promise.all([readKuromojiFiles(dictionaryFolder()), tokenizerIdentity()]);
  return compileDictionary(withUserWords(source, user), sample, formatIdentity(identity, user.sha256));
}
