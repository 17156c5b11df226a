import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { writeBundle } from '../../../model/bundle/write.ts';
import { readCorpus } from '../../../model/corpus/read.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { engineNames, type Scorer } from '../../../model/scoring/scorer.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

const shipped = join(packageRoot, 'model', 'stars');
let folder: string;
let engines: Scorer[];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-scorer-'));
  engines = await Promise.all(engineNames.map((engine) => loadScorer({ bundlePath: shipped, engine })));
});
after(() => rm(folder, { recursive: true }));

async function writeTiny(change: object = {}, name = 'tiny'): Promise<string> {
  const path = join(folder, name);
  await writeBundle(path, { ...(await tinyBundle()), ...change });
  return path;
}

/** Asserts that every engine gives the same double, alone and in a batch, and returns the scores. */
async function sameScores(texts: readonly string[]): Promise<number[]> {
  const [first, ...others] = engines as [Scorer, ...Scorer[]];
  const scores = texts.map((text) => first.score(text));
  for (const engine of [first, ...others]) {
    assert.deepEqual(Array.from(await engine.scoreBatch(texts)), scores);
    assert.deepEqual(
      texts.map((text) => engine.score(text)),
      scores,
    );
  }
  return scores;
}

const hostile = [
  '',
  ' ',
  '😀😀😀',
  '\ud800',
  '\0',
  '最高😀😀😀最高でした',
  'ｶﾞｯｶﾘ',
  'か\u3099',
  'ー'.repeat(5000),
  '神'.repeat(3000),
  'a'.repeat(10_000),
];

