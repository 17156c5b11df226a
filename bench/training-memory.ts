/**
 * `bench training-memory`: the memory and the time of `hoshi train` on a million composed reviews. Each has invented names and prices in it, so
 * that words and bigrams go on being new, as in reviews that people write. It fails above 8 GiB.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { figure, table } from '../cli/terminal/table.ts';
import { composeReviews } from '../model/corpus/compose.ts';
import { readCorpus } from '../model/corpus/read.ts';
import { createRandom, pick, type Random } from '../model/math/random.ts';
import { packageRoot } from '../native/package-root.ts';
import { machine } from './machine.ts';
import { runProcess } from './process.ts';
import { writeJson } from './report.ts';

const STDOUT = 1;
const LIMIT_MB = 8192;
const CHUNK = 10_000;
const COUNTS = { sentences: 0.8 * CHUNK, eachSentence: false, words: 0.1 * CHUNK, contrasts: 0.1 * CHUNK };

interface Flags {
  readonly reviews: string;
  readonly rounds: string;
  readonly preset: string;
  readonly json?: string;
}

export function trainingMemoryCommand(): Command {
  return new Command('training-memory')
    .description('memory and time of hoshi train on a million reviews')
    .option('--reviews <count>', 'how many, to the next ten thousand', '1000000')
    .option('--rounds <n>', 'rounds of boosting', '10')
    .option('--preset <preset>', "that of hoshi train's", 'default')
    .option('--json <file>', 'write the figures')
    .action(run);
}

async function run({ reviews, rounds, preset, json }: Flags): Promise<void> {
  const folder = join(packageRoot, 'build', 'bench', `training-${process.pid}`);
  const data = join(folder, 'reviews.tsv');
  await mkdir(folder, { recursive: true });
  try {
    await writeReviews(data, Number(reviews));
    const args = ['train', data, '--out', join(folder, 'bundle'), '--rounds', rounds, '--preset', preset];
    const hoshi = [join(packageRoot, 'bin', 'hoshi'), ...args];
    const { seconds, cpuSeconds, peakMb } = await runProcess(process.execPath, hoshi, STDOUT);
    console.log(`${machine()}\n${preset}, ${rounds} rounds\n`);
    const row = [reviews, figure(seconds), figure(cpuSeconds), figure(peakMb)];
    console.log(`${table(['reviews', 'seconds', 'CPU seconds', 'peak MB'], [row])}\n`);
    await writeJson(json, { [reviews]: { seconds, cpuSeconds, peakMb } });
    if (peakMb > LIMIT_MB) throw new Error(`Expected at most ${LIMIT_MB} MB, it took ${peakMb}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeReviews(file: string, count: number): Promise<void> {
  const corpus = await readCorpus();
  const random = createRandom(1);
  const stream = createWriteStream(file);
  stream.write('stars\ttext\n');
  for (let seed = 1; (seed - 1) * CHUNK < count; seed++) {
    const lines = composeReviews(corpus, { seed, counts: COUNTS }).map(
      ({ stars, text }) =>
        `${Math.round(stars)}\t${text}${nameOf(random)}の${nameOf(random)}、${random.below(100_000)}円。\n`,
    );
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

const SYLLABLES = [...'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモラリルレロン'];

function nameOf(random: Random): string {
  return Array.from({ length: 3 + random.below(3) }, () => pick(random, SYLLABLES)).join('');
}
