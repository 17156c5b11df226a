/** `hoshi compile`: a bundle → the files that the native engines map into memory. */
import { join } from 'node:path';
import { Command } from 'commander';
import { compileBundle } from '../../model/bundle/compile.ts';
import { COMPILED_DICTIONARY_FILE, compiledFiles } from '../../model/bundle/manifest.ts';
import { readBundle } from '../../model/bundle/read.ts';
import { writeAtomically } from '../../model/io/write-atomically.ts';
import { compiledDictionaryOf } from '../../model/training/compiled-dictionary.ts';
import { shippedBundle } from '../../native/package-root.ts';
import { log } from '../options.ts';

export function compileCommand(): Command {
  return new Command('compile')
    .description('compile a model for the native engines, and write the compiled files into its bundle')
    .argument('[bundle]', "folder of the model's bundle", shippedBundle)
    .action(async (path: string) => {
      const bundle = await readBundle(path);
      if (bundle.userDictionary !== undefined) {
        const { words, compiled } = await compiledDictionaryOf(bundle.userDictionary);
        const file = join(path, COMPILED_DICTIONARY_FILE);
        await writeAtomically(file, compiled);
        log(`wrote ${file}: kuromoji's dictionary and ${words.words.length} words, ${compiled.length} bytes`);
      }
      const compiled = compileBundle(bundle);
      for (const name of ['vocabulary', 'forest', 'contributions'] as const) {
        const file = join(path, compiledFiles[name]);
        const content = compiled[name];
        if (content instanceof Error) {
          const reason =
            name === 'forest' ? 'the engine native cannot serve the model' : 'its scores cannot be explained';
          log(`did not write ${file}, because ${reason}: ${content.message}`);
          continue;
        }
        await writeAtomically(file, content);
        log(`wrote ${file}: ${content.length} bytes`);
      }
    });
}
