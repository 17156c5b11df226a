import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { evaluate, type StarAuc } from '../../../model/evaluation/evaluate.ts';
import type { Review } from '../../../model/io/reviews.ts';
import { ScoreMap } from '../../../model/reference/score-range.ts';
import type { Scorer } from '../../../model/scoring/scorer.ts';

/** A scorer whose score is the number in the text, clamped to the range. `batches` are the batches that it scored. */
function readingScorer(scoreRange: [number, number] = [1, 5]) {
  const batches: (readonly string[])[] = [];
  const score = (text: string) => ScoreMap.clampTo(scoreRange).score(Number(text));
  const scorer: Scorer = {
    engine: 'js',
    bundle: { scoreRange } as Partial<Scorer['bundle']> as Scorer['bundle'],
    score,
    maxUnits: ({ length }) => length,
    scoreBatch: async (texts) => {
      batches.push(texts);
      return Float64Array.from(texts, score);
    },
    scoreBatchWithWords: () => Promise.reject(new Error('unexpected call')),
    explain: () => Promise.reject(new Error('unexpected call')),
  };
  return { scorer, batches };
}

const review = (stars: number, score: number): Review => ({ stars, text: String(score) });
const near = (received: number, expected: number) =>
  assert.ok(Math.abs(received - expected) < 1e-12, `${received}, expected ${expected}`);

