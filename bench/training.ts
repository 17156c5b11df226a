/**
 * `bench training`: `hoshi train` beside the pipeline that it replaces (peers/python/train.py: MeCab, scikit-learn, LightGBM), on the same
 * reviews, parameters and number of threads. Before any time is told, both have to tell the stars of reviews kept apart equally well.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/markdown.ts';
import { composeReviews } from '../model/corpus/compose.ts';
import { readCorpus } from '../model/corpus/read.ts';
import { rootMeanSquaredError } from '../model/evaluation/measures.ts';
import { type Review, readReviews } from '../model/io/reviews.ts';
import { createRandom, shuffle } from '../model/math/random.ts';
import { median } from '../model/math/statistics.ts';
import { clampScore } from '../model/reference/score-range.ts';
import { presets } from '../model/training/presets.ts';
import { packageRoot } from '../native/package-root.ts';
import { machine } from './machine.ts';
import { log } from './options.ts';
import { preparePython, python, trainProgram } from './peers/python.ts';
import { type ProcessFigures, runProcess } from './process.ts';
import { writeJson } from './report.ts';

interface Flags {
  readonly data?: string;
  readonly reviews: number;
  readonly rounds: number;
  readonly runs: number;
  readonly json?: string;
}

const SEED = 1;

const APART = 0.2;
/** RMSE may differ by so much of the smaller one: the tokens are not all the same, nor are equal counts cut alike. */
const TOLERANCE = 0.01;

export function trainingCommand(): Command {
  return new Command('training')
    .description('hoshi train beside MeCab + scikit-learn + lightgbm.train')
    .option('--data <file>', 'reviews of your own, with the fields stars and text; composed ones by default')
    .option('--reviews <count>', 'how many of them at most', numberFrom(100, 10_000_000), 20_000)
    .option('--rounds <count>', 'rounds of boosting', numberFrom(1, 100_000), 450)
    .option('--runs <count>', 'how often each is run, in turn', numberFrom(1, 100), 1)
    .option('--json <file>', 'write the figures')
    .action(run);
}

/** Trains, and predicts: two programs each, of which the first is timed. */
interface Pipeline {
  readonly name: string;
  train(): Promise<ProcessFigures & { readonly stdout: string }>;
  predict(): Promise<string>;
}

