/** Builds LightGBM's addon when a command needs it and it is missing. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from '../model/scoring/scorer.ts';
import { checkLightgbm } from '../native/index.ts';
import { packageRoot } from '../native/package-root.ts';

const ADDON = join(packageRoot, 'build', 'addon', 'Release', 'hoshi_lightgbm.node');

/**
 * Returns when LightGBM can be used. In a checkout of hoshi, builds it if it is missing, which takes minutes: the output
 * of the build goes to stderr. If another process builds it, waits for that. Throws if there is no LightGBM then.
 */
export function requireLightgbm(): void {
  const isCheckout = existsSync(join(packageRoot, 'Makefile')) && existsSync(join(packageRoot, 'native', 'lightgbm'));
  if (!existsSync(ADDON) && isCheckout) build();
  checkLightgbm();
}

/** `requireLightgbm`, if the engine predicts with LightGBM. */
export function prepareEngine(engine: EngineName): void {
  if (engine === 'native-lightgbm' || engine === 'lightgbm') requireLightgbm();
}

function build(): void {
  process.stderr.write(
    'hoshi: this command needs LightGBM, which is not built yet. Building it once, by `make lightgbm`: about three minutes on two cores\n',
  );
  const { error, status, signal } = spawnSync('make', ['--no-print-directory', 'lightgbm'], {
    cwd: packageRoot,
    stdio: ['ignore', 2, 2],
  });
  if (error !== undefined)
    throw new Error(`Expected \`make lightgbm\` to run, it did not: ${error.message}. apt-get install make`);
  if (status !== 0)
    throw new Error(
      `Expected \`make lightgbm\` to build LightGBM, it ended with ${signal ?? `code ${status}`}. Its messages above say why; run it again after that`,
    );
}
