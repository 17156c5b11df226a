/** `bench length`: time against length, up to 1 Mi characters, for ordinary texts and for those that tokenizers take long for. */
import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { plotLines } from '../cli/loadtest/plot.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { messageOf } from './contender.ts';
import { type Kind, kinds } from './hostile-texts.ts';
import type { LengthFigures } from './length-contender.ts';
import { machine } from './machine.ts';
import { addCommonOptions, bundlesOf, type CommonFlags } from './options.ts';
import { writeJson } from './report.ts';
import { fitLine } from './statistics.ts';

interface Flags extends CommonFlags {
  readonly steps: string;
  readonly repeats: string;
  readonly plot?: string;
}

export function lengthCommand(): Command {
  const command = new Command('length').description('time against length, up to 1 Mi characters');
  return addCommonOptions(command, undefined, ['stars'])
    .option('--steps <count>', 'lengths, evenly spaced', '16')
    .option('--repeats <count>', 'scores of each length', '9')
    .option('--plot <file>', 'draw the lines, as SVG')
    .action(run);
}

async function run({ json, bundle, steps, repeats, plot }: Flags): Promise<void> {
  const [model] = await bundlesOf(bundle.slice(0, 1));
  if (model === undefined) throw new Error('Expected a bundle, received none');
  console.log(`${machine()}\nnative engine, ${model.name}; median of ${repeats}, processor time\n`);
  const figures = {} as Record<Kind, LengthFigures>;
  for (const kind of kinds) {
    const child = fork(fileURLToPath(new URL('length-contender.js', import.meta.url)), [
      kind,
      model.path,
      steps,
      repeats,
    ]);
    figures[kind] = await messageOf<LengthFigures>(child, `the text ${kind}`);
  }
  const rows = Object.entries(figures).map(([kind, { points, mebibyteMs }]) => {
    const { slope, r2 } = fitLine(points);
    const last = points.at(-1)?.[1] ?? Number.NaN;
    return [kind, figure(last), figure(mebibyteMs), figure(slope * 1e6), r2.toFixed(4)];
  });
  console.log(
    `${table(['text', 'ms for 1 Mi UTF-16 units', 'ms for 1 MiB of UTF-8', 'ns a unit', 'R² of a line'], rows)}\n`,
  );
  await writeJson(json, figures);
  if (plot === undefined) return;
  const series = Object.entries(figures).map(([name, { points }]) => ({
    name,
    points: [[0, 0] as const, ...points.map(([units, milliseconds]) => [units / 1024, milliseconds] as const)],
  }));
  const content = await plotLines({
    title: 'Score of one text',
    xLabel: 'length, Ki UTF-16 units',
    yLabel: 'ms',
    series,
  });
  await writeFile(plot, content);
}
