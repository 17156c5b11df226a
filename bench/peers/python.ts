/** The Python peer (peers/python). */
import { join } from 'node:path';
import type { ServerCommand } from '../servers.ts';
import { environmentOf, prepareEnvironment } from './environment.ts';

const environment = environmentOf('python');

export function preparePython(log: (message: string) => void): void {
  prepareEnvironment(environment, log);
}

/** The interpreter of its virtual environment. */
export const python = environment.python;

/** The program that trains and predicts. */
export const trainProgram = join(environment.folder, 'train.py');

export function pythonServer(bundlePath: string): ServerCommand {
  return {
    name: 'Python',
    program: python,
    args: [join(environment.folder, 'server.py')],
    environment: { PEER_BUNDLE: bundlePath },
  };
}
