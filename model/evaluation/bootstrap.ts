/**
 * How sure the measures are: 95 % intervals by the bootstrap. Reviews are drawn with replacement, as many as there are, again and
 * again; an interval holds the middle 95 % of what the measures come to. The same reviews and seed give the same intervals.
 *
 * Scores are sorted once. A draw is then a count for each review, and one pass in order of score gives every measure: a
 * million reviews take seconds, where sorting each draw would take an hour.
 */
import { createRandom } from '../math/random.ts';

export type Interval = readonly [lowest: number, highest: number];

/** Null where the measure is undefined in more than half of the draws. */
export interface Intervals {
  /** The share of draws that an interval holds. */
  readonly level: number;
  readonly draws: number;
  readonly seed: number;
  readonly rmse: Interval | null;
  readonly mae: Interval | null;
  readonly auc: Interval | null;
  readonly spearman: Interval | null;
}

const LEVEL = 0.95;
const DRAWS = 1000;
const MIN_DRAWS = 200;
const MAX_PICKS = 30_000_000; // a second's work; from 30,000 reviews on there are fewer draws, of ever less variance

export function bootstrap(stars: ArrayLike<number>, scores: ArrayLike<number>, seed = 1): Intervals {
  const draws = Math.max(MIN_DRAWS, Math.min(DRAWS, Math.floor(MAX_PICKS / Math.max(1, stars.length))));
  const names = ['rmse', 'mae', 'auc', 'spearman'] as const;
  const found = names.map(() => [] as number[]);
  for (const measures of drawnMeasures(stars, scores, draws, seed)) {
    names.forEach((name, i) => {
      if (!Number.isNaN(measures[name])) found[i]?.push(measures[name]);
    });
  }
  const [rmse, mae, auc, spearman] = found.map((values) => (2 * values.length > draws ? middleOf(values) : null));
  return {
    level: LEVEL,
    draws,
    seed,
    rmse: rmse ?? null,
    mae: mae ?? null,
    auc: auc ?? null,
    spearman: spearman ?? null,
  };
}

export interface DrawnMeasures {
  readonly rmse: number;
  readonly mae: number;
  readonly auc: number;
  readonly spearman: number;
}

/** The measures of each draw: `stars.length` times the generator picks a review, by its place in order of score. */
export function* drawnMeasures(
  stars: ArrayLike<number>,
  scores: ArrayLike<number>,
  draws: number,
  seed: number,
): Generator<DrawnMeasures> {
  const reviews = sortedByScore(stars, scores);
  const random = createRandom(seed);
  const counts = new Uint16Array(stars.length); // half the memory to jump about in; no count comes near 65,536
  for (let draw = 0; draw < draws; draw++) {
    counts.fill(0);
    for (let i = 0; i < counts.length; i++) {
      const picked = random.below(counts.length);
      counts[picked] = (counts[picked] as number) + 1;
    }
    yield measureDraw(reviews, counts);
  }
}

/** Reviews in order of score. */
interface SortedReviews {
  readonly scores: Float64Array;
  /** Score less stars. */
  readonly errors: Float64Array;
  /** Number of the given stars, from 0 for the lowest. */
  readonly classes: Uint32Array;
  readonly classCount: number;
}

function sortedByScore(stars: ArrayLike<number>, scores: ArrayLike<number>): SortedReviews {
  const order = Uint32Array.from(stars, (_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const classOf = new Map([...new Set(Array.from(stars))].sort((a, b) => a - b).map((value, i) => [value, i]));
  return {
    scores: Float64Array.from(order, (review) => scores[review] as number),
    errors: Float64Array.from(order, (review) => (scores[review] as number) - (stars[review] as number)),
    classes: Uint32Array.from(order, (review) => classOf.get(stars[review] as number) as number),
    classCount: classOf.size,
  };
}

function measureDraw({ scores, errors, classes, classCount }: SortedReviews, counts: Uint16Array): DrawnMeasures {
  const count = scores.length;
  const ofClass = new Float64Array(classCount);
  for (let place = 0; place < count; place++) {
    const given = classes[place] as number;
    ofClass[given] = (ofClass[given] as number) + (counts[place] as number);
  }
  const starRanks = ranksOfClasses(ofClass); // less their mean
  let squares = 0;
  let absolutes = 0;
  let products = 0;
  let scoreSquares = 0;
  let starSquares = 0;
  let before = 0;
  let lowBefore = 0;
  let pairs = 0;
  for (let first = 0; first < count; ) {
    let end = first; // plain variables here and below: arrays taken apart made this loop twice as slow
    let drawn = 0;
    let low = 0;
    let high = 0;
    let ranks = 0;
    for (; end < count && scores[end] === scores[first]; end++) {
      const weight = counts[end] as number;
      if (weight === 0) continue;
      const error = errors[end] as number;
      const given = classes[end] as number;
      const rank = starRanks[given] as number;
      drawn += weight;
      if (given === 0) low += weight;
      if (given === classCount - 1) high += weight;
      squares += weight * error * error;
      absolutes += weight * Math.abs(error);
      ranks += weight * rank;
      starSquares += weight * rank * rank;
    }
    const scoreRank = before + (drawn - count) / 2; // of all that tie, less the mean
    products += scoreRank * ranks;
    scoreSquares += drawn * scoreRank * scoreRank;
    pairs += high * (lowBefore + low / 2);
    before += drawn;
    lowBefore += low;
    first = end;
  }
  return {
    rmse: Math.sqrt(squares / count),
    mae: absolutes / count,
    auc: classCount > 1 ? pairs / (lowBefore * (ofClass[classCount - 1] as number)) : Number.NaN,
    spearman: products / Math.sqrt(scoreSquares * starSquares),
  };
}

function ranksOfClasses(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  return counts.map((count) => {
    const rank = before + (count - total) / 2;
    before += count;
    return rank;
  });
}

/** Between the quantiles that leave as much below as above. */
function middleOf(values: number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  return [quantile(sorted, (1 - LEVEL) / 2), quantile(sorted, (1 + LEVEL) / 2)];
}

/** Of sorted values, by linear interpolation, as numpy.quantile does by default. NaN of none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return below + (above - below) * (place - Math.floor(place));
}
