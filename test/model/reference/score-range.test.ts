import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createRandom } from '../../../model/math/random.ts';
import { ScoreMap, scoreMapOf } from '../../../model/reference/score-range.ts';
import {
  NativeAnalyzer,
  NativeExtractor,
  NativeForest,
  NativeScorer,
  NativeVectorizer,
} from '../../../native/index.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { dictionaryWords, textGenerator } from '../../fixtures/texts.ts';

const bent = { raw: [-2, 1, 3, 4], scores: [0, 1, 3, 3.25], slopes: [0.25, 1, 0.25] };

describe('score map', () => {
  test('a clamp gives every sum within the range unchanged, and the ends outside it', () => {
    const clamp = ScoreMap.clampTo([1, 5]);
    const sums = [-7, 1, 1 + Number.EPSILON, 0.1 + 2.2, 5, 5 + 2 ** -50, Number.POSITIVE_INFINITY];
    assert.deepEqual(
      sums.map((sum) => clamp.score(sum)),
      [1, 1, 1 + Number.EPSILON, 0.1 + 2.2, 5, 5, 5],
    );
  });

  test('an end map is linear between its knots, and constant outside them', () => {
    const map = ScoreMap.endMap(bent);
    const sums = [-9, -2, 0, 1, 2.5, 3, 3.5, 4, 9];
    assert.deepEqual(
      sums.map((sum) => map.score(sum)),
      [0, 0, 0.5, 1, 2.5, 3, 3.125, 3.25, 3.25],
    );
  });

  test('NaN gives the lowest score', () => {
    assert.equal(ScoreMap.clampTo([1, 5]).score(Number.NaN), 1);
    assert.equal(ScoreMap.endMap(bent).score(Number.NaN), 0);
  });

  test('the map of a bundle is its end map, or else a clamp to its range', () => {
    assert.equal(scoreMapOf({ scoreRange: [0, 5] }).score(3.5), 3.5);
    assert.equal(scoreMapOf({ scoreRange: [0, 5], endMap: bent }).score(3.5), 3.125);
  });

  test('the native scorer maps as the twin does, also at the knots and next to them', () => {
    const stars = join(packageRoot, 'model', 'stars');
    const analyzer = NativeAnalyzer.load();
    const vectorizer = NativeVectorizer.load(join(stars, 'vocabulary.bin'));
    const forest = NativeForest.load(join(stars, 'forest.bin'));
    const extractor = new NativeExtractor(analyzer, vectorizer);
    const texts = Array.from({ length: 1500 }, textGenerator(createRandom(41), dictionaryWords(20)));
    const sums = texts.map((text) => forest.predict(extractor.row(text)));
    const distinct = [...new Set(sums)].sort((a, b) => a - b);
    for (const step of [1, 7, 50, 300]) {
      const raw = distinct.filter((_, i) => i % step === 0);
      const scores = raw.map((_, i) => Math.sqrt(i));
      const slopes = raw.slice(1).map((x, i) => (Math.sqrt(i + 1) - Math.sqrt(i)) / (x - (raw[i] as number)));
      for (const map of [
        ScoreMap.endMap({ raw, scores, slopes }),
        ScoreMap.clampTo([raw[0] as number, raw[1] as number]),
      ]) {
        const native = new NativeScorer(new NativeExtractor(analyzer, vectorizer), forest, map);
        texts.forEach((text, i) => {
          assert.ok(Object.is(native.score(text), map.score(sums[i] as number)), `${sums[i]}`);
        });
      }
    }
  });
});
