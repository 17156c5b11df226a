/** `hoshi train`: labelled reviews → a bundle of one's own. */
import { basename, join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { rollBackWrite } from '../../model/bundle/write.ts';
import { Interrupted } from '../../model/io/interrupted.ts';
import { readReviews } from '../../model/io/reviews.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import type { ClassWeights } from '../../model/training/class-weights.ts';
import { type PresetName, presetNames, presets } from '../../model/training/presets.ts';
import { type Trained, type TrainOptions, train } from '../../model/training/train.ts';
import { type ColumnNames, columnsFrom, log, logBadRows, numberFrom } from '../options.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { measureTexts } from '../terminal/measures.ts';
import { createProgress, type Progress } from '../terminal/progress.ts';

interface Flags {
  readonly out: string;
  readonly name?: string;
  readonly columns?: ColumnNames;
  readonly seed: number;
  readonly preset: PresetName;
  readonly rounds?: number;
  readonly validation: number;
  readonly folds: number;
  readonly patience: number;
  readonly classWeights?: ClassWeights | 'none';
  readonly maxFeatures?: number;
  readonly minDf: number;
  readonly maxBad: number;
  readonly set: Readonly<Record<string, string>>;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a model on labelled reviews; Ctrl-C keeps the best so far and ends with 130')
    .argument('<data>', 'TSV, CSV or JSONL with the fields stars and text')
    .requiredOption('--out <folder>', 'where the bundle goes')
    .option('--name <name>', "the model's name; the folder's by default")
    .option('--columns <names>', "the fields' names in the data, as in stars=rating,text=body", columnsFrom)
    .option('--seed <n>', 'seed of every random choice', numberFrom(0, 2 ** 31 - 1), 1)
    .addOption(
      new Option('--preset <preset>', "parameters to begin with; original: the pipeline's that hoshi replaces")
        .choices(presetNames)
        .default('default'),
    )
    .option(
      '--rounds <n>',
      `rounds of boosting at most, one tree each (default: ${presets.default.rounds}, or the preset's)`,
      numberFrom(1, 100_000),
    )
    .option(
      '--validation <share>',
      'share of the reviews to measure on and stop early by; 0 for none',
      numberFrom(0, 0.5, 'number'),
      0.1,
    )
    .option('--folds <k>', 'measure by k folds instead, and choose the rounds by them', foldsFrom, 0)
    .option('--patience <n>', 'stop after so many rounds without a better validation', numberFrom(1, 100_000), 50)
    .option('--class-weights <weights>', 'how much stars count: balanced, none, or as in 1=2.5,5=0.5', weightsFrom)
    .option(
      '--max-features <n>',
      `terms in the vocabulary at most (default: ${presets.default.vectorizer.max_features}, or the preset's)`,
      numberFrom(1, 10_000_000),
    )
    .option('--min-df <n>', 'drop terms that are in fewer reviews', numberFrom(1, 1_000_000), 1)
    .option('--max-bad <n>', 'rows that may be skipped because they cannot be used', numberFrom(0, 2 ** 31 - 1), 0)
    .option('--set <name=value>', "a parameter of LightGBM's, by its name; may be repeated", collectParameter, {})
    .option('--quiet', 'tell nothing of the progress')
    .option('--json', 'print the manifest as JSON')
    .action(async (data: string, flags: Flags, command: Command) => {
      if (flags.folds > 0 && command.getOptionValueSource('validation') === 'cli')
        command.error("error: option '--folds <k>' cannot be used with option '--validation <share>'");
      const progress = await createProgress(flags.quiet === true);
      await withInterrupt((signal) => trainOnFile(data, flags, progress, signal), {
        onFirst: () => {
          progress.pause();
          log('stopping, with what there is; Ctrl-C once more ends at once');
        },
        onSecond: () => {
          progress.pause();
          rollBackWrite(flags.out);
        },
      });
    });
}

async function trainOnFile(data: string, flags: Flags, progress: Progress, signal: AbortSignal): Promise<void> {
  const { onStage, onProgress, onRound, pause } = progress;
  onStage(`reading ${data}`);
  const { columns = {} } = flags;
  const { reviews, badRows } = await readReviews(data, { columns, onProgress, signal });
  pause();
  logBadRows(data, badRows);
  if (badRows.length > flags.maxBad) {
    throw new Error(
      `${data}: expected at most ${flags.maxBad} rows that cannot be used (--max-bad), found ${badRows.length}`,
    );
  }
  if (reviews.length === 0) throw new Error(`${data}: expected reviews, found none`);
  const preset = presets[flags.preset];
  const { maxFeatures = preset.vectorizer.max_features, classWeights = 'none' } = flags;
  const options: TrainOptions = {
    name: flags.name ?? basename(resolve(flags.out)),
    command: `hoshi train ${basename(data)}`,
    seed: flags.seed,
    preset: flags.preset,
    vectorizer: { ...preset.vectorizer, max_features: maxFeatures, min_df: flags.minDf },
    boosting: flags.set,
    rounds: flags.rounds ?? preset.rounds,
    validationShare: flags.validation,
    folds: flags.folds,
    patience: flags.patience,
    ...(classWeights === 'none' ? {} : { classWeights }),
    onStage,
    onProgress,
    onRound,
    signal,
  };
  try {
    const trained = await train(flags.out, reviews, options);
    const { manifest, interrupted } = trained;
    if (interrupted === undefined) await writeTrainingReport(data, flags.out, trained, onStage);
    pause();
    if (flags.json) process.stdout.write(`${JSON.stringify(manifest)}\n`);
    if (!flags.quiet) for (const [set, values] of measureTexts(manifest.measures)) log(`on ${set}: ${values}`);
    const what = `${flags.out} holds ${manifest.name} ${manifest.version}`;
    if (interrupted !== undefined) throw new Interrupted(`interrupted ${interrupted}; ${what}, the best so far`);
    if (!flags.quiet) log(what);
  } finally {
    pause();
  }
}

/** What the reviews that were kept apart tell of the model, drawn; nothing where these are too few to tell. */
async function writeTrainingReport(data: string, out: string, trained: Trained, onStage: (stage: string) => void) {
  const { manifest, curves, heldOut } = trained;
  if (new Set(heldOut.reviews.map(({ stars }) => stars)).size < 2) return;
  onStage('drawing the report');
  const { writeReport } = await import('../../model/evaluation/report/write.ts'); // with Vega, which nothing else needs
  const measured = {
    bundlePath: out,
    scorer: await loadScorer({ bundlePath: out, engine: 'auto', warn: log }),
    command: manifest.made.command,
    measuredOn: `those of ${basename(data)} that were held out when they were scored`,
    ...heldOut,
    curves,
  };
  await writeReport(join(out, 'report.html'), measured, log);
}

function foldsFrom(text: string): number {
  const count = numberFrom(0, 100)(text);
  if (count === 1) throw new InvalidArgumentError('Expected an integer from 2 to 100, or 0 for none.');
  return count;
}

function weightsFrom(text: string): ClassWeights | 'none' {
  if (text === 'balanced' || text === 'none') return text;
  const weights = new Map<number, number>();
  for (const pair of text.split(',')) {
    const [stars, weight] = pair.split('=').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    const isPair = Number.isFinite(stars) && Number.isFinite(weight) && (weight as number) >= 0;
    if (!isPair || pair.split('=').length !== 2 || weights.has(stars as number))
      throw new InvalidArgumentError('Expected balanced, none, or stars with weights ≥ 0 as in 1=2.5,5=0.5.');
    weights.set(stars as number, weight as number);
  }
  return weights;
}

function collectParameter(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Expected name=value.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}
