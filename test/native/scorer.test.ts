import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { compiledFiles } from '../../model/bundle/manifest.ts';
import { writeBundle } from '../../model/bundle/write.ts';
import { createRandom, pick } from '../../model/math/random.ts';
import { ScoreMap, scoreMapOf } from '../../model/reference/score-range.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import type { NativeEngine } from '../../model/scoring/native-engine.ts';
import type { Scorer as WholeScorer } from '../../model/scoring/scorer.ts';
import { NativeForest, NativeScorer } from '../../native/index.ts';
import { shippedBundle, shippedExtractor, shippedManifest, shippedScorer } from '../fixtures/shipped-scorer.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';
import { type KuromojiGolden, readGolden, textOf } from '../golden/golden.ts';

const scorer = shippedScorer();
const words = dictionaryWords(20);
const texts = Array.from({ length: 2000 }, textGenerator(createRandom(32), words));
const scores = Float64Array.from(texts, (text) => scorer.score(text));

describe('scorer and the reference engines give the same doubles', () => {
  let references: WholeScorer[];
  before(async () => {
    references = await Promise.all(
      (['lightgbm', 'js'] as const).map((engine) => loadScorer({ bundlePath: shippedBundle, engine })),
    );
  });
  const sameScores = (texts: readonly string[]) => {
    for (const text of texts) {
      const score = scorer.score(text);
      for (const reference of references)
        assert.ok(Object.is(reference.score(text), score), `${reference.engine}: ${JSON.stringify(text.slice(0, 99))}`);
    }
  };

  test('for the texts of the goldens', () => {
    sameScores(readGolden<KuromojiGolden>('kuromoji.json').texts.map(({ text }) => textOf(text)));
  });

  test('for generated texts', () => {
    const next = textGenerator(createRandom(31), words);
    sameScores(Array.from({ length: 2500 }, next));
  });
});

describe('scorer', () => {
  test('gives the scores of a batch in order, on any number of threads', async () => {
    for (const threads of [1, 2, 3, 16, 200]) assert.deepEqual(await scorer.scoreBatch(texts, threads), scores);
    assert.deepEqual(await scorer.scoreBatch(texts), scores);
  });

  test('accepts an empty list, and fewer texts than threads', async () => {
    assert.deepEqual(await scorer.scoreBatch([], 8), new Float64Array());
    assert.deepEqual(await scorer.scoreBatch([texts[0] as string], 1024), scores.slice(0, 1));
    assert.deepEqual(await scorer.scoreBatch(['', '']), Float64Array.of(scorer.score(''), scorer.score('')));
  });

  test('scores many batches at the same time, and single texts between them', async () => {
    const random = createRandom(33);
    const batches = Array.from({ length: 60 }, async () => {
      const from = random.below(texts.length);
      const to = from + random.below(100);
      return [await scorer.scoreBatch(texts.slice(from, to), 1 + random.below(4)), from, to] as const;
    });
    for (let i = 0; i < 2000; i++) assert.ok(Object.is(scorer.score(texts[i] as string), scores[i]));
    for (const [received, from, to] of await Promise.all(batches)) assert.deepEqual(received, scores.slice(from, to));
  });

  test('shares its tables with other scorers', async () => {
    const [extractor, forest] = [shippedExtractor(), NativeForest.load(join(shippedBundle, 'forest.bin'))];
    const one = new NativeScorer(extractor, forest, scoreMapOf(shippedManifest));
    const narrow = new NativeScorer(extractor, forest, ScoreMap.clampTo([2.8, 3.2]));
    assert.deepEqual(await one.scoreBatch(texts.slice(0, 100), 2), scores.slice(0, 100));
    // Between 2.75 and 3.25 the end map of the shipped model is the identity.
    const held = scores.map((score) => Math.min(Math.max(score, 2.8), 3.2));
    assert.deepEqual(await narrow.scoreBatch(texts, 2), held);
    assert.deepEqual(
      Float64Array.from(texts, (text) => narrow.score(text)),
      held,
    );
  });

  test('copies the list, so that it may be changed after the call', async () => {
    const list = texts.slice(0, 500);
    const promise = scorer.scoreBatch(list, 2);
    list.fill('最悪');
    list.length = 3;
    assert.deepEqual(await promise, scores.slice(0, 500));
  });

  test('scores texts of millions of code units alone, in a batch, and between short texts', async () => {
    const long = [`${'とても面白い映画でした'.repeat(100_000)}`, 'ー'.repeat(3_000_000), '、'.repeat(500_000)];
    const single = long.map((text) => scorer.score(text));
    assert.ok(Object.is(scorer.score(texts[7] as string), scores[7]));
    assert.deepEqual(
      await scorer.scoreBatch([...long, texts[7] as string], 2),
      Float64Array.of(...single, scores[7] as number),
    );
    const random = createRandom(34);
    const cut = 2 ** 20; // code units of the buffer that the addon keeps between calls
    for (const length of [4094, 4095, 4096, 4097, cut - 2, cut - 1, cut, cut + 1, cut + 2]) {
      const text = Array.from({ length }, () => pick(random, ['最', '高', '。', '悪'])).join('');
      assert.deepEqual(await scorer.scoreBatch([text]), Float64Array.of(scorer.score(text)));
    }
  });

  test('works in several workers at the same time, and in workers that are terminated at any time', async () => {
    const worker = () => new Worker(new URL('./scorer-worker.js', import.meta.url), { workerData: texts });
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => {
        const one = worker();
        return new Promise<Float64Array>((resolve, reject) => {
          one.once('message', resolve).once('error', reject);
        }).finally(() => one.terminate());
      }),
    );
    for (const answer of answers) assert.deepEqual(answer, scores);
    const random = createRandom(35);
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const one = worker();
        await new Promise((resolve) => setTimeout(resolve, 60 + random.below(200)));
        await one.terminate();
      }),
    );
    assert.deepEqual(await scorer.scoreBatch(texts, 2), scores);
  });
});

