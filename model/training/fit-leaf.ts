/**
 * Fits the linear leaf of a model: ridge regression, with α from a cross-validation on the training reviews. The same
 * folds give out-of-fold predictions: each review is predicted by a ridge that did not learn from any copy of it. The
 * trees are boosted on what these predictions leave over, because ridge leaves too little over on its own reviews.
 */
import { setImmediate } from 'node:timers/promises';
import type { TrainingSet } from '../../native/index.ts';
import { countTexts } from '../io/copies.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { Review } from '../io/reviews.ts';
import { chooseAlpha } from './choose-alpha.ts';
import { fitRidges, type LinearModel, predictRow } from './ridge.ts';
import { foldsOf } from './split.ts';

/** The options of the linear leaf. The manifest stores them under these names. */
export interface LeafOptions {
  /** α of the ridge regression, > 0. `auto` takes the best of CANDIDATES by the error of the out-of-fold predictions. */
  readonly alpha: number | 'auto';
  /**
   * Each idf is multiplied by this number plus the consistency of the term (consistency.ts), > 0. Undefined: idf alone.
   */
  readonly consistencyFloor?: number;
  /** Whether terms of one number alone are left out: 1 says little without 星 or か月 beside it. False if undefined. */
  readonly leavesOutNumbers?: boolean;
  /** The number of terms to keep in the vocabulary, those that move the predictions most; all if undefined. */
  readonly terms?: number;
  /**
   * Ridge predictions are shrunk towards the mean of the labels. This factor stretches them away from it again; 1 if
   * undefined.
   */
  readonly stretch?: number;
  /** The share of the range on each side in which the end map bends (end-map.ts); 1/8 if undefined. */
  readonly tailShare?: number;
}

export interface FittedLeaf {
  readonly model: LinearModel;
  /** The prediction of each training review by a model that did not learn from it. */
  readonly outOfFold: Float64Array;
  readonly alpha: number;
  /** `LeafOptions.tailShare` */
  readonly tailShare: number | undefined;
}

const CANDIDATES = [0.3, 1, 3, 10, 30];
const FOLDS = 5;
/** The relative error of the solution is far below that of its labels. */
const SOLVER = { tolerance: 1e-6, maxIterations: 500 };

/** α for selecting terms before α is chosen: the middle candidate. */
export function ridgeForSelection({ alpha }: LeafOptions) {
  return { alpha: alpha === 'auto' ? 3 : alpha, ...SOLVER };
}

/**
 * `reviews` are the rows of the training set. Between two fits the event loop handles other events, such as a signal;
 * once it is aborted, this rejects with Interrupted.
 */
export async function fitLeaf(
  training: TrainingSet,
  reviews: readonly Review[],
  { alpha, stretch = 1, tailShare }: LeafOptions,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
): Promise<FittedLeaf> {
  const fit = async (candidate: number, weightings: readonly Float64Array[]) => {
    await setImmediate();
    Interrupted.throwIf(signal);
    const problems = weightings.map((sampleWeights) => ({ sampleWeights }));
    return fitRidges(training.matrix, training.labels, problems, { alpha: candidate, ...SOLVER });
  };
  const weights = Float64Array.from(training.weights ?? new Float64Array(reviews.length).fill(1));
  const foldOf = foldsOf(reviews, seed, Math.min(FOLDS, countTexts(reviews)));
  const best = await chooseAlpha(alpha === 'auto' ? CANDIDATES : [alpha], async (candidate) => {
    const outOfFold = await predictOutOfFold(training, weights, foldOf, (w) => fit(candidate, w));
    return { outOfFold, loss: squaredError(training.labels, outOfFold, weights) };
  });
  const [model] = (await fit(best.alpha, [weights])) as [LinearModel];
  // Stretched by the factor s, a prediction p becomes mean + s (p − mean).
  const shift = (1 - stretch) * weightedMean(training.labels, weights);
  return {
    model: {
      weights: model.weights.map((weight) => stretch * weight),
      intercept: shift + stretch * model.intercept,
    },
    outOfFold: best.outOfFold.map((prediction) => shift + stretch * prediction),
    alpha: best.alpha,
    tailShare,
  };
}

async function predictOutOfFold(
  { matrix }: TrainingSet,
  weights: Float64Array,
  foldOf: Uint32Array,
  fit: (weightings: readonly Float64Array[]) => Promise<LinearModel[]>,
): Promise<Float64Array> {
  const folds = [...new Set(foldOf)];
  const models = await fit(
    folds.map((fold) => {
      const others = weights.map((weight, i) => (foldOf[i] === fold ? 0 : weight));
      // Without a weight outside the fold, there is nothing to learn from but the labels of the fold.
      return others.some((weight) => weight > 0) ? others : weights;
    }),
  );
  const modelOf = new Map(folds.map((fold, i) => [fold, models[i] as LinearModel]));
  return Float64Array.from(foldOf, (fold, row) => predictRow(modelOf.get(fold) as LinearModel, matrix, row));
}

function squaredError(labels: ArrayLike<number>, predictions: Float64Array, weights: Float64Array): number {
  return predictions.reduce((sum, prediction, i) => {
    const error = (labels[i] as number) - prediction;
    return sum + (weights[i] as number) * error * error;
  }, 0);
}

function weightedMean(labels: ArrayLike<number>, weights: Float64Array): number {
  let [total, sum] = [0, 0];
  weights.forEach((weight, i) => {
    total += weight;
    sum += weight * (labels[i] as number);
  });
  return sum / total;
}
