/** A bundle of format 1: the model that hoshi shipped before format 2, compressed in test/fixtures/bundle-1. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readBundle } from '../../../model/bundle/read.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { engineNames } from '../../../model/scoring/scorer.ts';
import { format1Scores, unpackFormat1 } from '../../fixtures/bundle-format-1.ts';

describe('a bundle of format 1', () => {
  let path: string;
  before(() => {
    path = unpackFormat1();
  });
  after(() => rm(path, { recursive: true }));

  for (const engine of engineNames) {
    test(`gives the scores that it gave before format 2, on the engine ${engine}`, async () => {
      const scorer = await loadScorer({ bundlePath: path, engine }); // checks the goldens
      assert.equal(scorer.bundle.format, 1);
      for (const { text, score } of format1Scores)
        assert.ok(Object.is(scorer.score(text), score), JSON.stringify(text));
      const texts = format1Scores.map(({ text }) => text);
      assert.deepEqual(
        await scorer.scoreBatch(texts),
        Float64Array.from(format1Scores, ({ score }) => score),
      );
    });
  }

  test('becomes a bundle of format 2 when it is written again, with the same scores and another version', async () => {
    const { manifest, modelText, vectorizer } = await readBundle(path);
    const copy = join(path, 'copy');
    const { format, version, files, vectorizer: _, goldens, ...rest } = manifest;
    const written = await writeBundle(copy, { manifest: rest, modelText, vectorizer, goldens });
    assert.deepEqual([format, written.format], [1, 2]);
    assert.deepEqual(written.files, files);
    assert.notEqual(written.version, version);
    const scorer = await loadScorer({ bundlePath: copy, engine: 'native' });
    for (const { text, score } of format1Scores) assert.ok(Object.is(scorer.score(text), score));
  });
});
