/**
 * Labelled reviews → a bundle: tokens, vocabulary and idf, rows, LightGBM's trees, golden scores. The same stages score
 * later, so what is learned is what is served. The same reviews, options and seed give the same bytes.
 */
import { Booster, lightgbmVersion } from '../native/index.ts';
import { checkPlace, type Golden, type Manifest, writeBundle } from './bundle.ts';
import { compactModelText } from './compact.ts';
import { boostingParametersOf } from './learn.ts';
import { hashOfReviews, type Review, starRangeOf } from './reviews.ts';
import { holdWithin } from './scorer.ts';
import { loadStages } from './stages.ts';
import { tokenizerIdentity } from './tokenizer-identity.ts';
import { learnByFolds, learnWithHoldout, type Measured, type MeasuredOptions } from './validate.ts';

export interface TrainOptions extends MeasuredOptions {
  readonly name: string;
  /** How the bundle was made, for its manifest. */
  readonly command: string;
  /** Leave out of the model's text what no score needs, and round its numbers: less than half of the bytes. */
  readonly compact?: boolean;
  /** For the model card: what the model is for and where it fails. */
  readonly about?: string;
}

/** What training tells beside the bundle: what a report is drawn from. */
export interface Trained extends Pick<Measured, 'curves' | 'unseen' | 'interrupted'> {
  readonly manifest: Manifest;
}

/** Scores are held within the stars that were given. Throws Interrupted if the signal came before there was a model. */
export async function train(path: string, reviews: readonly Review[], options: TrainOptions): Promise<Trained> {
  const { onStage = () => {}, folds = 0 } = options;
  const scoreRange = starRangeOf(reviews);
  await checkPlace(path); // before the work, not only after it
  onStage('loading the tokenizer');
  const stages = await loadStages(onStage);
  const measured = await (folds > 0 ? learnByFolds : learnWithHoldout)(stages, reviews, scoreRange, options);
  const { vectorizer, curves, unseen, interrupted } = measured;
  const whole = measured.booster.modelText();
  const modelText = options.compact === true ? compactModelText(whole) : whole;
  const booster = options.compact === true ? Booster.fromModelText(modelText) : measured.booster;
  const goldens = goldenTexts.map((text): Golden => {
    const row = vectorizer.row(stages.surfaces(text));
    return { text, score: holdWithin(scoreRange, booster.predict(row)) };
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
  return { manifest, curves, unseen, ...(interrupted === undefined ? {} : { interrupted }) };
}

/** What a bundle proves itself by at start: ordinary texts, and those that break what is built carelessly. */
export const goldenTexts: readonly string[] = [
  'すごい！最高に興奮した！楽しい',
  'この映画は全くだめ、楽しくない。駄作',
  '期待したほどではなかったが、映像は美しく、最後まで飽きずに見られた。',
  '届いた日に壊れました。問い合わせても返事がありません。二度と買いません。',
  '普通です。可もなく不可もなく。',
  '最高😀😀😀最高でした',
  'ｶﾞｯｶﾘ… Ver.2.0 は１００点中３０点、𠮷野家の方がまし。',
  '\ud800\u0000 ',
  '',
];

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
