/**
 * How scores move from one bundle (OLD) to another (NEW): the figures that `hoshi compare` prints. All figures are in
 * stars of NEW's range. If the ranges differ, OLD's scores are mapped linearly first; labels and ends are counted on
 * the scores as each model gives them.
 */
import type { Manifest } from '../bundle/manifest.ts';
import { quantileOfSorted } from '../math/statistics.ts';
import type { ScoreRange } from '../reference/score-range.ts';
import { type LabelCuts, labelCutsOf, labelOf, labels } from '../scoring/labels.ts';
import { type Interval, type Intervals, pairedBootstrap } from './bootstrap.ts';
import { ENOUGH_FOR_BOOTSTRAP, ENOUGH_FOR_BOOTSTRAP_SIDE, fewReviews } from './enough.ts';
import { meanInterval } from './interval.ts';
import { type LabelledModel, rightnessOf } from './label-accuracy.ts';
import { allMeasuresOf, confusionOf, type Measures, spearman } from './measures.ts';
import { type Pair, rangeMapOf } from './range-map.ts';
import type { ScoredPair } from './score-pair.ts';
import { HIGHEST, LOWEST, MIDDLE, rangeOf, type StarGroup, starGroupsOf } from './star-sides.ts';

export type ComparedModel = Pick<Manifest, 'name' | 'version' | 'scoreRange'>;

/** The JSON of `hoshi compare --json`, without the largest moves (moves.ts). An undefined measure is NaN. */
export interface Comparison extends Pair<ComparedModel> {
  /** Files, range and vectorizer are the same, so no score can move. */
  readonly isSameModel: boolean;
  /** Whether OLD's scores were mapped, because its range is not NEW's. */
  readonly isMapped: boolean;
  /** Whether a model was trained on exactly these labelled reviews. */
  readonly trainedOn: Pair<boolean>;
  /** The number of texts. */
  readonly texts: number;
  /** SHA-256 of the texts, in hexadecimal, with the stars of labelled reviews. */
  readonly hash: string;
  /** `move` is new − old. */
  readonly scores: Pair<Spread> & { readonly move: Spread; readonly absoluteMove: Spread };
  /** How many texts move by more than `by` stars. */
  readonly moved: readonly { readonly by: number; readonly texts: number }[];
  readonly labels: {
    readonly cuts: Pair<LabelCuts>;
    /** `counts[i][k]`: the texts with OLD's label i and NEW's label k, in the order negative, neutral, positive. */
    readonly counts: readonly (readonly number[])[];
  };
  /** The texts whose score is exactly the lowest or the highest of its model. */
  readonly ends: Pair<{ readonly lowest: number; readonly highest: number }>;
  /** Rank correlation of old and new scores. */
  readonly spearman: number;
  /** Only for labelled reviews. */
  readonly measures?: ComparedMeasures;
}

/** Mean and quantiles of one number per text, in stars. */
export interface Spread {
  readonly mean: number;
  /** In the order of `quantileShares`. */
  readonly quantiles: readonly number[];
}

export const quantileShares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

/** The measures of one model, and the share of right labels by cross-fitted cuts (label-accuracy.ts). */
export interface LabelledMeasures extends Measures {
  readonly labels: number;
}

/** Both models against the stars that reviewers gave. */
export interface ComparedMeasures extends Pair<LabelledMeasures> {
  /** AUC separates the reviews with the lowest stars from those with the highest. */
  readonly stars: { readonly low: number; readonly high: number };
  /** The groups that AUC compares, in the order of `sides` in star-sides.ts. Null if no review belongs to one. */
  readonly groups: readonly (StarGroup | null)[];
  /** In what way the reviews are few, as a sentence (enough.ts); null if they are enough. */
  readonly few: string | null;
  /** new − old. */
  readonly difference: LabelledMeasures;
  /**
   * 95 % confidence intervals of the differences: by the paired bootstrap, and of `labels` by the normal distribution. Null
   * if there are too few reviews, or too few on a side of an AUC (enough.ts).
   */
  readonly intervals: Intervals & { readonly labels: Interval | null };
}

// On a range from 1 to 5; on another range they grow with its width.
const MOVES_BY = [0.1, 0.25, 0.5, 1];
const WIDTH_OF_MOVES = 4;

/** Compares the scores of the same texts. REQUIRES: at least two texts. */
export function compareScores(
  models: Pair<Manifest>,
  { scores, stars, hash }: Omit<ScoredPair, 'largest'>,
): Comparison {
  const texts = scores.new.length;
  const { old: oldModel, new: newModel } = models;
  const mapped = mappedScores(models, scores.old);
  const moves = scores.new.map((score, i) => score - (mapped[i] as number));
  const sizes = moves.map(Math.abs);
  const [lowest, highest] = newModel.scoreRange;
  const scale = (highest - lowest) / WIDTH_OF_MOVES;
  return {
    old: describe(oldModel),
    new: describe(newModel),
    isSameModel: isSameModel(models),
    isMapped: rangeMapOf(models).isNeeded,
    trainedOn: { old: oldModel.made.data === hash, new: newModel.made.data === hash },
    texts,
    hash,
    scores: {
      old: spreadOf(mapped),
      new: spreadOf(scores.new),
      move: spreadOf(moves),
      absoluteMove: spreadOf(sizes),
    },
    moved: MOVES_BY.map((by) => ({ by: by * scale, texts: countIf(sizes, (size) => size > by * scale) })),
    labels: compareLabels(models, scores),
    ends: { old: endsOf(scores.old, oldModel.scoreRange), new: endsOf(scores.new, newModel.scoreRange) },
    spearman: spearman(mapped, scores.new),
    ...(stars === undefined ? {} : { measures: compareMeasures(stars, mapped, scores.new, newModel) }),
  };
}

