/**
 * Trains one model on one split, in five steps: fit the vectorizer, weigh terms, select terms, fit the linear leaf, boost
 * trees on what the leaf leaves over. Each step takes values and returns values. Steps 2 to 4 run only with a linear
 * leaf.
 */
import type { Booster, RoundMetrics, TrainingRows, TrainingSet } from '../../native/index.ts';
import type { Review } from '../io/reviews.ts';
import type { EndMap, ScoreRange } from '../reference/score-range.ts';
import { scoreMapOf } from '../reference/score-range.ts';
import type { Vectorizer, VectorizerParameters } from '../reference/vectorizer.ts';
import type { LoadedExtractor } from '../scoring/feature-extractor.ts';
import { type BaseModel, extendVectorizer } from './base.ts';
import { type BoostedModel, boost, firstTrees, overrideParameters } from './boosting.ts';
import { type ClassWeights, sampleWeightsOf, weightFunctionOf } from './class-weights.ts';
import { weighByConsistency } from './consistency.ts';
import { endMapOfModel } from './end-map.ts';
import { type FittedLeaf, fitLeaf, type LeafOptions, ridgeForSelection } from './fit-leaf.ts';
import { fitOnBase } from './fit-on-base.ts';
import { freeGarbage } from './garbage.ts';
import { checkLeafParameters } from './leaf-parameters.ts';
import { predictLeaf } from './linear-leaf.ts';
import { unpacked } from './packed-rows.ts';
import { type BoostingParameters, type PresetName, presets } from './presets.ts';
import { predictLinear } from './ridge.ts';
import { selectTerms, withoutNumbers } from './select-terms.ts';
import type { Split } from './split.ts';
import { type PassOptions, TextPasses } from './text-passes.ts';

export interface LearnOptions extends PassOptions {
  readonly seed: number;
  readonly vectorizer: VectorizerParameters;
  /** Gives the LightGBM parameters that `boosting` does not name; `default` if undefined. */
  readonly preset?: PresetName;
  /** LightGBM parameters, by their names or aliases in LightGBM. */
  readonly boosting: BoostingParameters;
  /** Early stopping: the number of rounds without a better validation metric after which boosting stops. */
  readonly patience: number;
  readonly classWeights?: ClassWeights;
  /** The linear leaf. Without it the model has only trees. */
  readonly leaf?: LeafOptions;
  /**
   * The model that the linear leaf starts from, in the range of the new model. `vectorizer` selects the new terms; the
   * other parameters of the vectorizer are the base's.
   */
  readonly base?: BaseModel;
  /** Receives the name of each part of the work when it begins. */
  readonly onStage?: (stage: string) => void;
  readonly onRound?: (metrics: RoundMetrics) => void;
  /**
   * Stops the work when it is aborted. Before boosting has measured its first round, `learn` rejects with Interrupted;
   * later it returns the model so far.
   */
  readonly signal?: AbortSignal;
}

export interface Learned {
  readonly vectorizer: Vectorizer;
  /** Undefined if the model has only trees. */
  readonly leaf: FittedLeaf | undefined;
  readonly boosted: BoostedModel;
  readonly heldOut: readonly Review[];
  readonly heldOutRows: TrainingRows;
}

/** A vectorizer, and the rows that it makes of the reviews. */
interface Fitted {
  readonly vectorizer: Vectorizer;
  readonly training: TrainingSet;
}

/** The sample weight of a review by its stars; undefined if all reviews weigh the same. */
type WeightFunction = ((stars: number) => number) | undefined;

