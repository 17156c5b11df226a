/**
 * `bench training-memory`: memory and time of `hoshi train` on a million composed reviews. Each review contains
 * invented names and prices, so that new words and bigrams keep coming, as in real reviews. It fails if the process
 * needs over 1.5 GB on the shipped model, or over 2.7 GB with trees.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { composeReviews } from '../model/corpus/compose.ts';
import { type Corpus, readCorpus } from '../model/corpus/read.ts';
import { createRandom, pick, type Random } from '../model/math/random.ts';
import { packageRoot } from '../native/package-root.ts';
import { runProcess } from './process.ts';
import { machine, writeJson } from './report.ts';
import { REVIEW_HEADER, reviewLine, writeChunks } from './texts.ts';

const STDOUT = 1;
const MAX_MB = { onBase: 1500, withTrees: 2700 };
const CHUNK = 10_000;
const COUNTS = { sentences: 0.8 * CHUNK, eachSentence: false, words: 0.1 * CHUNK, contrasts: 0.1 * CHUNK };

interface Flags {
  readonly reviews: number;
  readonly rounds: number;
  readonly preset: string;
  readonly base?: boolean;
  readonly json?: string;
}

export function trainingMemoryCommand(): Command {
  return new Command('training-memory')
    .description('measure the memory and time of hoshi train on a million reviews')
    .option('--reviews <count>', 'number of reviews, rounded up to ten thousands', numberFrom(1, 1e9), 1_000_000)
    .option('--rounds <n>', 'number of boosting rounds', numberFrom(1, 100_000), 10)
    .option('--preset <preset>', 'preset of hoshi train', 'default')
    .option('--base', 'train on the shipped model, as hoshi train does by default: no trees, no preset')
    .option('--json <file>', 'file for the results')
    .action(runTrainingMemory);
}

async function runTrainingMemory({ reviews, rounds, preset, base = false, json }: Flags): Promise<void> {
  const folder = join(packageRoot, 'build', 'bench', `training-memory-${process.pid}`);
  const data = join(folder, 'reviews.tsv');
  await mkdir(folder, { recursive: true });
  try {
    await writeChunks(data, composedLines(await readCorpus(), reviews));
    const fromNothing = ['--base', 'none', '--rounds', String(rounds), '--preset', preset];
    const args = ['train', data, '--out', join(folder, 'bundle'), ...(base ? [] : fromNothing)];
    const hoshi = [join(packageRoot, 'bin', 'hoshi'), ...args];
    const { seconds, cpuSeconds, peakMb } = await runProcess(process.execPath, hoshi, STDOUT);
    console.log(`${machine()}\n${base ? 'on the shipped model' : `${preset}, ${rounds} rounds`}\n`);
    const row = [String(reviews), ...[seconds, cpuSeconds, peakMb].map(figure)];
    console.log(`${table(['reviews', 'seconds', 'CPU seconds', 'peak MB'], [row])}\n`);
    await writeJson(json, { [reviews]: { seconds, cpuSeconds, peakMb } });
    const maxMb = base ? MAX_MB.onBase : MAX_MB.withTrees;
    if (peakMb > maxMb) throw new Error(`Expected a peak of at most ${maxMb} MB, measured ${peakMb}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function* composedLines(corpus: Corpus, count: number): Generator<string> {
  const random = createRandom(1);
  yield REVIEW_HEADER;
  for (let seed = 1; (seed - 1) * CHUNK < count; seed++) {
    const lines = composeReviews(corpus, { seed, counts: COUNTS }).map(({ stars, text }) =>
      reviewLine(
        Math.round(stars),
        `${text}${inventName(random)}の${inventName(random)}、${random.below(100_000)}円。`,
      ),
    );
    yield lines.join('');
  }
}

const SYLLABLES = [...'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモラリルレロン'];

function inventName(random: Random): string {
  return Array.from({ length: 3 + random.below(3) }, () => pick(random, SYLLABLES)).join('');
}
