import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Review } from '../../../model/io/reviews.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { type LoadedExtractor, loadFeatureExtractor } from '../../../model/scoring/feature-extractor.ts';
import { type LearnOptions, learn } from '../../../model/training/learn.ts';

let extractor: LoadedExtractor;
before(async () => {
  extractor = await loadFeatureExtractor({}, assert.fail);
});

const reviewsOf = (count: number): Review[] =>
  Array.from({ length: count }, (_, i) => ({
    stars: i % 2 === 0 ? 5 : 1,
    text: i % 2 === 0 ? '良い映画' : '悪い映画',
  }));
const options: LearnOptions = {
  seed: 1,
  vectorizer: { ...defaultVectorizerParameters, ngram_range: [1, 1] },
  boosting: { min_data_in_leaf: 1, feature_fraction: 1 },
  patience: 10,
};

/** Learns from 600 reviews with 150 held out. Counts the visits of texts and records the reported progress. */
async function learnCounting(changes: Partial<LearnOptions>) {
  let visits = 0;
  const counting: LoadedExtractor = {
    settings: extractor.settings,
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
  await learn(counting, split, 2, { ...options, ...changes, onProgress });
  return { visits, reports };
}

describe('the progress of all passes', () => {
  const cases: [name: string, changes: Partial<LearnOptions>, expected: number][] = [
    ['without a linear leaf', {}, 2 * 600 + 150],
    ['with a linear leaf', { leaf: { alpha: 1 } }, 2 * 600 + 150],
    ['with a linear leaf and a selection of terms', { leaf: { alpha: 1, terms: 2 } }, 3 * 600 + 150],
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
    await assert.rejects(learn(extractor, split, 2, { ...options, onProgress, signal: stop.signal }), {
      name: 'Interrupted',
    });
    assert.equal(last, 256);
  });
});

describe('the stages of a training with a linear leaf', () => {
  const split = { training: reviewsOf(600), heldOut: reviewsOf(150) };
  const leaf = { alpha: 'auto', terms: 2 } as const;
  const stages = [
    'tokenizing 750 reviews',
    'selecting 2 of 3 terms',
    'fitting the linear leaf on 600 reviews and 2 terms',
    'boosting 2 rounds on 600 rows of 2 columns',
  ];

  test('are reported in order', async () => {
    const reported: string[] = [];
    await learn(extractor, split, 2, { ...options, leaf, onStage: (stage) => reported.push(stage) });
    assert.deepEqual(reported, stages);
  });

  for (const stage of stages)
    test(`a signal in "${stage}" rejects`, async () => {
      const stop = new AbortController();
      const onStage = (name: string) => name === stage && stop.abort();
      await assert.rejects(learn(extractor, split, 2, { ...options, leaf, onStage, signal: stop.signal }), {
        name: 'Interrupted',
      });
    });

  test('a signal after round 0 gives the linear leaf alone', async () => {
    const stop = new AbortController();
    const onRound = ({ round }: { round: number }) => round === 0 && stop.abort();
    const { boosted } = await learn(extractor, split, 2, { ...options, leaf, onRound, signal: stop.signal });
    const { booster, rounds, isInterrupted, curve } = boosted;
    assert.deepEqual([booster.treeCount, rounds, isInterrupted, curve.best], [1, 0, true, 0]);
  });

  test('parameters that do not fit a linear leaf are refused before the work begins', async () => {
    const boosting = { ...options.boosting, objective: 'poisson' };
    await assert.rejects(
      learn(extractor, split, 2, { ...options, boosting, leaf, onStage: assert.fail }),
      /^Error: Expected an objective of regression, .*, received objective=poisson\. For trees only, add --ridge none$/,
    );
  });
});
