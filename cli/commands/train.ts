/** `hoshi train`: labelled reviews → a bundle, with a report if there are held-out reviews. */
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BundleDestination } from '../../model/bundle/destination.ts';
import type { Baselines } from '../../model/evaluation/baselines.ts';
import { countTexts, repeatsIn } from '../../model/io/copies.ts';
import type { Encoding } from '../../model/io/encoding.ts';
import { Interrupted } from '../../model/io/interrupted.ts';
import { type Review, readReviews } from '../../model/io/reviews.ts';
import { defaultTermRules } from '../../model/reference/default-term-rules.ts';
import type { VectorizerParameters } from '../../model/reference/vectorizer.ts';
import { readBase } from '../../model/training/base.ts';
import type { ClassWeights } from '../../model/training/class-weights.ts';
import { type PresetName, presetNames, presetOf, presets } from '../../model/training/presets.ts';
import { type Trained, type TrainOptions, train } from '../../model/training/train.ts';
import { NORMALIZER_STEPS, type NormalizerStep } from '../../native/normalizer-steps.ts';
import { shippedBundle } from '../../native/package-root.ts';
import {
  addEncodingOption,
  addNameOption,
  type ColumnNames,
  columnsFrom,
  finiteNumber,
  log,
  logBadRows,
  modelNameOf,
  numberFrom,
  readingOf,
} from '../options.ts';
import { createProgress, type Progress } from '../terminal/progress.ts';
import { withReservedBundle } from '../terminal/reserved-bundle.ts';
import { addUserDictionaryOptions, type UserDictionaryFlags, userDictionaryOf } from '../user-dictionary.ts';
import { baselinesOfTraining, composedLineOf, logMeasures, trainingJson, trainingReportOf } from './training-result.ts';

interface Flags extends UserDictionaryFlags {
  readonly out: string;
  readonly base?: string;
  readonly name?: string;
  readonly columns?: ColumnNames;
  readonly encoding?: Encoding;
  readonly seed: number;
  readonly preset: PresetName;
  readonly ridge?: number | 'auto' | 'none';
  readonly rounds?: number;
  readonly validation: number;
  readonly folds?: number;
  readonly patience: number;
  readonly classWeights?: ClassWeights | 'none';
  readonly terms?: 'rules' | 'surface';
  readonly normalizer?: 'on' | 'off';
  readonly maxFeatures?: number;
  readonly minDf?: number;
  readonly maxBad: number;
  readonly set: Readonly<Record<string, string>>;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Options that a base decides. */
const FROM_NOTHING = ['rounds', 'terms', 'normalizer', 'maxFeatures', 'minDf', 'set'] as const;
/** A new term has to be in so many reviews, so that no word of one reviewer alone gets into a model. */
const MIN_REVIEWS_OF_NEW_TERM = 2;
const FEW_REVIEWS = 2000;
const DEFAULT_FOLDS = 5;

export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a model on labelled reviews; Ctrl-C keeps the best model so far and exits with 130')
    .argument('<data>', 'file of reviews: TSV, CSV, JSONL, .xlsx or Parquet, with the fields stars and text')
    .requiredOption('--out <folder>', 'folder for the bundle')
    .option(
      '--base <folder>',
      'model to start from, which needs far fewer reviews than starting from nothing; none for that (default: the shipped model; none with --preset original)',
    )
    .option('--columns <names>', 'names of these fields in the file, such as stars=rating,text=body', columnsFrom);
  return addUserDictionaryOptions(addFitOptions(addNameOption(addEncodingOption(command))))
    .option('--max-bad <n>', 'maximum number of unusable rows to skip', numberFrom(0, 2 ** 31 - 1), 0)
    .option('--set <name=value>', 'LightGBM parameter; can be repeated', collectParameter, {})
    .option('--quiet', 'do not print the progress and the measures')
    .option('--json', 'print the manifest and all measures as JSON')
    .action(async (data: string, given: Flags, command: Command) => {
      const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
      const flags = given.folds === undefined && isGiven('validation') ? { ...given, folds: 0 } : given;
      const fromNothing =
        flags.ridge === 'none' ? 'ridge' : flags.preset === 'original' ? 'preset' : FROM_NOTHING.find(isGiven);
      if (basePathOf(flags) !== undefined && fromNothing !== undefined)
        command.error(
          `error: option '--${kebab(fromNothing)}' cannot be used with a base, which decides it; add --base none to train from nothing`,
        );
      if (flags.folds !== undefined && flags.folds > 0 && command.getOptionValueSource('validation') === 'cli')
        command.error("error: option '--folds <k>' cannot be used with option '--validation <share>'");
      if (flags.rounds === 0 && alphaOf(flags) === undefined)
        command.error("error: option '--rounds 0' cannot be used without a linear model (--ridge)");
      const progress = await createProgress(flags.quiet === true);
      const work = (destination: BundleDestination, signal: AbortSignal) => {
        modelNameOf(flags); // it throws before the long work, not after it
        return trainOnFile(data, flags, destination, progress, signal);
      };
      const result = await withReservedBundle(flags.out, work, {
        onStop: () => {
          progress.pause();
          log('stopping; the best model so far is kept, if there is one. Press Ctrl-C again to end at once');
        },
        cleanUp: progress.pause,
      });
      showResult(flags, result);
    });
}