async function run({ data, reviews, rounds, runs, json }: Flags): Promise<void> {
  preparePython(log);
  const folder = join(packageRoot, 'build', 'bench', `training-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    const { learning, apart } = split((await reviewsOf(data)).slice(0, reviews));
    const [learningFile, apartFile] = [join(folder, 'learning.tsv'), join(folder, 'apart.tsv')];
    await writeReviews(learningFile, learning);
    await writeReviews(apartFile, apart);
    console.log(
      `${machine()}\n${learning.length} reviews to learn, ${apart.length} apart, ${rounds} rounds, one thread\n`,
    );
    const pipelines = [
      hoshiPipeline(folder, learningFile, apartFile, rounds),
      await pythonPipeline(folder, learningFile, apartFile, rounds),
    ];
    const figures = await measure(pipelines, apart, runs);
    const [ours, theirs] = figures as [Figures, Figures];
    const rows = figures.map(({ name, rmse, seconds, cpuSeconds, peakMb }) => [
      name,
      rmse.toFixed(4),
      figure(seconds),
      `${figure(seconds / theirs.seconds)} ×`,
      figure(cpuSeconds),
      `${figure(cpuSeconds / theirs.cpuSeconds)} ×`,
      figure(peakMb),
    ]);
    console.log(
      `${table(['pipeline', 'RMSE', 'seconds', 'of Python', 'CPU seconds', 'of Python', 'peak MB'], rows)}\n`,
    );
    await writeJson(json, { hoshi: ours, Python: theirs });
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Figures extends ProcessFigures {
  readonly name: string;
  readonly rmse: number;
}

async function measure(pipelines: readonly Pipeline[], apart: readonly Review[], runs: number): Promise<Figures[]> {
  const timings = pipelines.map((): ProcessFigures[] => []);
  for (let i = 0; i < runs; i++) {
    for (const [k, { name, train }] of pipelines.entries()) {
      const { stdout, ...figures } = await train();
      timings[k]?.push(figures);
      log(`${name}: ${figures.seconds.toFixed(1)} s ${stdout.trim()}`);
    }
  }
  const figures = await Promise.all(
    pipelines.map(async ({ name, predict }, k): Promise<Figures> => {
      const of = (member: keyof ProcessFigures) => median((timings[k] ?? []).map((each) => each[member]));
      const rmse = errorOf(await predict(), apart);
      return { name, rmse, seconds: of('seconds'), cpuSeconds: of('cpuSeconds'), peakMb: of('peakMb') };
    }),
  );
  const errors = figures.map(({ rmse }) => rmse);
  if (!(Math.max(...errors) <= Math.min(...errors) * (1 + TOLERANCE))) {
    throw new Error(
      `Expected RMSE within ${TOLERANCE * 100} % of each other, received ${figures.map(({ name, rmse }) => `${name} ${rmse}`).join(', ')}`,
    );
  }
  return figures;
}

function hoshiPipeline(folder: string, learning: string, apart: string, rounds: number): Pipeline {
  const hoshi = join(packageRoot, 'bin', 'hoshi');
  const bundle = join(folder, 'hoshi');
  const options = ['--preset', 'original', '--validation', '0', '--seed', String(SEED), '--rounds', String(rounds)];
  return {
    name: 'hoshi train',
    train: () => runProcess(process.execPath, [hoshi, 'train', learning, '--out', bundle, ...options]),
    predict: async () => (await runProcess(process.execPath, [hoshi, 'score', '--bundle', bundle, apart])).stdout,
  };
}

async function pythonPipeline(folder: string, learning: string, apart: string, rounds: number): Promise<Pipeline> {
  const { vectorizer, boosting } = presets.original;
  const [parameters, model] = [join(folder, 'parameters.json'), join(folder, 'python')];
  await writeFile(parameters, JSON.stringify({ vectorizer, boosting: { ...boosting, seed: SEED }, rounds }));
  return {
    name: 'Python',
    train: () => runProcess(python, [trainProgram, 'train', parameters, learning, model]),
    predict: async () => (await runProcess(python, [trainProgram, 'predict', apart, model])).stdout,
  };
}

/** Of scores, one a line, held within the stars as hoshi holds its own. */
function errorOf(output: string, apart: readonly Review[]): number {
  const stars = apart.map((review) => review.stars);
  const range = [Math.min(...stars), Math.max(...stars)] as const;
  const lines = output.trimEnd().split('\n');
  if (lines.length !== apart.length) throw new Error(`Expected ${apart.length} scores, received ${lines.length}`);
  return rootMeanSquaredError(
    stars,
    lines.map((line) => clampScore(range, Number(line))),
  );
}

async function reviewsOf(data: string | undefined): Promise<Review[]> {
  if (data !== undefined) return (await readReviews(data)).reviews;
  const counts = { sentences: 14_000, eachSentence: true, words: 0, contrasts: 0 };
  return composeReviews(await readCorpus(), { seed: 5, counts });
}

/** All copies of a text come to one side. */
function split(reviews: readonly Review[]): { learning: Review[]; apart: Review[] } {
  const texts = shuffle(createRandom(5), [...new Set(reviews.map(({ text }) => text))]);
  const chosen = new Set(texts.slice(0, Math.round(texts.length * APART)));
  return {
    learning: reviews.filter(({ text }) => !chosen.has(text)),
    apart: reviews.filter(({ text }) => chosen.has(text)),
  };
}

/** Neither side's reader has to know of quotes: what would break a line or a field is made a space. */
function writeReviews(file: string, reviews: readonly Review[]): Promise<void> {
  const lines = reviews.map(({ stars, text }) => `${stars}\t${text.replaceAll(/[\t\r\n]/g, ' ')}\n`);
  return writeFile(file, `stars\ttext\n${lines.join('')}`);
}
