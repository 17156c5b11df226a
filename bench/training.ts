/**
 * `bench training`: `hoshi train` compared with the pipeline that it replaces (peers/python/train.py: MeCab,
 * scikit-learn, LightGBM), on the same reviews, parameters and number of threads. Times are reported only if both
 * predict the stars of held-out reviews equally well.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { composeReviews } from '../model/corpus/compose.ts';
import { readCorpus } from '../model/corpus/read.ts';
import { rootMeanSquaredError } from '../model/evaluation/measures.ts';
import { type Review, readReviews } from '../model/io/reviews.ts';
import { createRandom, shuffle } from '../model/math/random.ts';
import { ScoreMap } from '../model/reference/score-range.ts';
import { presets } from '../model/training/presets.ts';
import { packageRoot } from '../native/package-root.ts';
import { log } from './options.ts';
import { preparePython, python, trainProgram } from './peers/python.ts';
import { type ProcessUsage, runProcess } from './process.ts';
import { machine, mediansOf, writeJson } from './report.ts';
import { REVIEW_HEADER, reviewLine, writeChunks } from './texts.ts';

const TRAINING_SEED = 1;
const REVIEWS_SEED = 5;
const HELD_OUT_SHARE = 0.2;
/**
 * The larger RMSE may exceed the smaller by this share: some tokens differ, and terms with equal counts are cut
 * differently.
 */
const MAX_RMSE_DIFFERENCE = 0.01;

interface Flags {
  readonly data?: string;
  readonly reviews: number;
  readonly rounds: number;
  readonly runs: number;
  readonly json?: string;
}

/** Two programs: one trains a model and is timed, the other predicts with it. */
interface Pipeline {
  readonly name: string;
  train(): Promise<ProcessUsage & { readonly stdout: string }>;
  predict(): Promise<string>;
}

interface TrainingResult extends ProcessUsage {
  readonly name: string;
  readonly rmse: number;
}

interface Files {
  readonly folder: string;
  readonly training: string;
  readonly heldOut: string;
}

export function trainingCommand(): Command {
  return new Command('training')
    .description('compare hoshi train with MeCab + scikit-learn + lightgbm.train')
    .option('--data <file>', 'file of your own reviews, with the fields stars and text (default: composed reviews)')
    .option('--reviews <count>', 'maximum number of reviews', numberFrom(100, 10_000_000), 20_000)
    .option('--rounds <count>', 'number of boosting rounds', numberFrom(1, 100_000), 450)
    .option('--runs <count>', 'number of runs of each pipeline, in turn', numberFrom(1, 100), 1)
    .option('--json <file>', 'file for the results')
    .action(runTraining);
}

