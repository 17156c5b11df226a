/** One learning: reviews → vectorizer and trees; and what these say of the reviews that were kept apart. */
import { setImmediate } from 'node:timers/promises';
import type { CsrMatrix, RoundMetrics, TrainingSet } from '../../native/index.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { Review } from '../io/reviews.ts';
import { clampScore } from '../reference/score-range.ts';
import type { Vectorizer, VectorizerParameters } from '../reference/vectorizer.ts';
import type { FeatureExtractor } from '../scoring/feature-extractor.ts';
import { type BoostedModel, boost, boostingOnTop, truncate } from './boosting.ts';
import { type ClassWeights, weigherOf, weightsOf } from './class-weights.ts';
import { MatrixBuilder } from './matrix-builder.ts';
import { type BoostingParameters, type PresetName, presets } from './presets.ts';
import type { Split } from './split.ts';
import { selectTerms, type Teacher, teach } from './teacher.ts';
import { VectorizerFit } from './vectorizer-fit.ts';

export interface LearnOptions {
  readonly seed: number;
  readonly vectorizer: VectorizerParameters;
  /** Whose LightGBM parameters stand where `boosting` names none; `default` if not given. */
  readonly preset?: PresetName;
  /** By LightGBM's own names or aliases. */
  readonly boosting: BoostingParameters;
  /** Stop after so many rounds without a better validation. */
  readonly patience: number;
  /** Not with a teacher. */
  readonly classWeights?: ClassWeights;
  readonly teacher?: Teacher;
  readonly onStage?: (stage: string) => void;
  /** Of the stage under way, so much of the whole is done. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly onRound?: (metrics: RoundMetrics) => void;
  /** Stops the work: by an Interrupted before there is a round, and with what has been learned after. */
  readonly signal?: AbortSignal;
}

export interface Learned {
  readonly vectorizer: Vectorizer;
  readonly boosted: BoostedModel;
  readonly heldOut: readonly Review[];
  /** The rows of `heldOut`. */
  readonly heldOutMatrix: CsrMatrix;
}

export function boostingParametersOf({ preset = 'default', seed, boosting }: LearnOptions): BoostingParameters {
  return boostingOnTop({ ...presets[preset].boosting, seed }, boosting);
}

/** Labels are held within `scoreRange` where a teacher spreads them. */
export async function learn(
  stages: FeatureExtractor,
  { training: reviews, heldOut }: Split,
  scoreRange: readonly [number, number],
  rounds: number,
  options: LearnOptions,
): Promise<Learned> {
  const { classWeights, teacher, onStage, onRound, signal, patience } = options;
  if (teacher !== undefined && classWeights !== undefined)
    throw new Error('Expected class weights or a teacher, received both');
  const weigh = classWeights === undefined ? undefined : weigherOf(classWeights, reviews);
  onStage?.(`tokenizing ${reviews.length + heldOut.length} reviews`);
  const pass = passOver(2 * reviews.length + heldOut.length, options);
  const fit = new VectorizerFit(options.vectorizer);
  await pass(textsOf(reviews), (text) => fit.add(stages.surfaces(text)));
  let vectorizer = fit.vectorizer();
  const matrixOf = async (texts: Iterable<string>): Promise<CsrMatrix> => {
    const row = stages.rows(vectorizer);
    const builder = new MatrixBuilder();
    await pass(texts, (text) => builder.add(row(text)));
    return builder.matrix(vectorizer.columnCount);
  };
  const setOf = (of: readonly Review[], matrix: CsrMatrix): TrainingSet => ({
    matrix,
    labels: Float64Array.from(of, ({ stars }) => stars),
    ...(weigh === undefined ? {} : { weights: weightsOf(weigh, of) }),
  });
  let training = setOf(reviews, await matrixOf(textsOf(reviews)));
  if (teacher?.terms !== undefined) {
    onStage?.(`choosing ${teacher.terms} of ${vectorizer.columnCount} terms`);
    vectorizer = selectTerms(vectorizer, training, teacher.terms, teacher);
    training = setOf(reviews, await matrixOf(textsOf(reviews)));
  }
  const heldOutMatrix = await matrixOf(textsOf(heldOut));
  if (teacher !== undefined) {
    onStage?.(`teaching by ridge, with ${teacher.texts.length} further texts`);
    const taught = await matrixOf([...textsOf(reviews), ...teacher.texts]);
    training = { matrix: taught, labels: teach(training, taught, scoreRange, teacher) };
  }
  onStage?.(`boosting ${rounds} rounds on ${training.labels.length} rows of ${vectorizer.columnCount} columns`);
  const boosted = await boost(training, heldOut.length > 0 ? setOf(heldOut, heldOutMatrix) : undefined, {
    parameters: boostingParametersOf(options),
    rounds,
    patience,
    ...(onRound === undefined ? {} : { onRound }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { vectorizer, boosted, heldOut, heldOutMatrix };
}

/** What the trees of the first rounds say of the reviews that were kept apart. */
export async function scoresOfHeldOut(
  { boosted, heldOutMatrix }: Learned,
  rounds: number,
  scoreRange: readonly [number, number],
): Promise<Float64Array> {
  const scores = await truncate(boosted.booster, boosted.treesAt(rounds)).predictBatch(heldOutMatrix);
  return scores.map((score) => clampScore(scoreRange, score));
}

/** Texts between which other work gets its turn, a signal among it. */
const TURN = 256;

/** A visitor of texts that tells the progress of all its passes together. */
function passOver(
  total: number,
  { onProgress, signal }: LearnOptions,
): (texts: Iterable<string>, visit: (text: string) => void) => Promise<void> {
  let done = 0;
  return async (texts, visit) => {
    for (const text of texts) {
      visit(text);
      if (++done % TURN !== 0) continue;
      onProgress?.(Math.min(done, total), total);
      await setImmediate();
      Interrupted.throwIf(signal);
    }
    Interrupted.throwIf(signal);
  };
}

function* textsOf(reviews: readonly Review[]): Generator<string> {
  for (const { text } of reviews) yield text;
}
