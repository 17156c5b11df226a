/** Virtual environments in build/ for the peers in Python. Each is made when it is needed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../native/package-root.ts';

export interface Environment {
  /** The folder with the programs and requirements.txt. */
  readonly folder: string;
  /** The virtual environment. */
  readonly path: string;
  readonly python: string;
}

export function environmentOf(peer: string): Environment {
  const path = join(packageRoot, 'build', 'bench', peer);
  return { folder: join(packageRoot, 'bench', 'peers', peer), path, python: join(path, 'bin', 'python') };
}

/** Installs the packages of requirements.txt, checked by their hashes, if that has not been done. */
export function prepareEnvironment({ folder, path }: Environment, log: (message: string) => void): void {
  const complete = join(path, 'complete');
  if (existsSync(complete)) return;
  log(`installing the packages of ${folder} into ${path}, once`);
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', '-m', 'venv', path);
  const requirements = join(folder, 'requirements.txt');
  run(join(path, 'bin', 'pip'), 'install', '--quiet', '--require-hashes', '--requirement', requirements);
  run('touch', complete);
}
