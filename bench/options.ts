/** Options that the benchmarks share, and what they turn into. */
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { packageRoot } from '../native/package-root.ts';
import { largeModel } from './large-model.ts';

export interface CommonFlags {
  readonly json?: string;
  readonly time: number;
  readonly bundle: readonly string[];
}

/** `timeMs` undefined: a benchmark that takes the time it takes. */
export function addCommonOptions(command: Command, timeMs: number | undefined, bundles: readonly string[]): Command {
  if (timeMs !== undefined) command.option('--time <ms>', 'how long to time each figure', milliseconds, timeMs);
  return command
    .option('--json <file>', 'write the figures')
    .option('--bundle <model...>', 'stars: the shipped model; large: one of the original’s size; or a folder', [
      ...bundles,
    ]);
}

export function log(message: string): void {
  process.stderr.write(`bench: ${message}\n`);
}

export function bundlesOf(names: readonly string[]): Promise<{ name: string; path: string }[]> {
  return Promise.all(names.map(bundleOf));
}

async function bundleOf(name: string): Promise<{ name: string; path: string }> {
  if (name === 'large') return { name, path: await largeModel(log) };
  if (name === 'stars') return { name, path: join(packageRoot, 'model', 'stars') };
  return { name: basename(name), path: name };
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (value >= 1 && value <= 600_000) return value;
  throw new Error(`Expected --time to be from 1 to 600000 milliseconds, received ${JSON.stringify(text)}`);
}
