/**
 * One contender in a process of its own: `node contender.js ENGINE BUNDLE MILLISECONDS`, forked by `main.ts`. It answers
 * first, and starts the clock when it is told that its answers are everybody's. Each stage is fed with what the stage
 * before it made, so that a stage's time is its own.
 */
import { createHash } from 'node:crypto';
import { Bench } from 'tinybench';
import { type EngineName, loadScorer } from '../model/scorer.ts';
import { type Answers, type Stage, stages, type Timing, type Timings } from './stages.ts';
import { benchTexts } from './texts.ts';

const [engine, bundlePath, milliseconds] = process.argv.slice(2) as [EngineName, string, string];
const send = (message: Answers | Timings) => process.send?.(message);

const texts = await benchTexts();
const scorer = await loadScorer({ bundlePath, engine });
const { tokenizer, vectorizer, predictor } = scorer;
const surfaces = texts.map((text) => tokenizer.tokenize(text).map(({ surface }) => surface));
const rows = surfaces.map((tokens) => vectorizer.row(tokens));

const work: Record<Stage, () => readonly unknown[]> = {
  tokenize: () => texts.map((text) => tokenizer.tokenize(text)),
  row: () => surfaces.map((tokens) => vectorizer.row(tokens)),
  predict: () => rows.map((row) => predictor.predict(row)),
  score: () => texts.map((text) => scorer.score(text)),
};

const hashes = Object.fromEntries(stages.map((stage) => [stage, hashOf(work[stage]())])) as Record<Stage, string>;
send({ kind: 'answers', engine, hashes });

process.once('message', async () => {
  const bench = new Bench({ time: Number(milliseconds), warmupTime: Number(milliseconds) / 4 });
  for (const stage of stages) bench.add(stage, () => void work[stage]());
  await bench.run();
  const microseconds = Object.fromEntries(bench.tasks.map((task) => [task.name, timingOf(task.result)])) as Record<
    Stage,
    Timing
  >;
  send({ kind: 'timings', engine, microseconds });
  process.disconnect();
});

/** Of everything to the last bit: JSON writes a double so that it reads back the same, but for −0, which is spelled out. */
function hashOf(answers: readonly unknown[]): string {
  const spell = (_: string, value: unknown) =>
    Object.is(value, -0) ? '-0' : ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value;
  return createHash('sha256').update(JSON.stringify(answers, spell)).digest('hex');
}

function timingOf(result: Bench['tasks'][number]['result']): Timing {
  if (!('latency' in result)) throw new Error(`Expected a stage with timings, received one in state ${result.state}`);
  const { p50, p75, samplesCount, min } = result.latency;
  const each = (value: number) => (value * 1000) / texts.length;
  return { median: each(p50), fastest: each(min), p75: each(p75), samples: samplesCount };
}