/** The options that decide how the model is fitted and measured. */
function addFitOptions(command: Command): Command {
  return command
    .option('--seed <n>', 'seed of every random choice', numberFrom(0, 2 ** 31 - 1), 1)
    .addOption(
      new Option(
        '--preset <preset>',
        'parameters to start from; original has the parameters of the pipeline that hoshi replaces',
      )
        .choices(presetNames)
        .default('default'),
    )
    .option(
      '--ridge <alpha>',
      'linear model before the trees, by ridge regression: its alpha, auto to choose alpha by cross-validation, or none for trees only (default: auto, or none with --preset original)',
      ridgeFrom,
    )
    .option(
      '--rounds <n>',
      `maximum number of boosting rounds, one tree each; 0 for the linear model alone (default: ${presets.default.rounds}, or the preset's)`,
      numberFrom(0, 100_000),
    )
    .option(
      '--validation <share>',
      'share of reviews to hold out for the measures and for early stopping; 0 for none',
      numberFrom(0, 0.5, 'number'),
      0.1,
    )
    .option(
      '--folds <k>',
      `number of folds of a cross-validation, which replaces --validation and chooses the rounds; 0 for none (default: ${DEFAULT_FOLDS} for fewer than ${FEW_REVIEWS} reviews, unless --validation is given)`,
      foldsFrom,
    )
    .option(
      '--patience <n>',
      'number of rounds without improvement on the held-out reviews before training stops',
      numberFrom(1, 100_000),
      50,
    )
    .option(
      '--class-weights <weights>',
      'weights of reviews by their stars: balanced, none, or pairs such as 1=2.5,5=0.5',
      weightsFrom,
    )
    .addOption(
      new Option(
        '--terms <kind>',
        'words of the terms: rules for base forms with negation marks, clauses and the like, or surface for surface forms (default: rules, or surface with --preset original)',
      ).choices(['rules', 'surface']),
    )
    .addOption(
      new Option(
        '--normalizer <state>',
        'whether spelling, widths and emoji are normalized first (default: on, or off with --preset original)',
      ).choices(['on', 'off']),
    )
    .option(
      '--max-features <n>',
      `maximum number of terms in the vocabulary (default: ${presets.default.vectorizer.max_features}, or the preset's)`,
      numberFrom(1, 10_000_000),
    )
    .option(
      '--min-df <n>',
      "minimum number of reviews that contain a term of the vocabulary (default: 2, or the preset's)",
      numberFrom(1, 1_000_000),
    );
}

interface Result {
  readonly trained: Trained;
  readonly reviews: readonly Review[];
  readonly baselines: Baselines | undefined;
  /** The measures of the model and its base on reviews of other subjects. */
  readonly composed: string | undefined;
}

async function trainOnFile(
  data: string,
  flags: Flags,
  destination: BundleDestination,
  progress: Progress,
  signal: AbortSignal,
): Promise<Result> {
  const { onStage, onProgress, pause } = progress;
  onStage(`reading ${data}`);
  const { columns = {} } = flags;
  const { reviews, badRows } = await readReviews(data, { columns, onProgress, signal, ...readingOf(flags) });
  pause();
  logBadRows(data, badRows);
  if (badRows.length > flags.maxBad) {
    throw new Error(`${data}: expected at most ${flags.maxBad} unusable rows (--max-bad), found ${badRows.length}`);
  }
  if (reviews.length === 0) throw new Error(`${data}: expected reviews, found none`);
  const { repeated, conflicting } = repeatsIn(reviews);
  if (repeated > 0 && !flags.quiet)
    log(`${data}: texts that occur more than once: ${repeated}, of these with different stars: ${conflicting}`);
  try {
    const options = await trainOptionsOf(data, flags, reviews, progress, signal);
    let composed: string | undefined;
    const addFiles = async (trained: Trained): Promise<Record<string, string>> => {
      // Now, because the new bundle may take the place of its base.
      if (!flags.quiet && options.base !== undefined && trained.evaluation !== undefined)
        composed = await composedLineOf(trained, options.base);
      const baselines = baselinesOfTraining(trained, reviews);
      const report =
        trained.interrupted === undefined
          ? await trainingReportOf(data, trained, { reviews, baselines }, onStage)
          : undefined;
      return report === undefined ? {} : { 'report.html': report };
    };
    const trained = await train(destination, reviews, { ...options, addFiles });
    return { trained, reviews, baselines: baselinesOfTraining(trained, reviews), composed };
  } finally {
    pause();
  }
}

function showResult({ out, json, quiet }: Flags, { trained, reviews, baselines, composed }: Result): void {
  const { bundle, interrupted } = trained;
  const { name, version } = bundle.manifest;
  if (json) process.stdout.write(`${JSON.stringify(trainingJson(trained, reviews, baselines))}\n`);
  if (!quiet) {
    logMeasures(trained, baselines);
    if (composed !== undefined) log(composed);
  }
  const result = `${out} holds ${name} ${version}`;
  if (interrupted !== undefined) throw new Interrupted(`interrupted ${interrupted}; ${result}, the best model so far`);
  if (!quiet) log(result);
}

