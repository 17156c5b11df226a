/** The Python peer (peers/python). Its virtual environment in build/ is made when it is needed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../native/package-root.ts';
import type { ServerCommand } from '../servers.ts';

const folder = join(packageRoot, 'bench', 'peers', 'python');
const environment = join(packageRoot, 'build', 'bench', 'python');
const complete = join(environment, 'complete');

/** Installs the packages of requirements.txt, checked by their hashes, if that has not been done. */
export function preparePython(log: (message: string) => void): void {
  if (existsSync(complete)) return;
  log(`installing the Python peer into ${environment}, once`);
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', '-m', 'venv', environment);
  const requirements = join(folder, 'requirements.txt');
  run(join(environment, 'bin', 'pip'), 'install', '--quiet', '--require-hashes', '--requirement', requirements);
  run('touch', complete);
}

/** The interpreter of that virtual environment. */
export const python = join(environment, 'bin', 'python');

/** The program that trains and predicts. */
export const trainProgram = join(folder, 'train.py');

export function pythonServer(bundlePath: string): ServerCommand {
  return {
    name: 'Python',
    program: python,
    args: [join(folder, 'server.py')],
    environment: { PEER_BUNDLE: bundlePath },
  };
}
