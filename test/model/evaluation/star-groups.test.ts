import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { binOf, condense, groupStars, roundEdges } from '../../../model/evaluation/star-groups.ts';

describe('groups of stars', () => {
  test('each whole number of stars has a group, even if no review has it', () => {
    const groups = groupStars([1, 3, 5], [1, 5]);
    assert.deepEqual(groups.labels, ['1', '2', '3', '4', '5']);
    assert.deepEqual([0, 1, 1.49, 1.5, 4.6, 9].map(groups.groupOf), [0, 0, 0, 1, 4, 4]);
  });

  test('half stars', () => {
    const groups = groupStars([0.5, 3.5, 5], [0.5, 5]);
    assert.deepEqual(groups.labels, ['0.5', '1', '1.5', '2', '2.5', '3', '3.5', '4', '4.5', '5']);
    assert.equal(groups.groupOf(3.7), 6);
  });

  test('0 to 100 stars are grouped by tens', () => {
    const groups = groupStars([0, 37, 100], [0, 100]);
    assert.deepEqual(groups.labels.slice(0, 2), ['0–10', '10–20']);
    assert.deepEqual([0, 9.99, 10, 99, 100].map(groups.groupOf), [0, 0, 1, 9, 9]);
  });

  test('any numbers are grouped, negative ones too', () => {
    const groups = groupStars([-1.234, 0, 0.777], [-1.3, 0.8]);
    assert.deepEqual(groups.labels, [
      '-1.5–-1.25',
      '-1.25–-1',
      '-1–-0.75',
      '-0.75–-0.5',
      '-0.5–-0.25',
      '-0.25–0',
      '0–0.25',
      '0.25–0.5',
      '0.5–0.75',
      '0.75–1',
    ]);
  });

  test('stars outside the score range have groups', () => {
    assert.deepEqual(groupStars([1, 7], [2, 4]).labels, ['1', '2', '3', '4', '5', '6', '7']);
  });
});

test('edges are round, few, and cover the range', () => {
  assert.deepEqual(roundEdges(1, 5, 12), [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]);
  for (const [lowest, highest] of [
    [0, 1],
    [-3, 1e6],
    [0.1, 0.3],
    [5, 5.000001],
    [-0.5, 97],
  ] as const) {
    const edges = roundEdges(lowest, highest, 10);
    assert.ok(edges.length >= 2 && edges.length <= 11, String(edges));
    assert.ok((edges[0] as number) <= lowest + 1e-9 && (edges.at(-1) as number) >= highest - 1e-9, String(edges));
  }
});

test('a bin includes its lower edge, and the last bin also its upper edge', () => {
  assert.deepEqual(
    [-1, 0, 0.5, 1, 2, 3].map((value) => binOf([0, 1, 2], value)),
    [0, 0, 0, 1, 1, 1],
  );
});

describe('condensed confusion', () => {
  const confusionOf = (given: number[], predicted: number[]) => ({
    means: given.map((stars, i) => ({ stars, reviews: i + 1, score: stars })),
    confusion: { given, predicted, counts: given.map((_, i) => predicted.map((_, k) => (k === 0 ? i + 1 : 0))) },
  });
  const upTo = (last: number) => Array.from({ length: last + 1 }, (_, i) => i);

  test('up to 12 values stay as they are', () => {
    const { rows, columns } = condense(confusionOf([1, 2.5, 5], [1, 2, 3, 4, 5]));
    assert.deepEqual(columns, ['1', '2', '3', '4', '5']);
    assert.deepEqual(rows, [
      { label: '1', reviews: 1, score: 1, counts: [1, 0, 0, 0, 0] },
      { label: '2.5', reviews: 2, score: 2.5, counts: [2, 0, 0, 0, 0] },
      { label: '5', reviews: 3, score: 5, counts: [3, 0, 0, 0, 0] },
    ]);
    assert.equal(condense(confusionOf(upTo(11), [1])).rows.length, 12);
  });

  test('more values are grouped by 2, 5, 10, 20 … neighbours, and nothing is lost', () => {
    const labelsOf = (last: number) => condense(confusionOf(upTo(last), upTo(last))).rows.map(({ label }) => label);
    assert.deepEqual(labelsOf(12), ['0–1', '2–3', '4–5', '6–7', '8–9', '10–11', '12']);
    assert.deepEqual(labelsOf(24), ['0–4', '5–9', '10–14', '15–19', '20–24']);
    assert.deepEqual([labelsOf(100)[0], labelsOf(100).at(-1)], ['0–9', '100']);
    assert.deepEqual([labelsOf(250)[0], labelsOf(250).at(-1)], ['0–49', '250']);
    const { rows } = condense(confusionOf(upTo(24), upTo(24)));
    // reviews 1 … 5 with the stars 0 … 4
    assert.deepEqual([rows[0]?.reviews, rows[0]?.score], [15, (0 + 2 + 6 + 12 + 20) / 15]);
    assert.deepEqual(rows[0]?.counts, [15, 0, 0, 0, 0]);
    assert.equal(
      rows.reduce((sum, { reviews }) => sum + reviews, 0),
      (25 * 26) / 2,
    );
  });
});
