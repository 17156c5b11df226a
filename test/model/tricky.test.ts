/**
 * Texts that are easy for a reader and hard for a model, each with the range of stars that a fair reader would give
 * (tricky.tsv: lowest, highest, kind, text). The ranges were written before the shipped model was trained, by a person
 * who had not seen its corpus. Some scores are not in range yet. The number of scores in range may only grow.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadScorer } from '../../model/scoring/load.ts';
import { packageRoot } from '../../native/package-root.ts';

const MIN_IN_RANGE = 48;

const rows = readFileSync(join(packageRoot, 'test', 'model', 'tricky.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [lowest, highest, kind, text] = line.split('\t') as [string, string, string, string];
    return { lowest: Number(lowest), highest: Number(highest), kind, text };
  });

test('tricky texts: the ranges are valid, and no text occurs twice', () => {
  assert.ok(rows.length >= 60);
  for (const { lowest, highest, kind, text } of rows) {
    assert.ok(lowest >= 1 && lowest < highest && highest <= 5, text);
    assert.ok(kind !== '' && text !== '');
  }
  assert.equal(new Set(rows.map(({ text }) => text)).size, rows.length);
});

test(`tricky texts: at least ${MIN_IN_RANGE} of ${rows.length} are in range`, async (t) => {
  const scorer = await loadScorer({ bundlePath: join(packageRoot, 'model', 'stars'), engine: 'native' });
  const missed = rows
    .map((row) => ({ ...row, score: scorer.score(row.text) }))
    .filter(({ score, lowest, highest }) => score < lowest || score > highest);
  for (const { score, lowest, highest, kind, text } of missed)
    t.diagnostic(`${kind}: ${score.toFixed(2)} is not in ${lowest} to ${highest}: ${text}`);
  assert.ok(rows.length - missed.length >= MIN_IN_RANGE, `${rows.length - missed.length}`);
});

test('the three examples of the original are in range', async () => {
  const given = rows.filter(({ kind }) => kind === 'given');
  assert.equal(given.length, 3);
  const scorer = await loadScorer({ bundlePath: join(packageRoot, 'model', 'stars'), engine: 'native' });
  for (const { text, lowest, highest } of given) {
    const score = scorer.score(text);
    assert.ok(score >= lowest && score <= highest, `${score}: ${text}`);
  }
});
