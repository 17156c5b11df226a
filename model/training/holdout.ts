/** Trains on a part of the reviews and measures on the held-out rest. */
import type { Histograms, Manifest } from '../bundle/manifest.ts';
import type { NamedCurve } from '../evaluation/learning-curve.ts';
import { measuresOf } from '../evaluation/measures.ts';
import type { Review } from '../io/reviews.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import type { FeatureExtractor, LoadedExtractor } from '../scoring/feature-extractor.ts';
import { histogramsOf } from './histograms.ts';
import { heldOutScores, type Learned, type LearnOptions, learn, modelAt, starsOf, type TrainedModel } from './learn.ts';
import { holdoutSplit } from './split.ts';

export interface ValidationOptions extends LearnOptions {
  /** The maximum number of boosting rounds, one tree each. With a linear leaf it may be 0. */
  readonly rounds: number;
  /** The share of the texts to hold out for measuring and early stopping, in [0, 0.5]. Ignored with folds. */
  readonly validationShare: number;
  /** The number of folds for cross-validation, at least 2; 0 or undefined for none. */
  readonly folds?: number;
}

/** A trained model and its measures. A report is drawn from them. */
export interface ValidationResult extends TrainedModel {
  readonly vectorizer: Vectorizer;
  /** The manifest's fields about the training. */
  readonly training: Readonly<Record<string, unknown>>;
  readonly measures: Manifest['measures'];
  /** The curve of the holdout (`validation`); or one per fold (`fold 1` …), then the one of `all` reviews. */
  readonly curves: readonly NamedCurve[];
  /**
   * Reviews that their model was not trained on: the holdout, or with folds all reviews. Empty if there is neither.
   */
  readonly heldOut: { readonly reviews: readonly Review[]; readonly scores: Float64Array };
  /** Of the held-out reviews. Undefined if there are none. */
  readonly histograms?: Histograms;
  /** The place where the signal ended the training, such as `after round 7 of 100`; undefined if no signal ended it. */
  readonly interrupted?: string;
}

/** Trains one model. The held-out reviews measure it and stop its boosting early. */
export async function validateOnHoldout(
  extractor: LoadedExtractor,
  reviews: readonly Review[],
  scoreRange: readonly [number, number],
  options: ValidationOptions,
): Promise<ValidationResult> {
  const { seed, validationShare, rounds } = options;
  const split =
    validationShare === 0 ? { training: reviews, heldOut: [] } : holdoutSplit(reviews, seed, validationShare);
  const learned = await learn(extractor, split, rounds, options);
  return measureOnHoldout(extractor, learned, 'validation', scoreRange, interruptionOf(learned, rounds));
}

/** The result of one model that is cut to its best round. `name` is the name of its curve and its measures. */
export async function measureOnHoldout(
  extractor: FeatureExtractor,
  learned: Learned,
  name: string,
  scoreRange: readonly [number, number],
  interrupted: string | undefined,
): Promise<ValidationResult> {
  const { vectorizer, boosted, heldOut } = learned;
  const { curve } = boosted;
  const scores = heldOut.length > 0 ? await heldOutScores(learned, curve.best, scoreRange) : new Float64Array(0);
  const histograms = await histogramsOf([{ vectorizer, heldOut, scores }], extractor, scoreRange);
  return {
    vectorizer,
    ...modelAt(learned, curve.best, scoreRange),
    training: trainingOf(learned, curve.best),
    measures:
      heldOut.length > 0
        ? { [name]: { reviews: heldOut.length, ...measuresOf(starsOf(heldOut), scores, scoreRange) } }
        : {},
    curves: [{ name, ...curve }],
    heldOut: { reviews: heldOut, scores },
    ...(histograms && { histograms }),
    ...(interrupted === undefined ? {} : { interrupted }),
  };
}

/** The manifest's fields about the rounds, and about the linear leaf as it was fitted. */
export function trainingOf({ leaf, boosted }: Learned, round: number): Record<string, unknown> {
  const trees = boosted.treeCountAt(round);
  if (leaf === undefined) return { rounds: trees };
  return { rounds: trees - 1, linearLeaf: { alpha: leaf.alpha } };
}

/** `after round 7 of 100` if the signal ended the boosting, else undefined. */
export function interruptionOf({ boosted }: Learned, rounds: number): string | undefined {
  return boosted.isInterrupted ? `after round ${boosted.rounds} of ${rounds}` : undefined;
}
