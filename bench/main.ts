/**
 * `npm run bench -- [--json FILE] [--time MS] [--bundle FOLDER]`: the engines beside each other, stage by stage.
 *
 * Each engine runs in a process of its own, one at a time. Their answers are compared to the last bit before any clock
 * starts; where they differ there is no figure, and exit code 1. A figure is the median over passes through all texts, in
 * microseconds a review.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type EngineName, engineNames } from '../model/scorer.ts';
import { packageRoot } from '../native/package-root.ts';
import { type Answers, type Stage, stages, type Timings } from './stages.ts';
import { benchTexts } from './texts.ts';

interface Flags {
  readonly json?: string;
  readonly time: string;
  readonly bundle: string;
}

const command = new Command('bench')
  .option('--json <file>', 'write {stage: {contender: microseconds per review}}')
  .option('--time <ms>', 'how long to time each stage', '2000')
  .option('--bundle <folder>', 'the model', join(packageRoot, 'model', 'stars'))
  .parse();
const { json, time, bundle } = command.opts<Flags>();

const contenders = engineNames.map((engine) => ({
  engine,
  process: fork(fileURLToPath(new URL('contender.js', import.meta.url)), [engine, bundle, time]),
}));
try {
  const answers = await Promise.all(
    contenders.map((contender) => messageOf<Answers>(contender.process, contender.engine)),
  );
  compare(answers);
  const timings: Timings[] = [];
  for (const contender of contenders) {
    contender.process.send('start the clock');
    timings.push(await messageOf<Timings>(contender.process, contender.engine));
  }
  await report(timings);
} finally {
  for (const contender of contenders) contender.process.kill();
}

async function messageOf<Message>(child: ChildProcess, engine: EngineName): Promise<Message> {
  const waiting = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: waiting.signal }).then(([message]) => message as Message),
      once(child, 'exit', { signal: waiting.signal }).then(([code]): Message => {
        throw new Error(`Expected the contender ${engine} to answer, it ended with code ${code}`);
      }),
    ]);
  } finally {
    waiting.abort();
  }
}

function compare([first, ...others]: readonly Answers[]): void {
  for (const other of others) {
    for (const stage of stages) {
      if (first?.hashes[stage] === other.hashes[stage]) continue;
      throw new Error(
        `Expected ${first?.engine} and ${other.engine} to give the same answers at the stage ${stage}: no figures`,
      );
    }
  }
}

async function report(timings: readonly Timings[]): Promise<void> {
  const texts = await benchTexts();
  const characters = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
  console.log(`answers equal on ${texts.length} texts of ${characters.toFixed(0)} characters on average`);
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, commit ${commit()}, ${bundle}`);
  console.log('median of the passes, µs a review (fastest; third quartile; passes)\n');
  for (const stage of stages) {
    console.log(stage);
    for (const { engine, microseconds } of timings) {
      const { median, fastest, p75, samples } = microseconds[stage];
      const figures = [fastest, p75].map((value) => value.toFixed(1)).join('; ');
      console.log(
        `  ${engine.padEnd(10)}${median.toFixed(1).padStart(10)}  (${figures}; ${samples})${ratio(stage, engine, timings)}`,
      );
    }
  }
  if (json === undefined) return;
  const medians = Object.fromEntries(
    stages.map((stage) => [
      stage,
      Object.fromEntries(timings.map(({ engine, microseconds }) => [engine, microseconds[stage].median])),
    ]),
  );
  await writeFile(json, `${JSON.stringify(medians, null, 2)}\n`);
}

/** How many times the first contender's time. */
function ratio(stage: Stage, engine: EngineName, [first, ...others]: readonly Timings[]): string {
  const other = others.find((timings) => timings.engine === engine);
  if (first === undefined || other === undefined) return '';
  return `  ${(other.microseconds[stage].median / first.microseconds[stage].median).toFixed(2)} × ${first.engine}`;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: packageRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown'; // not a checkout
  }
}
