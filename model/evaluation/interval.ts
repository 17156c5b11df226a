/**
 * 95 % confidence intervals in closed form, which hold for few reviews, too. The bootstrap gives an interval of no width
 * for a measure that is perfect on every draw; these do not.
 */
import type { Interval } from './bootstrap.ts';

/** The quantile of the normal distribution for 95 %. */
export const NORMAL_QUANTILE = 1.959963984540054;

/** The interval of a share `count` / `all` (Wilson 1927). Null without any. */
export function shareInterval(count: number, all: number): Interval | null {
  if (all === 0) return null;
  const share = count / all;
  const z2 = NORMAL_QUANTILE ** 2 / all;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = Math.sqrt(z2 * share * (1 - share) + (z2 * z2) / 4) / (1 + z2);
  return [Math.max(0, Math.min(share, middle - half)), Math.min(1, Math.max(share, middle + half))];
}

const BISECTIONS = 50;

/**
 * The interval of an AUC of `low` against `high` reviews: the values whose distance from the measured AUC is at most z
 * times their own standard error (Newcombe 2006, method 5, with the variance of Hanley and McNeil 1982). Null if a group
 * is empty.
 */
export function aucInterval(auc: number, low: number, high: number): Interval | null {
  if (Number.isNaN(auc)) return null;
  const isNear = (value: number) => (value - auc) ** 2 <= NORMAL_QUANTILE ** 2 * aucVariance(value, low, high);
  return [furthestNear(auc, 0, isNear), furthestNear(auc, 1, isNear)];
}

function aucVariance(auc: number, low: number, high: number): number {
  const pairs = (low + high) / 2 - 1;
  return (auc * (1 - auc) * (1 + pairs * ((1 - auc) / (2 - auc) + auc / (1 + auc)))) / (low * high);
}

/** The last value from `near` towards `far` that is near. */
function furthestNear(near: number, far: number, isNear: (value: number) => boolean): number {
  let [inside, outside] = [near, far];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (inside + outside) / 2;
    if (isNear(middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}

/**
 * The interval of the mean of differences, by the normal distribution. Null for fewer than two differences, or if all are
 * equal: their spread says nothing then.
 */
export function meanInterval(differences: ArrayLike<number>): Interval | null {
  const count = differences.length;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < count; i++) sum += differences[i] as number;
  const mean = sum / count;
  for (let i = 0; i < count; i++) squares += ((differences[i] as number) - mean) ** 2;
  if (!(squares > 0)) return null;
  const half = NORMAL_QUANTILE * Math.sqrt(squares / (count - 1) / count);
  return [mean - half, mean + half];
}
