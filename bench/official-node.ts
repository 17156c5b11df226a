/** An official Node build, from the npm package `node`: what images hold. Debian's builds start slower. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../native/package-root.ts';

const VERSION = '24.21.0';

/** Its program, installed into build/ where it is not there yet. */
export function officialNode(): string {
  const folder = join(packageRoot, 'build', 'bench', `node-${VERSION}`);
  const program = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(program)) {
    const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['install', ...options, '--prefix', folder, `node@${VERSION}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return program;
}
