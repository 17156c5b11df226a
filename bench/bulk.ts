/**
 * `bench bulk`: `hoshi score` on a million reviews, made by repetition, on all cores: reviews a second from the start of the process to its
 * end, and the most memory that it held. The output is checked.
 */
import { once } from 'node:events';
import { createReadStream, createWriteStream, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { figure, table } from '../cli/terminal/table.ts';
import { loadScorer } from '../model/scoring/load.ts';
import { packageRoot } from '../native/package-root.ts';
import { machine } from './machine.ts';
import { addCommonOptions, bundlesOf, type CommonFlags } from './options.ts';
import { type ProcessFigures, runProcess } from './process.ts';
import { writeJson } from './report.ts';
import { benchTexts } from './texts.ts';

interface BulkFigures extends ProcessFigures {
  readonly reviewsPerSecond: number;
}

interface Flags extends CommonFlags {
  readonly reviews: string;
}

export function bulkCommand(): Command {
  const command = new Command('bulk').description('hoshi score on a million reviews');
  return addCommonOptions(command, undefined, ['stars']).option('--reviews <count>', 'how many', '1000000').action(run);
}

async function run({ json, bundle, reviews }: Flags): Promise<void> {
  const [model] = await bundlesOf(bundle.slice(0, 1));
  if (model === undefined) throw new Error('Expected a bundle, received none');
  console.log(`${machine()}\nnative engine on ${availableParallelism()} cores, ${model.name}; one run of each size\n`);
  const figures: Record<string, BulkFigures> = {};
  // Memory is constant if a hundredth takes as much.
  for (const count of [Math.ceil(Number(reviews) / 100), Number(reviews)])
    figures[count] = await measure(count, model.path);
  const rows = Object.entries(figures).map(([count, { seconds, cpuSeconds, reviewsPerSecond, peakMb }]) => [
    count,
    figure(seconds),
    figure(cpuSeconds),
    figure(reviewsPerSecond),
    figure(peakMb),
  ]);
  console.log(`${table(['reviews', 'seconds', 'CPU seconds', 'reviews/s', 'peak MB'], rows)}\n`);
  await writeJson(json, figures);
}

async function measure(count: number, bundlePath: string): Promise<BulkFigures> {
  const texts = await benchTexts();
  const folder = join(packageRoot, 'build', 'bench', `bulk-${process.pid}`);
  const [input, output] = [join(folder, 'reviews.txt'), join(folder, 'scores.txt')];
  await mkdir(folder, { recursive: true });
  try {
    await writeLines(input, texts, count);
    const { seconds, cpuSeconds, peakMb } = await runProcess(
      process.execPath,
      [join(packageRoot, 'bin', 'hoshi'), 'score', '--engine', 'native', '--bundle', bundlePath, input],
      openSync(output, 'w'),
    );
    await check(output, texts, count, bundlePath);
    return { seconds, cpuSeconds, reviewsPerSecond: count / seconds, peakMb };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeLines(file: string, texts: readonly string[], count: number): Promise<void> {
  const stream = createWriteStream(file);
  const all = `${texts.join('\n')}\n`;
  for (let left = count; left > 0; left -= texts.length) {
    const lines = left >= texts.length ? all : `${texts.slice(0, left).join('\n')}\n`;
    if (!stream.write(lines)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

async function check(file: string, texts: readonly string[], count: number, bundlePath: string): Promise<void> {
  const scorer = await loadScorer({ bundlePath, engine: 'native' });
  const expected = texts.map((text) => String(scorer.score(text)));
  let line = 0;
  for await (const score of createInterface(createReadStream(file))) {
    if (score !== expected[line % texts.length])
      throw new Error(`Expected score ${line + 1} to be ${expected[line % texts.length]}, received ${score}`);
    line++;
  }
  if (line !== count) throw new Error(`Expected ${count} scores, received ${line}`);
}
