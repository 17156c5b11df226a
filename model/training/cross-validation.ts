/**
 * k-fold cross-validation. The folds determine the number of rounds and the measures; the final model learns from all
 * reviews.
 */
import { meanAndDeviation, measuresOf } from '../evaluation/measures.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { Review } from '../io/reviews.ts';
import { median } from '../math/statistics.ts';
import type { FeatureExtractor, LoadedExtractor } from '../scoring/feature-extractor.ts';
import { histogramsOf } from './histograms.ts';
import {
  interruptionOf,
  measureOnHoldout,
  trainingOf,
  type ValidationOptions,
  type ValidationResult,
} from './holdout.ts';
import { heldOutScores, type Learned, learn, modelAt, starsOf } from './learn.ts';
import { foldSplits } from './split.ts';

/**
 * Trains one model per fold, then one on all reviews with the median of the folds' best numbers of rounds. The measures
 * are those of the folds' models at that number of rounds. If the signal comes during the folds, or before the
 * last training has a round, the first fold's model is the result. Before the first round of all it rejects with
 * Interrupted.
 */
export async function crossValidate(
  extractor: LoadedExtractor,
  reviews: readonly Review[],
  scoreRange: readonly [number, number],
  options: ValidationOptions,
): Promise<ValidationResult> {
  const { seed, folds = 0, rounds, onStage, signal } = options;
  const foldModels: Learned[] = [];
  let finalModel: Learned;
  let stage = '';
  const enter = (name: string) => {
    stage = name;
    onStage?.(name);
  };
  try {
    for (const split of foldSplits(reviews, seed, folds)) {
      enter(`fold ${foldModels.length + 1} of ${folds}`);
      foldModels.push(await learn(extractor, split, rounds, options));
      Interrupted.throwIf(signal);
    }
    enter('learning from all reviews');
    const all = { training: reviews, heldOut: [] };
    finalModel = await learn(extractor, all, medianRoundsOf(foldModels), options);
  } catch (error) {
    const [first] = foldModels;
    if (!(error instanceof Interrupted) || first === undefined) throw error;
    return measureOnHoldout(extractor, first, 'fold 1', scoreRange, interruptionOf(first, rounds) ?? `in ${stage}`);
  }
  return resultOf(extractor, foldModels, finalModel, scoreRange, options.patience);
}

async function resultOf(
  extractor: FeatureExtractor,
  foldModels: readonly Learned[],
  finalModel: Learned,
  scoreRange: readonly [number, number],
  patience: number,
): Promise<ValidationResult> {
  const { vectorizer, boosted } = finalModel;
  const bestRounds = bestRoundsOf(foldModels);
  const scores: Float64Array[] = [];
  for (const model of foldModels) scores.push(await heldOutScores(model, boosted.curve.best, scoreRange));
  const measures = foldModels.map(({ heldOut }, i) =>
    measuresOf(starsOf(heldOut), scores[i] as Float64Array, scoreRange),
  );
  const heldOut = foldModels.flatMap((model) => model.heldOut);
  const parts = foldModels.map((model, i) => ({ ...model, scores: scores[i] as Float64Array }));
  const histograms = await histogramsOf(parts, extractor, scoreRange);
  const interrupted = interruptionOf(finalModel, medianRoundsOf(foldModels));
  return {
    vectorizer,
    ...modelAt(finalModel, boosted.curve.best, scoreRange),
    training: {
      ...trainingOf(finalModel, boosted.curve.best),
      folds: { count: foldModels.length, patience, best: bestRounds },
    },
    measures: {
      folds: { folds: foldModels.length, reviews: heldOut.length, ...meanAndDeviation(measures) },
    },
    curves: [
      ...foldModels.map((model, i) => ({ name: `fold ${i + 1}`, ...model.boosted.curve })),
      { name: 'all', ...boosted.curve },
    ],
    heldOut: { reviews: heldOut, scores: Float64Array.from(scores.flatMap((foldScores) => [...foldScores])) },
    ...(histograms && { histograms }),
    ...(interrupted === undefined ? {} : { interrupted }),
  };
}

function bestRoundsOf(models: readonly Learned[]): number[] {
  return models.map(({ boosted }) => boosted.curve.best);
}

/** The median of the best numbers of rounds. For an even count, the mean of the two middle values, rounded up. */
function medianRoundsOf(models: readonly Learned[]): number {
  return Math.ceil(median(bestRoundsOf(models)));
}
