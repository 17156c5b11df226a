/** Loads an addon, by the first call that needs it; in any number of workers. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NativeError } from './errors.ts';
import { packageRoot } from './package-root.ts';

export function loadAddon(name: 'hoshi_engine' | 'hoshi_lightgbm'): unknown {
  const file = join(packageRoot, 'build', 'addon', 'Release', `${name}.node`);
  try {
    return createRequire(import.meta.url)(file);
  } catch (error) {
    throw new NativeError(
      'addon',
      `${file}: expected the addon, which \`make build\` makes: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
