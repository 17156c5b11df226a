/** The folder of the package, and that of the shipped bundle. A source file and its compiled file in `dist/` get the same folder. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBuiltin } from './builtin.ts';

const { existsSync } = requireBuiltin('node:fs');

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error(`Expected a package.json in a folder above ${fileURLToPath(import.meta.url)}, found none`);
    folder = parent;
  }
  return folder;
}

export const packageRoot = findPackageRoot();

/** The bundle that hoshi ships. */
export const shippedBundle = join(packageRoot, 'model', 'stars');
