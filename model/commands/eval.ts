/** `hoshi eval`: how well the scores tell the stars of labelled reviews. */
import { Command } from 'commander';
import { type Evaluation, evaluate } from '../evaluate.ts';
import { readReviews } from '../reviews.ts';
import { addScorerOptions, type ColumnNames, columnsFrom, type ScorerFlags, scorerOf, tellBadRows } from './options.ts';

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('measure a model on labelled reviews')
    .argument('<data>', 'TSV, CSV or JSONL with the fields stars and text')
    .option('--columns <names>', "the fields' names in the data, as in stars=rating,text=body", columnsFrom)
    .option('--json', 'print the measures as JSON');
  return addScorerOptions(command).action(evaluateFile);
}

interface Flags extends ScorerFlags {
  readonly columns?: ColumnNames;
  readonly json?: boolean;
}

async function evaluateFile(data: string, flags: Flags): Promise<void> {
  const { columns = {} } = flags;
  const { reviews, badRows } = await readReviews(data, { columns });
  tellBadRows(data, badRows);
  const scorer = await scorerOf(flags);
  const evaluation = await evaluate(scorer, reviews);
  process.stdout.write(flags.json ? `${JSON.stringify(evaluation)}\n` : format(evaluation));
}

function format({ reviews, auc, spearman, rmse, mae, means, confusion }: Evaluation): string {
  const row = (cells: readonly unknown[]) => `${cells.map((cell) => String(cell).padStart(8)).join('')}\n`;
  return [
    `reviews   ${reviews}\n`,
    `AUC       ${auc.value.toFixed(4)}  (${auc.low} against ${auc.high} stars)\n`,
    `Spearman  ${spearman.toFixed(4)}\n`,
    `RMSE      ${rmse.toFixed(4)} stars\n`,
    `MAE       ${mae.toFixed(4)} stars\n\n`,
    row(['given', 'reviews', 'mean', ...confusion.predicted.map((stars) => `→ ${stars}`)]),
    ...means.map((mean, i) => row([mean.stars, mean.reviews, mean.score.toFixed(2), ...(confusion.counts[i] ?? [])])),
  ].join('');
}
