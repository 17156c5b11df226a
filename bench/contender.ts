/**
 * One contender in a process of its own: `node contender.js ENGINE BUNDLE MILLISECONDS`, forked by `main.ts`. It answers
 * first, and starts the clock when it is told that its answers are everybody's. Each stage is fed with what the stage
 * before it made, so that a stage's time is its own.
 */
import { createHash } from 'node:crypto';
import { Bench } from 'tinybench';
import { NativeScorer } from '../model/native-scorer.ts';
import { ReferenceScorer } from '../model/reference-scorer.ts';
import { type EngineName, loadScorer } from '../model/scorer.ts';
import type { SparseRow } from '../native/rows.ts';
import { type Answers, type Stage, stages, type Timing, type Timings } from './stages.ts';
import { benchTexts } from './texts.ts';

/** A stage: does its work on text number i, as fast as it can. */
type Work = (i: number) => unknown;

interface Contender {
  readonly work: Readonly<Record<Stage, Work>>;
  /** What each stage answers on text i, in a form that all contenders share. */
  ends(i: number): readonly number[];
  row(i: number): SparseRow;
}

const [engine, bundlePath, milliseconds] = process.argv.slice(2) as [EngineName, string, string];
const send = (message: Answers | Timings) => process.send?.(message);

const texts = await benchTexts();
const contender = contenderOf(await loadScorer({ bundlePath, engine }));
const { work } = contender;
const each = <T>(answer: (i: number) => T): T[] => texts.map((_, i) => answer(i));

send({
  kind: 'answers',
  engine,
  hashes: {
    tokenize: hashOf(each(contender.ends)),
    row: hashOf(each(contender.row)),
    predict: hashOf(each(work.predict)),
    score: hashOf(each(work.score)),
  },
});

process.once('message', async () => {
  const bench = new Bench({ time: Number(milliseconds), warmupTime: Number(milliseconds) / 4 });
  for (const stage of stages) {
    bench.add(stage, () => {
      for (let i = 0; i < texts.length; i++) work[stage](i);
    });
  }
  await bench.run();
  const microseconds = Object.fromEntries(bench.tasks.map((task) => [task.name, timingOf(task.result)])) as Record<
    Stage,
    Timing
  >;
  send({ kind: 'timings', engine, microseconds });
  process.disconnect();
});

function contenderOf(scorer: object): Contender {
  if (scorer instanceof NativeScorer) return nativeContender(scorer);
  if (scorer instanceof ReferenceScorer) return referenceContender(scorer);
  throw new Error(`Expected a scorer whose stages are known, received ${scorer.constructor.name}`);
}

function nativeContender(scorer: NativeScorer): Contender {
  const { analyzer, vectorizer, forest } = scorer;
  const ends = texts.map((text) => analyzer.analyze(text).slice());
  const text = (i: number) => texts[i] as string;
  const row = (i: number) => vectorizer.row(text(i), ends[i] as Uint32Array);
  const rows = texts.map((_, i) => ({ columns: row(i).columns.slice(), values: row(i).values.slice() }));
  return {
    ends: (i) => Array.from(ends[i] as Uint32Array),
    row: (i) => rows[i] as SparseRow,
    work: {
      tokenize: (i) => analyzer.analyze(text(i)),
      row,
      predict: (i) => forest.predict(rows[i] as SparseRow),
      score: (i) => scorer.score(text(i)),
    },
  };
}

function referenceContender(scorer: ReferenceScorer): Contender {
  const { tokenizer, vectorizer, predictor } = scorer;
  const text = (i: number) => texts[i] as string;
  const tokens = texts.map((each) => tokenizer.tokenize(each));
  const surfaces = tokens.map((all) => all.map(({ surface }) => surface));
  const rows = surfaces.map((all) => vectorizer.row(all));
  return {
    ends: (i) => (tokens[i] ?? []).map(({ end }) => end),
    row: (i) => rows[i] as SparseRow,
    work: {
      tokenize: (i) => tokenizer.tokenize(text(i)),
      row: (i) => vectorizer.row(surfaces[i] as string[]),
      predict: (i) => predictor.predict(rows[i] as SparseRow),
      score: (i) => scorer.score(text(i)),
    },
  };
}

/** Of everything to the last bit: JSON writes a double so that it reads back the same, but for −0, which is spelled out. */
function hashOf(answers: readonly unknown[]): string {
  const spell = (_: string, value: unknown) =>
    Object.is(value, -0) ? '-0' : ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value;
  return createHash('sha256').update(JSON.stringify(answers, spell)).digest('hex');
}

function timingOf(result: Bench['tasks'][number]['result']): Timing {
  if (!('latency' in result)) throw new Error(`Expected a stage with timings, received one in state ${result.state}`);
  const { p50, p75, samplesCount, min } = result.latency;
  const perText = (value: number) => (value * 1000) / texts.length;
  return { median: perText(p50), fastest: perText(min), p75: perText(p75), samples: samplesCount };
}
