/** Loads an addon at the first call that needs it. Each worker loads its own instance. */
import { join } from 'node:path';
import { requireBuiltin, requireFile } from './builtin.ts';
import { NativeError } from './errors.ts';
import { packageRoot } from './package-root.ts';

const { closeSync, existsSync, openSync, readdirSync, readSync } = requireBuiltin('node:fs');

/** The addons of the npm package: `PLATFORM-ARCHITECTURE`, with `-musl` for a Node with that C library. A checkout has none. */
const PREBUILDS = join(packageRoot, 'prebuilds');

/** The file of the addon: one that was built here comes before those of the npm package. */
export function addonFile(name: 'hoshi_engine' | 'hoshi_lightgbm'): string {
  const built = join(packageRoot, 'build', 'addon', 'Release', `${name}.node`);
  if (existsSync(built) || !existsSync(PREBUILDS)) return built;
  return join(PREBUILDS, `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`, `${name}.node`);
}

/** Throws a NativeError with the code `addon` if the addon is not built or cannot be loaded. */
export function loadAddon(name: 'hoshi_engine' | 'hoshi_lightgbm'): unknown {
  const file = addonFile(name);
  if (file.startsWith(PREBUILDS) && !existsSync(file))
    throw new NativeError(
      'addon',
      `expected ${file}, found none: this package has addons for ${readdirSync(PREBUILDS)
        .filter((name) => !name.endsWith('.txt'))
        .sort()
        .join(', ')}. For another platform, build a checkout of hoshi by \`make build\``,
    );
  try {
    return requireFile(file);
  } catch (error) {
    throw new NativeError(
      'addon',
      file.startsWith(PREBUILDS)
        ? `${file}: expected an addon that this Node loads: ${(error as Error).message}`
        : `${file}: expected the addon that \`make build\` creates: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/**
 * Looks for the name of the C library's loader in the head of Node's file, where linkers put it. If it is elsewhere, as after
 * patchelf, asks `process.report`, which takes ten times as long.
 */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const head = headOfNode();
  if (head.includes('/ld-linux')) return false;
  if (head.includes('/ld-musl-')) return true;
  Object.assign(process.report, { excludeNetwork: true }); // it would look up names
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}

/** Empty if the file cannot be read. */
function headOfNode(): Buffer {
  const head = Buffer.alloc(4096);
  try {
    const file = openSync(process.execPath, 'r');
    try {
      return head.subarray(0, readSync(file, head));
    } finally {
      closeSync(file);
    }
  } catch {
    return Buffer.alloc(0);
  }
}
