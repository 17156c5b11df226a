/**
 * The end map of a model that hoshi trains: raw sum → score, so that no text gets exactly the lowest or the highest
 * score and the best texts stay apart. The map is the identity in the middle of the range. Towards the ends it follows an
 * exponential decay, in straight pieces.
 */
import { type Model, parseModel } from '../reference/model-text.ts';
import type { EndMap, ScoreRange } from '../reference/score-range.ts';
import type { VectorizerParameters } from '../reference/vectorizer.ts';
import { rawBoundsOf } from './raw-bounds.ts';

/** The share of the range on each side in which the map bends, unless it is told otherwise. */
export const TAIL_SHARE = 1 / 8;
/**
 * Knots of a tail, in units of its width w: e^−t of the width remains at distance t·w from where the tail begins. The
 * numbers are rounded, so that they depend on no `exp`.
 */
const TAIL: readonly (readonly [distance: number, remainder: number])[] = [
  [0, 1],
  [0.5, 0.6065],
  [1, 0.3679],
  [1.5, 0.2231],
  [2, 0.1353],
  [3, 0.0498],
  [4, 0.0183],
  [6, 0.0025],
  [8, 0.0003],
];
/**
 * No slope is below the first number, nor below the second times the largest end of the range. So the scores of two raw
 * sums that are more than 1e-9 apart differ by many times the rounding error of a score.
 */
const [MIN_SLOPE, MIN_RELATIVE_SLOPE] = [1e-5, 1e-6];

/**
 * The end map for raw sums within `rawBounds`; both are in stars. `tailShare` is in (0, 1/2). If a bound is within the
 * range or just outside, the map is the identity up to it. Undefined if the bounds are so far outside, or so close
 * together, that no such map exists.
 */
export function endMapOf(
  range: ScoreRange,
  rawBounds: readonly [number, number],
  tailShare = TAIL_SHARE,
): EndMap | undefined {
  const [lowest, highest] = range;
  const minSlope = Math.max(MIN_SLOPE, MIN_RELATIVE_SLOPE * Math.max(Math.abs(lowest), Math.abs(highest)));
  const width = tailShare * (highest - lowest);
  const lower = tailOf(lowest, width, rawBounds[0], minSlope);
  const upper = tailOf(highest, -width, rawBounds[1], minSlope);
  if (lower === undefined || upper === undefined) return undefined;
  const knots = [...lower.reverse(), ...upper];
  const [raw, scores] = [knots.map(([x]) => x), knots.map(([, y]) => y)];
  if (raw.some((x, i) => i > 0 && !(x > (raw[i - 1] as number)))) return undefined;
  return { raw, scores, slopes: slopesOf(raw, scores) };
}

/**
 * The end map of a model with a linear leaf. Undefined if nothing bounds its raw sums: the rows have another norm than
 * l2, or only LightGBM can evaluate its trees.
 */
export function endMapOfModel(
  range: ScoreRange,
  modelText: string,
  { norm }: Pick<VectorizerParameters, 'norm'>,
  tailShare = TAIL_SHARE,
): EndMap | undefined {
  const model = norm === 'l2' ? parsed(modelText) : undefined;
  return model && endMapOf(range, rawBoundsOf(model), tailShare);
}

function parsed(modelText: string): Model | undefined {
  try {
    return parseModel(modelText);
  } catch {
    return undefined;
  }
}

type Knot = readonly [raw: number, score: number];

/**
 * The knots of one tail, from its begin to the raw bound, which gets the end of the range. `width` is positive if the
 * tail is at the lowest end, negative at the highest.
 */
function tailOf(end: number, width: number, bound: number, minSlope: number): Knot[] | undefined {
  const begin = end + width;
  const reach = (begin - bound) / width; // in widths
  if (reach <= 1) return [[bound, bound]]; // it is within the range
  // The last piece leads from a knot to the bound. It is not steeper than the decay there, so the map bends one way.
  const knots = TAIL.filter(
    ([distance, remainder]) => reach - distance >= 1 && remainder >= minSlope * (reach - distance),
  );
  if (knots.length === 0) return undefined;
  return [
    ...knots.map(([distance, remainder]): Knot => [begin - distance * width, end + remainder * width]),
    [bound, end],
  ];
}

/** The slope of each piece, rounded so that no piece ends above the score of the next knot. */
function slopesOf(raw: readonly number[], scores: readonly number[]): number[] {
  return raw.slice(1).map((next, i) => {
    const [x, y, nextScore] = [raw[i] as number, scores[i] as number, scores[i + 1] as number];
    let slope = (nextScore - y) / (next - x);
    while (y + (next - x) * slope > nextScore) slope *= 1 - Number.EPSILON;
    return slope;
  });
}
