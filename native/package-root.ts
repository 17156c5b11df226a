/** Where the package lies: the same folder from the sources and from what `tsc` made of them in `dist/`. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBuiltin } from './builtin.ts';

const { existsSync } = requireBuiltin('node:fs');

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error(`Expected a package.json above ${fileURLToPath(import.meta.url)}, found none`);
    folder = parent;
  }
  return folder;
}

export const packageRoot = findPackageRoot();
