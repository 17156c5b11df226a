/** Loads an addon at the first call that needs it. Each worker loads its own instance. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NativeError } from './errors.ts';
import { packageRoot } from './package-root.ts';

/** Throws a NativeError with the code `addon` if the addon is not built or cannot be loaded. */
export function loadAddon(name: 'hoshi_engine' | 'hoshi_lightgbm'): unknown {
  const file = join(packageRoot, 'build', 'addon', 'Release', `${name}.node`);
  try {
    return createRequire(import.meta.url)(file);
  } catch (error) {
    throw new NativeError(
      'addon',
      `${file}: expected the addon that \`make build\` creates: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