describe('evaluate', () => {
  test('by hand: five reviews', async () => {
    const { scorer } = readingScorer();
    const reviews = [review(5, 4.4), review(1, 1.2), review(3, 3.5), review(5, 2.6), review(1, 2.6)];
    const evaluation = await evaluate(scorer, reviews);
    assert.equal(evaluation.reviews, 5);
    near(evaluation.rmse, Math.sqrt((0.6 ** 2 + 0.2 ** 2 + 0.5 ** 2 + 2.4 ** 2 + 1.6 ** 2) / 5));
    near(evaluation.mae, (0.6 + 0.2 + 0.5 + 2.4 + 1.6) / 5);
    // 1.2 < 2.6, 1.2 < 4.4, 2.6 < 4.4 and one pair of 2.6, which counts half
    const valuesOf = ({ low, high, value }: StarAuc) => ({ low, high, value });
    assert.deepEqual(valuesOf(evaluation.auc), { low: 1, high: 5, value: 3.5 / 4 });
    assert.deepEqual(evaluation.auc.groups, [
      { from: 1, to: 1, reviews: 2 },
      { from: 5, to: 5, reviews: 2 },
    ]);
    const [lower, upper] = [
      { low: 1, high: 3, value: 1 },
      { low: 3, high: 5, value: 1 / 2 },
    ];
    assert.deepEqual(evaluation.neighbours.map(valuesOf), [lower, upper]);
    assert.deepEqual(
      [evaluation.aucLower, evaluation.aucUpper].map((auc) => auc && valuesOf(auc)),
      [lower, upper],
    );
    assert.match(evaluation.few ?? '', /^There are only 5 reviews/);
    assert.equal(evaluation.otherScale, null);
    // near 1: the score 1.2, which is right; near 5: none
    assert.deepEqual(
      [evaluation.ends.share, evaluation.ends.lowest.right, evaluation.ends.highest.reviews],
      [0.2, 1, 0],
    );
    assert.equal(evaluation.rightSide, 3 / 4); // 2.6 for 5 stars is on the wrong side
    // ranks of the stars less their mean: 1.5 −1.5 0 1.5 −1.5; of the scores: 2 −2 1 −0.5 −0.5
    near(evaluation.spearman, (3 + 3 + 0 - 0.75 + 0.75) / Math.sqrt(9 * 9.5));
    assert.deepEqual(
      evaluation.means.map(({ stars, reviews, score }) => [stars, reviews, Math.round(score * 1e9) / 1e9]),
      [
        [1, 2, 1.9],
        [3, 1, 3.5],
        [5, 2, 3.5],
      ],
    );
    assert.deepEqual(evaluation.confusion, {
      given: [1, 3, 5],
      predicted: [1, 2, 3, 4, 5],
      counts: [
        [1, 0, 1, 0, 0],
        [0, 0, 0, 1, 0], // 3.5 rounds up
        [0, 0, 1, 1, 0],
      ],
    });
  });

  test('stars may be fractions and outside 1 to 5: AUC compares the lowest with the highest', async () => {
    const { scorer } = readingScorer([-1.5, 1.4]);
    const { auc, aucLower, otherScale, confusion } = await evaluate(scorer, [
      review(10, 9),
      review(-0.5, -7),
      review(2, 0.2),
    ]);
    assert.deepEqual([auc.low, auc.high, auc.value, aucLower], [-0.5, 10, 1, null]); // 2 is not in the middle
    assert.match(otherScale ?? '', /^The stars are from -0\.5 to 10, but the model scores from -1\.5 to 1\.4\./);
    assert.deepEqual(confusion, {
      given: [-0.5, 2, 10],
      predicted: [-1, 0, 1], // −1.5 rounds up
      counts: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    });
  });

  test('on a wide scale, the stars within an eighth of the ends and of the middle are compared', async () => {
    const { scorer } = readingScorer([0, 100]);
    const reviews = Array.from({ length: 101 }, (_, stars) => review(stars, stars));
    const { auc, aucLower, aucUpper, labels, few } = await evaluate(scorer, reviews);
    const groupsOf = (each: StarAuc | null) => each?.groups.map(({ from, to, reviews }) => [from, to, reviews]);
    assert.deepEqual(groupsOf(auc), [
      [0, 12, 13],
      [88, 100, 13],
    ]);
    assert.deepEqual(groupsOf(aucLower)?.[1], [38, 62, 25]);
    assert.deepEqual(groupsOf(aucUpper)?.[0], [38, 62, 25]);
    assert.deepEqual([auc.value, aucLower?.value, aucUpper?.value], [1, 1, 1]);
    assert.ok((auc.interval?.[0] as number) < 1, 'a perfect order of 26 reviews is not certain');
    assert.equal(labels.byModel.accuracy, 1);
    assert.match(few ?? '', /^There are only 101 reviews/);
  });

  test('equal scores give an AUC of 0.5 and no rank correlation', async () => {
    const { scorer } = readingScorer();
    const { auc, spearman, mae } = await evaluate(scorer, [review(1, 3), review(5, 3)]);
    assert.deepEqual({ auc: auc.value, spearman, mae }, { auc: 0.5, spearman: Number.NaN, mae: 2 });
  });

  test('texts are scored 256 at a time, in order, and progress is reported', async () => {
    const { scorer, batches } = readingScorer([0, 600]);
    const reviews = Array.from({ length: 600 }, (_, i) => review(i % 2, i));
    const progress: number[] = [];
    const { means } = await evaluate(scorer, reviews, (done) => progress.push(done));
    assert.deepEqual(
      batches.map((texts) => texts.length),
      [256, 256, 88],
    );
    assert.deepEqual(
      batches.flat(),
      reviews.map(({ text }) => text),
    );
    assert.deepEqual(progress, [256, 512, 600]);
    // the means of 0, 2 … 598 and of 1, 3 … 599
    assert.deepEqual(means, [
      { stars: 0, reviews: 300, score: 299 },
      { stars: 1, reviews: 300, score: 300 },
    ]);
  });

  test('every review is counted once, for any scores', async () => {
    const reviews = fc.array(
      fc.record({ stars: fc.constantFrom(1, 2, 2.5, 4, 5), score: fc.double({ min: 0, max: 6, noNaN: true }) }),
      { minLength: 2, maxLength: 40 },
    );
    const ranges = fc.constantFrom<[number, number]>([1, 5], [1.5, 4.5], [0.4, 5.2], [2, 2.4]);
    await fc.assert(
      fc.asyncProperty(reviews, ranges, async (given, range) => {
        fc.pre(new Set(given.map(({ stars }) => stars)).size > 1);
        const { scorer } = readingScorer(range);
        const { means, confusion } = await evaluate(
          scorer,
          given.map(({ stars, score }) => review(stars, score)),
        );
        confusion.counts.forEach((row, i) => {
          assert.equal(row.length, confusion.predicted.length);
          assert.equal(
            row.reduce((sum, count) => sum + count, 0),
            means[i]?.reviews,
          );
        });
        assert.equal(
          means.reduce((sum, mean) => sum + mean.reviews, 0),
          given.length,
        );
      }),
    );
  });

  test('no review, and reviews with the same stars, are refused', async () => {
    const { scorer } = readingScorer();
    await assert.rejects(evaluate(scorer, []), {
      message: 'Expected reviews with at least two different stars, received no review',
    });
    await assert.rejects(evaluate(scorer, [review(5, 1), review(5, 2)]), {
      message: 'Expected reviews with at least two different stars, received only 5',
    });
  });

  test('an error of the scorer is passed on', async () => {
    const { scorer } = readingScorer();
    const broken: Scorer = { ...scorer, scoreBatch: () => Promise.reject(new Error('no engine')) };
    await assert.rejects(evaluate(broken, [review(1, 1), review(5, 5)]), /^Error: no engine$/);
  });
});
