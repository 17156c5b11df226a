/**
 * The warnings above the plots and tables of a report whose data is too small. The limits are those of enough.ts. A warning
 * is plain text.
 */

import { labels } from '../../scoring/labels.ts';
import {
  ENOUGH_FOR_ROUNDS,
  ENOUGH_FOR_ROW,
  ENOUGH_FOR_SPREAD,
  ENOUGH_FOR_TERMS,
  ENOUGH_FOR_WEIGHTS,
  ENOUGH_REVIEWS,
} from '../enough.ts';
import type { ErrorBin } from './bins.ts';
import type { ReportData } from './data.ts';
import { countText } from './numbers.ts';

/** Undefined if there is enough data. */
export type Warning = string | undefined;

/** Fewer points do not show a line. */
const FEW_POINTS = 3;

/** For a comparison with baselines. */
export function fewForDifferences({ input: { evaluation } }: ReportData): Warning {
  return evaluation.few === null ? undefined : `${evaluation.few} Small differences are chance.`;
}

export function fewBySize({ input: { sizeCurve } }: ReportData): Warning {
  if (sizeCurve === undefined) return undefined;
  if ('unknown' in sizeCurve.doubled) return `The gain cannot be told: ${sizeCurve.doubled.unknown}.`;
  const [from, to] = sizeCurve.doubled.interval;
  return from * to < 0 ? 'The gain is smaller than its uncertainty.' : undefined;
}

/** For another measure than the one that the gain is told in. */
export function fewForPoints({ input: { sizeCurve } }: ReportData): Warning {
  return sizeCurve && only(sizeCurve.heldOut, ENOUGH_REVIEWS, 'held-out reviews measure each point');
}

export function fewForRounds({ input: { evaluation } }: ReportData): Warning {
  return only(evaluation.reviews, ENOUGH_FOR_ROUNDS, 'held-out reviews measure the rounds');
}

export function fewForDistributions({ distributions }: ReportData): Warning {
  const small = distributions.filter(({ values }) => values !== undefined).map(({ stars }) => stars);
  if (small.length === 0) return undefined;
  return `Fewer than ${ENOUGH_FOR_SPREAD} reviews have ${listed(small)} ${unitOf(small)}. They are drawn one by one.`;
}

export function fewForCalibration({ calibration, input: { evaluation } }: ReportData): Warning {
  if (calibration.length >= FEW_POINTS) return undefined;
  const points = calibration.length === 1 ? 'one point' : `${calibration.length} points`;
  return `The scores of ${countText(evaluation.reviews)} reviews give only ${points}; each should have ${ENOUGH_FOR_SPREAD} reviews.`;
}

export function fewForConfusion({ confusion: { given, counts } }: ReportData): Warning {
  return fewInRows(given, counts, unitOf(given.filter((_, i) => isSmallRow(counts[i]))));
}

export function fewForLabels({ input: { evaluation } }: ReportData): Warning {
  return fewInRows(labels, evaluation.labels.counts, 'as the right label');
}

/** For a matrix of counts with a name for each row. `unit` follows the names. */
export function fewInRows(
  names: readonly string[],
  counts: readonly (readonly number[])[],
  unit: string,
  things = 'reviews',
): Warning {
  const small = names.filter((_, i) => isSmallRow(counts[i]));
  return small.length === 0 ? undefined : `Fewer than ${ENOUGH_FOR_ROW} ${things} have ${listed(small)} ${unit}.`;
}

/** For errors by a property of the texts. */
export function fewForErrors(bins: readonly ErrorBin[]): Warning {
  if (bins.length > 1) return undefined;
  const [bin] = bins;
  if (bin === undefined) return 'No review has this property.';
  return bin.values === undefined
    ? `There are too few reviews to compare groups of ${ENOUGH_FOR_SPREAD}.`
    : `There are only ${bin.count} reviews. They are drawn one by one.`;
}

export function fewForWeights({ input: { trainedOn } }: ReportData): Warning {
  if (trainedOn === undefined || trainedOn.hasBase) return undefined;
  return only(trainedOn.reviews, ENOUGH_FOR_WEIGHTS, 'reviews made these weights');
}

export function fewForContributions({ contributionSample }: ReportData): Warning {
  return only(contributionSample, ENOUGH_FOR_TERMS, 'reviews are explained, so the order of the terms is chance');
}

export function fewForStars({ input: { evaluation } }: ReportData): Warning {
  return only(evaluation.reviews, ENOUGH_REVIEWS, 'reviews');
}

/** `things` follows the count. */
export function only(count: number, limit: number, things: string): Warning {
  return count < limit ? `Only ${count} ${things}; ${limit} would be enough.` : undefined;
}

/** `1`, `1 and 3`, `1, 3 and 5`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function isSmallRow(counts: readonly number[] = []): boolean {
  return counts.reduce((sum, count) => sum + count, 0) < ENOUGH_FOR_ROW;
}

function unitOf(stars: readonly string[]): string {
  return stars.length === 1 && stars[0] === '1' ? 'star' : 'stars';
}
