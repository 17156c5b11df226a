/** `hoshi eval`: how well the scores tell the stars of labelled reviews. */
import { basename } from 'node:path';
import { Command } from 'commander';
import type { Interval } from '../../model/evaluation/bootstrap.ts';
import { type Evaluation, measureScores, scoreReviews } from '../../model/evaluation/evaluate.ts';
import { hashOfReviews, readReviews, starRangeOf } from '../../model/io/reviews.ts';
import {
  addScorerOptions,
  type ColumnNames,
  columnsFrom,
  log,
  logBadRows,
  type ScorerFlags,
  scorerOf,
} from '../options.ts';
import { plainTable } from '../terminal/table.ts';

interface Flags extends ScorerFlags {
  readonly columns?: ColumnNames;
  readonly report?: string;
  readonly json?: boolean;
}

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('measure a model on labelled reviews')
    .argument('<data>', 'TSV, CSV or JSONL with the fields stars and text')
    .option('--columns <names>', "the fields' names in the data, as in stars=rating,text=body", columnsFrom)
    .option('--report <file>', 'draw the measures, the terms that matter and the worst mistakes into an HTML file')
    .option('--json', 'print the measures as JSON');
  return addScorerOptions(command).action(evaluateFile);
}

async function evaluateFile(data: string, flags: Flags): Promise<void> {
  const { columns = {} } = flags;
  const { reviews, badRows } = await readReviews(data, { columns });
  logBadRows(data, badRows);
  starRangeOf(reviews); // before the work, not only after it
  const scorer = await scorerOf(flags);
  const scores = await scoreReviews(scorer, reviews);
  const evaluation = measureScores(reviews, scores, scorer.bundle.scoreRange);
  process.stdout.write(flags.json ? `${JSON.stringify(evaluation)}\n` : format(evaluation));
  if (flags.report === undefined) return;
  const { writeReport } = await import('../../model/evaluation/report/write.ts'); // with Vega, which nothing else needs
  const isTrainedOn = hashOfReviews(reviews) === scorer.bundle.made.data;
  await writeReport(
    flags.report,
    {
      bundlePath: flags.bundle,
      scorer,
      command: `hoshi eval ${basename(data)}`,
      measuredOn: isTrainedOn ? `${basename(data)}, which it was trained on` : basename(data),
      reviews,
      scores,
      evaluation,
    },
    log,
  );
  log(`${flags.report} shows them`);
}

function format({ reviews, auc, spearman, rmse, mae, intervals, means, confusion }: Evaluation): string {
  const measure = (name: string, value: number, interval: Interval | null, unit: string) => [
    name,
    value.toFixed(4),
    interval === null ? '' : interval.map((end) => end.toFixed(4)).join(' … '),
    unit,
  ];
  const { rows, columns, counts } = condense(confusion);
  const share = `${intervals.level * 100} %`;
  return [
    `${reviews} reviews\n\n`,
    plainTable(
      [
        ['', 'value', share, ''],
        measure('AUC', auc.value, intervals.auc, `${auc.low} against ${auc.high} stars`),
        measure('Spearman', spearman, intervals.spearman, ''),
        measure('RMSE', rmse, intervals.rmse, 'stars'),
        measure('MAE', mae, intervals.mae, 'stars'),
      ],
      [0, 3],
    ),
    '\n',
    plainTable([
      ['given', 'reviews', 'mean', ...columns.map(({ label }) => `→ ${label}`)],
      ...rows.map(({ label, from, to }, i) => {
        const of = means.slice(from, to);
        const count = of.reduce((sum, mean) => sum + mean.reviews, 0);
        const mean = of.reduce((sum, each) => sum + each.reviews * each.score, 0) / count;
        return [label, String(count), mean.toFixed(2), ...(counts[i] as number[]).map(String)];
      }),
    ]),
  ].join('');
}

const MAX_GROUPS = 12; // more do not fit into a terminal

interface Group {
  readonly label: string;
  /** Which of the values, [from, to). */
  readonly from: number;
  readonly to: number;
}

/** The confusion with neighbours put together until it fits. */
function condense({ given, predicted, counts }: Evaluation['confusion']) {
  const [rows, columns] = [groupsOf(given), groupsOf(predicted)];
  const sumOf = (row: Group, column: Group) =>
    counts
      .slice(row.from, row.to)
      .flatMap((line) => line.slice(column.from, column.to))
      .reduce((sum, count) => sum + count, 0);
  return { rows, columns, counts: rows.map((row) => columns.map((column) => sumOf(row, column))) };
}

function groupsOf(values: readonly number[]): Group[] {
  const least = values.length / MAX_GROUPS;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least))); // groups of round sizes: 0–9, 10–19 …
  const size = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= least) as number;
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => {
    const [from, to] = [i * size, Math.min(values.length, (i + 1) * size)];
    const ends = [...new Set([values[from], values[to - 1]])];
    return { label: ends.join('–'), from, to };
  });
}
