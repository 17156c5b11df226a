/**
 * Labelled reviews → a bundle: vectorizer, trees, golden scores. Training uses the same tokenizer and vectorizer as
 * scoring, so that the served model is the trained one. The same reviews, options and seed give the same bytes.
 */
import { Booster, lightgbmVersion, type NormalizerStep } from '../../native/index.ts';
import type { About } from '../bundle/card.ts';
import type { BundleDestination } from '../bundle/destination.ts';
import { goldenTexts } from '../bundle/goldens.ts';
import { type Golden, type Manifest, normalizerSettings } from '../bundle/manifest.ts';
import { checkModelName } from '../bundle/model-name.ts';
import type { Bundle } from '../bundle/read.ts';
import { type Destination, withReserved, writeBundle } from '../bundle/write.ts';
import { type Evaluation, measureScores } from '../evaluation/evaluate.ts';
import type { LabelledModel } from '../evaluation/label-accuracy.ts';
import { HELD_OUT, measuresWithIntervals } from '../evaluation/manifest-measures.ts';
import { type SizeCurve, sizeCurveOf } from '../evaluation/size-curve.ts';
import { Interrupted } from '../io/interrupted.ts';
import { hashOfReviews, type Review, starRangeOf } from '../io/reviews.ts';
import { type ScoreRange, scoreMapOf } from '../reference/score-range.ts';
import { tokenizerIdentity } from '../reference/tokenizer-identity.ts';
import type { UserDictionary } from '../reference/user-dictionary.ts';
import { type LoadedExtractor, loadFeatureExtractor } from '../scoring/feature-extractor.ts';
import { loadScorer } from '../scoring/load.ts';
import { type BaseModel, baseInRange, rangeOnBase } from './base.ts';
import { checkBoostingParameters } from './boosting-parameters.ts';
import { compiledDictionaryOf } from './compiled-dictionary.ts';
import { crossValidate } from './cross-validation.ts';
import { endMapOfModel } from './end-map.ts';
import { freeGarbage } from './garbage.ts';
import { measureOnHoldout, type ValidationOptions, type ValidationResult, validateOnHoldout } from './holdout.ts';
import { boostingParametersOf, learn } from './learn.ts';
import { pruneModelText } from './prune.ts';
import { scoresBySize } from './smaller.ts';
import { foldSplits, holdoutSplit, type Split } from './split.ts';

export interface TrainOptions extends ValidationOptions {
  /** The bundle to start from. `vectorizer` and `normalizer` have to be its own, but for `min_df` and `max_features`. */
  readonly base?: BaseModel;
  readonly name: string;
  /** The steps of the normalizer, in order. Undefined: texts are not normalized. */
  readonly normalizer?: readonly NormalizerStep[];
  /** Words beside kuromoji's. With a base, it has to contain the base's. */
  readonly userDictionary?: UserDictionary;
  /** The command that made the bundle, for its manifest. */
  readonly command: string;
  /**
   * Prune the model text (prune.ts): it takes less than half of the bytes, and scores move by some thousandths of a
   * star.
   */
  readonly prune?: boolean;
  /**
   * For the histograms of the bundle: a model of `training` is measured on `heldOut`. Undefined: they are of the held-out
   * reviews of the validation.
   */
  readonly histogramSplit?: Split;
  /** Text for the model card: the purpose and the limits of the model. */
  readonly about?: About;
  /**
   * Gets the complete bundle in its temporary folder, before it takes its place. Returns more files for it, such as
   * `report.html`.
   */
  readonly addFiles?: (trained: Trained) => Promise<Readonly<Record<string, string>>>;
}

/** The result of a training beside the bundle. A report is drawn from it. */
export interface Trained extends Pick<ValidationResult, 'curves' | 'heldOut' | 'interrupted'> {
  /** The base's scores of the held-out reviews; undefined without a base. */
  readonly baseScores?: Float64Array;
  /** As it was written. */
  readonly bundle: Bundle;
  /** The measures of the held-out reviews. Undefined if these have fewer than two different stars. */
  readonly evaluation?: Evaluation;
  /** The learning curve by number of reviews. Undefined as `evaluation` is, and after an interruption. */
  readonly sizeCurve?: SizeCurve;
}

/**
 * Trains and writes the bundle, in place of an earlier one. Scores are within the range of the reviews' stars. Rejects
 * before the work if no bundle can be written there, or if LightGBM refuses a parameter. Rejects with Interrupted if the
 * signal came before there was a model. Nothing is written then.
 */