describe('scorer', () => {
  test('by hand: the scores of the tiny bundle', async () => {
    for (const engine of engineNames) {
      const scorer = await loadScorer({ bundlePath: await writeTiny(), engine });
      assert.deepEqual(
        ['とても良い', '悪い', '', '普通', '良いし悪い'].map((text) => scorer.score(text)),
        [5, 1, 3, 3, 5],
      );
      assert.equal(scorer.engine, engine);
    }
  });

  test('every engine gives the same doubles on every sentence of the corpus and on hostile texts', async () => {
    const { sentences } = await readCorpus();
    const scores = await sameScores([...sentences.map(({ text }) => text), ...hostile]);
    assert.ok(new Set(scores).size > sentences.length / 2);
  });

  test('every engine gives the same doubles on any string', async () => {
    const piece = fc.oneof(
      fc.constantFrom('映画', '面白い', 'ない', '最高', 'ひどい', '、', '😀', '\ud83d'),
      fc.string({ unit: 'grapheme' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        await sameScores([pieces.join('')]);
      }),
      { numRuns: 300 },
    );
  });

  test('the three examples of the original README', async () => {
    const [great, nolan, bad] = (await sameScores([
      'すごい！最高に興奮した！楽しい',
      '特殊な映画 クリストファー・ノーランらしさ全開だと感じました。この緊迫感、絶望感、暗さ。ダークナイトを思い出します。昼のシーンが多く画面や映像が暗い訳ではないのですが、なんとなく雰囲気が暗い。でもこの暗さがいい味を出してます。分かりやすい娯楽映画ばかり観ている人には理解しにくいかも。',
      'この映画は全くだめ、楽しくない。駄作',
    ])) as [number, number, number];
    assert.ok(great > 4.3, `${great}`);
    assert.ok(bad < 1.8, `${bad}`);
    assert.ok(bad < nolan && nolan < great, `${nolan}`);
  });

  test('a bundle that is replaced under a scorer: it goes on with the model that it loaded', async () => {
    const newer = {
      modelText: (await tinyBundle()).modelText.replace('leaf_value=3 5 1', 'leaf_value=2 4 1'),
      goldens: [{ text: '良い', score: 4 }],
    };
    for (const engine of engineNames) {
      const path = await writeTiny();
      const [scorer, explaining] = [
        await loadScorer({ bundlePath: path, engine }),
        await loadScorer({ bundlePath: path, engine }),
      ];
      const explanation = await explaining.explain('良い');
      assert.equal(await writeTiny(newer), path);
      assert.deepEqual(
        [scorer, explaining].map((each) => each.score('良い')),
        [5, 5],
      );
      assert.deepEqual(await explaining.explain('良い'), explanation);
      // What it has not loaded yet is in no place any more. It is refused, instead of the newer bundle's.
      await assert.rejects(scorer.explain('良い'), { name: 'BundleError' });
      assert.equal((await loadScorer({ bundlePath: path, engine })).score('良い'), 4);
      await rm(path, { recursive: true });
    }
  });

  test('scores are clamped to the range', async () => {
    const { manifest } = await tinyBundle();
    const path = await writeTiny({
      manifest: { ...manifest, scoreRange: [2, 4] },
      goldens: [{ text: '良い', score: 4 }],
    });
    const scorer = await loadScorer({ bundlePath: path, engine: 'js' });
    assert.deepEqual(
      ['良い', '悪い'].map((text) => scorer.score(text)),
      [4, 2],
    );
    assert.deepEqual([...(await scorer.scoreBatch(['良い', '悪い']))], [4, 2]);
  });

  test('an end map maps the raw sum, on every engine, alone and in a batch; explanations report its effect', async () => {
    const { manifest } = await tinyBundle();
    const endMap = { raw: [0, 2, 6], scores: [1.5, 2, 4], slopes: [0.25, 0.5] };
    const goldens = [{ text: '良い', score: 3.5 }];
    const path = await writeTiny({ manifest: { ...manifest, endMap }, goldens });
    for (const engine of engineNames) {
      const scorer = await loadScorer({ bundlePath: path, engine });
      const texts = ['良い', '悪い', ''];
      assert.deepEqual(
        texts.map((text) => scorer.score(text)),
        [3.5, 1.75, 2.5],
      );
      assert.deepEqual([...(await scorer.scoreBatch(texts))], [3.5, 1.75, 2.5]);
      assert.equal((await scorer.explain('良い')).held, -1.5);
    }
  });

  test('a bundle is refused if a golden score differs in the last bits', async () => {
    const path = await writeTiny({ goldens: [{ text: '良い', score: 5 - 2 ** -50 }] });
    await assert.rejects(
      loadScorer({ bundlePath: path, engine: 'js' }),
      /expected the golden text "良い" to give 4\.99\d+, the js engine gave 5$/,
    );
  });

  test('a bundle for another dictionary than the installed one is refused', async () => {
    const { manifest } = await tinyBundle();
    const path = await writeTiny({ manifest: { ...manifest, tokenizer: { ...manifest.tokenizer, dictionary: 'x' } } });
    await assert.rejects(
      loadScorer({ bundlePath: path, engine: 'js' }),
      /expected tokenizer.dictionary to be [0-9a-f]{64}, which is installed, received x/,
    );
  });

  test('a manifest that was changed without its version is refused by every engine, compiled tables or not', async () => {
    const changes: readonly ((manifest: Record<string, object>) => void)[] = [
      (manifest) => Object.assign(manifest, { scoreRange: [1, 4] }),
      (manifest) => Object.assign(manifest, { labels: { negative: 2, positive: 3 } }),
      (manifest) => Object.assign(manifest, { version: '0123456789ab' }),
      (manifest) => Object.assign(manifest.vectorizer as object, { sublinear_tf: false }),
    ];
    for (const [i, change] of changes.entries()) {
      const path = await writeTiny({}, `changed-${i}`);
      const file = join(path, 'manifest.json');
      const manifest = JSON.parse(await readFile(file, 'utf8'));
      change(manifest);
      await writeFile(file, JSON.stringify(manifest));
      for (const engine of ['auto', ...engineNames] as const)
        await assert.rejects(
          loadScorer({ bundlePath: path, engine }),
          /expected version to be \w{12}, by the other fields/,
        );
      for (const compiled of ['vocabulary.bin', 'forest.bin']) await rm(join(path, compiled));
      for (const engine of ['auto', ...engineNames] as const)
        await assert.rejects(loadScorer({ bundlePath: path, engine }), /expected version to be/);
    }
  });

  test('trees with another number of features than the vocabulary has terms are refused', async () => {
    const { modelText } = await tinyBundle();
    const path = await writeTiny({
      modelText: modelText.replace('max_feature_idx=2', 'max_feature_idx=3').replace(/(Column_2|\[0:1\])$/gm, '$1 $1x'),
    });
    for (const engine of engineNames) {
      await assert.rejects(loadScorer({ bundlePath: path, engine }), /model.txt: expected 3 features, .*, received 4$/);
    }
  });

  test('auto takes the first available engine, and warns about the engines that it skips', async () => {
    const warnings: string[] = [];
    const { modelText } = await tinyBundle();
    const poisson = await writeTiny({
      modelText: modelText.replace('objective=regression', 'objective=poisson'),
      goldens: [{ text: '', score: 5 }],
    });
    const scorer = await loadScorer({ bundlePath: poisson, engine: 'auto', warn: (message) => warnings.push(message) });
    assert.equal(scorer.engine, 'native-lightgbm');
    await assert.rejects(loadScorer({ bundlePath: poisson, engine: 'js' }), /expected an objective of regression/);
    await assert.rejects(loadScorer({ bundlePath: poisson, engine: 'native' }), /expected an objective of regression/);
    assert.deepEqual(warnings, [
      'engine native is unavailable; falling back to native-lightgbm: model: expected an objective of regression, regression_l1, fair, quantile, mape, huber, lambdarank, rank_xendcg, custom, received poisson',
    ]);
  });
});
