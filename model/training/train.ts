/**
 * Labelled reviews → a bundle: vectorizer, trees, golden scores. Training uses the same tokenizer and vectorizer as
 * scoring, so that the served model is the trained one. The same reviews, options and seed give the same bytes.
 */
import { Booster, lightgbmVersion, type NormalizerStep } from '../../native/index.ts';
import { goldenTexts } from '../bundle/goldens.ts';
import { type Golden, normalizerSettings } from '../bundle/manifest.ts';
import type { Bundle } from '../bundle/read.ts';
import { checkDestination, writeBundle } from '../bundle/write.ts';
import { hashOfReviews, type Review, starRangeOf } from '../io/reviews.ts';
import { type ScoreRange, scoreMapOf } from '../reference/score-range.ts';
import { tokenizerIdentity } from '../reference/tokenizer-identity.ts';
import type { UserDictionary } from '../reference/user-dictionary.ts';
import { loadFeatureExtractor } from '../scoring/feature-extractor.ts';
import { loadScorer } from '../scoring/load.ts';
import { type BaseModel, baseInRange, rangeOnBase } from './base.ts';
import { compiledDictionaryOf } from './compiled-dictionary.ts';
import { crossValidate } from './cross-validation.ts';
import { endMapOfModel } from './end-map.ts';
import { type ValidationOptions, type ValidationResult, validateOnHoldout } from './holdout.ts';
import { boostingParametersOf } from './learn.ts';
import { pruneModelText } from './prune.ts';

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
  /** Text for the model card: the purpose and the limits of the model. */
  readonly about?: string;
}

/** The result of a training beside the bundle. A report is drawn from it. */
export interface Trained extends Pick<ValidationResult, 'curves' | 'heldOut' | 'interrupted'> {
  /** The base's scores of the held-out reviews; undefined without a base. */
  readonly baseScores?: Float64Array;
  /** As it was written. */
  readonly bundle: Bundle;
}

/**
 * Trains and writes the bundle to `path`, in place of an earlier one. Scores are within the range of the reviews' stars.
 * Rejects with Interrupted if the signal came before there was a model; nothing is written then.
 */
export async function train(path: string, reviews: readonly Review[], options: TrainOptions): Promise<Trained> {
  const { onStage = () => {}, folds = 0 } = options;
  const scoreRange = options.base === undefined ? starRangeOf(reviews) : rangeOnBase(reviews, options.base);
  const base = options.base && baseInRange(options.base, scoreRange);
  await checkDestination(path); // it throws before the long work, not after it
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
  const fullText = result.booster.modelText();
  const modelText = options.prune === true ? pruneModelText(fullText) : fullText;
  const booster = options.prune === true ? Booster.fromModelText(modelText) : result.booster;
  // Pruning rounds the leaves, so the end map is made for the pruned model.
  const endMap =
    result.endMap &&
    endMapOfModel(scoreRange, modelText, vectorizer.parameters, base?.tailShare ?? options.leaf?.tailShare);
  const scores = { scoreRange, ...(endMap === undefined ? {} : { endMap }) };
  const scoreMap = scoreMapOf(scores);
  const goldens = goldenTexts.map((text): Golden => {
    const row = vectorizer.row(extractor.tokens(text).tokens);
    return { text, score: scoreMap.score(booster.predict(row)) };
  });

  onStage('writing the bundle');
  const manifest = await writeBundle(path, {
    manifest: {
      name: options.name,
      ...scores,
      made: { command: options.command, seed: options.seed, data: hashOfReviews(reviews), reviews: reviews.length },
      tokenizer: await tokenizerIdentity(),
      ...(normalizer === undefined ? {} : { normalizer }),
      training: {
        ...manifestTrainingOf(options),
        ...result.training,
        ...(interrupted === undefined ? {} : { interrupted }),
      },
      lightgbm: lightgbmVersion,
      measures: result.measures,
    },
    modelText,
    vectorizer,
    goldens,
    ...(dictionary && { userDictionary: dictionary }),
    ...(options.about === undefined ? {} : { about: options.about }),
  });
  const { userDictionary } = options;
  const bundle = { path, manifest, modelText, vectorizer, ...(userDictionary && { userDictionary }) };
  return {
    bundle,
    curves,
    heldOut,
    ...(options.base && { baseScores: await scoresByBase(options.base, heldOut.reviews, scoreRange, onStage) }),
    ...(interrupted === undefined ? {} : { interrupted }),
  };
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
