/**
 * How often scores give the right label: negative, neutral or positive. The right label of a review comes from its stars,
 * by the default cuts of labels.ts: of 1 to 5 stars, 1 and 2 are negative, 3 is neutral, and 4 and 5 are positive.
 *
 * The best cuts of the scores are those with the most right labels. Cuts that were chosen on the same reviews look better
 * than they are, so the accuracy is cross-fitted: ten folds, each measured by the best cuts of the other nine.
 */
import { createRandom, shuffle } from '../math/random.ts';
import { type LabelCuts, labelCutsOf, labelOf, labels } from '../scoring/labels.ts';
import type { Interval } from './bootstrap.ts';
import { shareInterval } from './interval.ts';
import { confusionOf } from './measures.ts';
import { scaleOf } from './star-sides.ts';

export interface LabelAccuracy {
  /** The share of right labels, cross-fitted. */
  readonly accuracy: number;
  readonly interval: Interval | null;
  /** The best cuts of the scores of all these reviews. */
  readonly cuts: LabelCuts;
  /** The share of right labels if every review gets the most frequent label. */
  readonly mostFrequent: { readonly label: (typeof labels)[number]; readonly accuracy: number };
  /** The share of right labels by the cuts that the model has without these reviews. */
  readonly byModel: { readonly cuts: LabelCuts; readonly accuracy: number; readonly interval: Interval | null };
  /** `counts[i][k]`: reviews whose right label is i and whose cross-fitted label is k, in the order of `labels`. */
  readonly counts: readonly (readonly number[])[];
}

const [NEGATIVE, NEUTRAL, POSITIVE] = [0, 1, 2] as const; // in `labels`
const FOLDS = 10;
const SEED = 1;

/** The model's range of scores, and its own cuts if its bundle names some. */
export type LabelledModel = Parameters<typeof labelCutsOf>[0];

export function labelAccuracyOf(
  stars: ArrayLike<number>,
  scores: ArrayLike<number>,
  model: LabelledModel,
): LabelAccuracy {
  const right = rightLabels(stars, model.scoreRange);
  const modelCuts = labelCutsOf(model);
  const crossFitted = crossFittedLabels(right, scores, modelCuts);
  const counts = confusionOf(right, crossFitted, [labels.length, labels.length]);
  const perLabel = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const mostFrequent = perLabel.indexOf(Math.max(...perLabel));
  const all = stars.length;
  const correct = countEqual(right, crossFitted);
  const correctByModel = countEqual(
    right,
    Uint8Array.from(scores, (score) => labelOf(score, modelCuts)),
  );
  return {
    accuracy: correct / all,
    interval: shareInterval(correct, all),
    cuts: bestCuts(right, scores, modelCuts),
    mostFrequent: {
      label: labels[mostFrequent] as (typeof labels)[number],
      accuracy: (perLabel[mostFrequent] as number) / all,
    },
    byModel: { cuts: modelCuts, accuracy: correctByModel / all, interval: shareInterval(correctByModel, all) },
    counts,
  };
}

/** For each review 1 if its cross-fitted label is right, else 0. */
export function rightnessOf(stars: ArrayLike<number>, scores: ArrayLike<number>, model: LabelledModel): Uint8Array {
  const right = rightLabels(stars, model.scoreRange);
  return crossFittedLabels(right, scores, labelCutsOf(model)).map((label, i) => Number(label === right[i]));
}

function rightLabels(stars: ArrayLike<number>, scoreRange: readonly [number, number]): Uint8Array {
  const cuts = labelCutsOf({ scoreRange: scaleOf(stars, scoreRange) });
  return Uint8Array.from(stars, (value) => labelOf(value, cuts));
}

/** Equal scores are in the same fold. So copies of a text are, too. */
function crossFittedLabels(right: Uint8Array, scores: ArrayLike<number>, fallback: LabelCuts): Uint8Array {
  const different = [...new Set(Array.from(scores))].sort((a, b) => a - b);
  const folds = Math.min(FOLDS, different.length);
  const foldOfScore = new Map(shuffle(createRandom(SEED), different).map((score, i) => [score, i % folds]));
  const foldOf = Uint8Array.from(scores, (score) => foldOfScore.get(score) as number);
  const order = orderOf(scores);
  const cutsOfFold = Array.from({ length: folds }, (_, fold) =>
    bestCuts(
      right,
      scores,
      fallback,
      order.filter((i) => foldOf[i] !== fold),
    ),
  );
  return Uint8Array.from(scores, (score, i) => labelOf(score, cutsOfFold[foldOf[i] as number] as LabelCuts));
}

/**
 * The cuts with the most right labels, each halfway between two different scores. Of equally good cuts, those nearest to
 * the fallback. `order` has the reviews to look at, by score; without any, the fallback is the result.
 */
export function bestCuts(
  right: Uint8Array,
  scores: ArrayLike<number>,
  fallback: LabelCuts,
  order = orderOf(scores),
): LabelCuts {
  const [below, above] = [new Uint32Array(labels.length), new Uint32Array(labels.length)]; // counts of right labels
  const count = (counts: Uint32Array, i: number, by: number) => {
    const label = right[i] as number;
    counts[label] = (counts[label] as number) + by;
  };
  for (const i of order) count(above, i, 1);
  // A lower cut gains the negative reviews below it and loses the neutral ones; the upper cut comes at it or later.
  let lower = { gain: Number.NEGATIVE_INFINITY, cut: fallback[0] };
  let best = { correct: Number.NEGATIVE_INFINITY, distance: 0, cuts: fallback };
  for (const { cut, passed } of possibleCuts(scores, order)) {
    for (const i of passed) {
      count(below, i, 1);
      count(above, i, -1);
    }
    const gain = (below[NEGATIVE] as number) - (below[NEUTRAL] as number);
    const isNearer = Math.abs(cut - fallback[0]) < Math.abs(lower.cut - fallback[0]);
    if (gain > lower.gain || (gain === lower.gain && isNearer)) lower = { gain, cut };
    const correct = lower.gain + (below[NEUTRAL] as number) + (above[POSITIVE] as number);
    const distance = Math.abs(lower.cut - fallback[0]) + Math.abs(cut - fallback[1]);
    if (correct > best.correct || (correct === best.correct && distance < best.distance))
      best = { correct, distance, cuts: [lower.cut, cut] };
  }
  return best.cuts;
}

/** Just outside of all scores, in the width of the scores. */
const MARGIN = 1e-6;

/** Each possible cut, ascending, and the reviews between it and the cut before. */
function* possibleCuts(
  scores: ArrayLike<number>,
  order: Uint32Array,
): Generator<{ readonly cut: number; readonly passed: Uint32Array }> {
  if (order.length === 0) return;
  const at = (place: number) => scores[order[place] as number] as number;
  const [lowest, highest] = [at(0), at(order.length - 1)];
  const margin = MARGIN * (highest - lowest || 1);
  yield { cut: lowest - margin, passed: order.subarray(0, 0) };
  for (let first = 0; first < order.length; ) {
    let end = first;
    while (end < order.length && at(end) === at(first)) end++;
    const cut = end === order.length ? highest + margin : (at(first) + at(end)) / 2;
    yield { cut, passed: order.subarray(first, end) };
    first = end;
  }
}

function orderOf(scores: ArrayLike<number>): Uint32Array {
  return Uint32Array.from(scores, (_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
}

function countEqual(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((count, value, i) => count + Number(value === b[i]), 0);
}
