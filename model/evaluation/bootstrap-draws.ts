/**
 * The measures of bootstrap draws, without sorting each draw.
 *
 * Reviews are sorted by score once. A draw is then one count per review, and one pass in order of score gives all
 * measures. A million reviews take seconds; with a sort per draw they would take an hour.
 */
import { createRandom } from '../math/random.ts';
import { HIGHEST, LOWEST, MIDDLE, rangeOf, sidesOf } from './star-sides.ts';

/** The measures of one draw. A measure that is not defined on it is NaN. */
export interface DrawnMeasures {
  readonly rmse: number;
  readonly mae: number;
  /** The lowest stars of all reviews against the highest. star-sides.ts says which stars these are. */
  readonly auc: number;
  /** The lowest stars against the middle. */
  readonly aucLower: number;
  /** The middle against the highest stars. */
  readonly aucUpper: number;
  readonly spearman: number;
}

export const measureNames = ['rmse', 'mae', 'auc', 'aucLower', 'aucUpper', 'spearman'] as const;

/**
 * The measures of each draw. A draw picks `stars.length` times; a pick is an index into the reviews in order of score.
 */
export function* drawnMeasures(
  stars: ArrayLike<number>,
  scores: ArrayLike<number>,
  draws: number,
  seed: number,
): Generator<DrawnMeasures> {
  const reviews = sortedByScore(stars, scores);
  for (const counts of drawnCounts(stars.length, draws, seed)) yield measureDraw(reviews, counts);
}

/**
 * The differences `after` − `before` of the measures of two models, for each draw. Both models are measured on the same
 * reviews.
 */
export function* drawnDifferences(
  stars: ArrayLike<number>,
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  draws: number,
  seed: number,
): Generator<DrawnMeasures> {
  for (const [old, now] of drawnTogether(stars, [before, after], draws, seed) as Generator<
    [DrawnMeasures, DrawnMeasures]
  >)
    yield Object.fromEntries(measureNames.map((name) => [name, now[name] - old[name]])) as unknown as DrawnMeasures;
}

/**
 * The measures of several models on the same draws, one for each model. A pick is an index into the reviews in order of
 * the first model's scores.
 */
export function* drawnTogether(
  stars: ArrayLike<number>,
  models: readonly ArrayLike<number>[],
  draws: number,
  seed: number,
): Generator<DrawnMeasures[]> {
  const sorted = models.map((scores) => sortedByScore(stars, scores));
  const placeOf = new Uint32Array(stars.length); // of a review in the order of the first model
  sorted[0]?.order.forEach((review, place) => {
    placeOf[review] = place;
  });
  const places = sorted.map(({ order }) => order.map((review) => placeOf[review] as number));
  const counts = new Uint16Array(stars.length);
  for (const picked of drawnCounts(stars.length, draws, seed)) {
    yield sorted.map((reviews, model) => {
      const placesOfModel = places[model] as Uint32Array;
      for (let i = 0; i < counts.length; i++) counts[i] = picked[placesOfModel[i] as number] as number;
      return measureDraw(reviews, counts);
    });
  }
}

/** How often each draw picks each review. The array is the same each time: use it before the next draw. */
function* drawnCounts(size: number, draws: number, seed: number): Generator<Uint16Array> {
  const random = createRandom(seed);
  // Uint16Array instead of Uint32Array: random access uses half the memory, and every count is far below 65,536.
  const counts = new Uint16Array(size);
  for (let draw = 0; draw < draws; draw++) {
    counts.fill(0);
    for (let i = 0; i < counts.length; i++) {
      const picked = random.below(counts.length);
      counts[picked] = (counts[picked] as number) + 1;
    }
    yield counts;
  }
}

/** Reviews in order of score, one entry of each array per review. */
interface SortedReviews {
  /** Index of the review in the caller's arrays. */
  readonly order: Uint32Array;
  readonly scores: Float64Array;
  /** Score minus stars. */
  readonly errors: Float64Array;
  /** Index of the review's stars among the different stars, 0 for the lowest. */
  readonly classes: Uint32Array;
  readonly classCount: number;
  /** The side of the review's stars (star-sides.ts). */
  readonly sides: Uint8Array;
}

