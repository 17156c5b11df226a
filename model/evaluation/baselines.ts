/**
 * A model beside the model that it started from, and beside no model at all, on the same reviews. It says plainly if the
 * model is not better.
 */
import { type ComparedMeasures, compareMeasures } from './compare.ts';
import { type LabelledModel, labelAccuracyOf } from './label-accuracy.ts';
import { allMeasuresOf, type Measures } from './measures.ts';
import { rangeOf } from './star-sides.ts';

/** The scores of the reviews, in their order. */
export interface BaselineScores {
  readonly model: Float64Array;
  /** Of the model that this one started from, in the same range. */
  readonly base?: Float64Array;
}

export interface Baselines {
  /** Every score is the mean of the stars, and every label is the most frequent one. */
  readonly constant: { readonly score: number } & Measures & { readonly labels: number };
  /** The base is `old`, and the model is `new`. Undefined without a base. */
  readonly base?: ComparedMeasures;
  /** Whether the model is better than its base, as a sentence. Undefined without a base. */
  readonly verdict?: string;
}

/** `constant` is the mean of the stars. `model` has the range of the scores. At least two different stars. */
export function baselinesOf(
  stars: Float64Array,
  { model: scores, base: baseScores }: BaselineScores,
  constant: number,
  model: LabelledModel,
): Baselines {
  const same = new Float64Array(stars.length).fill(constant);
  const base = baseScores && compareMeasures(stars, baseScores, scores, model);
  return {
    constant: {
      score: constant,
      ...allMeasuresOf(stars, same, rangeOf(stars)),
      labels: labelAccuracyOf(stars, scores, model).mostFrequent.accuracy,
    },
    ...(base && { base, verdict: verdictOn(base) }),
  };
}

/** By AUC and RMSE. A difference is certain if its interval does not contain 0. */
function verdictOn({ difference, intervals }: ComparedMeasures): string {
  const isBetter = difference.rmse < 0 && !(difference.auc < 0);
  const isWorse = difference.rmse > 0 && !(difference.auc > 0);
  const isCertain = [intervals.auc, intervals.rmse].some(
    (interval) => interval !== null && interval[0] * interval[1] > 0,
  );
  if (isBetter && isCertain) return 'The new model is better than its base on these reviews.';
  if (isBetter) return 'The new model may be better than its base; these reviews are too few to be certain.';
  if (isWorse)
    return 'The new model is NOT better than its base on these reviews. Serve the base, or train on more reviews.';
  return 'The new model is better than its base by one measure and worse by another; these reviews do not decide.';
}
