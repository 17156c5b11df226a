import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Review } from '../../../model/io/reviews.ts';
import { foldSplits, holdoutSplit } from '../../../model/training/split.ts';

const review = (stars: number, text: string): Review => ({ stars, text });
const anyReviews = fc.array(
  fc.record({ stars: fc.integer({ min: 1, max: 5 }), text: fc.integer({ min: 0, max: 40 }).map((n) => `映画${n}`) }),
  { minLength: 60, maxLength: 120 },
);
const textsOf = (reviews: readonly Review[]) => new Set(reviews.map(({ text }) => text));

describe('folds', () => {
  test('hold out every review once, and no text is on both sides of a split', () => {
    fc.assert(
      fc.property(anyReviews, fc.integer({ min: 2, max: 7 }), (reviews, count) => {
        const folds = foldSplits(reviews, 1, count);
        assert.equal(folds.length, count);
        assert.deepEqual(new Set(folds.flatMap(({ heldOut }) => heldOut)), new Set(reviews));
        for (const { training, heldOut } of folds) {
          assert.equal(training.length + heldOut.length, reviews.length);
          const learned = textsOf(training);
          for (const text of textsOf(heldOut)) assert.ok(!learned.has(text), text);
        }
      }),
    );
  });

  test('have equal numbers of each star, as far as the copies allow', () => {
    const reviews = [1, 2, 3, 4, 5].flatMap((stars) =>
      Array.from({ length: 20 * stars }, (_, i) => review(stars, `${stars} ${i}`)),
    );
    for (const { heldOut } of foldSplits(reviews, 3, 5)) {
      for (const stars of [1, 2, 3, 4, 5]) assert.equal(heldOut.filter((one) => one.stars === stars).length, 4 * stars);
    }
    // If all stars differ, each fold has one of every five consecutive stars.
    const graded = Array.from({ length: 50 }, (_, i) => review(i / 2, `${i}`));
    for (const { heldOut } of foldSplits(graded, 3, 5))
      assert.deepEqual(
        heldOut.map(({ stars }) => Math.floor(stars / 2.5)),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
  });

  test('have equal sizes although some texts have many copies', () => {
    const reviews = Array.from({ length: 40 }, (_, i) => new Array((i % 4) * 5 + 1).fill(review(3, `${i}`))).flat();
    const sizes = foldSplits(reviews, 1, 4).map(({ heldOut }) => heldOut.length);
    assert.deepEqual([Math.min(...sizes), Math.max(...sizes)], [85, 85]);
  });

  test('differ with another seed, and are the same with the same seed', () => {
    const reviews = Array.from({ length: 30 }, (_, i) => review(1 + (i % 5), `${i}`));
    assert.deepEqual(foldSplits(reviews, 1, 3), foldSplits(reviews, 1, 3));
    assert.notDeepEqual(foldSplits(reviews, 1, 3), foldSplits(reviews, 2, 3));
  });

  test('more folds than texts are refused', () => {
    assert.throws(() => foldSplits([review(1, 'a'), review(5, ' a '), review(5, 'b')], 1, 3), {
      message: 'Expected at least 3 different texts, one per fold, received 2',
    });
  });
});

describe('copies of a text', () => {
  test('are equal after NFKC and without white space, and stay on one side', () => {
    const copies = ['ｶﾞｯｶﾘ 8点', 'ガッカリ８点', 'ガッカリ\u3000８点\n', 'カ\u3099ッカリ8点'].map((text) =>
      review(1, text),
    );
    const { training, heldOut } = holdoutSplit([...copies, review(5, '最高')], 1, 0.5);
    assert.deepEqual([training.length, heldOut.length].sort(), [1, 4]);
    assert.throws(() => holdoutSplit(copies, 1, 0.5), {
      message: 'Expected enough different texts to hold out a share of 0.5, received 1',
    });
  });
});
