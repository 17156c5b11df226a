/** The end of `hoshi train`: the report, and the measures of the new model beside its base and beside no model. */
import { basename } from 'node:path';
import { composeReviews } from '../../model/corpus/compose.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { type Baselines, baselinesOf } from '../../model/evaluation/baselines.ts';
import { evaluate } from '../../model/evaluation/evaluate.ts';
import { doubledText } from '../../model/evaluation/size-curve.ts';
import { repeatsIn } from '../../model/io/copies.ts';
import type { Review } from '../../model/io/reviews.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import type { BaseModel } from '../../model/training/base.ts';
import type { Trained } from '../../model/training/train.ts';
import { log } from '../options.ts';
import { baselineText } from '../terminal/baselines.ts';
import { mainFigures } from '../terminal/evaluation.ts';

/** Composed reviews of all subjects, to see whether a model still reads other reviews than its own. */
const COMPOSED = { seed: 3, counts: { sentences: 1500, eachSentence: false, words: 500, contrasts: 500 } };

/** Undefined if the held-out reviews have fewer than two different stars. */
export function baselinesOfTraining(
  { heldOut, baseScores, evaluation, bundle }: Trained,
  reviews: readonly Review[],
): Baselines | undefined {
  if (evaluation === undefined) return undefined;
  const stars = Float64Array.from(heldOut.reviews, (review) => review.stars);
  const constant = reviews.reduce((sum, review) => sum + review.stars, 0) / reviews.length;
  const scores = { model: heldOut.scores, ...(baseScores && { base: baseScores }) };
  return baselinesOf(stars, scores, constant, { scoreRange: bundle.manifest.scoreRange });
}

/** The manifest, with all measures on held-out reviews. */
export function trainingJson(
  { bundle, evaluation, sizeCurve }: Trained,
  reviews: readonly Review[],
  baselines: Baselines | undefined,
): object {
  const measured = { evaluation, baselines, sizeCurve, repeats: repeatsIn(reviews) };
  return { ...bundle.manifest, heldOut: measured };
}

export function logMeasures(
  { evaluation, heldOut, sizeCurve, bundle }: Trained,
  baselines: Baselines | undefined,
): void {
  if (evaluation === undefined || baselines === undefined) {
    if (heldOut.reviews.length > 0)
      log('the held-out reviews have fewer than two different stars, so nothing measures the model');
    return;
  }
  for (const line of baselineText(baselines, evaluation).trimEnd().split('\n')) log(line);
  for (const line of mainFigures(evaluation, bundle.manifest.scoreRange)) log(line);
  if (sizeCurve !== undefined) log(doubledText(sizeCurve));
}

/** Both models' measures on reviews of other subjects, as a line. Call it before the new model takes the place of its base. */
export async function composedLineOf({ bundle }: Trained, base: BaseModel): Promise<string> {
  const composed = composeReviews(await readCorpus(), COMPOSED);
  const measuresOf = async (path: string) => {
    const { auc, spearman } = await evaluate(
      await loadScorer({ bundlePath: path, engine: 'auto', warn: log }),
      composed,
    );
    return `${spearman.toFixed(4)} and${path === base.path ? ' AUC' : ''} ${auc.value.toFixed(4)}`;
  };
  return `on ${composed.length} composed reviews of all subjects: Spearman ${await measuresOf(base.path)} of the base, ${await measuresOf(bundle.path)} of the new model`;
}

/** The page of `report.html`. Undefined if the held-out reviews have fewer than two different stars. */
export async function trainingReportOf(
  data: string,
  { bundle, curves, heldOut, evaluation, sizeCurve }: Trained,
  { reviews, baselines }: { readonly reviews: readonly Review[]; readonly baselines: Baselines | undefined },
  onStage: (stage: string) => void,
): Promise<string | undefined> {
  if (evaluation === undefined || baselines === undefined) return undefined;
  onStage('drawing the report');
  const { reportOf } = await import('../../model/evaluation/report/write.ts'); // only here, because it loads Vega
  return reportOf(
    {
      bundle,
      scorer: await loadScorer({ bundlePath: bundle.path, bundle, engine: 'auto', warn: log }),
      command: bundle.manifest.made.command,
      measuredOn: `reviews of ${basename(data)}, each held out when it was scored`,
      ...heldOut,
      evaluation,
      baselines,
      curves,
      ...(sizeCurve && { sizeCurve }),
      allReviews: reviews,
    },
    log,
  );
}
