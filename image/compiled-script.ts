/**
 * Runs a bundle with V8's code cache: the process reads compiled code from `NAME.cache` next to the file
 * instead of parsing and compiling it (code-cache.ts makes that file). Without the cache, or with one of another Node,
 * V8 compiles as usual.
 *
 * Node's own compile cache does not work here. It names its files by processor and user, and an image runs on other
 * ones.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Script } from 'node:vm';

/**
 * The content of a file that `runCompiled` runs: CommonJS code as a function. The file holds it, because a string that is
 * put together at the start is copied once more.
 */
export function wrapped(code: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
}

export function cacheOf(file: string): string {
  return file.replace(/\.cjs$/, '.cache');
}

/**
 * Runs the file with a `require` that finds the files beside it. The returned script can create a cache of all code that
 * was compiled up to then.
 */
export function runCompiled(file: string, require: NodeJS.Require): Script {
  // Bundles are ASCII. As Latin-1, V8 keeps one byte for each character.
  const source = readFileSync(file, 'latin1');
  const cachedData = readIfThere(cacheOf(file));
  // Stack traces show the name without the folder, because the cache would contain the folder.
  const filename = basename(file);
  const script = new Script(source, cachedData === undefined ? { filename } : { filename, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file, dirname(file));
  return script;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
