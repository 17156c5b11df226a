/** What was measured and on what: the line that each report begins with. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, type } from 'node:os';
import { packageRoot } from '../native/package-root.ts';

export function machine(): string {
  const cores = availableParallelism();
  return [
    `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cores} ${cores === 1 ? 'core' : 'cores'}`,
    `${type()} ${release().split('-')[0]}`,
    `Node ${process.version}`,
    firstLineOf('g++', '--version') ?? 'no g++',
    `commit ${firstLineOf('git', 'describe', '--always', '--dirty') ?? 'unknown'}`, // unknown: not a checkout
    new Date().toISOString().slice(0, 10),
  ].join('; ');
}

/** Undefined where the program is missing or fails. */
export function firstLineOf(program: string, ...args: readonly string[]): string | undefined {
  try {
    const output = execFileSync(program, args, {
      cwd: packageRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.trim().split('\n')[0];
  } catch {
    return undefined;
  }
}
