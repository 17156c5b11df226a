/** `hoshi train`: labelled reviews → a bundle of one's own. */
import { basename, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { RoundMetrics } from '../../native/index.ts';
import { readReviews } from '../reviews.ts';
import { type TrainOptions, train } from '../train.ts';
import { defaultVectorizerParameters } from '../vectorizer.ts';
import { numberFrom, tell } from './options.ts';

interface Flags {
  readonly out: string;
  readonly name?: string;
  readonly seed: number;
  readonly rounds: number;
  readonly validation: number;
  readonly patience: number;
  readonly maxFeatures: number;
  readonly minDf: number;
  readonly maxBad: number;
  readonly set: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a model on labelled reviews')
    .argument('<data>', 'TSV, CSV or JSONL with the fields stars and text')
    .requiredOption('--out <folder>', 'where the bundle goes')
    .option('--name <name>', "the model's name; the folder's by default")
    .option('--seed <n>', 'seed of every random choice', numberFrom(0, 2 ** 31 - 1), 1)
    .option('--rounds <n>', 'rounds of boosting at most, one tree each', numberFrom(1, 100_000), 1000)
    .option(
      '--validation <share>',
      'share of the reviews to measure on and stop early by; 0 for none',
      numberFrom(0, 0.5, 'number'),
      0.1,
    )
    .option('--patience <n>', 'stop after so many rounds without a better validation', numberFrom(1, 100_000), 50)
    .option('--max-features <n>', 'terms in the vocabulary at most', numberFrom(1, 10_000_000), 10_000)
    .option('--min-df <n>', 'drop terms that are in fewer reviews', numberFrom(1, 1_000_000), 1)
    .option('--max-bad <n>', 'rows that may be skipped because they cannot be used', numberFrom(0, 2 ** 31 - 1), 0)
    .option('--set <name=value>', "a parameter of LightGBM's, by its name; may be repeated", collectParameter, {})
    .option('--json', 'print the manifest as JSON')
    .action(trainOnFile);
}

async function trainOnFile(data: string, flags: Flags): Promise<void> {
  const { reviews, badRows } = await readReviews(data);
  for (const { line, reason } of badRows.slice(0, 10)) tell(`${data}:${line}: ${reason}`);
  if (badRows.length > flags.maxBad) {
    throw new Error(
      `${data}: expected at most ${flags.maxBad} rows that cannot be used (--max-bad), found ${badRows.length}`,
    );
  }
  const options: TrainOptions = {
    name: flags.name ?? basename(resolve(flags.out)),
    command: `hoshi train ${basename(data)}`,
    seed: flags.seed,
    vectorizer: { ...defaultVectorizerParameters, max_features: flags.maxFeatures, min_df: flags.minDf },
    boosting: flags.set,
    rounds: flags.rounds,
    validationShare: flags.validation,
    patience: flags.patience,
    onStage: tell,
    onRound: reportRound,
  };
  const { manifest } = await train(flags.out, reviews, options);
  tell(`${flags.out} holds ${manifest.name} ${manifest.version}`);
  if (flags.json) process.stdout.write(`${JSON.stringify(manifest)}\n`);
}

/** A line every hundred rounds. */
export function reportRound({ round, rounds, metrics }: RoundMetrics): void {
  if (round % 100 !== 0 && round !== rounds) return;
  const values = Object.entries(metrics).map(([name, { training, validation }]) => {
    return `${name} ${[training, validation]
      .map((value) => value?.toFixed(4))
      .filter(Boolean)
      .join(' / ')}`;
  });
  tell(`round ${round} of ${rounds}: ${values.join(', ')}`);
}

function collectParameter(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Expected name=value.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}
