/**
 * The learning curve by number of reviews: models that learned from parts of the reviews, all measured on the same
 * held-out reviews. It says what twice as many reviews would gain.
 *
 * The error of a model falls with the number n of its reviews about like a power of n. Here the error is 1 − AUC. So the
 * last three points of log error against log n give a line by least squares, and the line gives the gain from n to 2n.
 * The uncertainty is the larger of two standard errors: of the bootstrap over the held-out reviews, and of the jackknife
 * over the folds, which also differ in the reviews that they learned from.
 */
import { type Interval, middleOf } from './bootstrap.ts';
import { type DrawnMeasures, drawnTogether } from './bootstrap-draws.ts';
import { ENOUGH_FOR_GAIN } from './enough.ts';
import { aucInterval, NORMAL_QUANTILE } from './interval.ts';
import { allMeasuresOf, areaUnderCurve, type Measures } from './measures.ts';
import { countText, fixed, signed } from './report/numbers.ts';
import { HIGHEST, LOWEST, rangeOf, sidesOf, starGroupsOf, starsText } from './star-sides.ts';

/** What training gives: all scores are of the same held-out reviews, in the same order. */
export interface SizeScores {
  readonly stars: Float64Array;
  /** The fold of each review, from 0. */
  readonly foldOf: Uint8Array;
  /** By the number of reviews that the models of the folds learned from, ascending. */
  readonly sizes: readonly { readonly reviews: number; readonly scores: Float64Array }[];
  /** Scores of the model that training started from: no review of one's own. */
  readonly base?: Float64Array;
  /** The number of reviews that there are. */
  readonly reviews: number;
}

export interface SizePoint extends Measures {
  /** The number of reviews that a model learned from. 0 is the base. */
  readonly reviews: number;
  readonly aucInterval: Interval | null;
  readonly rmseInterval: Interval | null;
}

export interface SizeCurve {
  readonly heldOut: number;
  /** The number of reviews that there are. */
  readonly reviews: number;
  /** By number of reviews, ascending. */
  readonly points: readonly SizePoint[];
  /** What twice as many reviews would gain in AUC, with its 95 % interval; or the reason why nobody can tell. */
  readonly doubled: { readonly gain: number; readonly interval: Interval } | { readonly unknown: string };
}

const FITTED_POINTS = 3;
const DRAWS = 300;
/** The held-out reviews of a single split are dealt to so many parts for the jackknife. */
const PARTS = 5;

export function sizeCurveOf(measured: SizeScores): SizeCurve {
  const { stars, sizes, base, reviews } = measured;
  const range = rangeOf(stars);
  const groups = starGroupsOf(stars, range);
  const [low, high] = [groups[LOWEST]?.reviews ?? 0, groups[HIGHEST]?.reviews ?? 0];
  const all = [...(base === undefined ? [] : [{ reviews: 0, scores: base }]), ...sizes];
  const drawn = [
    ...drawnTogether(
      stars,
      all.map(({ scores }) => scores),
      DRAWS,
      1,
    ),
  ];
  const points = all.map((size, i): SizePoint => {
    const measures = allMeasuresOf(stars, size.scores, range);
    return {
      reviews: size.reviews,
      ...measures,
      aucInterval: aucInterval(measures.auc, low, high),
      rmseInterval: middleOf(drawn.map((models) => (models[i] as DrawnMeasures).rmse)),
    };
  });
  const rare = [groups[LOWEST], groups[HIGHEST]].find((group) => (group?.reviews ?? 0) < ENOUGH_FOR_GAIN);
  const doubled = () => {
    if (sizes.length < FITTED_POINTS) return { unknown: 'there are too few reviews to train on parts of them' };
    if (rare !== undefined) return { unknown: `only ${rare.reviews} held-out reviews have ${starsText(rare)}` };
    const drawnAucs = drawn.map((models) => models.slice(-FITTED_POINTS).map(({ auc }) => auc));
    return gainOf(measured, drawnAucs, 1 / (2 * low * high));
  };
  return { heldOut: stars.length, reviews, points, doubled: doubled() };
}

