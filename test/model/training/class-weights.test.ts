import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Review } from '../../../model/io/reviews.ts';
import { sampleWeightsOf, weightFunctionOf } from '../../../model/training/class-weights.ts';

const reviews = [5, 5, 5, 1].map((stars): Review => ({ stars, text: '映画' }));

describe('class weights', () => {
  test('balanced, by hand: classes have equal weight, the mean weight is 1, and unknown stars weigh 1', () => {
    const weightOf = weightFunctionOf('balanced', reviews);
    assert.deepEqual([...sampleWeightsOf(weightOf, reviews)], [4 / 6, 4 / 6, 4 / 6, 2]);
    assert.equal(weightOf(3), 1);
  });

  test('by stars; stars without an entry weigh 1', () => {
    assert.deepEqual([...sampleWeightsOf(weightFunctionOf(new Map([[1, 2.5]]), reviews), reviews)], [1, 1, 1, 2.5]);
    assert.deepEqual([...sampleWeightsOf(weightFunctionOf(new Map([[5, 0]]), reviews), reviews)], [0, 0, 0, 1]);
  });

  const refused: [weights: [number, number][], message: string][] = [
    [[[4, 1]], 'Expected class weights only for stars that a review has, received one for 4'],
    [[[5, -1]], 'Expected the class weight of 5 stars to be a number from 0 to 1000000, received -1'],
    [[[1, Number.NaN]], 'Expected the class weight of 1 stars to be a number from 0 to 1000000, received NaN'],
    [[[5, 1e308]], 'Expected the class weight of 5 stars to be a number from 0 to 1000000, received 1e+308'],
    [
      [
        [1, 0],
        [5, 0],
      ],
      'Expected a class weight above 0 for at least one number of stars, received 0 for all',
    ],
  ];
  for (const [weights, message] of refused) {
    test(`refused: ${JSON.stringify(weights)}`, () => {
      assert.throws(() => weightFunctionOf(new Map(weights), reviews), { message });
    });
  }
});
