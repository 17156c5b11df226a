/** The options of a user dictionary, for the commands that train and tokenize. */
import type { Command } from 'commander';
import type { UserDictionary } from '../model/reference/user-dictionary.ts';
import { counted, log } from './options.ts';

export interface UserDictionaryFlags {
  readonly userDictionary?: string;
  readonly lenient?: boolean;
}

export function addUserDictionaryOptions(command: Command): Command {
  return command
    .option(
      '--user-dictionary <file>',
      "CSV file of words to add to the dictionary: surface,left id,right id,cost,features … as in MeCab, or text,tokens,readings,part of speech as in Elasticsearch's kuromoji",
    )
    .option('--lenient', 'skip the wrong lines of the user dictionary, and print their number');
}

/**
 * The words of the file, added to those of `inherited`. Rejects with the first ten wrong lines, unless the flag lenient
 * is set. `steps` are those of the normalizer. Undefined if there are no words.
 */
export async function userDictionaryOf(
  { userDictionary: file, lenient }: UserDictionaryFlags,
  steps: readonly string[],
  inherited: UserDictionary | undefined,
): Promise<UserDictionary | undefined> {
  if (file === undefined) return inherited;
  // Only here, because these load kuromoji.
  const { loadTokenizer } = await import('../model/reference/tokenizer.ts');
  const { readUserDictionaryFile } = await import('../model/reference/user-dictionary-file.ts');
  const tokenizer = await loadTokenizer(inherited);
  const { dictionary, badWords } = await readUserDictionaryFile(file, { tokenizer, steps, onNote: log });
  const problems = badWords.slice(0, MAX_LISTED).map(({ line, reason }) => `${file}:${line}: ${reason}`);
  if (badWords.length > 0 && !lenient)
    throw new Error(
      `${problems.join('\n')}\n${file}: found ${counted(badWords.length, 'wrong line')}; correct the file, or add --lenient to skip wrong lines`,
    );
  for (const problem of problems) log(problem);
  if (badWords.length > 0) log(`${file}: skipped ${counted(badWords.length, 'wrong line')}`);
  if (dictionary.words.length === 0) throw new Error(`${file}: expected words, found none`);
  return inherited === undefined ? dictionary : inherited.with(dictionary);
}

const MAX_LISTED = 10;
