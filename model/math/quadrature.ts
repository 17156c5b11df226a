/**
 * Gauss–Legendre quadrature on [0, 1] of what contributions integrate: sums of products of at most `factorCount` factors
 * z·u + o·(1 − u), with z and o in [0, 1].
 */

export interface Quadrature {
  /** Ascending, strictly between 0 and 1. */
  readonly points: Float64Array;
  /** Their sum is 1. */
  readonly weights: Float64Array;
}

/**
 * The fewest points that integrate each product to the last bit of a double. n points are exact for a degree below 2n. Of many
 * factors fewer do: on the Bernstein ellipse of ρ = e^η each factor is at most cosh η, for |u| + |1 − u| is cosh η there, which bounds the
 * error of n points (Trefethen, Approximation Theory and Approximation Practice, theorem 19.3); 168 factors need 56 points, not 85.
 */
export function pointCountFor(factorCount: number): number {
  let count = 1;
  while (2 * count < factorCount + 1 && errorBound(count, factorCount) > Number.EPSILON / 2) count++;
  return count;
}

/** Where cosh(η)^factors · e^(−2(n − 1)η) is least: factors · tanh η = 2(n − 1). REQUIRES: 2n ≤ factors. */
function errorBound(count: number, factorCount: number): number {
  const eta = Math.atanh((2 * (count - 1)) / factorCount);
  const growth = Math.exp(factorCount * Math.log(Math.cosh(eta)) - 2 * (count - 1) * eta);
  return ((32 / 15) * growth) / (1 - Math.exp(-2 * eta));
}

/** The zeros of the Legendre polynomial of degree `count`, by Newton's method. */
export function quadratureOf(count: number): Quadrature {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    // From this start it is at the last bit after five steps; more change nothing.
    for (let step = 0; step < 8; step++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= count; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (count * (before - x * value)) / (1 - x * x);
      x -= value / slope;
    }
    points[i] = (1 + x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { points, weights };
}
