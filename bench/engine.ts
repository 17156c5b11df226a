/**
 * One engine as a contender: `node engine.js ENGINE BUNDLE`. The stage `tokenize` reads the text as it is, without the
 * normalizer, as kuromoji.js and MeCab do. The stage `row` is text → row, with normalizer and tokens: term rules need
 * more of a token than its end. The stage `predict` reads the stored row.
 */
import { createHash } from 'node:crypto';
import { loadScorer } from '../model/scoring/load.ts';
import { NativeEngine } from '../model/scoring/native-engine.ts';
import { NativeLightgbmEngine } from '../model/scoring/native-lightgbm-engine.ts';
import { ReferenceEngine } from '../model/scoring/reference-engine.ts';
import { referenceTokens } from '../model/scoring/reference-tokens.ts';
import type { EngineName } from '../model/scoring/scorer.ts';
import type { SparseRow } from '../native/rows.ts';
import { serveOrders, type Work } from './clock.ts';
import type { Stage } from './contender.ts';
import { benchTexts } from './texts.ts';

interface Engine {
  readonly work: Readonly<Record<Stage, Work>>;
  /** The results of the first two stages on text i, in a form that all engines share. `ends`: without normalizer. */
  ends(i: number): number[];
  row(i: number): SparseRow;
}

const [engine, bundlePath] = process.argv.slice(2) as [EngineName, string];
const texts = await benchTexts();
const { ends, row, work } = engineOf(await loadScorer({ bundlePath, engine }));
const resultsOf = <T>(run: (i: number) => T): T[] => texts.map((_, i) => run(i));
serveOrders(
  {
    ends: resultsOf(ends),
    hashes: {
      row: hashOf(resultsOf(row)),
      predict: hashOf(resultsOf(work.predict)),
      score: hashOf(resultsOf(work.score)),
    },
  },
  work,
);

function engineOf(scorer: object): Engine {
  if (scorer instanceof NativeEngine) return nativeEngine(scorer, scorer.stages.forest);
  if (scorer instanceof NativeLightgbmEngine) return nativeEngine(scorer, scorer.stages.booster);
  if (scorer instanceof ReferenceEngine) return referenceEngine(scorer);
  throw new Error(`Expected a native engine or a reference engine, received ${scorer.constructor.name}`);
}

function nativeEngine(scorer: NativeEngine | NativeLightgbmEngine, trees: { predict(row: SparseRow): number }): Engine {
  const { analyzer, extractor } = scorer.stages;
  const ends = texts.map((text) => analyzer.analyze(text).slice());
  const text = (i: number) => texts[i] as string;
  const row = (i: number) => extractor.row(text(i));
  const rows = texts.map((_, i) => ({ columns: row(i).columns.slice(), values: row(i).values.slice() }));
  return {
    ends: (i) => Array.from(ends[i] as Uint32Array),
    row: (i) => rows[i] as SparseRow,
    work: {
      tokenize: (i) => analyzer.analyze(text(i)),
      row,
      predict: (i) => trees.predict(rows[i] as SparseRow),
      score: (i) => scorer.score(text(i)),
    },
  };
}

function referenceEngine(scorer: ReferenceEngine): Engine {
  const { tokenizer, vectorizer, predictor } = scorer;
  const text = (i: number) => texts[i] as string;
  const tokensOf = referenceTokens(tokenizer, scorer.bundle.normalizer);
  const tokens = texts.map((each) => tokenizer.tokenize(each));
  const row = (i: number) => vectorizer.row(tokensOf(text(i)).tokens);
  const rows = texts.map((_, i) => row(i));
  return {
    ends: (i) => (tokens[i] ?? []).map(({ end }) => end),
    row: (i) => rows[i] as SparseRow,
    work: {
      tokenize: (i) => tokenizer.tokenize(text(i)),
      row,
      predict: (i) => predictor.predict(rows[i] as SparseRow),
      score: (i) => scorer.score(text(i)),
    },
  };
}

/** A hash of all results, to the last bit. JSON keeps every double except −0, which is written as "-0" here. */
function hashOf(results: readonly unknown[]): string {
  const spell = (_: string, value: unknown) =>
    Object.is(value, -0) ? '-0' : ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value;
  return createHash('sha256').update(JSON.stringify(results, spell)).digest('hex');
}