async function runTraining({ data, reviews, rounds, runs, json }: Flags): Promise<void> {
  preparePython(log);
  const folder = join(packageRoot, 'build', 'bench', `training-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    const files = { folder, training: join(folder, 'training.tsv'), heldOut: join(folder, 'held-out.tsv') };
    const { training, heldOut } = split((await reviewsOf(data)).slice(0, reviews));
    await writeReviews(files.training, training);
    await writeReviews(files.heldOut, heldOut);
    const counts = `${training.length} reviews for training, ${heldOut.length} held out`;
    console.log(`${machine()}\n${counts}, ${rounds} rounds, one thread\n`);
    const pipelines = [hoshiPipeline(files, rounds), await pythonPipeline(files, rounds)];
    const results = await measurePipelines(pipelines, heldOut, runs);
    printResults(results);
    const [hoshi, Python] = results;
    await writeJson(json, { hoshi, Python });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measurePipelines(
  pipelines: readonly Pipeline[],
  heldOut: readonly Review[],
  runs: number,
): Promise<TrainingResult[]> {
  const usages = pipelines.map((): ProcessUsage[] => []);
  for (let i = 0; i < runs; i++) {
    for (const [k, { name, train }] of pipelines.entries()) {
      const { stdout, ...usage } = await train();
      usages[k]?.push(usage);
      log(`${name}: ${usage.seconds.toFixed(1)} s ${stdout.trim()}`);
    }
  }
  const results = await Promise.all(
    pipelines.map(async ({ name, predict }, k): Promise<TrainingResult> => {
      const rmse = rmseOf(await predict(), heldOut);
      return { name, rmse, ...mediansOf(usages[k] ?? [], ['seconds', 'cpuSeconds', 'peakMb']) };
    }),
  );
  const errors = results.map(({ rmse }) => rmse);
  if (!(Math.max(...errors) <= Math.min(...errors) * (1 + MAX_RMSE_DIFFERENCE))) {
    const received = results.map(({ name, rmse }) => `${name} ${rmse}`).join(', ');
    throw new Error(`Expected an RMSE within ${MAX_RMSE_DIFFERENCE * 100} % of each other, received ${received}`);
  }
  return results;
}

/** The ratios are to Python, the last result. */
function printResults(results: readonly TrainingResult[]): void {
  const python = results.at(-1) as TrainingResult;
  const rows = results.map(({ name, rmse, seconds, cpuSeconds, peakMb }) => [
    name,
    rmse.toFixed(4),
    figure(seconds),
    `${figure(seconds / python.seconds)} ×`,
    figure(cpuSeconds),
    `${figure(cpuSeconds / python.cpuSeconds)} ×`,
    figure(peakMb),
  ]);
  const header = ['pipeline', 'RMSE', 'seconds', 'of Python', 'CPU seconds', 'of Python', 'peak MB'];
  console.log(`${table(header, rows)}\n`);
}

function hoshiPipeline({ folder, training, heldOut }: Files, rounds: number): Pipeline {
  const hoshi = join(packageRoot, 'bin', 'hoshi');
  const bundle = join(folder, 'hoshi');
  const seed = String(TRAINING_SEED);
  const options = ['--preset', 'original', '--validation', '0', '--seed', seed, '--rounds', String(rounds)];
  return {
    name: 'hoshi train',
    train: () =>
      runProcess(process.execPath, [hoshi, 'train', training, '--base', 'none', '--out', bundle, ...options]),
    predict: async () => (await runProcess(process.execPath, [hoshi, 'score', '--bundle', bundle, heldOut])).stdout,
  };
}

async function pythonPipeline({ folder, training, heldOut }: Files, rounds: number): Promise<Pipeline> {
  const { vectorizer, boosting } = presets.original;
  const [parameters, model] = [join(folder, 'parameters.json'), join(folder, 'python')];
  await writeFile(parameters, JSON.stringify({ vectorizer, boosting: { ...boosting, seed: TRAINING_SEED }, rounds }));
  return {
    name: 'Python',
    train: () => runProcess(python, [trainProgram, 'train', parameters, training, model]),
    predict: async () => (await runProcess(python, [trainProgram, 'predict', heldOut, model])).stdout,
  };
}

/** `output` has one score per line. Scores are clamped to the range of the stars, as hoshi clamps its own. */
function rmseOf(output: string, heldOut: readonly Review[]): number {
  const stars = heldOut.map((review) => review.stars);
  const scoreMap = ScoreMap.clampTo([Math.min(...stars), Math.max(...stars)]);
  const lines = output.trimEnd().split('\n');
  if (lines.length !== heldOut.length) throw new Error(`Expected ${heldOut.length} scores, received ${lines.length}`);
  return rootMeanSquaredError(
    stars,
    lines.map((line) => scoreMap.score(Number(line))),
  );
}

async function reviewsOf(data: string | undefined): Promise<Review[]> {
  if (data !== undefined) return (await readReviews(data)).reviews;
  const counts = { sentences: 14_000, eachSentence: true, words: 0, contrasts: 0 };
  return composeReviews(await readCorpus(), { seed: REVIEWS_SEED, counts });
}

/** Copies of a text are either all held out or all used for training. */
function split(reviews: readonly Review[]): { training: Review[]; heldOut: Review[] } {
  const texts = shuffle(createRandom(REVIEWS_SEED), [...new Set(reviews.map(({ text }) => text))]);
  const chosen = new Set(texts.slice(0, Math.round(texts.length * HELD_OUT_SHARE)));
  return {
    training: reviews.filter(({ text }) => !chosen.has(text)),
    heldOut: reviews.filter(({ text }) => chosen.has(text)),
  };
}

function writeReviews(file: string, reviews: readonly Review[]): Promise<void> {
  return writeChunks(file, [REVIEW_HEADER, ...reviews.map(({ stars, text }) => reviewLine(stars, text))]);
}
