/**
 * Labelled reviews → a bundle: tokens, vocabulary and idf, rows, LightGBM's trees, golden scores. The same stages score
 * later, so what is learned is what is served. The same reviews, options and seed give the same bytes.
 */
import { createHash } from 'node:crypto';
import { Booster, lightgbmVersion, type RoundMetrics, type TrainingSet, trainBooster } from '../native/index.ts';
import { checkPlace, type Golden, type Manifest, writeBundle } from './bundle.ts';
import { compactModelText } from './compact.ts';
import { createRandom, shuffle } from './corpus/random.ts';
import { areaUnderCurve, meanAbsoluteError, rootMeanSquaredError, spearman } from './metrics.ts';
import type { Review } from './reviews.ts';
import { holdWithin } from './scorer.ts';
import { loadStages, type Stages } from './stages.ts';
import { selectTerms, type Teacher, teach } from './teacher.ts';
import { tokenizerIdentity } from './tokenizer-identity.ts';
import { fitVectorizer, type VectorizerParameters } from './vectorizer.ts';

/** LightGBM's own names; what the caller names comes on top of these. */
export const defaultBoosting: Readonly<Record<string, string | number | boolean>> = {
  objective: 'regression',
  metric: 'rmse',
  num_leaves: 31,
  min_data_in_leaf: 5,
  learning_rate: 0.05,
  feature_fraction: 0.2,
  max_bin: 15,
};

export interface TrainOptions {
  readonly name: string;
  /** How the bundle was made, for its manifest. */
  readonly command: string;
  readonly seed: number;
  readonly vectorizer: VectorizerParameters;
  readonly boosting: Readonly<Record<string, string | number | boolean>>;
  /** Rounds of boosting at most, one tree each. */
  readonly rounds: number;
  /** Share of the reviews, in [0, 0.5], kept apart to measure on and to stop early by; 0: none. */
  readonly validationShare: number;
  /** Stop after so many rounds without a better validation. */
  readonly patience: number;
  readonly teacher?: Teacher;
  /** Leave out of the model's text what no score needs, and round its numbers: a third of the bytes. */
  readonly compact?: boolean;
  /** For the model card: what the model is for and where it fails. */
  readonly about?: string;
  readonly onStage?: (stage: string) => void;
  readonly onRound?: (metrics: RoundMetrics) => void;
}

/** Scores are held within the stars that were given. */
export async function train(path: string, reviews: readonly Review[], options: TrainOptions): Promise<Manifest> {
  const { onStage = () => {} } = options;
  const scoreRange = rangeOf(reviews);
  await checkPlace(path); // before the work, not only after it
  onStage('loading the tokenizer');
  const stages = await loadStages(onStage);
  const { learning, holdout } = split(reviews, options);

  onStage(`tokenizing ${reviews.length} reviews`);
  let vectorizer = fitVectorizer(surfacesOf(stages, learning), options.vectorizer);
  const setOf = (from: readonly Review[]): TrainingSet => ({
    matrix: stages.matrix(vectorizer, textsOf(from)),
    labels: Float64Array.from(from, ({ stars }) => stars),
  });
  let training = setOf(learning);
  const { teacher } = options;
  if (teacher?.terms !== undefined) {
    onStage(`choosing ${teacher.terms} of ${vectorizer.columnCount} terms`);
    vectorizer = selectTerms(vectorizer, training, teacher.terms, teacher);
    training = setOf(learning);
  }
  const validation = holdout.length > 0 ? setOf(holdout) : undefined;
  if (teacher !== undefined) {
    onStage(`teaching by ridge, with ${teacher.texts.length} further texts`);
    const taught = stages.matrix(vectorizer, [...textsOf(learning), ...teacher.texts]);
    training = { matrix: taught, labels: teach(training, taught, scoreRange, teacher) };
  }

  onStage(`boosting ${options.rounds} rounds on ${training.labels.length} rows of ${vectorizer.columnCount} columns`);
  const { booster: whole, rounds } = await boost(training, validation, options);
  const modelText = options.compact === true ? compactModelText(whole.modelText()) : whole.modelText();
  const booster = options.compact === true ? Booster.fromModelText(modelText) : whole;
  const goldens = goldenTexts.map((text): Golden => {
    const row = vectorizer.row(stages.surfaces(text));
    return { text, score: holdWithin(scoreRange, booster.predict(row)) };
  });

  onStage('writing the bundle');
  return writeBundle(path, {
    manifest: {
      name: options.name,
      scoreRange,
      made: { command: options.command, seed: options.seed, data: hashOf(reviews), reviews: reviews.length },
      tokenizer: await tokenizerIdentity(),
      training: { ...describe(options), rounds },
      lightgbm: lightgbmVersion,
      measures: validation === undefined ? {} : { validation: await measure(booster, validation, scoreRange) },
    },
    modelText,
    vectorizer,
    goldens,
    ...(options.about === undefined ? {} : { about: options.about }),
  });
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

function rangeOf(reviews: readonly Review[]): [number, number] {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { stars } of reviews) {
    lowest = Math.min(lowest, stars);
    highest = Math.max(highest, stars);
  }
  if (lowest < highest) return [lowest, highest];
  throw new Error(
    `Expected reviews with at least two different stars, received ${reviews.length === 0 ? 'no review' : `only ${lowest}`}`,
  );
}