export function train(to: Destination, reviews: readonly Review[], options: TrainOptions): Promise<Trained> {
  return withReserved(to, (destination) => trainInto(destination, reviews, options));
}

async function trainInto(
  destination: BundleDestination,
  reviews: readonly Review[],
  options: TrainOptions,
): Promise<Trained> {
  const { onStage = () => {}, folds = 0 } = options;
  const scoreRange = options.base === undefined ? starRangeOf(reviews) : rangeOnBase(reviews, options.base);
  const base = options.base && baseInRange(options.base, scoreRange);
  checkModelName(options.name);
  await checkBoostingParameters(reviews, options);
  freeGarbage(reviews.length); // what reading the reviews left
  onStage('loading the tokenizer');
  const normalizer = options.normalizer && normalizerSettings(options.normalizer);
  if (options.userDictionary !== undefined) onStage('compiling the user dictionary');
  const dictionary = options.userDictionary && (await compiledDictionaryOf(options.userDictionary, base));
  const settings = {
    ...(normalizer && { normalizer }),
    ...(dictionary && { userDictionary: dictionary.words, compiledDictionary: dictionary.compiled }),
  };
  const extractor = await loadFeatureExtractor(settings, onStage);
  const validate = folds > 0 ? crossValidate : validateOnHoldout;
  const result = await validate(extractor, reviews, scoreRange, { ...options, ...(base && { base }) });
  const { vectorizer, curves, heldOut, interrupted } = result;
  const histograms = await histogramsOfTraining(extractor, result, scoreRange, { ...options, ...(base && { base }) });
  const { modelText, scores, goldens } = servedModelOf(result, extractor, scoreRange, options, base);

  // Now, because the new bundle may take the place of its base.
  const baseScores = options.base && (await scoresByBase(options.base, heldOut.reviews, scoreRange, onStage));
  const evaluation = evaluationOf(heldOut, { scoreRange });
  const { userDictionary } = options;
  const measured = {
    curves,
    heldOut,
    ...(baseScores && { baseScores }),
    ...(evaluation && { evaluation }),
    ...(interrupted === undefined ? {} : { interrupted }),
  };
  const sizeCurve = await sizeCurveOfTraining(
    extractor,
    reviews,
    { ...measured, vectorizer, scoreRange },
    {
      ...options,
      ...(base && { base }),
    },
  );
  const trainedAt = (path: string, manifest: Manifest): Trained => ({
    bundle: { path, manifest, modelText, vectorizer, ...(userDictionary && { userDictionary }) },
    ...measured,
    ...(sizeCurve && { sizeCurve }),
  });
  onStage('writing the bundle');
  const manifest = await writeBundle(
    destination,
    {
      manifest: await manifestFieldsOf(
        reviews,
        options,
        { ...result, measures: withIntervals(result.measures, evaluation, scoreRange) },
        { ...scores, ...(normalizer && { normalizer }), ...(histograms && { histograms }) },
      ),
      modelText,
      vectorizer,
      goldens,
      ...(dictionary && { userDictionary: dictionary }),
      ...(options.about === undefined ? {} : { about: options.about }),
    },
    async (folder, manifest) => (await options.addFiles?.(trainedAt(folder, manifest))) ?? {},
  );
  return trainedAt(destination.path, manifest);
}

async function histogramsOfTraining(
  extractor: LoadedExtractor,
  { histograms, curves }: ValidationResult,
  scoreRange: ScoreRange,
  { histogramSplit, onStage, ...options }: TrainOptions,
): Promise<Manifest['histograms']> {
  if (histogramSplit === undefined) return histograms;
  onStage?.('measuring a model on held-out reviews, for the histograms');
  const learned = await learn(extractor, histogramSplit, curves.at(-1)?.best ?? 0, options);
  return (await measureOnHoldout(extractor, learned, HELD_OUT, scoreRange, undefined)).histograms;
}

/** Their order is the order in the file. */
async function manifestFieldsOf(
  reviews: readonly Review[],
  options: TrainOptions,
  { training, measures, interrupted }: ValidationResult,
  { normalizer, histograms, ...scores }: Pick<Manifest, 'scoreRange' | 'endMap' | 'normalizer' | 'histograms'>,
) {
  return {
    name: options.name,
    ...scores,
    made: { command: options.command, seed: options.seed, data: hashOfReviews(reviews), reviews: reviews.length },
    tokenizer: await tokenizerIdentity(),
    ...(normalizer && { normalizer }),
    training: { ...manifestTrainingOf(options), ...training, ...(interrupted === undefined ? {} : { interrupted }) },
    lightgbm: lightgbmVersion,
    measures,
    ...(histograms && { histograms }),
  };
}

