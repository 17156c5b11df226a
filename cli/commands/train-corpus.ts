/**
 * `hoshi train-corpus`: trains the shipped model on the authored corpus, or measures models of parts of that corpus.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { Destination } from '../../model/bundle/write.ts';
import { type Corpus, readCorpus } from '../../model/corpus/read.ts';
import { type CorpusSplit, everySentence, leaveOneDomainOut, sentenceFolds } from '../../model/corpus/split.ts';
import type { Interval } from '../../model/evaluation/bootstrap.ts';
import { type Evaluation, evaluate } from '../../model/evaluation/evaluate.ts';
import type { Encoding } from '../../model/io/encoding.ts';
import { readReviews, starRangeOf } from '../../model/io/reviews.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { starsHistogramSplit, starsRecipe } from '../../model/training/stars-recipe.ts';
import { train } from '../../model/training/train.ts';
import { requireLightgbm } from '../lightgbm.ts';
import { addEncodingOption, log, logBadRows, readingOf } from '../options.ts';
import { createProgress } from '../terminal/progress.ts';
import { withReservedBundle } from '../terminal/reserved-bundle.ts';
import { markdownRow } from '../terminal/table.ts';

const FOLDS = 5;
/** A model of the learning curve learns from every eighth, fourth, second or single sentence. */
const CURVE_STEPS = [8, 4, 2, 1] as const;

interface Flags {
  readonly out?: string;
  readonly cross?: 'domain' | 'sentence';
  readonly curve?: string;
  readonly encoding?: Encoding;
}

export function trainCorpusCommand(): Command {
  const command = new Command('train-corpus')
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
    .addOption(
      new Option(
        '--curve <reviews>',
        'print a learning curve instead: train on an eighth, a quarter, a half and all of the sentences, and measure on these labelled reviews',
      ).conflicts(['out', 'cross']),
    );
  return addEncodingOption(command).action(trainCorpus);
}

async function trainCorpus({ out, cross, curve, ...flags }: Flags, command: Command): Promise<void> {
  requireLightgbm();
  const corpus = await readCorpus();
  if (cross !== undefined)
    return printMeasures('without', cross === 'domain' ? leaveOneDomainOut(corpus) : sentenceFolds(corpus, FOLDS));
  if (curve !== undefined) return printMeasures('sentences', await curveOf(corpus, curve, flags));
  if (out === undefined)
    return command.error('error: expected --out <folder>, --cross <by> or --curve <reviews>, received none', {
      exitCode: 2,
    });
  const { reviews, options } = starsRecipe(corpus);
  const recipe = { reviews, options: { ...options, histogramSplit: starsHistogramSplit(corpus) } };
  await withReservedBundle(out, (destination) => trainOn(recipe, destination));
}

async function trainOn({ reviews, options }: ReturnType<typeof starsRecipe>, to: Destination): Promise<void> {
  const { onStage, onProgress, onRound, pause } = await createProgress(false);
  const { bundle } = await train(to, reviews, { ...options, onStage, onProgress, onRound }).finally(pause);
  log(`${bundle.path} holds ${bundle.manifest.name} ${bundle.manifest.version}`);
}

/** Models of growing parts of the corpus, measured on the reviews of a file. */
async function curveOf(corpus: Corpus, file: string, flags: Flags): Promise<CorpusSplit[]> {
  const { reviews, badRows } = await readReviews(file, readingOf(flags));
  logBadRows(file, badRows);
  starRangeOf(reviews); // throws before the work, not after it
  return CURVE_STEPS.map((step) => {
    const training = everySentence(corpus, step);
    return { name: `${training.sentences.length}, 1 in ${step}`, training, heldOut: reviews };
  });
}

/** Prints a Markdown table, one row when each model is done. `kind` is the head of the column of names. */
async function printMeasures(kind: string, splits: readonly CorpusSplit[]): Promise<void> {
  const row = (cells: readonly string[]) => process.stdout.write(`${markdownRow(cells)}\n`);
  row([kind, 'measured on', 'AUC', 'Spearman', 'mean scores by stars']);
  row(['---', '---', '---', '---', '---']);
  for (const { name, training, heldOut } of splits) {
    log(`${kind} ${name}`);
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
