/** What `hoshi train` prints at its end: the new model beside the model that it started from, and beside no model at all. */
import { type ComparedMeasures, compareMeasures, type Measures } from '../../model/evaluation/compare.ts';
import { measuresOf } from '../../model/evaluation/measures.ts';
import { fixed, signed } from '../../model/evaluation/report/numbers.ts';
import type { Review } from '../../model/io/reviews.ts';
import { plainTable } from './table.ts';

const DIGITS = 4;
const MEASURES = [
  ['AUC', 'auc'],
  ['Spearman', 'spearman'],
  ['RMSE', 'rmse'],
  ['MAE', 'mae'],
] as const satisfies readonly (readonly [name: string, measure: keyof Measures])[];

/**
 * Compares on held-out reviews, with at least two different stars. `constant` is the mean of all stars, the best guess
 * without a model.
 */
export function baselineText(
  heldOut: readonly Review[],
  scores: { readonly base: Float64Array; readonly model: Float64Array },
  constant: number,
): string {
  const stars = Float64Array.from(heldOut, (review) => review.stars);
  const compared = compareMeasures(stars, scores.base, scores.model);
  const { low, high } = compared.stars;
  const guess = measuresOf(stars, new Float64Array(stars.length).fill(constant), [low, high]);
  const row = (name: string, measures: Partial<Measures>) => [
    name,
    ...MEASURES.map(([, measure]) => fixed(measures[measure] ?? Number.NaN, DIGITS)),
  ];
  return [
    `${heldOut.length} held-out reviews; AUC of ${low} against ${high} stars\n`,
    plainTable(
      [
        ['', ...MEASURES.map(([name]) => name)],
        row('no model', guess),
        row('base', compared.old),
        row('new', compared.new),
        ['new − base', ...MEASURES.map(([, measure]) => signed(compared.difference[measure], DIGITS))],
        ['95 %', ...MEASURES.map(([, measure]) => intervalText(compared.intervals[measure]))],
      ],
      [0],
    ),
    `${verdictOn(compared)}\n`,
  ].join('');
}

function intervalText(interval: readonly [number, number] | null): string {
  return interval === null ? '–' : interval.map((end) => signed(end, DIGITS)).join(' … ');
}

/** By AUC and RMSE. A difference is certain if its interval does not contain 0. */
function verdictOn({ difference, intervals }: ComparedMeasures): string {
  const isBetter = difference.rmse < 0 && !(difference.auc < 0);
  const isWorse = difference.rmse > 0 && !(difference.auc > 0);
  const isCertain = [intervals.auc, intervals.rmse].some(
    (interval) => interval !== null && interval[0] * interval[1] > 0,
  );
  if (isBetter && isCertain) return 'The new model is better than its base on these reviews.';
  if (isBetter) return 'The new model may be better than its base; these reviews are too few to be certain.';
  if (isWorse)
    return 'The new model is NOT better than its base on these reviews. Serve the base, or train on more reviews.';
  return 'The new model is better than its base by one measure and worse by another; these reviews do not decide.';
}
