/**
 * Trains on smaller parts of the reviews, and scores the same held-out reviews each time: the points of the learning
 * curve by number of reviews (evaluation/size-curve.ts). The parts of one split are nested: each is the first half of the
 * next larger one, in a random order. The number of reviews that are fitted has a limit, so the time has one, too.
 */
import { setImmediate } from 'node:timers/promises';
import type { SizeScores } from '../evaluation/size-curve.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { Review } from '../io/reviews.ts';
import { createRandom, shuffle } from '../math/random.ts';
import type { ScoreRange } from '../reference/score-range.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import type { LoadedExtractor } from '../scoring/feature-extractor.ts';
import { type ClassWeights, weightsOfPart } from './class-weights.ts';
import { heldOutScores, type LearnOptions, learn } from './learn.ts';
import { type PartScorer, partsOnBase } from './parts-on-base.ts';
import type { Split } from './split.ts';
import { NoTermError } from './vectorizer-fit.ts';

/** A smaller part says next to nothing. */
const MIN_PART = 8;
/** The largest parts of all splits have so many reviews together; all parts have less than twice as many. */
const MAX_FITTED = 4000;
const MAX_PARTS = 3;
/** More held-out reviews make the curve hardly more certain. */
const MAX_HELD_OUT = 10_000;

/** The numbers of reviews to train on, ascending: halves of `training`, or of the share of one split in MAX_FITTED. */
export function partSizes(training: number, splits: number): number[] {
  const sizes: number[] = [];
  const largest = Math.min(training / 2, MAX_FITTED / splits);
  for (let size = largest; size >= MIN_PART && sizes.length < MAX_PARTS; size /= 2) sizes.unshift(Math.round(size));
  return sizes;
}

/** A training on all reviews. */
export interface WholeTraining {
  /** The split of a holdout, or those of a cross-validation. */
  readonly splits: readonly Split[];
  /** The scores of the held-out reviews of all splits, in order, by the models of the splits. */
  readonly scores: Float64Array;
  /** The base's scores of the same reviews. */
  readonly baseScores?: Float64Array;
  /** Of the final model. */
  readonly vectorizer: Vectorizer;
  /** The boosting rounds of the final model. */
  readonly rounds: number;
  /** The number of all reviews. */
  readonly reviews: number;
}

/** Trains on the parts, and measures them beside the whole. Rejects with Interrupted after a signal. */
export async function scoresBySize(
  extractor: LoadedExtractor,
  whole: WholeTraining,
  scoreRange: ScoreRange,
  options: LearnOptions,
): Promise<SizeScores> {
  const { splits, scores, baseScores, reviews } = whole;
  const heldOutCount = splits.reduce((sum, { heldOut }) => sum + heldOut.length, 0);
  const isChosen = new Uint8Array(heldOutCount);
  for (const i of evenly(heldOutCount, MAX_HELD_OUT)) isChosen[i] = 1;
  const smallest = Math.min(...splits.map(({ training }) => training.length));
  let first = 0; // of the split's held-out reviews
  const ordered = splits.map(({ training, heldOut }, i): Split => {
    const [from, most] = [first, partSizes(smallest, splits.length).at(-1) ?? 0];
    first += heldOut.length;
    return {
      training: shuffle(createRandom(options.seed + i), training).slice(0, most),
      heldOut: heldOut.filter((_, k) => isChosen[from + k] === 1),
    };
  });
  const sizes = partSizes(smallest, splits.length).filter((size) =>
    ordered.every(({ training }) => isTrainable(training.slice(0, size), options.classWeights)),
  );
  const heldOut = ordered.flatMap((split, fold) => split.heldOut.map(({ stars }) => ({ stars, fold })));
  const mean = splits.reduce((sum, { training }) => sum + training.length, 0) / splits.length;
  const ofChosen = (values: Float64Array) => values.filter((_, i) => isChosen[i] === 1);
  return {
    stars: Float64Array.from(heldOut, ({ stars }) => stars),
    foldOf: Uint8Array.from(heldOut, ({ fold }) => fold),
    sizes: [
      ...(await scoresOfParts(
        await scorerOf(extractor, ordered, whole, scoreRange, options),
        ordered,
        sizes,
        options.signal,
      )),
      { reviews: Math.round(mean), scores: ofChosen(scores) },
    ],
    ...(baseScores && { base: ofChosen(baseScores) }),
    reviews,
  };
}

/** At most `most` of the integers from 0 to `count` − 1, evenly spaced. */
function evenly(count: number, most: number): number[] {
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}

/** Whether reviews of two different stars count. */
function isTrainable(part: readonly Review[], weights: ClassWeights | undefined): boolean {
  const counted = part.filter(({ stars }) => !(weights instanceof Map) || (weights.get(stars) ?? 1) > 0);
  return new Set(counted.map(({ stars }) => stars)).size > 1;
}

/** Leaves out a size if a part of it has no term for a vocabulary. */
async function scoresOfParts(
  scoresOf: PartScorer,
  ordered: readonly Split[],
  sizes: readonly number[],
  signal: AbortSignal | undefined,
): Promise<{ reviews: number; scores: Float64Array }[]> {
  const results: { reviews: number; scores: Float64Array }[] = [];
  for (const reviews of sizes) {
    const scores: number[] = [];
    try {
      for (const { training, heldOut } of ordered) {
        await setImmediate();
        Interrupted.throwIf(signal);
        for (const score of await scoresOf({ training: training.slice(0, reviews), heldOut })) scores.push(score);
      }
      results.push({ reviews, scores: Float64Array.from(scores) });
    } catch (error) {
      if (!(error instanceof NoTermError)) throw error;
    }
  }
  return results;
}

async function scorerOf(
  extractor: LoadedExtractor,
  ordered: readonly Split[],
  { vectorizer, rounds }: WholeTraining,
  scoreRange: ScoreRange,
  options: LearnOptions,
): Promise<PartScorer> {
  const { onStage: _, onProgress: __, onRound: ___, base, ...quiet } = options;
  if (base !== undefined && vectorizer.parameters.norm === 'l2')
    return partsOnBase(extractor, ordered, { base, vectorizer }, scoreRange, quiet);
  return async (part) => {
    const classWeights = weightsOfPart(options.classWeights, part.training);
    const learned = await learn(extractor, part, rounds, {
      ...quiet,
      ...(base && { base }),
      ...(classWeights && { classWeights }),
      patience: Math.max(1, rounds), // no early stopping: the rounds are those of the final model
    });
    return heldOutScores(learned, rounds, scoreRange);
  };
}
