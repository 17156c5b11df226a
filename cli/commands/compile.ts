/** `hoshi compile`: a bundle → the files that the native engine maps. */
import { join } from 'node:path';
import { Command } from 'commander';
import { compileBundle } from '../../model/bundle/compile.ts';
import { compiledFiles } from '../../model/bundle/manifest.ts';
import { readBundle } from '../../model/bundle/read.ts';
import { writeAtomically } from '../../model/io/write-atomically.ts';
import { packageRoot } from '../../native/package-root.ts';
import { log } from '../options.ts';

export function compileCommand(): Command {
  return new Command('compile')
    .description('make the files that the native engine maps, beside the model; they can always be made again')
    .argument('[bundle]', 'the model', join(packageRoot, 'model', 'stars'))
    .action(async (path: string) => {
      const compiled = compileBundle(await readBundle(path));
      for (const name of ['vocabulary', 'forest'] as const) {
        const file = join(path, compiledFiles[name]);
        await writeAtomically(file, compiled[name]);
        log(`${file} holds ${compiled[name].length} bytes`);
      }
    });
}
