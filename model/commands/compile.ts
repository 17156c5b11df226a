/** `hoshi compile`: a bundle → the files that the native engine maps. */
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../../native/package-root.ts';
import { readBundle } from '../bundle.ts';
import { compileBundle } from '../compile/bundle.ts';
import { writeAside } from '../compile/write-aside.ts';
import { compiledFiles } from '../compiled-files.ts';
import { tell } from './options.ts';

export function compileCommand(): Command {
  return new Command('compile')
    .description('make the files that the native engine maps, beside the model; they can always be made again')
    .argument('[bundle]', 'the model', join(packageRoot, 'model', 'stars'))
    .action(async (path: string) => {
      const compiled = compileBundle(await readBundle(path));
      for (const name of ['vocabulary', 'forest'] as const) {
        const file = join(path, compiledFiles[name]);
        await writeAside(file, compiled[name]);
        tell(`${file} holds ${compiled[name].length} bytes`);
      }
    });
}
