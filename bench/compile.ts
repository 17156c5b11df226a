/** Programs in C++ that take part in a benchmark. They are compiled when they are needed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../native/package-root.ts';

/**
 * Compiles one file of bench/ to build/bench/`name`, unless that is newer. Returns its path, or undefined if a compiler
 * or a library is missing.
 */
export function compiled(name: string, source: string, ...libraries: readonly string[]): string | undefined {
  const file = join(packageRoot, 'bench', source);
  const program = join(packageRoot, 'build', 'bench', name);
  if (existsSync(program) && statSync(program).mtimeMs > statSync(file).mtimeMs) return program;
  mkdirSync(dirname(program), { recursive: true });
  try {
    execFileSync('g++', ['-std=c++17', '-O2', file, '-o', program, ...libraries], { stdio: 'ignore' });
    return program;
  } catch {
    return undefined;
  }
}
