/** Reviews and their scores → the numbers of a report. Their size does not depend on the number of reviews. */

import type { Review } from '../../io/reviews.ts';
import type { Explanation } from '../../scoring/explain.ts';
import type { Evaluation } from '../evaluate.ts';
import type { NamedCurve } from '../learning-curve.ts';
import { confusionOf } from '../measures.ts';
import { binOf, groupStars, roundEdges } from '../star-groups.ts';
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
  /** The last curve is the model's own. */
  readonly curves?: readonly NamedCurve[];
  readonly reviews: readonly Review[];
  /** The score of each review, in their order. */
  readonly scores: Float64Array;
  readonly model: ReportedModel;
}

/** The scores of the reviews with the same stars. */
export interface Distribution extends Summary {
  readonly stars: string;
  readonly density: readonly { readonly at: number; readonly density: number }[];
}

/** Reviews whose score lies in [from, to). */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean score. */
  readonly predicted: number;
  /** Mean of the given stars. */
  readonly given: number;
  /** 95 % interval of that mean, by the normal distribution. */
  readonly interval: readonly [number, number];
}

/** Errors, score − stars, of the reviews in one bin. */
export interface ErrorBin extends Summary {
  readonly label: string;
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
}

const TERMS = 20;
const MISTAKES = 20;
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
    calibration: calibrate(reviews, scores, model.scoreRange),
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
  };
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
      return { stars: labels[i] as string, ...summaryOf(values), density: densityOf(values, scoreRange) };
    }),
    confusion: { given: labels, predicted: groups.labels, counts: present.map((i) => counts[i] as number[]) },
  };
}

const CALIBRATION_BINS = 12;

function calibrate(
  reviews: readonly Review[],
  scores: Float64Array,
  scoreRange: readonly [number, number],
): CalibrationBin[] {
  const edges = roundEdges(...scoreRange, CALIBRATION_BINS);
  const sums = edges.slice(1).map(() => ({ count: 0, predicted: 0, given: 0, squares: 0 }));
  reviews.forEach(({ stars }, i) => {
    const score = scores[i] as number;
    const sum = sums[binOf(edges, score)] as (typeof sums)[number];
    sum.count++;
    sum.predicted += score;
    sum.given += stars;
    sum.squares += stars * stars;
  });
  return sums.flatMap(({ count, predicted, given, squares }, i) => {
    if (count === 0) return [];
    const mean = given / count;
    const variance = count > 1 ? Math.max(0, (squares - count * mean * mean) / (count - 1)) : 0;
    const half = 1.96 * Math.sqrt(variance / count);
    return {
      from: edges[i] as number,
      to: edges[i + 1] as number,
      count,
      predicted: predicted / count,
      given: mean,
      interval: [mean - half, mean + half] as const,
    };
  });
}

interface Bins {
  readonly edges: readonly number[];
  readonly labels: readonly string[];
}

const LENGTHS: Bins = {
  edges: [0, 10, 20, 50, 100, 200, 500, 1000, Number.POSITIVE_INFINITY],
  labels: ['0–9', '10–19', '20–49', '50–99', '100–199', '200–499', '500–999', '1000 +'],
};

const SHARES: Bins = {
  edges: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  labels: Array.from({ length: 10 }, (_, i) => `${i * 10}–${i * 10 + 10}`),
};

/** The errors of the chosen reviews, by a property of their texts. Leaves out reviews for which the property is NaN. */
function errorsBy(
  chosen: readonly number[],
  { reviews, scores }: ReportInput,
  { edges, labels }: Bins,
  propertyOf: (text: string) => number,
): ErrorBin[] {
  const errors = labels.map((): number[] => []);
  for (const i of chosen) {
    const { stars, text } = reviews[i] as Review;
    const property = propertyOf(text);
    if (!Number.isNaN(property)) errors[binOf(edges, property)]?.push((scores[i] as number) - stars);
  }
  return errors.flatMap((values, i) =>
    values.length === 0 ? [] : { label: labels[i] as string, ...summaryOf(values) },
  );
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

/** The indices of the reviews with the largest |error|, the largest first; each text once. */
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
    if (chosen.length === MISTAKES) break;
  }
  return chosen;
}
