import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import { readCorpus } from '../../../model/corpus/read.ts';
import { starsHistogramSplit, starsRecipe } from '../../../model/training/stars-recipe.ts';
import { packageRoot } from '../../../native/package-root.ts';

describe('the recipe', () => {
  let manifest: Manifest;
  let recipe: ReturnType<typeof starsRecipe>;
  before(async () => {
    manifest = JSON.parse(await readFile(join(packageRoot, 'model', 'stars', 'manifest.json'), 'utf8'));
    recipe = starsRecipe(await readCorpus());
  });

  test('is the recipe of the shipped model', () => {
    const { name, command, seed, vectorizer, rounds, leaf } = recipe.options;
    assert.deepEqual(
      { name, made: { command, seed, reviews: recipe.reviews.length }, vectorizer, rounds, ridge: leaf },
      {
        name: manifest.name,
        made: { command: manifest.made.command, seed: manifest.made.seed, reviews: manifest.made.reviews },
        vectorizer: manifest.vectorizer,
        rounds: manifest.training.rounds,
        ridge: manifest.training.ridge,
      },
    );
  });

  test('the histograms of the shipped model are of reviews from held-out sentences', async () => {
    const corpus = await readCorpus();
    const { training, heldOut } = starsHistogramSplit(corpus);
    const { scores = [], unknownShare = [] } = manifest.histograms ?? {};
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    assert.equal(sum(scores), heldOut.length);
    assert.ok(sum(unknownShare) <= heldOut.length && sum(unknownShare) > 0.99 * heldOut.length);
    // Both parts have reviews of one sentence. The corpus has some sentences twice.
    const learned = new Set(training.map(({ text }) => text));
    const seen = heldOut.filter(({ text }) => learned.has(text)).length;
    assert.ok(seen < 0.02 * heldOut.length, `${seen} of ${heldOut.length} held-out reviews are in the training part`);
  });

  test('composes the reviews that the shipped model was trained on', () => {
    const hash = createHash('sha256');
    for (const { stars, text } of recipe.reviews) hash.update(`${stars}\t${text}\n`);
    assert.equal(hash.digest('hex'), manifest.made.data);
  });
});
