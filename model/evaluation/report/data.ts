/** Reviews and their scores → the numbers of a report. Their size does not depend on the number of reviews. */

import { type Conflict, conflictsIn, type Repeats, repeatsIn } from '../../io/copies.ts';
import type { Review } from '../../io/reviews.ts';
import type { Explanation } from '../../scoring/explain.ts';
import { type Baselines, baselinesOf } from '../baselines.ts';
import { ENOUGH_FOR_SPREAD } from '../enough.ts';
import type { Evaluation } from '../evaluate.ts';
import type { NamedCurve } from '../learning-curve.ts';
import { confusionOf } from '../measures.ts';
import type { SizeCurve } from '../size-curve.ts';
import { groupStars } from '../star-groups.ts';
import { type CalibrationBin, calibrate, type ErrorBin, errorsBy, LENGTHS, type ScoreBin, SHARES } from './bins.ts';
import { digitsFor } from './numbers.ts';
import type { ReportedModel, TermCoefficient, TermImportance } from './reported-model.ts';
import { densityOf, type Summary, summaryOf } from './summary.ts';

export interface ReportInput {
  /** The model's name. */
  readonly name: string;
  readonly version: string;
  /** The name of the reviews, for the page's first line. */
  readonly measuredOn: string;
  /**
   * Facts about the making of model and scores: names and values. They contain no times and no paths, because the same
   * input must give the same bytes.
   */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly evaluation: Evaluation;
  /** Of `reviews`. Without it, the constant is the mean of their stars, and there is no base. */
  readonly baselines?: Baselines;
  /** The last curve is the model's own. */
  readonly curves?: readonly NamedCurve[];
  readonly sizeCurve?: SizeCurve;
  /** What the model learned from. */
  readonly trainedOn?: { readonly reviews: number; readonly hasBase: boolean };
  /** All reviews of the training, to look for copies in; `reviews` if undefined. */
  readonly allReviews?: readonly Review[];
  readonly reviews: readonly Review[];
  /** The score of each review, in their order. */
  readonly scores: Float64Array;
  readonly model: ReportedModel;
}

/** The scores of the reviews with the same stars. */
export interface Distribution extends Summary {
  readonly stars: string;
  readonly density: readonly { readonly at: number; readonly density: number }[];
  /** Each score, if there are too few for quantiles and a density. */
  readonly values?: readonly number[];
}

/** SHAP contributions of one term over the sampled reviews, in stars. */
export interface TermContribution {
  readonly term: string;
  /** Mean of |contribution| over all sampled reviews; a review without the term counts as 0. */
  readonly meanAbsolute: number;
  /** Mean contribution over the reviews that have the term. */
  readonly mean: number;
  /** The number of sampled reviews that have the term. */
  readonly count: number;
}

export interface Mistake {
  readonly review: Review;
  readonly score: number;
  readonly explanation?: Explanation;
}

