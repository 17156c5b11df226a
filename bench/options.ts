/** Options that several benchmarks share, and how their values are read. */
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { numberFrom } from '../cli/options.ts';
import { packageRoot } from '../native/package-root.ts';
import { largeModel } from './large-model.ts';

export interface CommonFlags {
  readonly json?: string;
  readonly time: number;
  readonly bundle: readonly string[];
}

export interface BenchBundle {
  readonly name: string;
  readonly path: string;
}

/** Adds --json, --bundle and, if `timeMs` is given, --time with `timeMs` as its default. */
export function addCommonOptions(command: Command, timeMs: number | undefined, bundles: readonly string[]): Command {
  if (timeMs !== undefined)
    command.option('--time <ms>', 'milliseconds to measure for each result', numberFrom(1, 600_000, 'number'), timeMs);
  return command
    .option('--json <file>', 'file for the results')
    .option(
      '--bundle <model...>',
      'bundle to measure: stars (the shipped model), large (a model of the original’s size), or a folder',
      [...bundles],
    );
}

/** Prints a message on standard error. Results go to standard output instead. */
export function log(message: string): void {
  process.stderr.write(`bench: ${message}\n`);
}

/** The bundles that --bundle names. The model `large` is trained if it does not exist yet. */
export function bundlesOf(names: readonly string[]): Promise<BenchBundle[]> {
  return Promise.all(names.map(bundleOf));
}

/** The first of the bundles that --bundle names, for a benchmark that takes one. */
export async function firstBundleOf([name]: readonly string[]): Promise<BenchBundle> {
  if (name === undefined) throw new Error('Expected --bundle to name a bundle, received none');
  return bundleOf(name);
}

async function bundleOf(name: string): Promise<BenchBundle> {
  if (name === 'large') return { name, path: await largeModel(log) };
  if (name === 'stars') return { name, path: join(packageRoot, 'model', 'stars') };
  return { name: basename(name), path: name };
}
