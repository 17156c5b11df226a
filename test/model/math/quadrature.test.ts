import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pointCountFor, type Quadrature, quadratureOf } from '../../../model/math/quadrature.ts';

describe('quadrature', () => {
  test('by hand: one point in the middle; two at (1 ± 1/√3) / 2', () => {
    assert.deepEqual(quadratureOf(1), { points: Float64Array.of(0.5), weights: Float64Array.of(1) });
    const { points, weights } = quadratureOf(2);
    const half = 1 / Math.sqrt(3) / 2;
    near(points[0] as number, 0.5 - half, 2e-16);
    near(points[1] as number, 0.5 + half, 2e-16);
    for (const weight of weights) near(weight, 0.5, 2e-16);
  });

  test('n points integrate u^k exactly below degree 2n', () => {
    for (const count of [1, 2, 3, 7, 16, 61, 200]) {
      const quadrature = quadratureOf(count);
      for (const degree of [0, 1, count, 2 * count - 1]) {
        near(
          integral(quadrature, (u) => u ** degree),
          1 / (degree + 1),
          3e-15,
        );
      }
    }
  });

  test('few factors get the exact number of points, many factors get fewer', () => {
    assert.deepEqual([0, 1, 2, 3, 7, 30].map(pointCountFor), [1, 1, 2, 2, 4, 16]);
    assert.deepEqual([168, 10_000].map(pointCountFor), [56, 445]);
  });

  test('the chosen number of points integrates any product: u^k (1 − u)^(n − k) gives a Beta function', () => {
    for (const factors of [1, 5, 30, 60, 100, 168, 400]) {
      const quadrature = quadratureOf(pointCountFor(factors));
      let expected = 1 / (factors + 1); // k! (n − k)! / (n + 1)!, symmetric in k and n − k
      for (let k = 0; 2 * k <= factors; k++) {
        near(
          integral(quadrature, (u) => u ** k * (1 - u) ** (factors - k)),
          expected,
          3e-15,
        );
        near(
          integral(quadrature, (u) => u ** (factors - k) * (1 - u) ** k),
          expected,
          3e-15,
        );
        expected *= (k + 1) / (factors - k);
      }
    }
  });
});

function integral({ points, weights }: Quadrature, f: (u: number) => number): number {
  return points.reduce((sum, point, k) => sum + (weights[k] as number) * f(point), 0);
}

function near(received: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(received - expected) <= tolerance, `${received}, expected ${expected}`);
}