function sortedByScore(stars: ArrayLike<number>, scores: ArrayLike<number>): SortedReviews {
  const order = Uint32Array.from(stars, (_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const classOf = new Map([...new Set(Array.from(stars))].sort((a, b) => a - b).map((value, i) => [value, i]));
  const sides = sidesOf(stars, rangeOf(stars));
  return {
    order,
    scores: Float64Array.from(order, (review) => scores[review] as number),
    errors: Float64Array.from(order, (review) => (scores[review] as number) - (stars[review] as number)),
    classes: Uint32Array.from(order, (review) => classOf.get(stars[review] as number) as number),
    classCount: classOf.size,
    sides: Uint8Array.from(order, (review) => sides[review] as number),
  };
}

/** `counts[i]` is how often the draw picked review i. Equal scores and equal stars share their mean rank. */
function measureDraw(
  { scores, errors, classes, classCount, sides }: SortedReviews,
  counts: Uint16Array,
): DrawnMeasures {
  const count = scores.length;
  const ofClass = new Float64Array(classCount);
  for (let place = 0; place < count; place++) {
    const given = classes[place] as number;
    ofClass[given] = (ofClass[given] as number) + (counts[place] as number);
  }
  const starRanks = centredRanks(ofClass);
  let squares = 0;
  let absolutes = 0;
  let products = 0;
  let scoreSquares = 0;
  let starSquares = 0;
  let before = 0;
  const pairs = new SidePairs();
  for (let first = 0; first < count; ) {
    let end = first; // plain variables here and below: destructured arrays made this loop twice as slow
    let drawn = 0;
    let low = 0;
    let middle = 0;
    let high = 0;
    let ranks = 0;
    for (; end < count && scores[end] === scores[first]; end++) {
      const weight = counts[end] as number;
      if (weight === 0) continue;
      const error = errors[end] as number;
      const given = classes[end] as number;
      const rank = starRanks[given] as number;
      drawn += weight;
      const side = sides[end] as number;
      if (side === LOWEST) low += weight;
      else if (side === HIGHEST) high += weight;
      else if (side === MIDDLE) middle += weight;
      squares += weight * error * error;
      absolutes += weight * Math.abs(error);
      ranks += weight * rank;
      starSquares += weight * rank * rank;
    }
    const scoreRank = before + (drawn - count) / 2; // rank of all reviews with this score, minus the mean rank
    products += scoreRank * ranks;
    scoreSquares += drawn * scoreRank * scoreRank;
    pairs.add(low, middle, high);
    before += drawn;
    first = end;
  }
  return {
    rmse: Math.sqrt(squares / count),
    mae: absolutes / count,
    ...pairs.areas(),
    spearman: products / Math.sqrt(scoreSquares * starSquares),
  };
}

/** Counts pairs of reviews of two sides in the right order. Gets the reviews in order of score. */
class SidePairs {
  // Reviews so far.
  #low = 0;
  #middle = 0;
  #high = 0;
  // Pairs.
  #lowHigh = 0;
  #lowMiddle = 0;
  #middleHigh = 0;

  /** Adds the reviews with the next score, by their sides. Pairs of equal scores count half. */
  add(low: number, middle: number, high: number): void {
    this.#lowHigh += high * (this.#low + low / 2);
    this.#lowMiddle += middle * (this.#low + low / 2);
    this.#middleHigh += high * (this.#middle + middle / 2);
    this.#low += low;
    this.#middle += middle;
    this.#high += high;
  }

  areas(): Pick<DrawnMeasures, 'auc' | 'aucLower' | 'aucUpper'> {
    return {
      auc: this.#lowHigh / (this.#low * this.#high),
      aucLower: this.#lowMiddle / (this.#low * this.#middle),
      aucUpper: this.#middleHigh / (this.#middle * this.#high),
    };
  }
}

/** The rank that all reviews of a class share, minus the mean rank, for each class. */
function centredRanks(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  return counts.map((count) => {
    const rank = before + (count - total) / 2;
    before += count;
    return rank;
  });
}
