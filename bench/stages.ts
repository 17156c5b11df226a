/**
 * `bench stages`: the engines beside each other, stage by stage, and the tokenizers that others use.
 *
 * Each contender runs in a process of its own, one at a time. Answers are compared to the last bit before any clock
 * starts; where they differ there is no figure. What time is given to a stage is spent in rounds, contender after contender, so that
 * whatever else the machine does meets all of them. A figure is the median over all passes through the texts.
 */
import { Command } from 'commander';
import { figure, table } from '../cli/terminal/markdown.ts';
import { median, quantile } from '../model/math/statistics.ts';
import { engineNames } from '../model/scoring/scorer.ts';
import { type Contender, forkContender } from './contender.ts';
import { machine } from './machine.ts';
import { addCommonOptions, bundlesOf, type CommonFlags } from './options.ts';
import { mecabContender, mecabMissing } from './peers/mecab.ts';
import { type Samples, type Stage, stages } from './protocol.ts';
import { writeJson } from './report.ts';
import { benchTexts } from './texts.ts';

const ROUNDS = 5;

interface Flags extends CommonFlags {
  readonly time: number;
}

/** The figures of a contender by its name. */
type Timings = Map<string, Samples>;

export function stagesCommand(): Command {
  const command = new Command('stages').description('each stage on each engine, and other tokenizers');
  return addCommonOptions(command, 2000, ['large', 'stars']).action(run);
}

async function run({ json, time, bundle }: Flags): Promise<void> {
  const texts = await benchTexts();
  const units = texts.reduce((sum, { length }) => sum + length, 0) / texts.length;
  console.log(`${machine()}\n${texts.length} texts of ${units.toFixed(0)} characters on average\n`);
  const figures: Record<string, Record<string, number>> = {};
  for (const [i, { name, path }] of (await bundlesOf(bundle)).entries()) {
    const contenders: Contender[] = [];
    try {
      for (const engine of engineNames)
        contenders.push(await forkContender(engine, stages, 'engine.js', [engine, path]));
      if (i === 0) {
        contenders.push(await forkContender('kuromoji.js', ['tokenize'], 'peers/kuromoji.js', []));
        compare(contenders);
        contenders.push(...(await mecab(texts, contenders[0] as Contender)));
      } else {
        compare(contenders);
      }
      for (const stage of stages) {
        if (i > 0 && stage === 'tokenize') continue; // the same whatever the model
        const timings = await timeStage(stage, contenders, time);
        const title = i === 0 ? stage : `${stage} (${name})`;
        show(stage, name, timings);
        figures[title] = Object.fromEntries([...timings].map(([contender, samples]) => [contender, median(samples)]));
      }
    } finally {
      for (const contender of contenders) await contender.stop();
    }
  }
  await writeJson(json, figures);
}

function compare([first, ...others]: readonly Contender[]): void {
  for (const other of others) {
    for (const stage of other.stages) {
      const of = ({ answers }: Contender) =>
        stage === 'tokenize' ? JSON.stringify(answers.ends) : answers.hashes[stage];
      if (first !== undefined && of(first) === of(other)) continue;
      throw new Error(`Expected ${first?.name} and ${other.name} to give the same answers at ${stage}: no figures`);
    }
  }
}

/** MeCab's own dictionary and unknown words give other tokens now and then: how often is said, not held against it. */
async function mecab(texts: readonly string[], { answers }: Contender): Promise<Contender[]> {
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

function show(stage: Stage, bundle: string, timings: Timings): void {
  const first = median(timings.values().next().value ?? []);
  const rows = Array.from(timings, ([name, samples]) => [
    name,
    ...[0.5, 0, 0.75].map((at) => figure(quantile(samples, at))),
    String(samples.length),
    `${figure(median(samples) / first)} ×`,
  ]);
  const header = [
    stage === 'tokenize' ? stage : `${stage}, ${bundle}`,
    'µs a review',
    'fastest',
    'third quartile',
    'passes',
    'of native',
  ];
  console.log(`${table(header, rows)}\n`);
}
