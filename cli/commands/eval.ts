/** `hoshi eval`: measures how well the scores match the stars of labelled reviews. */
import { basename } from 'node:path';
import { Command } from 'commander';
import { readBundle } from '../../model/bundle/read.ts';
import type { Interval } from '../../model/evaluation/bootstrap.ts';
import { type Evaluation, measureScores, scoreReviews } from '../../model/evaluation/evaluate.ts';
import { condense } from '../../model/evaluation/star-groups.ts';
import type { Encoding } from '../../model/io/encoding.ts';
import { hashOfReviews, readReviews, starRangeOf } from '../../model/io/reviews.ts';
import { checkWritable } from '../../model/io/write-atomically.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import {
  addEncodingOption,
  addScorerOptions,
  type ColumnNames,
  columnsFrom,
  log,
  logBadRows,
  readingOf,
  type ScorerFlags,
} from '../options.ts';
import { plainTable } from '../terminal/table.ts';

/** More pairs of neighbouring stars do not fit into a terminal. */
const MAX_NEIGHBOURS = 8;

interface Flags extends ScorerFlags {
  readonly encoding?: Encoding;
  readonly columns?: ColumnNames;
  readonly report?: string;
  readonly json?: boolean;
}

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('measure how well a model predicts the stars of labelled reviews')
    .argument('<data>', 'file of reviews: TSV, CSV, JSONL, .xlsx or Parquet, with the fields stars and text')
    .option('--columns <names>', 'names of these fields in the file, such as stars=rating,text=body', columnsFrom)
    .option(
      '--report <file>',
      'HTML file for a report: plots of the measures, the most important terms and the worst mistakes',
    )
    .option('--json', 'print the measures as JSON');
  return addScorerOptions(addEncodingOption(command)).action(evaluateFile);
}

async function evaluateFile(data: string, flags: Flags): Promise<void> {
  const { columns = {}, bundle: bundlePath, engine } = flags;
  if (flags.report !== undefined) await checkWritable(flags.report);
  const { reviews, badRows } = await readReviews(data, { columns, ...readingOf(flags) });
  logBadRows(data, badRows);
  starRangeOf(reviews); // throws before the work, not after it
  const bundle = flags.report === undefined ? undefined : await readBundle(bundlePath);
  const scorer = await loadScorer({ bundlePath, engine, warn: log, ...(bundle && { bundle }) });
  const scores = await scoreReviews(scorer, reviews);
  const evaluation = measureScores(reviews, scores, scorer.bundle.scoreRange);
  const print = () => process.stdout.write(flags.json ? `${JSON.stringify(evaluation)}\n` : evaluationText(evaluation));
  if (flags.report === undefined || bundle === undefined) return void print();
  const { writeReport } = await import('../../model/evaluation/report/write.ts'); // only here, because it loads Vega
  const isTrainingData = hashOfReviews(reviews) === bundle.manifest.made.data;
  // The report comes first, because the process ends when the reader of standard output ends.
  await writeReport(
    flags.report,
    {
      bundle,
      scorer,
      command: `hoshi eval ${basename(data)}`,
      measuredOn: isTrainingData ? `${basename(data)}, its training data` : basename(data),
      reviews,
      scores,
      evaluation,
    },
    log,
  ).finally(print);
  log(`wrote the report to ${flags.report}`);
}

function evaluationText(evaluation: Evaluation): string {
  const { reviews, auc, neighbours, rightSide, spearman, rmse, mae, intervals } = evaluation;
  const measure = (name: string, value: number, interval: Interval | null, unit: string) => [
    name,
    value.toFixed(4),
    interval === null ? '' : interval.map((end) => end.toFixed(4)).join(' … '),
    unit,
  ];
  const { rows, columns } = condense(evaluation);
  return [
    `${reviews} reviews\n\n`,
    plainTable(
      [
        ['', 'value', `${intervals.level * 100} %`, ''],
        measure('AUC', auc.value, intervals.auc, `${auc.low} against ${auc.high} stars`),
        ...neighbours
          .filter(() => neighbours.length > 1 && neighbours.length <= MAX_NEIGHBOURS) // of two, the AUC stands above
          .map(({ low, high, value }) => measure('AUC', value, null, `${low} against ${high} stars`)),
        measure(
          'Right side',
          rightSide,
          null,
          `of ${(auc.low + auc.high) / 2}: reviews of ${auc.low} and ${auc.high} stars`,
        ),
        measure('Spearman', spearman, intervals.spearman, ''),
        measure('RMSE', rmse, intervals.rmse, 'stars'),
        measure('MAE', mae, intervals.mae, 'stars'),
      ],
      [0, 3],
    ),
    '\n',
    plainTable([
      ['given', 'reviews', 'mean', ...columns.map((label) => `→ ${label}`)],
      ...rows.map(({ label, reviews, score, counts }) => [
        label,
        String(reviews),
        score.toFixed(2),
        ...counts.map(String),
      ]),
    ]),
  ].join('');
}
