import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Review } from '../../../model/io/reviews.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { type FeatureExtractor, loadFeatureExtractor } from '../../../model/scoring/feature-extractor.ts';
import { type LearnOptions, learn } from '../../../model/training/learn.ts';
import type { Teacher } from '../../../model/training/teacher.ts';

let extractor: FeatureExtractor;
before(async () => {
  extractor = await loadFeatureExtractor(undefined, assert.fail);
});

const reviewsOf = (count: number): Review[] =>
  Array.from({ length: count }, (_, i) => ({
    stars: i % 2 === 0 ? 5 : 1,
    text: i % 2 === 0 ? '良い映画' : '悪い映画',
  }));
const teacher: Teacher = {
  alpha: 1,
  tolerance: 1e-8,
  maxIterations: 100,
  spread: 1,
  texts: new Array(700).fill('良い。悪い。'),
};
const options: LearnOptions = {
  seed: 1,
  vectorizer: { ...defaultVectorizerParameters, ngram_range: [1, 1] },
  boosting: { min_data_in_leaf: 1, feature_fraction: 1 },
  patience: 10,
};

/** Learns from 600 reviews with 150 held out. Counts the visits of texts and records the reported progress. */
async function learnCounting(changes: Partial<LearnOptions>) {
  let visits = 0;
  const counting: FeatureExtractor = {
    tokens(text) {
      visits++;
      return extractor.tokens(text);
    },
    rows(vectorizer) {
      const rowOf = extractor.rows(vectorizer);
      return (text) => {
        visits++;
        return rowOf(text);
      };
    },
  };
  const reports: { done: number; total: number; visits: number }[] = [];
  const onProgress = (done: number, total: number) => reports.push({ done, total, visits });
  const split = { training: reviewsOf(600), heldOut: reviewsOf(150) };
  await learn(counting, split, [1, 5], 2, { ...options, ...changes, onProgress });
  return { visits, reports };
}

describe('the progress of all passes', () => {
  const cases: [name: string, changes: Partial<LearnOptions>, expected: number][] = [
    ['without a teacher', {}, 2 * 600 + 150],
    ['with a teacher', { teacher }, 2 * 600 + 150 + 600 + 700],
    ['with a teacher that selects terms', { teacher: { ...teacher, terms: 2 } }, 3 * 600 + 150 + 600 + 700],
  ];
  for (const [name, changes, expected] of cases) {
    test(`${name}: the total is the number of texts visited`, async () => {
      const { visits, reports } = await learnCounting(changes);
      assert.equal(visits, expected);
      assert.deepEqual([...new Set(reports.map(({ total }) => total))], [expected]);
      for (const report of reports) assert.equal(report.done, report.visits);
      assert.equal(reports.at(-1)?.done, expected);
      assert.ok(
        reports.some(({ done }) => done % 256 === 0 && done < 600),
        'it reports within a pass',
      );
    });
  }

  test('stops in the middle of a pass when the signal is aborted', async () => {
    const stop = new AbortController();
    let last = 0;
    const onProgress = (done: number) => {
      last = done;
      stop.abort();
    };
    const split = { training: reviewsOf(600), heldOut: [] };
    await assert.rejects(learn(extractor, split, [1, 5], 2, { ...options, onProgress, signal: stop.signal }), {
      name: 'Interrupted',
    });
    assert.equal(last, 256);
  });
});
