import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { writeBundle } from '../../../model/bundle/write.ts';
import { createRandom } from '../../../model/math/random.ts';
import { defaultTermRules } from '../../../model/reference/default-term-rules.ts';
import { inspectBundle } from '../../../model/scoring/inspect.ts';
import { randomTrees } from '../../fixtures/random-trees.ts';
import { smallModels } from '../../fixtures/small-models.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';
import { withGolden } from '../../fixtures/with-golden.ts';

let folder: string;
let path: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-inspect-'));
  path = join(folder, 'tiny');
});
after(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  await writeBundle(path, await tinyBundle());
});

async function change(file: string, edit: (text: string) => string): Promise<void> {
  await writeFile(join(path, file), edit(await readFile(join(path, file), 'utf8')));
}

describe('inspection', () => {
  test('a whole bundle: no problems, three files, fresh compiled files, every engine', async () => {
    const { problems, manifest, files, vocabulary, trees, compiled, engines } = await inspectBundle(path);
    assert.deepEqual(problems, []);
    assert.equal(manifest?.name, 'tiny');
    assert.deepEqual(
      files.map(({ file, state }) => [file, state]),
      ['model.txt', 'vocabulary.tsv', 'logarithms.txt'].map((file) => [file, 'as the manifest says']),
    );
    assert.deepEqual([vocabulary?.ngrams, vocabulary?.others], [{ 1: 3 }, {}]);
    assert.deepEqual(
      vocabulary?.highestIdf.map(({ idf }) => idf),
      Array(3).fill(Math.log(3) + 1),
    );
    assert.deepEqual(trees, { coefficients: undefined, count: 1, leaves: 3, depth: 2, columns: 2 });
    assert.deepEqual(
      compiled.map(({ state }) => state),
      ['fresh', 'fresh', 'fresh'],
    );
    assert.deepEqual(
      engines.map(({ engine, refusal }) => [engine, refusal]),
      [
        ['native', undefined],
        ['native-lightgbm', undefined],
        ['lightgbm', undefined],
        ['js', undefined],
      ],
    );
  });

  test('a report: its size in bytes, undefined without a report', async () => {
    assert.equal((await inspectBundle(path)).reportBytes, undefined);
    await writeFile(join(path, 'report.html'), '<p>星</p>');
    const { reportBytes, problems } = await inspectBundle(path);
    assert.deepEqual({ reportBytes, problems }, { reportBytes: 10, problems: [] });
  });

  test('compiled files: if they are missing or damaged, this is not a problem of the bundle', async () => {
    await rm(join(path, 'vocabulary.bin'));
    await change('forest.bin', (text) => `${text} `);
    const { problems, compiled } = await inspectBundle(path);
    assert.deepEqual([problems, compiled.map(({ state }) => state)], [[], ['missing', 'stale', 'fresh']]);
  });

  test('a vocabulary: terms by their number of words, the terms with the highest and the lowest idf', async () => {
    const parts = await tinyBundle();
    const { vectorizer } = parts;
    Object.assign(vectorizer.tables, { terms: ['店', '店 良い', '良い'], idf: Float64Array.of(2, 3, 1.5) });
    await writeBundle(path, withGolden(parts));
    const { vocabulary } = await inspectBundle(path);
    assert.deepEqual(vocabulary?.ngrams, { 1: 2, 2: 1 });
    assert.deepEqual(
      vocabulary?.highestIdf.map(({ term }) => term),
      ['店 良い', '店', '良い'],
    );
    assert.deepEqual(
      vocabulary?.lowestIdf.map(({ term }) => term),
      ['良い', '店', '店 良い'],
    );
  });

  test('term rules: terms by their kind, and as people read them', async () => {
    const parts = await tinyBundle();
    const { vectorizer } = parts;
    Object.assign(vectorizer.tables, { terms: ['A:安い', 'S:！', '店 よい¬'], idf: Float64Array.of(3, 2, 1) });
    Object.assign(vectorizer.parameters, { rules: defaultTermRules });
    await writeBundle(path, withGolden(parts));
    const { vocabulary, problems } = await inspectBundle(path);
    assert.deepEqual(problems, []);
    assert.deepEqual(vocabulary?.ngrams, { 2: 1 });
    assert.deepEqual(vocabulary?.others, { before: 1, symbol: 1 });
    assert.deepEqual(
      vocabulary?.highestIdf.map(({ term }) => term),
      ['安い（逆接の前）', '！', '店 よい（ない）'],
    );
  });

  test('all problems are listed at once', async () => {
    await change('manifest.json', (text) => text.replace('"format": 2', '"format": 9').replace('"tiny"', '5'));
    await change('vocabulary.tsv', (text) => text.replace('\t', ' '));
    await rm(join(path, 'model.txt'));
    await change('logarithms.txt', (text) => text.replace('\n', '\nx\n'));
    const { problems, manifest, engines } = await inspectBundle(path);
    const expected = [
      /manifest\.json: expected format to be 1 or 2, .* received 9$/,
      /manifest\.json: expected name to be a string without lone surrogates, received 5$/,
      /model\.txt: expected a file of a bundle, found none$/,
      /vocabulary\.tsv:1: /,
      /logarithms\.txt: expected 1023 lines, found 1024$/,
    ];
    assert.equal(problems.length, expected.length, problems.join('\n'));
    problems.forEach((problem, i) => {
      assert.match(problem, expected[i] as RegExp);
    });
    assert.equal(manifest, undefined);
    assert.ok(engines.every(({ refusal }) => refusal !== undefined));
  });

  test('a changed file is reported with its hash, and a wrong golden score with the engine', async () => {
    await change('model.txt', (text) => text.replace('leaf_value=3 5 1', 'leaf_value=3 4 1'));
    const { problems, files } = await inspectBundle(path);
    assert.equal(problems.length, 1);
    assert.match(problems[0] as string, /model\.txt: expected SHA-256 [0-9a-f]{64} \(manifest\.json\), received/);
    assert.equal(files[0]?.state, 'changed');
    const parts = await tinyBundle();
    await writeBundle(path, { ...parts, goldens: [{ text: '良い', score: 2 }] });
    const golden = (await inspectBundle(path)).problems;
    assert.deepEqual(
      golden.map((problem) => problem.replace(/^.*expected/, '')),
      [
        ' the golden text "良い" to give 2, the native engine gave 5',
        ' the golden text "良い" to give 2, the native-lightgbm engine gave 5',
        ' the golden text "良い" to give 2, the lightgbm engine gave 5',
        ' the golden text "良い" to give 2, the js engine gave 5',
      ],
    );
  });

  test('a model that only LightGBM can serve is not a problem, but the other engines give the reason', async () => {
    const model = new Map(await smallModels()).get('linear leaves') as string;
    const parts = await tinyBundle();
    const terms = [...'あいうえおかきく'];
    Object.assign(parts.vectorizer.tables, { terms, idf: new Float64Array(8).fill(1) });
    await writeBundle(path, withGolden({ ...parts, modelText: model }));
    const { problems, trees, compiled, engines } = await inspectBundle(path);
    assert.deepEqual([problems, trees], [[], undefined]);
    assert.deepEqual(
      compiled.map(({ state }) => state),
      ['fresh', 'not for this model', 'not for this model'],
    );
    assert.deepEqual(
      engines.map(({ engine, refusal }) => [engine, refusal?.replace(/^.*: /, '')]),
      [
        [
          'native',
          'expected constant leaves, or one linear leaf as tree 0, received is_linear=1 and num_leaves=5. Only the engines native-lightgbm and lightgbm can serve this model',
        ],
        ['native-lightgbm', undefined],
        ['lightgbm', undefined],
        [
          'js',
          'expected constant leaves, or one linear leaf as tree 0, received is_linear=1 and num_leaves=5. Only the engines native-lightgbm and lightgbm can serve this model',
        ],
      ],
    );
  });

  test('a linear leaf: the number of its coefficients; every engine serves it', async () => {
    const parts = await tinyBundle();
    const options = { columnCount: 3, maxLeaves: 4, trees: 0, hasLinearLeaf: true };
    const modelText = randomTrees(createRandom(2), options);
    await writeBundle(path, withGolden({ ...parts, modelText }));
    const { problems, trees, compiled, engines } = await inspectBundle(path);
    const coefficients = Number(/^num_features=(\d)$/m.exec(modelText)?.[1]);
    assert.ok(coefficients > 0);
    assert.deepEqual([problems, trees], [[], { coefficients, count: 0, leaves: 0, depth: 0, columns: 0 }]);
    assert.deepEqual(
      compiled.map(({ state }) => state),
      ['fresh', 'fresh', 'fresh'],
    );
    assert.ok(engines.every(({ refusal }) => refusal === undefined));
  });

  test('a folder without a bundle', async () => {
    const { problems } = await inspectBundle(join(folder, 'none'));
    assert.deepEqual(
      problems.map((problem) => problem.replace(/^.*\//, '')),
      ['manifest.json', 'model.txt', 'vocabulary.tsv', 'logarithms.txt'].map(
        (file) => `${file}: expected a file of a bundle, found none`,
      ),
    );
  });
});