/** Trains at most `rounds` rounds; with a linear leaf `rounds` may be 0. */
export async function learn(
  extractor: LoadedExtractor,
  split: Split,
  rounds: number,
  options: LearnOptions,
): Promise<Learned> {
  const { training: reviews, heldOut } = split;
  const { classWeights, seed, onStage, onRound, signal } = options;
  const parameters = boostingParametersOf(options);
  if (options.leaf !== undefined) checkLeafParameters(parameters);
  const weightOf = classWeights === undefined ? undefined : weightFunctionOf(classWeights, reviews);
  const passes = new TextPasses(extractor, visitCountOf(split, options.leaf), options);

  onStage?.(`tokenizing ${reviews.length + heldOut.length} reviews`);
  // Each step replaces `fitted`, so that the earlier matrix is freed before boosting.
  let fitted = await fitVectorizer(passes, reviews, options, weightOf);
  if (options.leaf?.consistencyFloor !== undefined) {
    const weighed = weighByConsistency(fitted.vectorizer, fitted.training, options.leaf.consistencyFloor);
    fitted = await rowsBy(weighed, passes, reviews, weightOf);
  }
  if (options.leaf?.terms !== undefined) {
    onStage?.(`selecting ${options.leaf.terms} of ${fitted.vectorizer.columnCount} terms`);
    const ridge = ridgeForSelection(options.leaf);
    const selected = await selectTerms(fitted.vectorizer, fitted.training, options.leaf.terms, ridge);
    fitted = await rowsBy(selected, passes, reviews, weightOf);
  }
  const { vectorizer } = fitted;
  const heldOutRows = await passes.trainingRowsOf(textsOf(heldOut), vectorizer);
  const validation = heldOut.length > 0 ? trainingSetOf(heldOut, heldOutRows, weightOf) : undefined;
  let leaf: FittedLeaf | undefined;
  if (options.leaf !== undefined) {
    onStage?.(`fitting the linear leaf on ${reviews.length} reviews and ${vectorizer.columnCount} terms`);
    const context = { seed, ...(signal === undefined ? {} : { signal }) };
    leaf =
      options.base === undefined
        ? await fitLeaf(fitted.training, reviews, options.leaf, context)
        : await fitOnBase(options.base, vectorizer, fitted.training, reviews, {
            alpha: options.leaf.alpha,
            ...context,
          });
  }
  freeGarbage(reviews.length);
  if (rounds > 0) onStage?.(`boosting ${rounds} rounds on ${reviews.length} rows of ${vectorizer.columnCount} columns`);
  const boosted = await boost(...fromLeaf(leaf, fitted.training, validation), {
    parameters,
    rounds,
    patience: options.patience,
    ...(leaf === undefined ? {} : { leaf: leaf.model }),
    ...(onRound === undefined ? {} : { onRound }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { vectorizer, leaf, boosted, heldOut, heldOutRows };
}

/**
 * The training set and the validation set with the predictions of the leaf as init scores. For the training reviews they
 * are out-of-fold, so that the trees learn what the leaf leaves over on reviews that it has not seen.
 */
function fromLeaf(
  leaf: FittedLeaf | undefined,
  training: TrainingSet,
  validation: TrainingSet | undefined,
): [TrainingSet, TrainingSet | undefined] {
  if (leaf === undefined) return [training, validation];
  return [
    { ...training, initScores: leaf.outOfFold },
    validation && { ...validation, initScores: predictLinear(leaf.model, validation.matrix) },
  ];
}

/** The number of texts that the passes of `learn` visit together. */
function visitCountOf({ training, heldOut }: Split, leaf: LeafOptions | undefined): number {
  const fitting = 2 * training.length; // one pass for the terms, one for the rows
  const optional = [leaf?.consistencyFloor, leaf?.terms].filter((option) => option !== undefined).length;
  return fitting + optional * training.length + heldOut.length;
}

/** The vocabulary and idf of the reviews, or of the base and the reviews, and the rows. */
async function fitVectorizer(
  passes: TextPasses,
  reviews: readonly Review[],
  { vectorizer: parameters, base, leaf }: LearnOptions,
  weightOf: WeightFunction,
): Promise<Fitted> {
  // A text that occurs twice is of one reviewer: its words alone are no new terms of a base.
  const texts = base === undefined ? textsOf(reviews) : Array.from(new Set(textsOf(reviews)));
  const fit = await passes.fitVectorizer(texts, parameters);
  freeGarbage(reviews.length);
  const vectorizer = base === undefined ? fit.vectorizer() : extendVectorizer(base.vectorizer, fit.terms());
  return rowsBy(leaf?.leavesOutNumbers === true ? withoutNumbers(vectorizer) : vectorizer, passes, reviews, weightOf);
}

async function rowsBy(
  vectorizer: Vectorizer,
  passes: TextPasses,
  reviews: readonly Review[],
  weightOf: WeightFunction,
): Promise<Fitted> {
  const matrix = await passes.trainingRowsOf(textsOf(reviews), vectorizer);
  freeGarbage(reviews.length);
  return { vectorizer, training: trainingSetOf(reviews, matrix, weightOf) };
}

export function trainingSetOf(reviews: readonly Review[], matrix: TrainingRows, weightOf: WeightFunction): TrainingSet {
  const labels = starsOf(reviews);
  return weightOf === undefined ? { matrix, labels } : { matrix, labels, weights: sampleWeightsOf(weightOf, reviews) };
}

/** The LightGBM parameters of a training: the preset's and the seed, overridden by `boosting`. */
export function boostingParametersOf({ preset = 'default', seed, boosting }: LearnOptions): BoostingParameters {
  return overrideParameters({ ...presets[preset].boosting, seed }, boosting);
}

/** The model of the first `rounds` rounds, with the linear leaf if there is one, and its end map. */
export function modelAt(
  { vectorizer, leaf, boosted }: Pick<Learned, 'vectorizer' | 'leaf' | 'boosted'>,
  rounds: number,
  scoreRange: ScoreRange,
): TrainedModel {
  const booster = firstTrees(boosted.booster, boosted.treeCountAt(rounds));
  const endMap = leaf && endMapOfModel(scoreRange, booster.modelText(), vectorizer.parameters, leaf.tailShare);
  return { booster, endMap };
}

export interface TrainedModel {
  readonly booster: Booster;
  /** Undefined if scores are clamped. */
  readonly endMap: EndMap | undefined;
}

/** The scores of the held-out reviews by the model of the first `rounds` rounds. */
export async function heldOutScores(learned: Learned, rounds: number, scoreRange: ScoreRange): Promise<Float64Array> {
  const { booster, endMap } = modelAt(learned, rounds, scoreRange);
  const scoreMap = scoreMapOf({ scoreRange, ...(endMap === undefined ? {} : { endMap }) });
  const { leaf, heldOutRows } = learned;
  const isLeafAlone = leaf !== undefined && booster.treeCount === 1;
  const sums = isLeafAlone ? predictLeaf(leaf.model, heldOutRows) : await booster.predictBatch(unpacked(heldOutRows));
  return sums.map((sum) => scoreMap.score(sum));
}

export function starsOf(reviews: readonly Review[]): Float64Array {
  return Float64Array.from(reviews, ({ stars }) => stars);
}

function textsOf(reviews: readonly Review[]): string[] {
  return reviews.map(({ text }) => text);
}