/** The model as it will be served: its text, its map of scores, and its golden scores. */
function servedModelOf(
  { booster: trained, vectorizer, endMap: trainedEndMap }: ValidationResult,
  extractor: LoadedExtractor,
  scoreRange: ScoreRange,
  { prune, leaf }: TrainOptions,
  base: BaseModel | undefined,
) {
  const fullText = trained.modelText();
  const modelText = prune === true ? pruneModelText(fullText) : fullText;
  const booster = prune === true ? Booster.fromModelText(modelText) : trained;
  // Pruning rounds the leaves, so the end map is made for the pruned model.
  const endMap =
    trainedEndMap && endMapOfModel(scoreRange, modelText, vectorizer.parameters, base?.tailShare ?? leaf?.tailShare);
  const scores = { scoreRange, ...(endMap === undefined ? {} : { endMap }) };
  const scoreMap = scoreMapOf(scores);
  const goldens = goldenTexts.map((text): Golden => {
    const row = vectorizer.row(extractor.tokens(text).tokens);
    return { text, score: scoreMap.score(booster.predict(row)) };
  });
  return { modelText, scores, goldens };
}

type Measured = Omit<Trained, 'bundle'> & Pick<ValidationResult, 'vectorizer'> & { readonly scoreRange: ScoreRange };

function evaluationOf({ reviews, scores }: Trained['heldOut'], model: LabelledModel): Evaluation | undefined {
  const different = new Set(reviews.map(({ stars }) => stars)).size;
  return different < 2 ? undefined : measureScores(reviews, scores, model);
}

/** The measures of the held-out reviews get intervals. Those of folds are means, so the held-out reviews join them. */
function withIntervals(
  measures: Manifest['measures'],
  evaluation: Evaluation | undefined,
  range: readonly [number, number],
): Manifest['measures'] {
  const [set = HELD_OUT] = Object.keys(measures);
  if (evaluation === undefined) return measures;
  return { ...measures, [set === 'folds' ? HELD_OUT : set]: measuresWithIntervals(evaluation, range) };
}

/** Undefined if there is nothing to measure on, or if a signal came: the model is written then without it. */
async function sizeCurveOfTraining(
  extractor: LoadedExtractor,
  reviews: readonly Review[],
  { vectorizer, scoreRange, curves, heldOut, baseScores, evaluation, interrupted }: Measured,
  options: TrainOptions,
): Promise<SizeCurve | undefined> {
  if (evaluation === undefined || interrupted !== undefined) return undefined;
  const { seed, folds = 0, validationShare, onStage } = options;
  const splits = folds > 0 ? foldSplits(reviews, seed, folds) : [holdoutSplit(reviews, seed, validationShare)];
  onStage?.('measuring the gain of more reviews');
  const whole = {
    splits,
    scores: heldOut.scores,
    ...(baseScores && { baseScores }),
    vectorizer,
    rounds: curves.at(-1)?.best ?? 0,
    reviews: reviews.length,
  };
  try {
    return sizeCurveOf(await scoresBySize(extractor, whole, scoreRange, options));
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}

/** The scores that the base itself gives, mapped linearly to the range. */
async function scoresByBase(
  { path, scoreRange: [low, high] }: BaseModel,
  reviews: readonly Review[],
  [lowest, highest]: ScoreRange,
  warn: (message: string) => void,
): Promise<Float64Array> {
  const scorer = await loadScorer({ bundlePath: path, engine: 'auto', warn });
  const scores = await scorer.scoreBatch(reviews.map(({ text }) => text));
  return scores.map((score) => lowest + ((score - low) * (highest - lowest)) / (high - low));
}

/** The options as the manifest's `training` stores them. */
function manifestTrainingOf(options: TrainOptions): Record<string, unknown> {
  const { preset, validationShare, folds = 0, patience, classWeights, leaf, base } = options;
  const training: Record<string, unknown> = { parameters: boostingParametersOf(options) };
  if (preset !== undefined) training.preset = preset;
  if (validationShare > 0 && folds === 0) training.validation = { share: validationShare, patience };
  if (classWeights !== undefined)
    training.classWeights = classWeights === 'balanced' ? classWeights : Object.fromEntries(classWeights);
  if (leaf !== undefined) training.ridge = { ...leaf, ...(base?.tailShare && { tailShare: base.tailShare }) };
  if (base !== undefined) training.base = { name: base.manifest.name, version: base.manifest.version };
  return training;
}