/** Whether both manifests are of one model. The version alone covers neither the range nor the vectorizer. */
function isSameModel(models: Pair<Manifest>): boolean {
  const [a, b] = [models.old, models.new].map(({ version, scoreRange, vectorizer }) =>
    JSON.stringify([version, scoreRange, vectorizer]),
  );
  return a === b;
}

/** OLD's scores in stars of NEW's range. */
export function mappedScores(models: Pair<Pick<ComparedModel, 'scoreRange'>>, oldScores: Float64Array): Float64Array {
  return oldScores.map(rangeMapOf(models).score);
}

/** What a reader must know before the figures, in sentences. */
export function notesOf({ old: before, new: after, isSameModel, isMapped, trainedOn }: Comparison): string[] {
  const range = ({ scoreRange: [lowest, highest] }: ComparedModel) => `${lowest} to ${highest}`;
  const trained = [...(trainedOn.old ? ['OLD'] : []), ...(trainedOn.new ? ['NEW'] : [])];
  return [
    ...(isSameModel ? ['OLD and NEW are the same model, so no score can move.'] : []),
    ...(isMapped
      ? [
          `OLD scores from ${range(before)} and NEW from ${range(after)}. OLD's scores are mapped linearly to NEW's range.`,
        ]
      : []),
    ...trained.map(
      (role) => `${role} was trained on these reviews, so they say little about how well it scores others.`,
    ),
  ];
}

function describe({ name, version, scoreRange }: Manifest): ComparedModel {
  return { name, version, scoreRange };
}

function spreadOf(values: Float64Array): Spread {
  const sorted = values.slice().sort();
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    quantiles: quantileShares.map((share) => quantileOfSorted(sorted, share)),
  };
}

function compareLabels(models: Pair<Manifest>, scores: Pair<Float64Array>): Comparison['labels'] {
  const cuts = { old: labelCutsOf(models.old), new: labelCutsOf(models.new) };
  const labelsOf = (key: keyof Pair<never>) => Uint8Array.from(scores[key], (score) => labelOf(score, cuts[key]));
  return { cuts, counts: confusionOf(labelsOf('old'), labelsOf('new'), [labels.length, labels.length]) };
}

function endsOf(scores: Float64Array, [lowest, highest]: ScoreRange) {
  return {
    lowest: countIf(scores, (score) => score === lowest),
    highest: countIf(scores, (score) => score === highest),
  };
}

/**
 * Measures two models by their scores of the same reviews, of at least two different stars. `model` has the range of both
 * models' scores.
 */
export function compareMeasures(
  stars: Float64Array,
  oldScores: Float64Array,
  newScores: Float64Array,
  model: LabelledModel,
): ComparedMeasures {
  const range = rangeOf(stars);
  const groups = starGroupsOf(stars, range);
  const rightness = [oldScores, newScores].map((scores) => rightnessOf(stars, scores, model));
  const [before, after] = [oldScores, newScores].map((scores, i) => ({
    ...allMeasuresOf(stars, scores, range),
    labels: meanOf(rightness[i] as Uint8Array),
  })) as [LabelledMeasures, LabelledMeasures];
  const changes = Float64Array.from(stars, (_, i) => (rightness[1]?.[i] as number) - (rightness[0]?.[i] as number));
  const difference = Object.fromEntries(
    Object.keys(after).map((name) => [name, after[name as keyof Measures] - before[name as keyof Measures]]),
  ) as unknown as LabelledMeasures;
  return {
    stars: { low: range[0], high: range[1] },
    groups: groups.map((group) => group ?? null),
    few: fewReviews(stars.length, groups[LOWEST], groups[HIGHEST]) ?? null,
    old: before,
    new: after,
    difference,
    intervals: {
      ...withoutFew(pairedBootstrap(stars, oldScores, newScores), groups),
      labels: stars.length < ENOUGH_FOR_BOOTSTRAP ? null : meanInterval(changes),
    },
  };
}

/** Without the intervals of AUCs that have too few reviews on a side. */
function withoutFew(intervals: Intervals, groups: readonly (StarGroup | undefined)[]): Intervals {
  const areEnough = (...sides: readonly number[]) =>
    sides.every((side) => (groups[side]?.reviews ?? 0) >= ENOUGH_FOR_BOOTSTRAP_SIDE);
  return {
    ...intervals,
    auc: areEnough(LOWEST, HIGHEST) ? intervals.auc : null,
    aucLower: areEnough(LOWEST, MIDDLE) ? intervals.aucLower : null,
    aucUpper: areEnough(MIDDLE, HIGHEST) ? intervals.aucUpper : null,
  };
}

function meanOf(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function countIf(values: Float64Array, isCounted: (value: number) => boolean): number {
  return values.reduce((count, value) => count + Number(isCounted(value)), 0);
}
