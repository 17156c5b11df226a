/** The parts of a benchmark's report that all benchmarks share: the machine, medians, and the JSON file. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, type } from 'node:os';
import { median } from '../model/math/statistics.ts';
import { packageRoot } from '../native/package-root.ts';

/** The first line of each report: processor, system, Node, compiler, commit and date. */
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

/** The first line that a program prints. Undefined if the program is missing or fails. */
function firstLineOf(program: string, ...args: readonly string[]): string | undefined {
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

/** The median of each field over several runs. Throws if there is no run. */
export function mediansOf<Field extends string>(
  runs: readonly Readonly<Record<Field, number>>[],
  fields: readonly Field[],
): Record<Field, number> {
  return Object.fromEntries(fields.map((field) => [field, median(runs.map((run) => run[field]))])) as Record<
    Field,
    number
  >;
}

/** Writes the results as JSON if a file is given. */
export async function writeJson(file: string | undefined, results: unknown): Promise<void> {
  if (file !== undefined) await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}
