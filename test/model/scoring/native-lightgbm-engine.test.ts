import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeBundle } from '../../../model/bundle/write.ts';
import { createRandom } from '../../../model/math/random.ts';
import { UnexplainableError } from '../../../model/scoring/explain.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import type { EngineName, Scorer } from '../../../model/scoring/scorer.ts';
import { parseExportedVectorizer } from '../../../model/training/exported-vectorizer.ts';
import { importModel } from '../../../model/training/import-model.ts';
import { dictionaryWords, textGenerator } from '../../fixtures/texts.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';
import { withGolden } from '../../fixtures/with-golden.ts';
import { doublesOf, type ImportedGolden, readGolden, textOf } from '../../golden/golden.ts';

const golden = readGolden<ImportedGolden>('imported.json');
const texts = golden.texts.map(({ text }) => textOf(text));
const generated = Array.from({ length: 3000 }, textGenerator(createRandom(13), dictionaryWords(50)));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-native-lightgbm-'));
});
after(() => rm(folder, { recursive: true }));

async function importGolden({ name, model, vectorizer }: ImportedGolden['lightgbmOnly'][number]): Promise<string> {
  const path = join(folder, name);
  await importModel(path, model, parseExportedVectorizer(JSON.stringify(vectorizer), 'v.json'), {
    name,
    command: 'a test',
    modelFile: 'model.txt',
    scoreRange: [-100, 100],
  });
  return path;
}

/** Scores the texts one by one, and asserts that a batch gives the same doubles. */
async function scoresOf(scorer: Scorer, texts: readonly string[]): Promise<Float64Array> {
  const scores = Float64Array.from(texts, (text) => scorer.score(text));
  assert.deepEqual(await scorer.scoreBatch(texts), scores);
  return scores;
}

describe(`golden: ${golden.header.program} ${golden.header.version}, models that the forest refuses`, () => {
  const refusals: Record<string, RegExp> = {
    categories: /^model: tree 0: expected no categorical split, received num_cat=\d+$/,
    'linear leaves':
      /^model: tree \d+: expected constant leaves, or one linear leaf as tree 0, received is_linear=1 and num_leaves=\d+\. Only the engines native-lightgbm and lightgbm can serve this model$/,
    probabilities: /^model: expected an objective of .*, received binary$/,
    rates: /^model: expected an objective of .*, received poisson$/,
  };
  test('the golden has each kind', () => {
    const names = golden.lightgbmOnly.map(({ name }) => name);
    assert.deepEqual(names, Object.keys(refusals));
  });

  for (const model of golden.lightgbmOnly) {
    const { name, predictions } = model;
    const expected = doublesOf(predictions);

    test(`${name}: native-lightgbm and lightgbm give Python's predictions, and the same doubles for any text`, async () => {
      const bundlePath = await importGolden(model);
      assert.ok(new Set(expected).size > 200, 'the predictions of the texts differ');
      const [native, reference] = await Promise.all(
        (['native-lightgbm', 'lightgbm'] as const).map((engine) => loadScorer({ bundlePath, engine })),
      );
      assert.deepEqual(await scoresOf(native as Scorer, texts), expected);
      assert.deepEqual(await scoresOf(reference as Scorer, texts), expected);
      assert.deepEqual(await scoresOf(native as Scorer, generated), await scoresOf(reference as Scorer, generated));
    });

    test(`${name}: auto takes native-lightgbm and says why; the other engines refuse`, async () => {
      const bundlePath = await importGolden(model);
      const files = await readdir(bundlePath);
      assert.ok(files.includes('vocabulary.bin') && !files.includes('forest.bin'), files.join());
      const warnings: string[] = [];
      const scorer = await loadScorer({ bundlePath, engine: 'auto', warn: (message) => warnings.push(message) });
      assert.equal(scorer.engine, 'native-lightgbm');
      assert.equal(warnings.length, 1);
      const [, reason = ''] = /^engine native is unavailable; falling back to native-lightgbm: (.*)$/.exec(
        warnings[0] as string,
      ) as RegExpExecArray;
      assert.match(reason, refusals[name] as RegExp);
      for (const engine of ['native', 'js'] as const)
        await assert.rejects(loadScorer({ bundlePath, engine }), { message: refusals[name] as RegExp });
    });

    test(`${name}: is not explained, because its scores are not a plain sum`, async () => {
      const scorer = await loadScorer({ bundlePath: await importGolden(model), engine: 'native-lightgbm' });
      await assert.rejects(scorer.explain('最高'), UnexplainableError);
    });
  }
});

