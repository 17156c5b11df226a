/**
 * Labelled reviews → a bundle: tokens, vocabulary and idf, rows, LightGBM's trees, golden scores. The same stages score
 * later, so what is learned is what is served. The same reviews, options and seed give the same bytes.
 */

import { Booster, lightgbmVersion } from '../../native/index.ts';
import { goldenTexts } from '../bundle/goldens.ts';
import type { Golden } from '../bundle/manifest.ts';
import type { Bundle } from '../bundle/read.ts';
import { checkDestination, writeBundle } from '../bundle/write.ts';
import { hashOfReviews, type Review, starRangeOf } from '../io/reviews.ts';
import { clampScore } from '../reference/score-range.ts';
import { tokenizerIdentity } from '../reference/tokenizer-identity.ts';
import { loadFeatureExtractor } from '../scoring/feature-extractor.ts';
import { crossValidate, type ValidationOptions, type ValidationResult, validateOnHoldout } from './cross-validation.ts';
import { boostingParametersOf } from './learn.ts';
import { pruneModelText } from './prune.ts';

export interface TrainOptions extends ValidationOptions {
  readonly name: string;
  /** How the bundle was made, for its manifest. */
  readonly command: string;
  /** Leave out of the model's text what no score needs, and round its numbers: less than half of the bytes. */
  readonly prune?: boolean;
  /** For the model card: what the model is for and where it fails. */
  readonly about?: string;
}

/** What training tells beside the bundle: what a report is drawn from. */
export interface Trained extends Pick<ValidationResult, 'curves' | 'heldOut' | 'interrupted'> {
  /** As written. */
  readonly bundle: Bundle;
}

/** Scores are held within the stars that were given. Throws Interrupted if the signal came before there was a model. */
export async function train(path: string, reviews: readonly Review[], options: TrainOptions): Promise<Trained> {
  const { onStage = () => {}, folds = 0 } = options;
  const scoreRange = starRangeOf(reviews);
  await checkDestination(path); // before the work, not only after it
  onStage('loading the tokenizer');
  const stages = await loadFeatureExtractor(onStage);
  const measured = await (folds > 0 ? crossValidate : validateOnHoldout)(stages, reviews, scoreRange, options);
  const { vectorizer, curves, heldOut, interrupted } = measured;
  const whole = measured.booster.modelText();
  const modelText = options.prune === true ? pruneModelText(whole) : whole;
  const booster = options.prune === true ? Booster.fromModelText(modelText) : measured.booster;
  const goldens = goldenTexts.map((text): Golden => {
    const row = vectorizer.row(stages.surfaces(text));
    return { text, score: clampScore(scoreRange, booster.predict(row)) };
  });

  onStage('writing the bundle');
  const manifest = await writeBundle(path, {
    manifest: {
      name: options.name,
      scoreRange,
      made: { command: options.command, seed: options.seed, data: hashOfReviews(reviews), reviews: reviews.length },
      tokenizer: await tokenizerIdentity(),
      training: { ...describe(options), ...measured.training, ...(interrupted === undefined ? {} : { interrupted }) },
      lightgbm: lightgbmVersion,
      measures: measured.measures,
    },
    modelText,
    vectorizer,
    goldens,
    ...(options.about === undefined ? {} : { about: options.about }),
  });
  const bundle = { path, manifest, modelText, vectorizer };
  return { bundle, curves, heldOut, ...(interrupted === undefined ? {} : { interrupted }) };
}

function describe(options: TrainOptions): Record<string, unknown> {
  const { preset, validationShare, folds = 0, patience, classWeights, teacher } = options;
  const described: Record<string, unknown> = { parameters: boostingParametersOf(options) };
  if (preset !== undefined) described.preset = preset;
  if (validationShare > 0 && folds === 0) described.validation = { share: validationShare, patience };
  if (classWeights !== undefined)
    described.classWeights = classWeights === 'balanced' ? classWeights : Object.fromEntries(classWeights);
  if (teacher !== undefined) {
    const { texts, ...ridge } = teacher;
    described.teacher = { ridge, furtherTexts: texts.length };
  }
  return described;
}
