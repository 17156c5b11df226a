/** `hoshi eval`: measures how well the scores match the stars of labelled reviews. */
import { basename } from 'node:path';
import { Command } from 'commander';
import type { Manifest } from '../../model/bundle/manifest.ts';
import { readBundle, readManifest } from '../../model/bundle/read.ts';
import { type BaselineScores, type Baselines, baselinesOf } from '../../model/evaluation/baselines.ts';
import { measureScores, scoreReviews } from '../../model/evaluation/evaluate.ts';
import { rangeMapOf } from '../../model/evaluation/range-map.ts';
import type { Encoding } from '../../model/io/encoding.ts';
import { hashOfReviews, type Review, readReviews, starRangeOf } from '../../model/io/reviews.ts';
import { checkWritable } from '../../model/io/write-atomically.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { shippedBundle } from '../../native/package-root.ts';
import { prepareEngine } from '../lightgbm.ts';
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
import { evaluationText } from '../terminal/evaluation.ts';

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
  const scorer = await loadScorer({ bundlePath, engine, warn: log, prepare: prepareEngine, ...(bundle && { bundle }) });
  const scores = await scoreReviews(scorer, reviews);
  const evaluation = measureScores(reviews, scores, scorer.bundle);
  const print = () =>
    process.stdout.write(
      flags.json ? `${JSON.stringify(evaluation)}\n` : evaluationText(evaluation, scorer.bundle.scoreRange),
    );
  if (flags.report === undefined || bundle === undefined) return void print();
  const { writeReport } = await import('../../model/evaluation/report/write.ts'); // only here, because it loads Vega
  const base = await baseScoresOf(bundle.manifest, reviews);
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
      baselines: baselinesOnFile(reviews, { model: scores, ...(base && { base }) }, bundle.manifest),
    },
    log,
  ).finally(print);
  log(`wrote the report to ${flags.report}`);
}

/** The scores of the model that this one started from, in its range. Undefined unless that is the shipped model. */
async function baseScoresOf(
  { training, scoreRange }: Manifest,
  reviews: readonly Review[],
): Promise<Float64Array | undefined> {
  const { base } = training;
  const isNamed = typeof base === 'object' && base !== null && 'version' in base;
  if (!isNamed || base.version !== (await readManifest(shippedBundle)).version) return undefined;
  const scorer = await loadScorer({ bundlePath: shippedBundle, engine: 'auto', warn: log });
  const { score } = rangeMapOf({ old: scorer.bundle, new: { scoreRange } });
  return (await scoreReviews(scorer, reviews)).map(score);
}

/** The best constant for reviews is their own mean. */
function baselinesOnFile(reviews: readonly Review[], scores: BaselineScores, manifest: Manifest): Baselines {
  const stars = Float64Array.from(reviews, (review) => review.stars);
  return baselinesOf(stars, scores, stars.reduce((sum, value) => sum + value, 0) / stars.length, manifest);
}
