/**
 * Texts that are easy for a reader and hard for a model, each with the range of stars that a fair reader would give
 * (lowest, highest, kind, text). The ranges were written before the model was trained. tricky.tsv was written with the
 * kinds of errors in mind that the corpus was written against; tricky-blind.tsv by a person who had not seen the corpus.
 * Many scores are not in range yet. The number of scores in range may only grow.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadScorer } from '../../model/scoring/load.ts';
import { packageRoot } from '../../native/package-root.ts';

const MIN_IN_RANGE = { 'tricky.tsv': 329, 'tricky-blind.tsv': 191 };

const scorer = await loadScorer({ bundlePath: join(packageRoot, 'model', 'stars'), engine: 'native' });

function rowsOf(file: string) {
  const lines = readFileSync(join(packageRoot, 'test', 'model', file), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1);
  return lines.map((line) => {
    const [lowest, highest, kind, text] = line.split('\t') as [string, string, string, string];
    return { lowest: Number(lowest), highest: Number(highest), kind, text, score: scorer.score(text) };
  });
}

for (const [file, minimum] of Object.entries(MIN_IN_RANGE)) {
  describe(file, () => {
    const rows = rowsOf(file);

    test('the ranges are valid, and no text occurs twice', () => {
      assert.ok(rows.length >= 200);
      for (const { lowest, highest, kind, text } of rows) {
        assert.ok(lowest >= 1 && lowest < highest && highest <= 5, text);
        assert.ok(kind !== '' && text !== '');
      }
      assert.equal(new Set(rows.map(({ text }) => text)).size, rows.length);
    });

    test(`at least ${minimum} of ${rows.length} are in range`, (t) => {
      const missed = rows.filter(({ score, lowest, highest }) => score < lowest || score > highest);
      for (const { score, lowest, highest, kind, text } of missed)
        t.diagnostic(`${kind}: ${score.toFixed(2)} is not in ${lowest} to ${highest}: ${text}`);
      assert.ok(rows.length - missed.length >= minimum, `${rows.length - missed.length}`);
    });
  });
}

test('the three examples of the original are in range', () => {
  const given = rowsOf('tricky.tsv').filter(({ kind }) => kind === 'given');
  assert.equal(given.length, 3);
  for (const { text, lowest, highest, score } of given)
    assert.ok(score >= lowest && score <= highest, `${score}: ${text}`);
});
