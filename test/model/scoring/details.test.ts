/** Words and unknown words of each text, by every engine, and the details that are made of them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { writeBundle } from '../../../model/bundle/write.ts';
import { createRandom } from '../../../model/math/random.ts';
import { detailsOf } from '../../../model/scoring/details.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { engineNames, type Scorer } from '../../../model/scoring/scorer.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { textGenerator } from '../../fixtures/texts.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

const scorersOf = (bundlePath: string): Promise<readonly Scorer[]> =>
  Promise.all(engineNames.map((engine) => loadScorer({ bundlePath, engine })));

describe('every engine', () => {
  const words = ['最高', '楽しくない', '映画', 'けど', '良い', '。', '！', '😀', 'ｻｲｺｰ', 'zzz', 'かもしれない', '\n'];
  const texts = [
    '',
    ' ',
    '\ud800',
    '😀'.repeat(30),
    ...Array.from({ length: 200 }, textGenerator(createRandom(8), words)),
  ];

  test('counts the same words of the shipped model, which has term rules, and scores as scoreBatch does', async () => {
    const scorers = await scorersOf(join(packageRoot, 'model', 'stars'));
    const counted = await Promise.all(scorers.map((scorer) => scorer.scoreBatchWithWords(texts)));
    const native = counted[0] as (typeof counted)[number];
    assert.ok(
      native.words.some((count) => count > 5),
      'there are words',
    );
    assert.ok(native.unknownWords.some((count, i) => count > 0 && count < (native.words[i] as number)));
    for (const other of counted) assert.deepEqual(other, native);
    for (const scorer of scorers) assert.deepEqual(await scorer.scoreBatch(texts), native.scores, scorer.engine);
  });

  test('counts the words of surface forms by hand: 良い is a term, 映画 is not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hoshi-details-'));
    try {
      await writeBundle(join(folder, 'tiny'), await tinyBundle()); // its terms: 悪い, 普通, 良い
      for (const scorer of await scorersOf(join(folder, 'tiny'))) {
        const counted = await scorer.scoreBatchWithWords(['良い映画、良い', '映画', '', '普通']);
        assert.deepEqual([...counted.words], [3, 1, 0, 1], scorer.engine);
        assert.deepEqual([...counted.unknownWords], [1, 1, 0, 0], scorer.engine);
        assert.deepEqual(
          detailsOf(counted, scorer.bundle).map(({ known }) => known),
          [1 - 1 / 3, 0, null, 1],
        );
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test("a label comes from the bundle's cuts, or from the range", () => {
  const counted = {
    scores: Float64Array.of(2.4, 2.5, 3.5, 3.6),
    words: new Uint32Array(4),
    unknownWords: new Uint32Array(4),
  };
  const labels = (bundle: object) => detailsOf(counted, bundle as Scorer['bundle']).map(({ label }) => label);
  assert.deepEqual(labels({ scoreRange: [1, 5] }), ['negative', 'neutral', 'neutral', 'positive']);
  assert.deepEqual(labels({ scoreRange: [1, 5], labels: { negative: 3.6, positive: 4 } }), [
    'negative',
    'negative',
    'negative',
    'neutral',
  ]);
});
