/**
 * `bench length`: time against length, up to 1 Mi characters, for ordinary texts and for texts that tokenizers are slow
 * on.
 */
import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { plotLines } from '../cli/loadtest/plot.ts';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { nextMessage } from './contender.ts';
import type { LengthResult } from './length-contender.ts';
import { addCommonOptions, type CommonFlags, firstBundleOf } from './options.ts';
import { machine, writeJson } from './report.ts';
import { fitLine } from './statistics.ts';
import { type Kind, kinds } from './texts.ts';

type Results = Readonly<Record<Kind, LengthResult>>;

interface Flags extends CommonFlags {
  readonly steps: number;
  readonly repeats: number;
  readonly plot?: string;
}

export function lengthCommand(): Command {
  const command = new Command('length').description('measure time against length, up to 1 Mi characters');
  return addCommonOptions(command, undefined, ['stars'])
    .option('--steps <count>', 'number of lengths, evenly spaced', numberFrom(1, 1024), 16)
    .option('--repeats <count>', 'number of scores of each length', numberFrom(1, 10_000), 9)
    .option('--plot <file>', 'SVG file for a plot')
    .action(runLength);
}

async function runLength({ json, bundle, steps, repeats, plot }: Flags): Promise<void> {
  const model = await firstBundleOf(bundle);
  console.log(`${machine()}\nnative engine, ${model.name}; median of ${repeats}, processor time\n`);
  const results = {} as Record<Kind, LengthResult>;
  for (const kind of kinds) {
    const args = [kind, model.path, String(steps), String(repeats)];
    const child = fork(fileURLToPath(new URL('length-contender.js', import.meta.url)), args);
    results[kind] = await nextMessage<LengthResult>(child, `the text ${kind}`);
  }
  printResults(results);
  await writeJson(json, results);
  if (plot !== undefined) await writeFile(plot, await plotOf(results));
}

function printResults(results: Results): void {
  const rows = Object.entries(results).map(([kind, { points, mebibyteMs }]) => {
    const { slope, r2 } = fitLine(points);
    const last = points.at(-1)?.[1] ?? Number.NaN;
    return [kind, figure(last), figure(mebibyteMs), figure(slope * 1e6), r2.toFixed(4)];
  });
  const header = ['text', 'ms for 1 Mi UTF-16 units', 'ms for 1 MiB of UTF-8', 'ns per unit', 'R² of a line'];
  console.log(`${table(header, rows)}\n`);
}

function plotOf(results: Results): Promise<string> {
  const series = Object.entries(results).map(([name, { points }]) => ({
    name,
    points: [[0, 0] as const, ...points.map(([units, milliseconds]) => [units / 1024, milliseconds] as const)],
  }));
  return plotLines({ title: 'Score of one text', xLabel: 'length, Ki UTF-16 units', yLabel: 'ms', series });
}
