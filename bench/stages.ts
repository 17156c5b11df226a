/**
 * `bench stages`: the time of each stage on each engine, and of other tokenizers.
 *
 * Each contender runs in a separate process, one at a time. Their answers must be equal to the last bit before
 * anything is timed; if they differ, there is no result. The time for a stage is split into rounds, in which the
 * contenders take turns, so that other work of the machine affects all of them. A result is the median over all passes
 * through the texts.
 */
import { Command } from 'commander';
import { figure, table } from '../cli/terminal/table.ts';
import { median, quantile } from '../model/math/statistics.ts';
import { engineNames } from '../model/scoring/scorer.ts';
import { type Contender, forkContender, type Samples, type Stage, stages } from './contender.ts';
import { addCommonOptions, bundlesOf, type CommonFlags } from './options.ts';
import { mecabContender, mecabMissing } from './peers/mecab.ts';
import { machine, writeJson } from './report.ts';
import { benchTexts } from './texts.ts';

const ROUNDS = 5;

/** The samples of each contender by its name. */
type Timings = Map<string, Samples>;

export function stagesCommand(): Command {
  const command = new Command('stages').description('time each stage on each engine, and other tokenizers');
  return addCommonOptions(command, 2000, ['large', 'stars']).action(runStages);
}

async function runStages({ json, time, bundle }: CommonFlags): Promise<void> {
  const texts = await benchTexts();
  const units = texts.reduce((sum, { length }) => sum + length, 0) / texts.length;
  console.log(`${machine()}\n${texts.length} texts of ${units.toFixed(0)} characters on average\n`);
  const results: Record<string, Record<string, number>> = {};
  for (const [i, { name, path }] of (await bundlesOf(bundle)).entries()) {
    const contenders: Contender[] = [];
    try {
      for (const engine of engineNames)
        contenders.push(await forkContender(engine, stages, 'engine.js', [engine, path]));
      if (i === 0) contenders.push(await forkContender('kuromoji.js', ['tokenize'], 'peers/kuromoji.js', []));
      expectSameAnswers(contenders);
      if (i === 0) contenders.push(...(await startMecab(texts, contenders[0] as Contender)));
      for (const stage of stages) {
        if (i > 0 && stage === 'tokenize') continue; // it does not depend on the model
        const timings = await timeStage(stage, contenders, time);
        printTimings(stage, name, timings);
        const medians = [...timings].map(([contender, samples]) => [contender, median(samples)]);
        results[i === 0 ? stage : `${stage} (${name})`] = Object.fromEntries(medians);
      }
    } finally {
      for (const contender of contenders) await contender.stop();
    }
  }
  await writeJson(json, results);
}

function expectSameAnswers([first, ...others]: readonly Contender[]): void {
  const answersOf = ({ answers }: Contender, stage: Stage) =>
    stage === 'tokenize' ? JSON.stringify(answers.ends) : answers.hashes[stage];
  for (const other of others) {
    for (const stage of other.stages) {
      if (first !== undefined && answersOf(first, stage) === answersOf(other, stage)) continue;
      throw new Error(`Expected ${first?.name} and ${other.name} to give the same answers at ${stage}, they differ`);
    }
  }
}

/**
 * MeCab's dictionary and unknown words sometimes give other tokens. The number of equal texts is printed; a difference
 * is not an error.
 */
async function startMecab(texts: readonly string[], { answers }: Contender): Promise<Contender[]> {
  const contender = await mecabContender(texts);
  if (contender === undefined) {
    console.log(`${mecabMissing}\n`);
    return [];
  }
  const equal = texts.filter((_, i) => String(contender.answers.ends[i]) === String(answers.ends[i])).length;
  console.log(`mecab gives the same tokens on ${equal} of ${texts.length} texts\n`);
  return [contender];
}

async function timeStage(stage: Stage, contenders: readonly Contender[], milliseconds: number): Promise<Timings> {
  const timings: Timings = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    for (const contender of contenders.filter((each) => each.stages.includes(stage))) {
      const samples = await contender.time({ stage, milliseconds: milliseconds / ROUNDS });
      timings.set(contender.name, [...(timings.get(contender.name) ?? []), ...samples]);
    }
  }
  return timings;
}

function printTimings(stage: Stage, bundle: string, timings: Timings): void {
  const first = median(timings.values().next().value ?? []);
  const rows = Array.from(timings, ([name, samples]) => [
    name,
    ...[0.5, 0, 0.75].map((at) => figure(quantile(samples, at))),
    String(samples.length),
    `${figure(median(samples) / first)} ×`,
  ]);
  const title = stage === 'tokenize' ? stage : `${stage}, ${bundle}`;
  console.log(`${table([title, 'µs per review', 'fastest', 'third quartile', 'passes', 'of native'], rows)}\n`);
}
