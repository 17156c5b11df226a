/** Class weights: how much a review counts in training, by its stars. */
import type { Review } from '../io/reviews.ts';

/** `balanced` gives all classes the same total weight. A map gives weights by stars; stars without an entry weigh 1. */
export type ClassWeights = 'balanced' | ReadonlyMap<number, number>;

/** Far larger weights overflow in the sums of squares of the ridge regression, and in the 32-bit weights of LightGBM. */
const MAX_CLASS_WEIGHT = 1_000_000;

/**
 * The weight of a review by its stars, for training on these reviews. Balanced follows scikit-learn 1.x
 * `compute_class_weight`: reviews / (classes × reviews of the class), so that the mean weight is 1. Throws if the map
 * names stars that no review has, if a weight is negative or above 1,000,000, or if all weights are 0.
 */
export function weightFunctionOf(classWeights: ClassWeights, reviews: readonly Review[]): (stars: number) => number {
  const counts = new Map<number, number>();
  for (const { stars } of reviews) counts.set(stars, (counts.get(stars) ?? 0) + 1);
  if (classWeights === 'balanced') {
    return (stars) => {
      const count = counts.get(stars);
      return count === undefined ? 1 : reviews.length / (counts.size * count);
    };
  }
  for (const [stars, weight] of classWeights) {
    if (!counts.has(stars))
      throw new Error(`Expected class weights only for stars that a review has, received one for ${stars}`);
    if (!(weight >= 0 && weight <= MAX_CLASS_WEIGHT))
      throw new Error(
        `Expected the class weight of ${stars} stars to be a number from 0 to ${MAX_CLASS_WEIGHT}, received ${weight}`,
      );
  }
  const weightOf = (stars: number) => classWeights.get(stars) ?? 1;
  if (![...counts.keys()].some((stars) => weightOf(stars) > 0))
    throw new Error('Expected a class weight above 0 for at least one number of stars, received 0 for all');
  return weightOf;
}

export function sampleWeightsOf(weightOf: (stars: number) => number, reviews: readonly Review[]): Float64Array {
  return Float64Array.from(reviews, ({ stars }) => weightOf(stars));
}

/** The class weights for a part of the reviews: those of the stars that it has. */
export function weightsOfPart(weights: ClassWeights | undefined, part: readonly Review[]): ClassWeights | undefined {
  if (!(weights instanceof Map)) return weights;
  const stars = new Set(part.map((review) => review.stars));
  return new Map([...weights].filter(([value]) => stars.has(value)));
}