/** Keeps a seeded share of the reviews apart; all copies of a text stay on one side. */
function split(
  reviews: readonly Review[],
  { seed, validationShare }: TrainOptions,
): { learning: Review[]; holdout: Review[] } {
  if (validationShare === 0) return { learning: [...reviews], holdout: [] };
  const texts = [...new Set(reviews.map(({ text }) => text))];
  const apart = new Set(shuffle(createRandom(seed), texts).slice(0, Math.round(texts.length * validationShare)));
  const learning = reviews.filter(({ text }) => !apart.has(text));
  const holdout = reviews.filter(({ text }) => apart.has(text));
  if (learning.length > 0 && holdout.length > 0) return { learning, holdout };
  throw new Error(
    `Expected enough different texts to keep a share of ${validationShare} apart, received ${texts.length}`,
  );
}

function textsOf(reviews: readonly Review[]): string[] {
  return reviews.map(({ text }) => text);
}

function* surfacesOf(stages: Stages, reviews: readonly Review[]): Generator<string[]> {
  for (const { text } of reviews) yield stages.surfaces(text);
}

// LightGBM 4.7.0 src/metric/*.hpp factor_to_bigger_better: of these more is better, of the others that we allow less is.
const RISING_METRICS: readonly string[] = ['auc', 'average_precision', 'r2'];

async function boost(
  training: TrainingSet,
  validation: TrainingSet | undefined,
  { seed, boosting, rounds, patience, onRound }: TrainOptions,
): Promise<{ booster: Booster; rounds: number }> {
  let best = { round: 0, trees: Number.POSITIVE_INFINITY, value: Number.POSITIVE_INFINITY };
  const booster = await trainBooster({
    training,
    ...(validation === undefined ? {} : { validation }),
    parameters: { ...defaultBoosting, seed, ...boosting },
    rounds,
    onRound: (metrics) => {
      onRound?.(metrics);
      const [name = '', { validation: measured } = {}] = Object.entries(metrics.metrics)[0] ?? [];
      if (measured === undefined) return true;
      const value = RISING_METRICS.includes(name) ? -measured : measured;
      if (value < best.value) best = { round: metrics.round, trees: metrics.trees, value };
      return metrics.round - best.round < patience;
    },
  });
  if (best.trees >= booster.treeCount) return { booster, rounds: booster.treeCount };
  return { booster: Booster.fromModelText(booster.modelText(best.trees)), rounds: best.trees };
}

async function measure(
  booster: Booster,
  { matrix, labels }: TrainingSet,
  scoreRange: readonly [number, number],
): Promise<Record<string, number>> {
  const scores = (await booster.predictBatch(matrix)).map((score) => holdWithin(scoreRange, score));
  const measures = {
    reviews: labels.length,
    rmse: rootMeanSquaredError(labels, scores),
    mae: meanAbsoluteError(labels, scores),
    spearman: spearman(labels, scores),
    auc: areaUnderCurve(labels, scores, ...scoreRange),
  };
  // Without a review of the lowest stars, say, there is no AUC; and JSON has no NaN.
  return Object.fromEntries(Object.entries(measures).filter(([, value]) => Number.isFinite(value)));
}

function describe({ boosting, seed, validationShare, patience, teacher }: TrainOptions): Record<string, unknown> {
  const validation = validationShare > 0 ? { validation: { share: validationShare, patience } } : {};
  if (teacher === undefined) return { parameters: { ...defaultBoosting, seed, ...boosting }, ...validation };
  const { texts, ...ridge } = teacher;
  return {
    parameters: { ...defaultBoosting, seed, ...boosting },
    ...validation,
    teacher: { ridge, furtherTexts: texts.length },
  };
}

function hashOf(reviews: readonly Review[]): string {
  const hash = createHash('sha256');
  for (const { stars, text } of reviews) hash.update(`${stars}\t${text}\n`);
  return hash.digest('hex');
}
