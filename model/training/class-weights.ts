/** How much a review counts in training, by its stars. */
import type { Review } from '../io/reviews.ts';

/** `balanced`: as if there were equally many reviews of each number of stars. A map: those that it does not name weigh 1. */
export type ClassWeights = 'balanced' | ReadonlyMap<number, number>;

/**
 * The weight of a number of stars, learned from these reviews. Balanced as by scikit-learn 1.x `compute_class_weight`: reviews / (classes ×
 * reviews of the class), so that the mean weight is 1. Throws if the map names stars that no review has, or leaves nothing to learn from.
 */
export function weigherOf(classWeights: ClassWeights, reviews: readonly Review[]): (stars: number) => number {
  const counts = new Map<number, number>();
  for (const { stars } of reviews) counts.set(stars, (counts.get(stars) ?? 0) + 1);
  if (classWeights === 'balanced') {
    return (stars) => {
      const count = counts.get(stars);
      return count === undefined ? 1 : reviews.length / (counts.size * count);
    };
  }
  const weigh = (stars: number) => classWeights.get(stars) ?? 1;
  for (const [stars, weight] of classWeights) {
    if (!counts.has(stars))
      throw new Error(`Expected class weights of stars that were given, received one of ${stars}`);
    if (!(Number.isFinite(weight) && weight >= 0))
      throw new Error(`Expected the class weight of ${stars} to be a finite number ≥ 0, received ${weight}`);
  }
  if (![...counts.keys()].some((stars) => weigh(stars) > 0))
    throw new Error('Expected class weights that leave something to learn from, received 0 for all stars');
  return weigh;
}

export function weightsOf(weigh: (stars: number) => number, reviews: readonly Review[]): Float64Array {
  return Float64Array.from(reviews, ({ stars }) => weigh(stars));
}