test('words and unknown words are counted both on the event loop and outside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hoshi-words-'));
  try {
    await writeBundle(join(folder, 'tiny'), await tinyBundle()); // its terms: 悪い, 普通, 良い
    const native = (await loadScorer({ bundlePath: join(folder, 'tiny'), engine: 'native' })) as NativeEngine;
    const before = native.wordCounts();
    const grown = () => {
      const { words, unknownWords, unknownShares, unknownShareSum } = native.wordCounts();
      return {
        words: words - before.words,
        unknownWords: unknownWords - before.unknownWords,
        shares: unknownShares.map((texts, i) => texts - (before.unknownShares[i] as number)),
        sum: (unknownShareSum - before.unknownShareSum).toFixed(9),
      };
    };
    native.score('良い映画、良い');
    assert.deepEqual(grown(), {
      words: 3,
      unknownWords: 1,
      shares: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
      sum: '0.333333333',
    });
    // Two texts have no word. A share at a bound is in the bin that ends there.
    await native.scoreBatch(['悪い映画', '', '😀', '良い', '映画', '良い悪い普通良い映画']);
    const shares = [1, 1, 0, 1, 1, 0, 0, 0, 0, 1];
    assert.deepEqual(grown(), { words: 12, unknownWords: 4, shares, sum: '2.033333333' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('the native engine on a bundle without compiled files', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-native-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('compiles them when it is loaded, warns, and gives the same scores', async () => {
    const path = join(folder, 'tiny');
    await writeBundle(path, await tinyBundle());
    for (const file of Object.values(compiledFiles)) await rm(join(path, file));
    const warnings: string[] = [];
    const native = await loadScorer({ bundlePath: path, engine: 'native', warn: (message) => warnings.push(message) });
    const js = await loadScorer({ bundlePath: path, engine: 'js' });
    for (const text of texts.slice(0, 200)) assert.ok(Object.is(native.score(text), js.score(text)));
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] as string,
      /tiny: compiled at the start; run `hoshi compile .*tiny` to make later starts faster$/,
    );
  });

  test('a forest of the version before the linear leaf is compiled again, with a warning that names the version', async () => {
    const path = join(folder, 'old');
    await writeBundle(path, await tinyBundle());
    const file = join(path, compiledFiles.forest);
    const forest = await readFile(file);
    forest.writeUInt32LE(1, 12);
    await writeFile(file, forest);
    const warnings: string[] = [];
    const native = await loadScorer({ bundlePath: path, engine: 'native', warn: (message) => warnings.push(message) });
    assert.equal(native.score('良い'), 5);
    assert.match(
      warnings[0] as string,
      /forest\.bin: version: expected 3, found 1 \(compile it with this version of hoshi\)$/,
    );
    assert.match(
      warnings[1] as string,
      /old: compiled at the start; run `hoshi compile .*old` to make later starts faster$/,
    );
    assert.equal(warnings.length, 2);
  });
});
