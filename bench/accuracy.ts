/**
 * `bench accuracy`: how well hoshi, asari and oseti (peers/sentiment) tell the stars of labelled reviews. It measures
 * order (AUC, Spearman) and the side of the middle, which do not depend on what a number of stars means to a program.
 */
import { Command } from 'commander';
import { table } from '../cli/terminal/table.ts';
import { type Evaluation, measureScores, scoreReviews } from '../model/evaluation/evaluate.ts';
import { type Review, readReviews, starRangeOf } from '../model/io/reviews.ts';
import { loadScorer } from '../model/scoring/load.ts';
import { addCommonOptions, type CommonFlags, firstBundleOf, log } from './options.ts';
import { prepareSentiment, scoresOfPeer, sentimentPeers, versionOfPeer } from './peers/sentiment.ts';
import { machine, writeJson } from './report.ts';

const SCALE = { scoreRange: [1, 5] } as const;

interface Result {
  readonly auc: number;
  readonly aucLower: number | null;
  readonly aucUpper: number | null;
  readonly rightSide: number;
  readonly spearman: number;
}

export function accuracyCommand(): Command {
  const command = new Command('accuracy')
    .description('compare how well hoshi, asari and oseti tell the stars of labelled reviews')
    .argument('<data>', 'file of reviews with the fields stars and text; stars from 1 to 5');
  return addCommonOptions(command, undefined, ['stars']).action(compareAccuracy);
}

async function compareAccuracy(data: string, { json, bundle }: CommonFlags): Promise<void> {
  const { reviews } = await readReviews(data, { onNote: log });
  const range = starRangeOf(reviews);
  if (range[0] !== 1 || range[1] !== 5)
    throw new Error(`${data}: expected stars from 1 to 5, received ${range.join(' to ')}`);
  prepareSentiment(log);
  const model = await firstBundleOf(bundle);
  const scorer = await loadScorer({ bundlePath: model.path, engine: 'auto', warn: log });
  const results: Record<string, Result> = {
    [`hoshi, ${scorer.bundle.name} ${scorer.bundle.version}`]: resultOf(reviews, await scoreReviews(scorer, reviews)),
  };
  const texts = reviews.map(({ text }) => text);
  for (const peer of sentimentPeers)
    results[`${peer} ${versionOfPeer(peer)}`] = resultOf(reviews, await scoresOfPeer(peer, texts));
  console.log(`${machine()}\n${reviews.length} reviews\n`);
  console.log(format(results));
  await writeJson(json, results);
}

function resultOf(reviews: readonly Review[], scores: Float64Array): Result {
  const { auc, aucLower, aucUpper, rightSide, spearman }: Evaluation = measureScores(reviews, scores, SCALE);
  return { auc: auc.value, aucLower: valueIn(aucLower), aucUpper: valueIn(aucUpper), rightSide, spearman };
}

function valueIn(auc: Evaluation['aucLower']): number | null {
  return auc?.value ?? null;
}

function format(results: Readonly<Record<string, Result>>): string {
  const header = ['program', 'AUC, 1 against 5 stars', '1 against 3', '3 against 5', 'right side of 3', 'Spearman'];
  const rows = Object.entries(results).map(([name, { auc, aucLower, aucUpper, rightSide, spearman }]) => [
    name,
    ...[auc, aucLower, aucUpper, rightSide, spearman].map((value) => value?.toFixed(4) ?? ''),
  ]);
  return table(header, rows);
}
