/**
 * `bench bulk`: `hoshi score` on a million reviews, on all cores. It measures reviews per second from the start of
 * the process to its end, and peak memory. The reviews repeat the benchmark's texts, and every score is checked.
 */
import { createReadStream, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { loadScorer } from '../model/scoring/load.ts';
import { packageRoot } from '../native/package-root.ts';
import { addCommonOptions, type CommonFlags, firstBundleOf } from './options.ts';
import { type ProcessUsage, runProcess } from './process.ts';
import { machine, writeJson } from './report.ts';
import { benchTexts, writeChunks } from './texts.ts';

interface BulkResult extends ProcessUsage {
  readonly reviewsPerSecond: number;
}

interface Flags extends CommonFlags {
  readonly reviews: number;
}

export function bulkCommand(): Command {
  const command = new Command('bulk').description('run hoshi score on a million reviews');
  return addCommonOptions(command, undefined, ['stars'])
    .option('--reviews <count>', 'number of reviews', numberFrom(1, 1e9), 1_000_000)
    .action(runBulk);
}

async function runBulk({ json, bundle, reviews }: Flags): Promise<void> {
  const model = await firstBundleOf(bundle);
  console.log(`${machine()}\nnative engine on ${availableParallelism()} cores, ${model.name}; one run of each size\n`);
  const results: Record<string, BulkResult> = {};
  // Memory is constant if a hundredth of the reviews needs as much.
  for (const count of [Math.ceil(reviews / 100), reviews]) results[count] = await scoreReviews(count, model.path);
  const rows = Object.entries(results).map(([count, { seconds, cpuSeconds, reviewsPerSecond, peakMb }]) => [
    count,
    ...[seconds, cpuSeconds, reviewsPerSecond, peakMb].map(figure),
  ]);
  console.log(`${table(['reviews', 'seconds', 'CPU seconds', 'reviews/s', 'peak MB'], rows)}\n`);
  await writeJson(json, results);
}

async function scoreReviews(count: number, bundlePath: string): Promise<BulkResult> {
  const texts = await benchTexts();
  const folder = join(packageRoot, 'build', 'bench', `bulk-${process.pid}`);
  const [input, output] = [join(folder, 'reviews.txt'), join(folder, 'scores.txt')];
  await mkdir(folder, { recursive: true });
  try {
    await writeChunks(input, repeatedLines(texts, count));
    const { seconds, cpuSeconds, peakMb } = await runProcess(
      process.execPath,
      [join(packageRoot, 'bin', 'hoshi'), 'score', '--engine', 'native', '--bundle', bundlePath, input],
      openSync(output, 'w'),
    );
    await checkScores(output, texts, count, bundlePath);
    return { seconds, cpuSeconds, reviewsPerSecond: count / seconds, peakMb };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function* repeatedLines(texts: readonly string[], count: number): Generator<string> {
  const all = `${texts.join('\n')}\n`;
  for (let left = count; left > 0; left -= texts.length)
    yield left >= texts.length ? all : `${texts.slice(0, left).join('\n')}\n`;
}

/** Compares each line of the file with the score of the native engine. */
async function checkScores(file: string, texts: readonly string[], count: number, bundlePath: string): Promise<void> {
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