async function trainOptionsOf(
  data: string,
  flags: Flags,
  reviews: readonly Review[],
  { onStage, onProgress, onRound }: Progress,
  signal: AbortSignal,
): Promise<TrainOptions> {
  const basePath = basePathOf(flags);
  const base = basePath === undefined ? undefined : await readBase(basePath);
  const preset = presetOf(flags.preset);
  const alpha = alphaOf(flags);
  const normalizer = base === undefined ? normalizerOf(flags) : base.manifest.normalizer?.steps;
  const userDictionary = await userDictionaryOf(flags, normalizer ?? [], base?.userDictionary);
  const { maxFeatures = preset.vectorizer.max_features, minDf = preset.vectorizer.min_df } = flags;
  const { classWeights = 'none' } = flags;
  return {
    ...(base && { base }),
    name: modelNameOf(flags),
    command: `hoshi train ${basename(data)}`,
    seed: flags.seed,
    preset: flags.preset,
    ...(normalizer === undefined ? {} : { normalizer }),
    ...(userDictionary && { userDictionary }),
    vectorizer:
      base === undefined
        ? { ...vectorizerOf(flags), max_features: maxFeatures, min_df: minDf }
        : { ...base.manifest.vectorizer, max_features: null, min_df: MIN_REVIEWS_OF_NEW_TERM },
    ...(alpha === undefined ? {} : { leaf: { alpha } }),
    boosting: flags.set,
    rounds: base === undefined ? (flags.rounds ?? preset.rounds) : 0,
    validationShare: flags.validation,
    folds: foldsOf(flags, reviews),
    patience: flags.patience,
    ...(classWeights === 'none' ? {} : { classWeights }),
    onStage,
    onProgress,
    onRound,
    signal,
  };
}

/** The folder of the base; undefined to train from nothing. */
function basePathOf({ base, preset }: Flags): string | undefined {
  if (base === undefined) return preset === 'original' ? undefined : shippedBundle;
  return base === 'none' ? undefined : base;
}

/** Few reviews are all held out once, because a tenth of them would measure next to nothing. */
function foldsOf({ folds }: Flags, reviews: readonly Review[]): number {
  if (folds !== undefined) return folds;
  const texts = countTexts(reviews);
  return texts < FEW_REVIEWS && texts > 1 ? Math.min(DEFAULT_FOLDS, texts) : 0;
}

/** The name of an option as it is typed: `maxFeatures` is `max-features`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The steps of the normalizer; undefined for none. */
function normalizerOf({ preset, normalizer }: Flags): readonly NormalizerStep[] | undefined {
  if (normalizer === 'off') return undefined;
  return normalizer === 'on' ? NORMALIZER_STEPS : presetOf(preset).normalizer;
}

/** The preset's parameters, with or without term rules. */
function vectorizerOf({ preset, terms }: Flags): VectorizerParameters {
  const { rules, ...parameters } = presetOf(preset).vectorizer;
  if (terms === 'surface' || (terms === undefined && rules === undefined)) return parameters;
  return { ...parameters, rules: rules ?? defaultTermRules };
}

/** α of the linear leaf; undefined for trees only. */
function alphaOf({ preset, ridge = presets[preset].hasLeaf ? 'auto' : 'none' }: Flags): number | 'auto' | undefined {
  return ridge === 'none' ? undefined : ridge;
}

/** A parser of `--ridge` for commander. */
function ridgeFrom(text: string): number | 'auto' | 'none' {
  if (text === 'auto' || text === 'none') return text;
  const alpha = finiteNumber(text);
  if (!(alpha > 0)) throw new InvalidArgumentError('Expected a number above 0, auto or none.');
  return alpha;
}

/** A parser of `--folds` for commander. */
function foldsFrom(text: string): number {
  const count = numberFrom(0, 100)(text);
  if (count === 1) throw new InvalidArgumentError('Expected an integer from 2 to 100, or 0 for none.');
  return count;
}

/** A parser of `--class-weights` for commander. */
function weightsFrom(text: string): ClassWeights | 'none' {
  if (text === 'balanced' || text === 'none') return text;
  const weights = new Map<number, number>();
  for (const pair of text.split(',')) {
    const [stars, weight] = pair.split('=').map(finiteNumber);
    const isPair = Number.isFinite(stars) && Number.isFinite(weight) && (weight as number) >= 0;
    if (!isPair || pair.split('=').length !== 2 || weights.has(stars as number))
      throw new InvalidArgumentError('Expected balanced, none, or stars with weights ≥ 0 such as 1=2.5,5=0.5.');
    weights.set(stars as number, weight as number);
  }
  return weights;
}

/** A parser of `--set` for commander. */
function collectParameter(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Expected name=value.');
  const name = text.slice(0, equals);
  if (Object.hasOwn(before, name))
    throw new InvalidArgumentError(`Expected each parameter once, received ${name} twice.`);
  return { ...before, [name]: text.slice(equals + 1) };
}
