import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Pair } from '../../../model/evaluation/range-map.ts';
import { scorePair } from '../../../model/evaluation/score-pair.ts';
import { hashOfReviews } from '../../../model/io/reviews.ts';
import type { Scorer } from '../../../model/scoring/scorer.ts';
import { loadPair, writeTinyPair } from '../../fixtures/tiny-pair.ts';

let folder: string;
let scorers: Pair<Scorer>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-score-pair-'));
  scorers = await loadPair(await writeTinyPair(folder));
});
after(() => rm(folder, { recursive: true }));

test('labelled reviews in chunks: scores, stars and the hash of all of them', async () => {
  const reviews = [
    { stars: 5, text: '良い' },
    { stars: 1, text: '悪い' },
    { stars: 3, text: '普通' },
  ];
  const counts: number[] = [];
  const { scores, stars, hash, largest } = await scorePair(scorers, [reviews.slice(0, 2), [], reviews.slice(2)], {
    top: 1,
    onProgress: (count) => counts.push(count),
  });
  assert.deepEqual(
    [[...scores.old], [...scores.new], [...(stars ?? [])]],
    [
      [5, 1, 3],
      [3, 1, 4],
      [5, 1, 3],
    ],
  );
  assert.equal(hash, hashOfReviews(reviews));
  assert.deepEqual(largest, [{ text: '良い', old: 5, new: 3, move: -2 }]);
  assert.deepEqual(counts, [2, 2, 3]);
});

test('plain texts have no stars, and a hash of their lines', async () => {
  const { stars, hash } = await scorePair(scorers, [[{ text: '良い' }, { text: '' }]], { top: 0 });
  assert.equal(stars, undefined);
  assert.equal(hash, createHash('sha256').update('良い\n\n').digest('hex'));
});

test('no text: empty arrays', async () => {
  const { scores, stars, largest } = await scorePair(scorers, [], { top: 5 });
  assert.deepEqual([scores.old.length, scores.new.length, stars, largest.length], [0, 0, undefined, 0]);
});
