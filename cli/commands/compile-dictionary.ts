/**
 * `hoshi compile-dictionary`: kuromoji's dictionary, and the tables of the normalizer, → the two files that the native
 * engine maps into memory.
 */
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { compileDictionary } from '../../model/compile/dictionary.ts';
import { readKuromojiFiles } from '../../model/compile/kuromoji-files.ts';
import { compileNormalizer } from '../../model/compile/normalizer.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { writeAtomically } from '../../model/io/write-atomically.ts';
import { normalizationTables } from '../../model/reference/normalization-tables.ts';
import { dictionaryFolder, formatIdentity, tokenizerIdentity } from '../../model/reference/tokenizer-identity.ts';
import { log } from '../options.ts';

export function compileDictionaryCommand(): Command {
  return new Command('compile-dictionary')
    .description("compile kuromoji's dictionary, and the normalizer's tables beside it, for the native engine")
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
      const normalizer = compileNormalizer(normalizationTables());
      const path = join(dirname(out), 'normalizer.bin');
      await writeAtomically(path, normalizer);
      log(`wrote ${path}: ${normalizer.length} bytes`);
    });
}
