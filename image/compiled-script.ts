/**
 * A bundled CommonJS file as V8 has compiled it before: what the process would spend on parsing and compiling is read from the file
 * `NAME.cache` beside it (code-cache.ts makes it). Of another Node, or without the file, it is compiled as usual.
 *
 * Not Node's own compile cache: its files are named for the processor and the user that made them, and an image runs on others.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { Script } from 'node:vm';

export function cacheOf(file: string): string {
  return file.replace(/\.cjs$/, '.cache');
}

/** Runs the file; what comes back can tell V8's code by then. */
export function runCompiled(file: string): Script {
  // Bundles are ASCII, so that V8 keeps them as bytes.
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
  const cachedData = readIfThere(cacheOf(file));
  // Stacks have its name without its folder, which would be part of what was compiled.
  const filename = basename(file);
  const script = new Script(source, cachedData === undefined ? { filename } : { filename, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return script;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
