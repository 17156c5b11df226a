/** `hoshi compile-dictionary`: kuromoji's dictionary → the one file that the native engine maps into memory. */
import { Command } from 'commander';
import { compileDictionary } from '../../model/compile/dictionary.ts';
import { readKuromojiFiles } from '../../model/compile/kuromoji-files.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { writeAtomically } from '../../model/io/write-atomically.ts';
import { dictionaryFolder, formatIdentity, tokenizerIdentity } from '../../model/reference/tokenizer-identity.ts';
import { log } from '../options.ts';

export function compileDictionaryCommand(): Command {
  return new Command('compile-dictionary')
    .description("compile kuromoji's dictionary for the native engine")
    .requiredOption('--out <file>', 'file for the compiled dictionary')
    .action(async ({ out }: { out: string }) => {
      const [source, corpus, identity] = await Promise.all([
        readKuromojiFiles(dictionaryFolder()),
        readCorpus(),
        tokenizerIdentity(),
      ]);
      const sample = [...corpus.sentences, ...corpus.words].map(({ text }) => text);
      const file = compileDictionary(source, sample, formatIdentity(identity));
      await writeAtomically(out, file);
      log(`wrote ${out}: ${source.surfaces.length} surface forms, ${file.length} bytes`);
    });
}
