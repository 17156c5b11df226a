/**
 * An engine as a contender, in a process of its own: `node engine.js ENGINE BUNDLE`. Each stage is fed with what the
 * stage before it made, so that a stage's time is its own.
 */
import { createHash } from 'node:crypto';
import { loadScorer } from '../model/scoring/load.ts';
import { NativeEngine } from '../model/scoring/native-engine.ts';
import { ReferenceEngine } from '../model/scoring/reference-engine.ts';
import type { EngineName } from '../model/scoring/scorer.ts';
import type { SparseRow } from '../native/rows.ts';
import { contend, type Work } from './clock.ts';
import type { Stage } from './protocol.ts';
import { benchTexts } from './texts.ts';

interface Engine {
  readonly work: Readonly<Record<Stage, Work>>;
  /** What the first two stages answer on text i, in a form that all engines share. */
  ends(i: number): number[];
  row(i: number): SparseRow;
}

const [engine, bundlePath] = process.argv.slice(2) as [EngineName, string];
const texts = await benchTexts();
const { ends, row, work } = engineOf(await loadScorer({ bundlePath, engine }));
const each = <T>(answer: (i: number) => T): T[] => texts.map((_, i) => answer(i));
contend(
  {
    ends: each(ends),
    hashes: { row: hashOf(each(row)), predict: hashOf(each(work.predict)), score: hashOf(each(work.score)) },
  },
  work,
);

function engineOf(scorer: object): Engine {
  if (scorer instanceof NativeEngine) return nativeEngine(scorer);
  if (scorer instanceof ReferenceEngine) return referenceEngine(scorer);
  throw new Error(`Expected a scorer whose stages are known, received ${scorer.constructor.name}`);
}

function nativeEngine(scorer: NativeEngine): Engine {
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

function referenceEngine(scorer: ReferenceEngine): Engine {
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
