/** `hoshi compare`: how scores move from one model to another, before the new one takes the traffic. */
import { basename } from 'node:path';
import { Command } from 'commander';
import type { Golden } from '../../model/bundle/manifest.ts';
import { composeReviews } from '../../model/corpus/compose.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { compareScores } from '../../model/evaluation/compare.ts';
import { readLines, readTextFile } from '../../model/evaluation/compared-texts.ts';
import { explainMoves } from '../../model/evaluation/moves.ts';
import type { Pair } from '../../model/evaluation/range-map.ts';
import { countText } from '../../model/evaluation/report/numbers.ts';
import { type ComparedText, scorePair } from '../../model/evaluation/score-pair.ts';
import type { Encoding } from '../../model/io/encoding.ts';
import type { BadRow } from '../../model/io/reviews.ts';
import { checkWritable } from '../../model/io/write-atomically.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import type { Scorer } from '../../model/scoring/scorer.ts';
import { prepareEngine } from '../lightgbm.ts';
import {
  addEncodingOption,
  addEngineOption,
  type ColumnNames,
  columnsFrom,
  log,
  logBadRows,
  numberFrom,
  print,
  readingOf,
  type ScorerFlags,
} from '../options.ts';
import { comparisonText } from '../terminal/comparison.ts';
import { createProgress, type Progress } from '../terminal/progress.ts';

interface Flags extends Pick<ScorerFlags, 'engine'> {
  readonly columns?: ColumnNames;
  readonly encoding?: Encoding;
  readonly column?: string;
  readonly top: number;
  readonly report?: string;
  readonly json?: boolean;
}

/** The texts to compare on if the caller names none. Their stars are left out: nobody gave them. */
const COMPOSED = { seed: 2, counts: { sentences: 2500, eachSentence: false, words: 1000, contrasts: 500 } };

export function compareCommand(): Command {
  const command = new Command('compare')
    .description('show how scores move from one model to another')
    .argument('<old>', 'folder of the model that serves now')
    .argument('<new>', 'folder of the model that will replace it')
    .argument(
      '[reviews]',
      'labelled reviews (CSV, TSV, JSONL, a workbook or Parquet), plain texts, or - for lines of standard input (default: golden texts of both models and texts composed from the authored corpus)',
    )
    .option('--columns <names>', 'names of these fields in the file, such as stars=rating,text=body', columnsFrom)
    .option(
      '--column <name>',
      'name of the text field in a table (default: text, 本文, レビュー or another usual name)',
    )
    .option(
      '--top <count>',
      'number of the largest moves to show, with the words that moved them',
      numberFrom(0, 1000),
      10,
    )
    .option('--report <file>', 'HTML file for plots of the moves, and the largest moves in colours')
    .option('--json', 'print the figures as JSON');
  return addEngineOption(addEncodingOption(command)).action(compare);
}

async function compare(oldPath: string, newPath: string, file: string | undefined, flags: Flags): Promise<void> {
  if (flags.report !== undefined) await checkWritable(flags.report);
  const load = (bundlePath: string) =>
    loadScorer({ bundlePath, engine: flags.engine, warn: log, prepare: prepareEngine });
  const scorers: Pair<Scorer> = { old: await load(oldPath), new: await load(newPath) };
  const models = { old: scorers.old.bundle, new: scorers.new.bundle };
  const progress = await createProgress(process.stderr.isTTY !== true);
  const texts = await textsOf(file, models, flags, progress);
  const { largest, ...scored } = await scorePair(scorers, texts.chunks, { top: flags.top }).finally(progress.pause);
  if (file !== undefined) logBadRows(file, texts.badRows);
  const comparedOn = texts.name;
  const count = scored.scores.new.length;
  if (count < 2) throw new Error(`Expected at least two texts to compare on, found ${count} in ${comparedOn}`);
  const comparison = compareScores(models, scored);
  const moves = await explainMoves(scorers, largest, log);
  const printComparison = () =>
    print(
      flags.json
        ? `${JSON.stringify({ comparedOn, ...comparison, largest: moves })}\n`
        : comparisonText(comparison, comparedOn, moves),
    );
  if (flags.report === undefined) return printComparison();
  const { writeComparisonReport } = await import('../../model/evaluation/report/comparison/write.ts'); // loads Vega
  const names = [oldPath, newPath, file].flatMap((path) => (path === undefined ? [] : basename(path)));
  const command = `hoshi compare ${names.join(' ')}`;
  const input = { models, comparison, scores: scored.scores, moves, comparedOn, command };
  // The report comes first, because the process ends when the reader of standard output ends.
  await writeComparisonReport(flags.report, input).finally(printComparison);
  log(`wrote the report to ${flags.report}`);
}

interface Texts {
  /** For the reader, as the end of “Compared on …”. */
  readonly name: string;
  readonly chunks: AsyncIterable<readonly ComparedText[]> | Iterable<readonly ComparedText[]>;
  /** Rows of a labelled file that are not reviews. Complete when all chunks are read. */
  readonly badRows: readonly BadRow[];
}

async function textsOf(
  file: string | undefined,
  models: Pair<{ readonly goldens: readonly Golden[] }>,
  { columns = {}, column, ...flags }: Flags,
  { onProgress }: Progress,
): Promise<Texts> {
  if (file === undefined) return composedTexts(models);
  if (file === '-')
    return { name: 'standard input', chunks: readLines(process.stdin, 'stdin', readingOf(flags)), badRows: [] };
  const badRows: BadRow[] = [];
  const { chunks, isLabelled } = await readTextFile(file, {
    ...readingOf(flags),
    columns: { ...(column !== undefined && { text: column }), ...columns },
    onBadRows: (rows) => badRows.push(...rows),
    onProgress,
  });
  return { name: `${basename(file)} (${isLabelled ? 'labelled reviews' : 'plain texts'})`, chunks, badRows };
}

async function composedTexts(models: Pair<{ readonly goldens: readonly Golden[] }>): Promise<Texts> {
  const goldens = new Set([...models.old.goldens, ...models.new.goldens].map(({ text }) => text));
  const composed = composeReviews(await readCorpus(), COMPOSED).map(({ text }) => text);
  return {
    name: `${goldens.size} golden texts of both models and ${countText(composed.length)} texts composed from the authored corpus (seed ${COMPOSED.seed})`,
    chunks: chunksOf([...goldens, ...composed].map((text) => ({ text }))),
    badRows: [],
  };
}

function* chunksOf<Item>(items: readonly Item[], size = 256): Generator<readonly Item[]> {
  for (let first = 0; first < items.length; first += size) yield items.slice(first, first + size);
}