export interface ReportData {
  readonly input: ReportInput;
  /** Decimals of numbers of stars. */
  readonly digits: number;
  readonly distributions: readonly Distribution[];
  readonly calibration: readonly CalibrationBin[];
  readonly histogram: readonly ScoreBin[];
  readonly confusion: {
    readonly given: readonly string[];
    readonly predicted: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
  readonly byLength: readonly ErrorBin[];
  readonly byUnknown: readonly ErrorBin[];
  /** The number of reviews that `byUnknown` is measured on. */
  readonly unknownSample: number;
  /** By the trees. Empty for a linear leaf alone. */
  readonly importances: readonly TermImportance[];
  readonly coefficients: readonly TermCoefficient[];
  readonly contributions: readonly TermContribution[];
  /** The number of reviews that `contributions` is measured on. */
  readonly contributionSample: number;
  readonly mistakes: readonly Mistake[];
  readonly baselines: Baselines;
  readonly repeats: Repeats;
  readonly conflicts: readonly Conflict[];
}

const TERMS = 20;
const MISTAKES = 20;
const CONFLICTS = 10;
// Finding the terms of a text takes about 10 microseconds. Explaining it with hundreds of trees takes milliseconds. So
// both are measured on samples.
const UNKNOWN_SAMPLE = 20_000;
const CONTRIBUTION_SAMPLE = 300;

export async function reportDataOf(input: ReportInput): Promise<ReportData> {
  const { reviews, scores, model } = input;
  const unknownSample = sampleEvenly(reviews.length, UNKNOWN_SAMPLE);
  const { explain } = model;
  const explanations: Explanation[] = [];
  if (explain !== undefined) {
    for (const i of sampleEvenly(reviews.length, CONTRIBUTION_SAMPLE))
      explanations.push(await explain((reviews[i] as Review).text));
  }
  const mistakes: Mistake[] = [];
  for (const i of worstMistakes(reviews, scores)) {
    const review = reviews[i] as Review;
    const mistake = { review, score: scores[i] as number };
    mistakes.push(explain === undefined ? mistake : { ...mistake, explanation: await explain(review.text) });
  }
  return {
    input,
    digits: digitsFor(model.scoreRange),
    ...byStars(reviews, scores, model.scoreRange),
    ...calibrate(reviews, scores, model.scoreRange),
    byLength: errorsBy(
      reviews.map((_, i) => i),
      input,
      LENGTHS,
      (text) => text.length,
    ),
    byUnknown: errorsBy(unknownSample, input, SHARES, (text) => model.unknownShare(text)),
    unknownSample: unknownSample.length,
    importances: model.importances().slice(0, TERMS),
    coefficients: model.coefficients().slice(0, TERMS),
    contributions: contributionsOf(explanations),
    contributionSample: explanations.length,
    mistakes,
    baselines: input.baselines ?? constantOnly(input),
    repeats: repeatsIn(input.allReviews ?? reviews),
    conflicts: conflictsIn(input.allReviews ?? reviews, CONFLICTS),
  };
}

/** The mean of these stars is the best constant for them. */
function constantOnly({ reviews, scores, model }: ReportInput): Baselines {
  const stars = Float64Array.from(reviews, (review) => review.stars);
  const constant = stars.reduce((sum, value) => sum + value, 0) / stars.length;
  return baselinesOf(stars, { model: scores }, constant, model);
}

/** At most `most` of the integers from 0 to `count` − 1, evenly spaced. */
function sampleEvenly(count: number, most: number): number[] {
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}

function byStars(
  reviews: readonly Review[],
  scores: Float64Array,
  scoreRange: readonly [number, number],
): Pick<ReportData, 'distributions' | 'confusion'> {
  const stars = reviews.map((review) => review.stars);
  const groups = groupStars(stars, scoreRange);
  const { length } = groups.labels;
  const given = Int32Array.from(stars, groups.groupOf);
  const counts = confusionOf(given, Int32Array.from(scores, groups.groupOf), [length, length]);
  const scoresOf = groups.labels.map((): number[] => []);
  given.forEach((group, i) => {
    scoresOf[group]?.push(scores[i] as number);
  });
  const present = groups.labels.map((_, i) => i).filter((i) => (scoresOf[i] as number[]).length > 0);
  const labels = present.map((i) => groups.labels[i] as string);
  return {
    distributions: present.map((group, i) => {
      const values = scoresOf[group] as number[];
      return {
        stars: labels[i] as string,
        ...summaryOf(values),
        density: densityOf(values, scoreRange),
        ...(values.length < ENOUGH_FOR_SPREAD ? { values } : {}),
      };
    }),
    confusion: { given: labels, predicted: groups.labels, counts: present.map((i) => counts[i] as number[]) },
  };
}

/** The terms with the largest mean |contribution|, the largest first. */
function contributionsOf(explanations: readonly Explanation[]): TermContribution[] {
  const sums = new Map<string, { absolute: number; signed: number; count: number }>();
  for (const { terms } of explanations) {
    for (const { name: term, contribution } of terms) {
      const sum = sums.get(term) ?? { absolute: 0, signed: 0, count: 0 };
      sum.absolute += Math.abs(contribution);
      sum.signed += contribution;
      sum.count++;
      sums.set(term, sum);
    }
  }
  return Array.from(sums, ([term, { absolute, signed, count }]) => ({
    term,
    meanAbsolute: absolute / explanations.length,
    mean: signed / count,
    count,
  }))
    .filter(({ meanAbsolute }) => meanAbsolute > 0)
    .sort((a, b) => b.meanAbsolute - a.meanAbsolute || (a.term < b.term ? -1 : 1))
    .slice(0, TERMS);
}

/**
 * The indices of the reviews with the largest |error|, the largest first; each text once, and no more than half of the
 * reviews.
 */
function worstMistakes(reviews: readonly Review[], scores: Float64Array): number[] {
  const errors = reviews.map(({ stars }, i) => Math.abs((scores[i] as number) - stars));
  const order = Uint32Array.from(errors, (_, i) => i).sort(
    (a, b) => (errors[b] as number) - (errors[a] as number) || a - b,
  );
  const texts = new Set<string>();
  const chosen: number[] = [];
  for (const i of order) {
    const { text } = reviews[i] as Review;
    if (texts.has(text)) continue;
    texts.add(text);
    chosen.push(i);
    if (chosen.length >= Math.min(MISTAKES, reviews.length / 2)) break;
  }
  return chosen;
}