/** `drawnAucs` has the AUCs of the fitted points, for each draw. `least` is the smallest error to be seen: half a pair. */
function gainOf(
  { stars, foldOf, sizes, reviews }: SizeScores,
  drawnAucs: readonly (readonly number[])[],
  least: number,
): SizeCurve['doubled'] {
  const fitted = sizes.slice(-FITTED_POINTS);
  const counts = fitted.map((size) => size.reviews);
  const gainBy = (aucs: readonly number[]) => {
    const errors = aucs.map((auc) => Math.max(least, 1 - auc));
    return extrapolatedGain(counts, errors, reviews);
  };
  const sides = sidesOf(stars, rangeOf(stars));
  const gainAmong = (isChosen: (review: number) => boolean) => {
    const chosen = Uint32Array.from(stars.keys()).filter(isChosen);
    const chosenSides = Array.from(chosen, (i) => sides[i] as number);
    return gainBy(
      fitted.map(({ scores }) => {
        const chosenScores = Float64Array.from(chosen, (i) => scores[i] as number);
        return areaUnderCurve(chosenSides, chosenScores, LOWEST, HIGHEST);
      }),
    );
  };
  const aucs = fitted.map(({ scores }) => areaUnderCurve(sides, scores, LOWEST, HIGHEST));
  if (aucs.some((auc) => 1 - auc < least)) return { unknown: 'AUC is already as high as these reviews can show' };
  const gain = gainBy(aucs);
  const parts = foldOf.some((fold) => fold > 0) ? foldOf : foldOf.map((_, i) => i % PARTS);
  const without = [...new Set(parts)].map((part) => gainAmong((i) => parts[i] !== part));
  const jackknife = deviationOf(without) * ((without.length - 1) / Math.sqrt(without.length));
  const half = Math.max(
    NORMAL_QUANTILE * deviationOf(drawnAucs.map(gainBy)),
    studentQuantile(without.length - 1) * jackknife,
  );
  if (!Number.isFinite(gain) || !Number.isFinite(half)) return { unknown: 'the parts differ too much' };
  return { gain, interval: [gain - half, gain + half] };
}

/** The gain from `reviews` to twice as many, by the line of log error against log count. */
function extrapolatedGain(counts: readonly number[], errors: readonly number[], reviews: number): number {
  const x = counts.map(Math.log2);
  const y = errors.map(Math.log2);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [centre, level] = [mean(x), mean(y)];
  const slope =
    x.reduce((sum, value, i) => sum + (value - centre) * ((y[i] as number) - level), 0) /
    x.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const error = (errors.at(-1) as number) * 2 ** (slope * (Math.log2(reviews) - (x.at(-1) as number)));
  return error * (1 - 2 ** slope);
}

/** About the 97.5 % quantile of Student's t: the first terms of its expansion around the normal quantile. */
function studentQuantile(freedom: number): number {
  const z = NORMAL_QUANTILE;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

/** The standard deviation of the values that are numbers. */
function deviationOf(values: readonly number[]): number {
  const numbers = values.filter((value) => Number.isFinite(value));
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1));
}

const DIGITS = 4;

/** What twice as many reviews would gain, as a sentence. */
export function doubledText({ reviews, doubled }: SizeCurve): string {
  const twice = `With twice as many reviews (${countText(2 * reviews)})`;
  if ('unknown' in doubled) return `${twice}, the gain cannot be told: ${doubled.unknown}.`;
  const { gain, interval } = doubled;
  const range = interval.map((end) => signed(end, DIGITS)).join(' to ');
  if (interval[0] > 0) return `${twice} you would gain about ${fixed(gain, DIGITS)} AUC (95 %: ${range}).`;
  if (interval[1] < 0)
    return `${twice} you would gain nothing: AUC would change by about ${signed(gain, DIGITS)} (95 %: ${range}).`;
  return `${twice}, AUC would change by about ${signed(gain, DIGITS)} (95 %: ${range}). That is too uncertain to promise a gain.`;
}
