/**
 * Trains one model on one split, in four steps: fit the vectorizer, select terms, label by the teacher, boost. Each
 * step takes values and returns values. Steps 2 and 3 run only with a teacher.
 */
import type { CsrMatrix, RoundMetrics, TrainingSet } from '../../native/index.ts';
import type { Review } from '../io/reviews.ts';
import { ScoreMap } from '../reference/score-range.ts';
import type { Vectorizer, VectorizerParameters } from '../reference/vectorizer.ts';
import type { FeatureExtractor } from '../scoring/feature-extractor.ts';
import { type BoostedModel, boost, firstTrees, overrideParameters } from './boosting.ts';
import { type ClassWeights, sampleWeightsOf, weightFunctionOf } from './class-weights.ts';
import { type BoostingParameters, type PresetName, presets } from './presets.ts';
import type { Split } from './split.ts';
import { selectTerms, type Teacher, teacherLabels } from './teacher.ts';
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
  /** Not allowed together with a teacher. */
  readonly classWeights?: ClassWeights;
  readonly teacher?: Teacher;
  /** Receives the name of each part of the work when it begins. */
  readonly onStage?: (stage: string) => void;
  readonly onRound?: (metrics: RoundMetrics) => void;
  /**
   * Stops the work when it is aborted. Before the end of the first round `learn` rejects with Interrupted; later it
   * returns the model so far.
   */
  readonly signal?: AbortSignal;
}

export interface Learned {
  readonly vectorizer: Vectorizer;
  readonly boosted: BoostedModel;
  readonly heldOut: readonly Review[];
  /** The rows of `heldOut`. */
  readonly heldOutMatrix: CsrMatrix;
}

/** A vectorizer, and the rows that it makes of the reviews. */
interface Fitted {
  readonly vectorizer: Vectorizer;
  readonly training: TrainingSet;
}

/** The sample weight of a review by its stars; undefined if all reviews weigh the same. */
type WeightFunction = ((stars: number) => number) | undefined;

/** Trains at most `rounds` rounds. `scoreRange` bounds the labels that a teacher gives. */
export async function learn(
  extractor: FeatureExtractor,
  split: Split,
  scoreRange: readonly [number, number],
  rounds: number,
  options: LearnOptions,
): Promise<Learned> {
  const { training: reviews, heldOut } = split;
  const { classWeights, teacher, onStage, onRound, signal } = options;
  if (teacher !== undefined && classWeights !== undefined)
    throw new Error('Expected class weights or a teacher, received both');
  const weightOf = classWeights === undefined ? undefined : weightFunctionOf(classWeights, reviews);
  const passes = new TextPasses(extractor, visitCountOf(split, teacher), options);

  onStage?.(`tokenizing ${reviews.length + heldOut.length} reviews`);
  // Each step replaces `training`, so that the earlier matrix is freed before boosting.
  let { vectorizer, training } = await fitVectorizer(passes, reviews, options.vectorizer, weightOf);
  if (teacher?.terms !== undefined) {
    onStage?.(`selecting ${teacher.terms} of ${vectorizer.columnCount} terms`);
    ({ vectorizer, training } = await keepStrongestTerms(
      passes,
      reviews,
      { vectorizer, training },
      teacher.terms,
      teacher,
    ));
  }
  const heldOutMatrix = await passes.matrixOf(textsOf(heldOut), vectorizer);
  if (teacher !== undefined) {
    onStage?.(`labelling ${reviews.length} reviews and ${teacher.texts.length} further texts by ridge regression`);
    training = await labelByTeacher(passes, reviews, { vectorizer, training }, scoreRange, teacher);
  }
  onStage?.(`boosting ${rounds} rounds on ${training.labels.length} rows of ${vectorizer.columnCount} columns`);
  const validation = heldOut.length > 0 ? trainingSetOf(heldOut, heldOutMatrix, weightOf) : undefined;
  const boosted = await boost(training, validation, {
    parameters: boostingParametersOf(options),
    rounds,
    patience: options.patience,
    ...(onRound === undefined ? {} : { onRound }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { vectorizer, boosted, heldOut, heldOutMatrix };
}

/** The number of texts that the passes of `learn` visit together. */
function visitCountOf({ training, heldOut }: Split, teacher: Teacher | undefined): number {
  const fitting = 2 * training.length; // one pass for the terms, one for the rows
  const selection = teacher?.terms === undefined ? 0 : training.length;
  const labelling = teacher === undefined ? 0 : training.length + teacher.texts.length;
  return fitting + selection + heldOut.length + labelling;
}

/** Step 1: the vocabulary and idf of the reviews, and their rows. */
async function fitVectorizer(
  passes: TextPasses,
  reviews: readonly Review[],
  parameters: VectorizerParameters,
  weightOf: WeightFunction,
): Promise<Fitted> {
  const vectorizer = await passes.fitVectorizer(textsOf(reviews), parameters);
  const matrix = await passes.matrixOf(textsOf(reviews), vectorizer);
  return { vectorizer, training: trainingSetOf(reviews, matrix, weightOf) };
}

/** Step 2: a vectorizer with only the `count` terms that move the teacher's labels most, and the rows by it. */
async function keepStrongestTerms(
  passes: TextPasses,
  reviews: readonly Review[],
  { vectorizer, training }: Fitted,
  count: number,
  teacher: Teacher,
): Promise<Fitted> {
  const selected = selectTerms(vectorizer, training, count, teacher);
  const matrix = await passes.matrixOf(textsOf(reviews), selected);
  return { vectorizer: selected, training: trainingSetOf(reviews, matrix, undefined) };
}

/** Step 3: the reviews and the teacher's further texts, all with the teacher's labels. */
async function labelByTeacher(
  passes: TextPasses,
  reviews: readonly Review[],
  { vectorizer, training }: Fitted,
  scoreRange: readonly [number, number],
  teacher: Teacher,
): Promise<TrainingSet> {
  const matrix = await passes.matrixOf([...textsOf(reviews), ...teacher.texts], vectorizer);
  return { matrix, labels: teacherLabels(training, matrix, scoreRange, teacher) };
}

function trainingSetOf(reviews: readonly Review[], matrix: CsrMatrix, weightOf: WeightFunction): TrainingSet {
  const labels = starsOf(reviews);
  return weightOf === undefined ? { matrix, labels } : { matrix, labels, weights: sampleWeightsOf(weightOf, reviews) };
}

/** The LightGBM parameters of a training: the preset's and the seed, overridden by `boosting`. */
export function boostingParametersOf({ preset = 'default', seed, boosting }: LearnOptions): BoostingParameters {
  return overrideParameters({ ...presets[preset].boosting, seed }, boosting);
}

/** The scores of the held-out reviews by the trees of the first `rounds` rounds, clamped to `scoreRange`. */
export async function heldOutScores(
  { boosted, heldOutMatrix }: Learned,
  rounds: number,
  scoreRange: readonly [number, number],
): Promise<Float64Array> {
  const scores = await firstTrees(boosted.booster, boosted.treeCountAt(rounds)).predictBatch(heldOutMatrix);
  const scoreMap = ScoreMap.clampTo(scoreRange);
  return scores.map((score) => scoreMap.score(score));
}

export function starsOf(reviews: readonly Review[]): Float64Array {
  return Float64Array.from(reviews, ({ stars }) => stars);
}

function* textsOf(reviews: readonly Review[]): Generator<string> {
  for (const { text } of reviews) yield text;
}