describe('the engine native-lightgbm', () => {
  async function tiny(name: string, change: object = {}): Promise<string> {
    const path = join(folder, name);
    await writeBundle(path, { ...(await tinyBundle()), ...change });
    return path;
  }
  async function load(bundlePath: string, engine: EngineName = 'native-lightgbm') {
    const warnings: string[] = [];
    const scorer = await loadScorer({ bundlePath, engine, warn: (message) => warnings.push(message) });
    return { scorer, warnings };
  }

  test('maps vocabulary.bin, and compiles the vocabulary in memory if the file is missing, broken or of another bundle', async () => {
    const [path, other] = [await tiny('mapped'), await tiny('other')];
    const { scorer, warnings } = await load(path);
    assert.deepEqual(warnings, []);
    const expected = await scoresOf(scorer, generated.slice(0, 300));
    const compiled = `${path}: compiled at the start; run \`hoshi compile ${path}\` to make later starts faster`;
    const file = join(path, 'vocabulary.bin');
    const vectorizer = (await tinyBundle()).vectorizer;
    Object.assign(vectorizer.tables, { idf: Float64Array.of(1, 2, 3) });
    await writeBundle(other, withGolden({ ...(await tinyBundle()), vectorizer }));
    const cases: [content: Buffer | undefined, warnings: RegExp[]][] = [
      [undefined, []],
      [Buffer.from('hoshi'), [/vocabulary\.bin: /]],
      [await readFile(join(other, 'vocabulary.bin')), [/vocabulary\.bin: compiled from another bundle$/]],
    ];
    for (const [content, before] of cases) {
      await rm(file, { force: true });
      if (content !== undefined) await writeFile(file, content);
      const again = await load(path);
      assert.deepEqual(await scoresOf(again.scorer, generated.slice(0, 300)), expected);
      assert.equal(again.warnings.length, before.length + 1, again.warnings.join('\n'));
      before.forEach((pattern, i) => {
        assert.match(again.warnings[i] as string, pattern);
      });
      assert.equal(again.warnings.at(-1), compiled);
    }
  });

  test('refuses a model.txt that is not the one of the manifest, and auto then tries no other engine', async () => {
    const path = await tiny('changed');
    await rm(join(path, 'forest.bin'));
    await writeFile(join(path, 'model.txt'), 'tree\n');
    const message = /model\.txt: expected 515 bytes \(manifest\.json\), found 5$/;
    for (const engine of ['native-lightgbm', 'auto'] as const)
      await assert.rejects(loadScorer({ bundlePath: path, engine }), { name: 'BundleError', message });
  });

  test('scores a batch of many pieces in order, and the event loop goes on meanwhile', async () => {
    const { scorer } = await load(await tiny('batches'));
    const long = '良い映画、悪い店。'.repeat(20_000);
    const batch = ['', long, ...generated, '悪い', long, '', '良い'];
    const expected = Float64Array.from(batch, (text) => scorer.score(text));
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    const scores = await Promise.all([scorer.scoreBatch(batch), scorer.scoreBatch(batch)]);
    clearInterval(count);
    assert.deepEqual(scores, [expected, expected]);
    assert.ok(turns > 0, 'a timer fired during the batch');
    assert.deepEqual(await scorer.scoreBatch([]), new Float64Array());
  });

  test('clamps scores to the range, alone and in a batch', async () => {
    const { manifest } = await tinyBundle();
    const path = await tiny('clamped', {
      manifest: { ...manifest, scoreRange: [2, 4] },
      goldens: [{ text: '良い', score: 4 }],
    });
    const { scorer } = await load(path);
    assert.deepEqual(await scoresOf(scorer, ['良い', '悪い', '']), Float64Array.of(4, 2, 3));
  });

  test('counts words as the engine native does', async () => {
    const path = await tiny('counted');
    const counts = [];
    for (const engine of ['native', 'native-lightgbm'] as const) {
      const { scorer } = await load(path, engine);
      await scoresOf(scorer, generated.slice(0, 200));
      const { unknownShareSum = 0, ...whole } = scorer.wordCounts?.() ?? {};
      counts.push({ ...whole, sum: unknownShareSum.toFixed(6) }); // its last bits depend on the order of the texts
    }
    assert.deepEqual(counts[1], counts[0]);
    assert.ok((counts[0]?.words ?? 0) > 1000);
  });

  test('explains a score as the engine native does', async () => {
    const path = await tiny('explained');
    const text = 'とても良い、悪い';
    const [native, lightgbm] = [await load(path, 'native'), await load(path)];
    assert.deepEqual(await lightgbm.scorer.explain(text), await native.scorer.explain(text));
  });
});
