/** What `hoshi train` tells about a new model: the report in its bundle, and its measures beside those of its base. */
import { basename } from 'node:path';
import { composeReviews } from '../model/corpus/compose.ts';
import { readCorpus } from '../model/corpus/read.ts';
import { evaluate } from '../model/evaluation/evaluate.ts';
import type { Review } from '../model/io/reviews.ts';
import { loadScorer } from '../model/scoring/load.ts';
import type { BaseModel } from '../model/training/base.ts';
import type { Trained } from '../model/training/train.ts';
import { log } from './options.ts';
import { baselineText } from './terminal/baselines.ts';

/** Composed reviews of all subjects, to see whether a model still reads other reviews than its own. */
const COMPOSED = { seed: 3, counts: { sentences: 1500, eachSentence: false, words: 500, contrasts: 500 } };

/** The page of `report.html`. Undefined if the held-out reviews have fewer than two different stars. */
export async function trainingReportOf(
  data: string,
  { bundle, curves, heldOut }: Trained,
  onStage: (stage: string) => void,
): Promise<string | undefined> {
  if (starsIn(heldOut.reviews) < 2) return undefined;
  onStage('drawing the report');
  const { reportOf } = await import('../model/evaluation/report/write.ts'); // only here, because it loads Vega
  return reportOf(
    {
      bundle,
      scorer: await loadScorer({ bundlePath: bundle.path, bundle, engine: 'auto', warn: log }),
      command: bundle.manifest.made.command,
      measuredOn: `reviews of ${basename(data)}, each held out when it was scored`,
      ...heldOut,
      curves,
    },
    log,
  );
}

/** Lines that compare the new model with its base: on held-out reviews, and on reviews of other subjects. */
export async function baselineLinesOf(
  { bundle, heldOut, baseScores }: Trained,
  reviews: readonly Review[],
  base: BaseModel | undefined,
): Promise<string[]> {
  if (base === undefined || baseScores === undefined) return [];
  if (starsIn(heldOut.reviews) < 2)
    return ['the held-out reviews have fewer than two different stars, so nothing compares the model with its base'];
  const constant = reviews.reduce((sum, { stars }) => sum + stars, 0) / reviews.length;
  const scores = { base: baseScores, model: heldOut.scores };
  const composed = composeReviews(await readCorpus(), COMPOSED);
  const measuresOf = async (path: string) => {
    const { auc, spearman } = await evaluate(
      await loadScorer({ bundlePath: path, engine: 'auto', warn: log }),
      composed,
    );
    return `${spearman.toFixed(4)} and${path === base.path ? ' AUC' : ''} ${auc.value.toFixed(4)}`;
  };
  return [
    ...baselineText(heldOut.reviews, scores, constant).trimEnd().split('\n'),
    `on ${composed.length} composed reviews of all subjects: Spearman ${await measuresOf(base.path)} of the base, ${await measuresOf(bundle.path)} of the new model`,
  ];
}

function starsIn(reviews: readonly Review[]): number {
  return new Set(reviews.map(({ stars }) => stars)).size;
}
