/**
 * `hoshi train-corpus`: trains the shipped model on the authored corpus, or cross-validates models on that corpus.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { readCorpus } from '../../model/corpus/read.ts';
import { type CorpusSplit, leaveOneDomainOut, sentenceFolds } from '../../model/corpus/split.ts';
import type { Interval } from '../../model/evaluation/bootstrap.ts';
import { type Evaluation, evaluate } from '../../model/evaluation/evaluate.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { starsRecipe } from '../../model/training/stars-recipe.ts';
import { train } from '../../model/training/train.ts';
import { log } from '../options.ts';
import { createProgress } from '../terminal/progress.ts';
import { markdownRow } from '../terminal/table.ts';

const FOLDS = 5;

interface Flags {
  readonly out?: string;
  readonly cross?: 'domain' | 'sentence';
}

export function trainCorpusCommand(): Command {
  return new Command('train-corpus')
    .description('train the shipped model on the authored corpus')
    .option('--out <folder>', 'folder for the bundle')
    .addOption(
      new Option(
        '--cross <by>',
        'cross-validate, and print a table instead: hold out each domain, or each fifth of the sentences, in turn',
      )
        .choices(['domain', 'sentence'])
        .conflicts('out'),
    )
    .action(trainCorpus);
}

async function trainCorpus({ out, cross }: Flags, command: Command): Promise<void> {
  const corpus = await readCorpus();
  if (cross !== undefined)
    return printMeasures(cross === 'domain' ? leaveOneDomainOut(corpus) : sentenceFolds(corpus, FOLDS));
  if (out === undefined)
    return command.error('error: expected --out <folder> or --cross <by>, received neither', { exitCode: 2 });
  await trainOn(starsRecipe(corpus), out);
}

async function trainOn({ reviews, options }: ReturnType<typeof starsRecipe>, out: string): Promise<void> {
  const { onStage, onProgress, onRound, pause } = await createProgress(false);
  const { bundle } = await train(out, reviews, { ...options, onStage, onProgress, onRound }).finally(pause);
  log(`${out} holds ${bundle.manifest.name} ${bundle.manifest.version}`);
}

/** Prints a Markdown table, one row when each model is done. */
async function printMeasures(splits: readonly CorpusSplit[]): Promise<void> {
  const row = (cells: readonly string[]) => process.stdout.write(`${markdownRow(cells)}\n`);
  row(['without', 'sentences', 'AUC', 'Spearman', 'mean scores of 1 … 5 stars']);
  row(['---', '---', '---', '---', '---']);
  for (const { name, training, heldOut } of splits) {
    log(`without ${name}`);
    const folder = await mkdtemp(join(tmpdir(), 'hoshi-cross-'));
    try {
      await trainOn(starsRecipe(training), join(folder, 'stars'));
      const scorer = await loadScorer({ bundlePath: join(folder, 'stars'), engine: 'native' });
      row([name, String(heldOut.length), ...cellsOf(await evaluate(scorer, heldOut))]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

function cellsOf({ auc, spearman, intervals, means }: Evaluation): string[] {
  const withInterval = (value: number, interval: Interval | null) =>
    `${value.toFixed(3)}${interval === null ? '' : ` (${interval.map((end) => end.toFixed(3)).join(' to ')})`}`;
  return [
    withInterval(auc.value, intervals.auc),
    withInterval(spearman, intervals.spearman),
    means.map(({ score }) => score.toFixed(2)).join(' '),
  ];
}
