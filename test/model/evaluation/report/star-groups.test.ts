import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { binOf, groupStars, roundEdges } from '../../../../model/evaluation/report/star-groups.ts';

describe('groups of stars', () => {
  test('whole stars have a group each, also those that no one gave', () => {
    const groups = groupStars([1, 3, 5], [1, 5]);
    assert.deepEqual(groups.labels, ['1', '2', '3', '4', '5']);
    assert.deepEqual([0, 1, 1.49, 1.5, 4.6, 9].map(groups.groupOf), [0, 0, 0, 1, 4, 4]);
  });

  test('half stars', () => {
    const groups = groupStars([0.5, 3.5, 5], [0.5, 5]);
    assert.deepEqual(groups.labels, ['0.5', '1', '1.5', '2', '2.5', '3', '3.5', '4', '4.5', '5']);
    assert.equal(groups.groupOf(3.7), 6);
  });

  test('0 to 100 go by tens', () => {
    const groups = groupStars([0, 37, 100], [0, 100]);
    assert.deepEqual(groups.labels.slice(0, 2), ['0–10', '10–20']);
    assert.deepEqual([0, 9.99, 10, 99, 100].map(groups.groupOf), [0, 0, 1, 9, 9]);
  });

  test('any numbers, below zero too', () => {
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

  test('stars beyond the range of scores have groups', () => {
    assert.deepEqual(groupStars([1, 7], [2, 4]).labels, ['1', '2', '3', '4', '5', '6', '7']);
  });
});

test('edges are round, few, and hold what they should', () => {
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

test('a bin holds its lower edge, the last one both', () => {
  assert.deepEqual(
    [-1, 0, 0.5, 1, 2, 3].map((value) => binOf([0, 1, 2], value)),
    [0, 0, 0, 1, 1, 1],
  );
});
