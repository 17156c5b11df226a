/** Learning that measures itself on reviews it has not seen: by a holdout, or by folds. */
import type { Booster } from '../../native/index.ts';
import type { Manifest } from '../bundle/manifest.ts';
import type { NamedCurve } from '../evaluation/learning-curve.ts';
import { meanAndDeviation, measuresOf } from '../evaluation/measures.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { Review } from '../io/reviews.ts';
import { median } from '../math/statistics.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import type { FeatureExtractor } from '../scoring/feature-extractor.ts';
import { truncate } from './boosting.ts';
import { type Learned, type LearnOptions, learn, scoresOfHeldOut } from './learn.ts';
import { foldsOf, holdOut } from './split.ts';

export interface ValidationOptions extends LearnOptions {
  /** Rounds of boosting at most, one tree each. */
  readonly rounds: number;
  /** Share of the texts, in [0, 0.5], kept apart to measure on and to stop early by; 0: none. Of no effect with folds. */
  readonly validationShare: number;
  /** At least 2; 0 or not given: none. */
  readonly folds?: number;
}

/** What was learned, how it was measured, and what a report is drawn from. */
export interface ValidationResult {
  readonly vectorizer: Vectorizer;
  readonly booster: Booster;
  /** What the manifest tells of it. */
  readonly training: Readonly<Record<string, unknown>>;
  readonly measures: Manifest['measures'];
  /** Of the holdout (`validation`), or of each fold (`fold 1` …) and then of `all` reviews. */
  readonly curves: readonly NamedCurve[];
  /** Reviews that were scored by a model which had not seen them: the holdout, or all by folds; none without either. */
  readonly heldOut: { readonly reviews: readonly Review[]; readonly scores: Float64Array };
  /** When the signal ended the training early: `after round 7 of 100`. */
  readonly interrupted?: string;
}

/** One part is kept apart to measure on, and to stop early by. */
export async function validateOnHoldout(
  stages: FeatureExtractor,
  reviews: readonly Review[],
  scoreRange: readonly [number, number],
  options: ValidationOptions,
): Promise<ValidationResult> {
  const { seed, validationShare, rounds } = options;
  const split = validationShare === 0 ? { training: reviews, heldOut: [] } : holdOut(reviews, seed, validationShare);
  const learned = await learn(stages, split, scoreRange, rounds, options);
  return measuredBy(learned, 'validation', scoreRange, interruptionOf(learned, rounds));
}

async function measuredBy(
  learned: Learned,
  name: string,
  scoreRange: readonly [number, number],
  interrupted: string | undefined,
): Promise<ValidationResult> {
  const { vectorizer, boosted, heldOut } = learned;
  const { curve } = boosted;
  const scores = heldOut.length > 0 ? await scoresOfHeldOut(learned, curve.best, scoreRange) : new Float64Array(0);
  const booster = truncate(boosted.booster, boosted.treesAt(curve.best));
  return {
    vectorizer,
    booster,
    training: { rounds: booster.treeCount },
    measures:
      heldOut.length > 0
        ? { [name]: { reviews: heldOut.length, ...measuresOf(starsOf(heldOut), scores, scoreRange) } }
        : {},
    curves: [{ name, ...curve }],
    heldOut: { reviews: heldOut, scores },
    ...(interrupted === undefined ? {} : { interrupted }),
  };
}

/**
 * Learns once for each fold, which is measured on, and then from all reviews, with as many rounds as were best in the middle fold. The
 * measures are those of the folds' models at that many rounds. Once interrupted, the first fold's model stands for all.
 */
export async function crossValidate(
  stages: FeatureExtractor,
  reviews: readonly Review[],
  scoreRange: readonly [number, number],
  options: ValidationOptions,
): Promise<ValidationResult> {
  const { seed, folds = 0, rounds, onStage, signal } = options;
  const parts: Learned[] = [];
  let whole: Learned;
  let stage = '';
  const enter = (name: string) => {
    stage = name;
    onStage?.(name);
  };
  try {
    for (const split of foldsOf(reviews, seed, folds)) {
      enter(`fold ${parts.length + 1} of ${folds}`);
      parts.push(await learn(stages, split, scoreRange, rounds, options));
      Interrupted.throwIf(signal);
    }
    enter('learning from all reviews');
    const best = medianOf(parts.map(({ boosted }) => boosted.curve.best));
    whole = await learn(stages, { training: reviews, heldOut: [] }, scoreRange, best, options);
  } catch (error) {
    const [first] = parts;
    if (!(error instanceof Interrupted) || first === undefined) throw error;
    return measuredBy(first, 'fold 1', scoreRange, interruptionOf(first, rounds) ?? `in ${stage}`);
  }
  const { vectorizer, boosted } = whole;
  const trained = boosted.curve.best;
  const scores: Float64Array[] = [];
  for (const part of parts) scores.push(await scoresOfHeldOut(part, trained, scoreRange));
  const measures = parts.map(({ heldOut }, i) => measuresOf(starsOf(heldOut), scores[i] as Float64Array, scoreRange));
  const interrupted = interruptionOf(whole, medianOf(parts.map((part) => part.boosted.curve.best)));
  return {
    vectorizer,
    booster: boosted.booster,
    training: {
      rounds: boosted.booster.treeCount,
      folds: { count: folds, patience: options.patience, best: parts.map((part) => part.boosted.curve.best) },
    },
    measures: { folds: { folds, reviews: reviews.length, ...meanAndDeviation(measures) } },
    curves: [
      ...parts.map((part, i) => ({ name: `fold ${i + 1}`, ...part.boosted.curve })),
      { name: 'all', ...boosted.curve },
    ],
    heldOut: {
      reviews: parts.flatMap(({ heldOut }) => heldOut),
      scores: Float64Array.from(scores.flatMap((some) => [...some])),
    },
    ...(interrupted === undefined ? {} : { interrupted }),
  };
}

function interruptionOf({ boosted }: Learned, rounds: number): string | undefined {
  return boosted.isInterrupted ? `after round ${boosted.rounds} of ${rounds}` : undefined;
}

function starsOf(reviews: readonly Review[]): Float64Array {
  return Float64Array.from(reviews, ({ stars }) => stars);
}

/** Of an even number of rounds the mean of the two in the middle, rounded up. */
function medianOf(rounds: readonly number[]): number {
  return Math.ceil(median(rounds));
}
