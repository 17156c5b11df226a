import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import { readCorpus } from '../../../model/corpus/read.ts';
import { starsRecipe } from '../../../model/training/stars-recipe.ts';
import { packageRoot } from '../../../native/package-root.ts';

describe('the recipe', () => {
  let manifest: Manifest;
  let recipe: ReturnType<typeof starsRecipe>;
  before(async () => {
    manifest = JSON.parse(await readFile(join(packageRoot, 'model', 'stars', 'manifest.json'), 'utf8'));
    recipe = starsRecipe(await readCorpus());
  });

  test('is the recipe of the shipped model', () => {
    const { name, command, seed, vectorizer, rounds, teacher } = recipe.options;
    assert.ok(teacher);
    const { texts, ...ridge } = teacher;
    assert.deepEqual(
      { name, made: { command, seed, reviews: recipe.reviews.length }, vectorizer, rounds },
      {
        name: manifest.name,
        made: { command: manifest.made.command, seed: manifest.made.seed, reviews: manifest.made.reviews },
        vectorizer: manifest.vectorizer,
        rounds: manifest.training.rounds,
      },
    );
    assert.deepEqual({ ridge, furtherTexts: texts.length }, manifest.training.teacher);
  });

  test('composes the reviews that the shipped model was trained on', () => {
    const hash = createHash('sha256');
    for (const { stars, text } of recipe.reviews) hash.update(`${stars}\t${text}\n`);
    assert.equal(hash.digest('hex'), manifest.made.data);
  });

  test('gives the teacher these mixtures, most of which are not among the reviews', () => {
    const texts = recipe.options.teacher?.texts ?? [];
    assert.equal(
      createHash('sha256').update(texts.join('\n')).digest('hex'),
      '56bc830bc2735fdd52d685f70469f347d3d6e96d35b88c0585c429235bd9be3d',
    );
    const reviewTexts = new Set(recipe.reviews.map(({ text }) => text));
    assert.ok(texts.filter((text) => !reviewTexts.has(text)).length > 100_000);
  });
});
