import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Review } from '../../../model/io/reviews.ts';
import { weigherOf, weightsOf } from '../../../model/training/class-weights.ts';

const reviews = [5, 5, 5, 1].map((stars): Review => ({ stars, text: '映画' }));

describe('class weights', () => {
  test('balanced, by hand: the classes weigh the same, and a review 1 in the mean; others weigh 1', () => {
    const weigh = weigherOf('balanced', reviews);
    assert.deepEqual([...weightsOf(weigh, reviews)], [4 / 6, 4 / 6, 4 / 6, 2]);
    assert.equal(weigh(3), 1);
  });

  test('by stars; what is not named weighs 1', () => {
    assert.deepEqual([...weightsOf(weigherOf(new Map([[1, 2.5]]), reviews), reviews)], [1, 1, 1, 2.5]);
    assert.deepEqual([...weightsOf(weigherOf(new Map([[5, 0]]), reviews), reviews)], [0, 0, 0, 1]);
  });

  const refused: [weights: [number, number][], message: string][] = [
    [[[4, 1]], 'Expected class weights of stars that were given, received one of 4'],
    [[[5, -1]], 'Expected the class weight of 5 to be a finite number ≥ 0, received -1'],
    [[[1, Number.NaN]], 'Expected the class weight of 1 to be a finite number ≥ 0, received NaN'],
    [
      [
        [1, 0],
        [5, 0],
      ],
      'Expected class weights that leave something to learn from, received 0 for all stars',
    ],
  ];
  for (const [weights, message] of refused) {
    test(`refused: ${JSON.stringify(weights)}`, () => {
      assert.throws(() => weigherOf(new Map(weights), reviews), { message });
    });
  }
});
