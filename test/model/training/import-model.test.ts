import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readBundle } from '../../../model/bundle/read.ts';
import { createRandom } from '../../../model/math/random.ts';
import { scoreMapOf } from '../../../model/reference/score-range.ts';
import { Forest } from '../../../model/reference/trees.ts';
import {
  defaultVectorizerParameters,
  stackRows,
  type VectorizerParameters,
} from '../../../model/reference/vectorizer.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { NativeEngine } from '../../../model/scoring/native-engine.ts';
import { engineNames } from '../../../model/scoring/scorer.ts';
import { parseExportedVectorizer } from '../../../model/training/exported-vectorizer.ts';
import { type ImportOptions, importModel } from '../../../model/training/import-model.ts';
import { Booster } from '../../../native/index.ts';
import { unpackFormat1 } from '../../fixtures/bundle-format-1.ts';
import { exportedVectorizer } from '../../fixtures/exported-vectorizers.ts';
import { withTreeSizes } from '../../fixtures/model-texts.ts';
import { randomTrees } from '../../fixtures/random-trees.ts';
import { smallModels } from '../../fixtures/small-models.ts';
import { tokensOf } from '../../fixtures/vectorize.ts';
import { doublesOf, type ImportedGolden, readGolden, rowsOf, textOf } from '../../golden/golden.ts';

const golden = readGolden<ImportedGolden>('imported.json');
const texts = golden.texts.map(({ text }) => textOf(text));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-import-'));
});
after(() => rm(folder, { recursive: true }));

