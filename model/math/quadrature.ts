/**
 * Gauss–Legendre quadrature on [0, 1], for the integrals in reference/contributions.ts. Their integrands are sums of
 * products of at most `factorCount` factors z·u + o·(1 − u), with z and o in [0, 1].
 */

export interface Quadrature {
  /** Ascending, strictly between 0 and 1. */
  readonly points: Float64Array;
  /** One for each point; their sum is 1. */
  readonly weights: Float64Array;
}

/**
 * The smallest number of points that integrates each product to the last bit of a double. n points are exact for
 * degrees below 2n. Products of many factors need fewer points: on the Bernstein ellipse of ρ = e^η, |u| + |1 − u| is
 * cosh η, so each factor is at most cosh η. This bounds the error of n points (Trefethen, Approximation Theory and
 * Approximation Practice, theorem 19.3). For example, 168 factors need 56 points, not 85.
 */
export function pointCountFor(factorCount: number): number {
  let count = 1;
  while (2 * count < factorCount + 1 && errorBound(count, factorCount) > Number.EPSILON / 2) count++;
  return count;
}

/**
 * The bound at its minimum over η: cosh(η)^factors · e^(−2(n − 1)η), where factors · tanh η = 2(n − 1). REQUIRES: 2n ≤
 * factors
 */
function errorBound(count: number, factorCount: number): number {
  const eta = Math.atanh((2 * (count - 1)) / factorCount);
  const growth = Math.exp(factorCount * Math.log(Math.cosh(eta)) - 2 * (count - 1) * eta);
  return ((32 / 15) * growth) / (1 - Math.exp(-2 * eta));
}

/** The quadrature with `count` points: the zeros of the Legendre polynomial of that degree, by Newton's method. */
export function quadratureOf(count: number): Quadrature {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    // Five steps from this start reach the last bit. More steps change nothing.
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
