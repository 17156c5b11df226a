import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keysByWeight, priorOf, weighSurfaces } from '../../../model/compile/frequencies.ts';

const word = (cost: number) => ({ leftId: 0, rightId: 0, cost, partOfSpeech: 'other' as const, base: undefined });

describe('frequencies', () => {
  const surfaces = [
    { text: 'い', words: [word(5120)] },
    { text: 'あいあ', words: [word(0)] },
    { text: 'あ', words: [word(5120), word(5120)] },
    { text: 'う', words: [word(5120)] },
  ];
  const weigh = (sample: string[]) => weighSurfaces(surfaces, sample).map(({ text, weight }) => [text, weight]);

  test('counts a surface at every position of the sample', () => {
    assert.deepEqual(
      weigh(['あいあいあ', '', 'あえ']),
      [
        ['あ', 4 + 2 ** -29],
        ['い', 2 + 2 ** -30],
        ['あいあ', 2 + 2 ** -20],
        ['う', 2 ** -30],
      ].sort(([, a], [, b]) => Number(b) - Number(a)),
    );
  });

  test('without a sample, the costs decide the order, and equal surfaces keep theirs', () => {
    assert.deepEqual(
      weigh([]).map(([text]) => text),
      ['あいあ', 'あ', 'い', 'う'],
    );
  });

  test('a cost that is 512 higher halves the weight', () => {
    assert.equal(priorOf(word(1000)) / priorOf(word(1512)), 2);
    assert.equal(priorOf(word(-1)) / priorOf(word(0)), 2);
  });

  test('sorts keys by the sum of their weights, and equal ones by the key', () => {
    const weighed = [
      [7, 1],
      [3, 2],
      [9, 3],
      [7, 2],
      [5, 2],
    ] as const;
    assert.deepEqual(keysByWeight(weighed), [7, 9, 3, 5]);
  });
});
