/** `hoshi eval`: how well the scores tell the stars of labelled reviews. */
import { Command } from 'commander';
import { type Evaluation, evaluate } from '../evaluate.ts';
import { readReviews } from '../reviews.ts';
import { addScorerOptions, type ScorerFlags, scorerOf, tell } from './options.ts';

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('measure a model on labelled reviews')
    .argument('<data>', 'TSV, CSV or JSONL with the fields stars and text')
    .option('--json', 'print the measures as JSON');
  return addScorerOptions(command).action(evaluateFile);
}

async function evaluateFile(data: string, flags: ScorerFlags & { readonly json?: boolean }): Promise<void> {
  const { reviews, badRows } = await readReviews(data);
  for (const { line, reason } of badRows.slice(0, 10)) tell(`${data}:${line}: ${reason}`);
  if (badRows.length > 0) tell(`${badRows.length} of ${reviews.length + badRows.length} rows could not be used`);
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
