/** The Python peer (peers/python): an environment of its own in build/, made when it is asked for. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../native/package-root.ts';
import type { ServerCommand } from '../servers.ts';

const folder = join(packageRoot, 'bench', 'peers', 'python');
const environment = join(packageRoot, 'build', 'bench', 'python');
const complete = join(environment, 'complete');

/** Installs what requirements.txt pins, by its hashes. */
export function preparePython(tell: (message: string) => void): void {
  if (existsSync(complete)) return;
  tell(`installing the Python peer into ${environment}, once`);
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', '-m', 'venv', environment);
  const requirements = join(folder, 'requirements.txt');
  run(join(environment, 'bin', 'pip'), 'install', '--quiet', '--require-hashes', '--requirement', requirements);
  run('touch', complete);
}

/** The interpreter of that environment. */
export const python = join(environment, 'bin', 'python');

/** Its program that trains and predicts. */
export const trainProgram = join(folder, 'train.py');

export function pythonServer(bundlePath: string): ServerCommand {
  return {
    name: 'Python',
    program: python,
    args: [join(folder, 'server.py')],
    environment: { PEER_BUNDLE: bundlePath },
  };
}