async function importInto(name: string, model: string, vectorizer: object, options: Partial<ImportOptions> = {}) {
  const path = join(folder, name);
  const notices: string[] = [];
  const manifest = await importModel(path, model, parseExportedVectorizer(JSON.stringify(vectorizer), 'v.json'), {
    name,
    command: 'a test',
    modelFile: 'model.txt',
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  return { path, manifest, notices };
}

describe(`golden: ${golden.header.program} ${golden.header.version}`, () => {
  for (const { name, vectorizer, model, rows: rowsAsLists, predictions, contributions } of golden.models) {
    const rows = rowsOf(rowsAsLists);
    const expected = doublesOf(predictions);
    const expectedOfRows = expected.subarray(0, rows.length);

    const tolerance = vectorizer.dtype === 'float32' ? 1e-6 : 0;

    test(`${name}: gives Python's predictions, the same doubles, from the text within 1e-6 if the rows are float32`, async () => {
      const { path } = await importInto('golden', model, vectorizer);
      assert.ok(new Set(expected).size > 60, 'the predictions of the texts differ');
      for (const engine of engineNames) {
        const scorer = await loadScorer({ bundlePath: path, engine });
        if (scorer instanceof NativeEngine)
          assert.deepEqual(
            Float64Array.from(rows, (row) => scorer.stages.forest.predict(row)),
            expectedOfRows,
          );
        texts.forEach((text, i) => {
          const difference = Math.abs(scorer.score(text) - (expected[i] as number));
          assert.ok(difference <= tolerance, `${engine}, text ${i}: ${difference}`);
        });
      }
      const [booster, forest] = [Booster.fromModelText(model), Forest.fromModelText(model)];
      assert.deepEqual(
        Float64Array.from(rows, (row) => forest.predict(row)),
        expectedOfRows,
      );
      assert.deepEqual(
        Float64Array.from(rows, (row) => booster.predict(row)),
        expectedOfRows,
      );
      assert.deepEqual(await booster.predictBatch(stackRows(rows, booster.columnCount)), expectedOfRows);
    });

    test(`${name}: the addon's contributions are Python's pred_contrib, the same doubles`, () => {
      const booster = Booster.fromModelText(model);
      rowsOf(contributions).forEach(({ columns, values }, r) => {
        const dense = new Float64Array(booster.columnCount + 1);
        columns.forEach((column, i) => {
          dense[column] = values[i] as number;
        });
        assert.deepEqual(booster.contributions(rows[r] as (typeof rows)[number]), dense);
      });
    });

    test(`${name}: rows of the text are scikit-learn's`, async () => {
      const { path } = await importInto('rows', model, vectorizer);
      const scorer = await loadScorer({ bundlePath: path, engine: 'native' });
      assert.ok(scorer instanceof NativeEngine);
      rows.forEach((row, r) => {
        const text = texts[r] as string;
        const received = scorer.stages.extractor.row(text);
        assert.deepEqual(received.columns, row.columns);
        row.values.forEach((value, i) => {
          assert.ok(Math.abs((received.values[i] as number) - value) <= tolerance * Math.max(1, Math.abs(value)));
        });
      });
    });
  }
});

test('a model of hoshi, whose columns have numbers as names, gives its own scores after an import', async () => {
  const path = unpackFormat1();
  const { manifest: trained, modelText, vectorizer } = await readBundle(path);
  await rm(path, { recursive: true });
  assert.match(modelText, /^feature_names=0 1 2 /m);
  const { terms, idf, logarithms } = vectorizer.tables;
  const exported = exportedVectorizer(trained.vectorizer, terms, { idf: Array.from(idf), logarithms });
  const { manifest } = await importInto('trained', modelText, exported, { scoreRange: [-1000, 1000] });
  // The imported model gives raw sums. The trained model maps them to its range.
  const scoreMap = scoreMapOf(trained);
  assert.deepEqual(
    manifest.goldens.map(({ text, score }) => ({ text, score: scoreMap.score(score) })),
    trained.goldens,
  );
  assert.deepEqual(manifest.files, trained.files);
});

describe('an imported model', () => {
  const [first] = golden.models as [ImportedGolden['models'][number]];

  test('records its origin and its training parameters', async () => {
    const { path, manifest } = await importInto('recorded', first.model, first.vectorizer, {
      command: 'hoshi import m',
    });
    const { made, training } = (await readBundle(path)).manifest;
    assert.equal(made.command, 'hoshi import m');
    assert.equal(made.imported?.dtype, 'float64');
    assert.equal(made.imported?.made['scikit-learn'], '1.9.1');
    assert.equal((training.parameters as Record<string, string>).num_leaves, '12');
    assert.deepEqual(manifest.vectorizer, first.vectorizer.parameters);
    const card = await readFile(join(path, 'README.md'), 'utf8');
    assert.match(
      card,
      /By `hoshi import m` from a model made in Python \(scikit-learn 1\.9\.1, .*; rows in float64\): tokens/,
    );
  });

  test('is not clamped without a range, and is clamped to the given range', async () => {
    const free = await importInto('free', first.model, first.vectorizer);
    const [lowest, highest] = free.manifest.scoreRange;
    const predictions = doublesOf(first.predictions);
    assert.ok(predictions.every((score) => lowest <= score && score <= highest));
    assert.match(
      free.notices.join(),
      /^scores are not clamped to stars; the model can give [-\d.]+ to [\d.]+\. To clamp them, add --range 1,5$/,
    );
    const clamped = await importInto('clamped', first.model, first.vectorizer, { scoreRange: [2.5, 3] });
    assert.deepEqual(clamped.notices, []);
    const scorer = await loadScorer({ bundlePath: clamped.path, engine: 'native' });
    const scores = texts.map((text) => scorer.score(text));
    assert.deepEqual([Math.min(...scores), Math.max(...scores)], [2.5, 3]);
  });

  test('of float32 gives a notice about the difference', async () => {
    const float32 = golden.models.find(({ vectorizer }) => vectorizer.dtype === 'float32');
    assert.ok(float32);
    const { notices } = await importInto('float32', float32.model, float32.vectorizer, { scoreRange: [1, 5] });
    assert.match(
      notices.join(),
      /^the vectorizer computed float32 rows, hoshi computes doubles, which differ by at most 1e-6\./,
    );
  });
});

/** A vectorizer of `count` one-letter terms. */
function lettersOf(count: number, change: Partial<VectorizerParameters> = {}) {
  const terms = Array.from({ length: count }, (_, i) => String.fromCharCode(0x61 + i));
  const parameters = { ...defaultVectorizerParameters, max_features: null, min_df: 2, use_idf: false, ...change };
  return exportedVectorizer(parameters, terms);
}

describe('a model that only LightGBM can serve', () => {
  for (const kind of ['categories', 'linear leaves', 'probabilities', 'counts']) {
    test(`${kind}: is refused without a range, and served with one`, async () => {
      const model = new Map(await smallModels()).get(kind) as string;
      const refused =
        /^model\.txt: expected --range, because only the engines native-lightgbm and lightgbm can serve .*; the engines native and js: model: /;
      await assert.rejects(importInto('refused', model, lettersOf(8)), { message: refused });
      const { path } = await importInto('special', model, lettersOf(8), { scoreRange: [0, 9] });
      assert.equal((await loadScorer({ bundlePath: path, engine: 'auto' })).engine, 'native-lightgbm');
    });
  }

  test('probabilities with a range of stars: a notice says that all golden texts get the same score', async () => {
    const model = new Map(await smallModels()).get('probabilities') as string;
    const { notices } = await importInto('constant', model, lettersOf(8), { scoreRange: [1, 5] });
    assert.equal(notices[0], 'all golden texts get the score 1; check that the model gives scores from 1 to 5');
    for (const [i, engine] of ['native', 'js'].entries())
      assert.match(
        notices[i + 1] as string,
        new RegExp(`^engine ${engine} cannot serve this model: model: .*, received binary$`),
      );
    assert.equal(notices.length, 3);
  });
});

describe('a model with a linear leaf', () => {
  /** Random trees after a random linear leaf whose numbers are small. */
  const draw = (seed: number, trees: number) => {
    const options = { columnCount: 8, maxLeaves: 5, trees, hasLinearLeaf: true };
    const text = randomTrees(createRandom(seed), options)
      .replace(' sqrt', '')
      .replace(/^leaf_const=.*$/m, 'leaf_const=3.1')
      .replace(/^leaf_coeff=.*$/m, (line) => line.replaceAll(/[^ =]+(?= )/g, (_, at) => `${0.75 - at / 9}`));
    return withTreeSizes(text);
  };
  const texts = ['', 'a', 'b c', 'a b c d e f g h', 'h h h a'];

  for (const trees of [0, 1, 20]) {
    test(`${trees} trees: every engine serves it with the same doubles, and its range clamps no score`, async () => {
      const model = draw(trees + 1, trees);
      const { path, manifest } = await importInto('linear', model, lettersOf(8));
      const [lowest, highest] = manifest.scoreRange;
      const { vectorizer } = await readBundle(path);
      const forest = Forest.fromModelText(model);
      const predictions = texts.map((text) => forest.predict(vectorizer.row(tokensOf(text.split(' ')))));
      assert.ok(predictions.every((prediction) => lowest < prediction && prediction < highest));
      const [native, ...others] = await Promise.all(
        engineNames.map((engine) => loadScorer({ bundlePath: path, engine })),
      );
      assert.ok(native instanceof NativeEngine);
      for (const text of texts) {
        const score = native.score(text);
        for (const other of others) assert.ok(Object.is(other.score(text), score), `${other.engine}: ${text}`);
        const { base, absent, held, terms } = await native.explain(text);
        const total = terms.reduce((sum, { contribution }) => sum + contribution, base + absent + held);
        assert.equal(held, 0);
        assert.ok(Math.abs(total - score) < 1e-9, `${total}, expected ${score}`);
      }
    });
  }

  /** A model of one linear leaf, on the columns 0 and 7. */
  const leafOf = (constant: string, coefficients: string) => {
    const text = draw(1, 0)
      .replace(/^leaf_const=.*$/m, `leaf_const=${constant}`)
      .replace(/^num_features=.*$/m, 'num_features=2')
      .replace(/^leaf_features=.*$/m, 'leaf_features=0 7')
      .replace(/^leaf_coeff=.*$/m, `leaf_coeff=${coefficients}`);
    return withTreeSizes(text);
  };

  test('the range is the constant ± the norm of the coefficients', async () => {
    const { manifest } = await importInto('bound', leafOf('2', '3 -4'), lettersOf(8));
    const [lowest, highest] = manifest.scoreRange;
    assert.ok(Math.abs(lowest + 3) < 1e-8 && lowest < -3, `${lowest}`);
    assert.ok(Math.abs(highest - 7) < 1e-8 && highest > 7, `${highest}`);
  });

  test('another norm than l2, or an infinite bound, requires a range', async () => {
    for (const norm of ['l1', null] as const) {
      const vectorizer = lettersOf(8, { norm });
      await assert.rejects(importInto('refused', draw(1, 2), vectorizer), {
        message: `model.txt: expected --range, because the first tree is a linear leaf, and only rows with norm=l2 bound its scores; the vectorizer has norm=${norm ?? 'None'}`,
      });
      await importInto('ranged', draw(1, 2), vectorizer, { scoreRange: [1, 5] });
    }
    await assert.rejects(importInto('refused', leafOf('1e308', '1e308 1e308'), lettersOf(8)), {
      message: 'model.txt: expected --range, because the scores of this model have no finite bound',
    });
  });

  test('rows in float32 are refused, because they move every score', async () => {
    const float32 = { ...lettersOf(8, { sublinear_tf: false }), dtype: 'float32' };
    await assert.rejects(importInto('refused', draw(1, 2), float32), {
      message:
        /^model\.txt: expected trees with constant leaves, because the vectorizer computed float32 rows .*\. Fit the vectorizer with dtype=numpy\.float64/,
    });
  });

  test('a leaf that LightGBM cannot read is refused with the reason', async () => {
    await assert.rejects(importInto('refused', leafOf('1', '1 5e-324'), lettersOf(8)), {
      message:
        'model.txt: expected a model with one output, as LightGBM writes it; model: tree 0: leaf_coeff[1]: expected 0 or a number that is not subnormal, received 5e-324',
    });
  });
});

describe('a refused import writes nothing', () => {
  const [{ model }] = golden.models as [ImportedGolden['models'][number]];
  const vectorizer = golden.models[0]?.vectorizer as ImportedGolden['models'][number]['vectorizer'];
  const { terms } = vectorizer;
  const named = (names: readonly string[]) => model.replace(/^feature_names=.*$/m, `feature_names=${names.join(' ')}`);
  const underscored = terms.map((term) => term.replaceAll(' ', '_'));
  const refused: [what: string, model: string, message: RegExp][] = [
    [
      'features of other names',
      named(['たべもの', ...underscored.slice(1)]),
      /^model\.txt: expected feature_names\[0\] to be Column_0 or 0 or .+, in the vectorizer's order of terms and in one style for all, received たべもの$/,
    ],
    [
      'features in another order',
      named([underscored[1] as string, underscored[0] as string, ...underscored.slice(2)]),
      /feature_names\[0\]/,
    ],
    [
      'features of which one has its number as name',
      named(underscored.map((name, column) => (column === 3 ? '3' : name))),
      /expected feature_names\[3\] to be [^ ]+, in the .* received 3$/,
    ],
    [
      'several outputs',
      model.replace('num_class=1', 'num_class=3'),
      /with one output, as LightGBM writes it; model: header: num_class: expected an integer from 1 to 1, received 3$/,
    ],
    [
      'an unknown objective',
      model.replace('objective=regression', 'objective=telepathy'),
      /header: objective: expected a LightGBM objective with one output, received telepathy$/,
    ],
    ['an incomplete text', model.slice(0, 5000), /expected a line "end of trees", found none: the file is cut off$/],
    [
      'a file without a model',
      'stars\n',
      /^model\.txt:1: expected the line "tree", with which a model begins, received "stars"$/,
    ],
    [
      'trees that give every row the same score',
      withTreeSizes(
        model.replaceAll(/^leaf_value=.*$/gm, (line) =>
          line.replaceAll(/=.*/g, `=${'1 '.repeat(line.split(' ').length)}`),
        ),
      ),
      /expected trees that give different scores, received trees that give 25 to every row/,
    ],
  ];
  for (const [what, text, message] of refused) {
    test(what, async () => {
      await assert.rejects(importInto('refused', text, vectorizer), { message });
      assert.ok(!(await readdir(folder)).some((name) => name.includes('refused')));
    });
  }

  test('another number of features than terms', async () => {
    const small = new Map(await smallModels()).get('linear leaves') as string;
    await assert.rejects(importInto('refused', small, lettersOf(7), { scoreRange: [0, 9] }), {
      message: "model.txt: expected max_feature_idx=6, one feature per term of the vectorizer's 7 terms, received 7",
    });
  });

  test('column names that are the terms or the column numbers are accepted', async () => {
    await importInto('named', named(underscored), vectorizer);
    await importInto('numbered', named(terms.map((_, column) => `${column}`)), vectorizer);
  });

  test('terms that are numbers in another order are not mistaken for column numbers', async () => {
    const model = new Map(await smallModels()).get('linear leaves') as string;
    const text = model.replace(/^feature_names=.*$/m, 'feature_names=0 1 2 3 4 5 6 10');
    const numbers = exportedVectorizer({ ...defaultVectorizerParameters, use_idf: false }, [
      '0',
      '1',
      '10',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
    await assert.rejects(importInto('refused', text, numbers, { scoreRange: [0, 9] }), {
      message: /expected feature_names\[7\] to be 7, in the .* received 10$/,
    });
  });
});
