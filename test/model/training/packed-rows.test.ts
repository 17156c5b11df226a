import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRandom } from '../../../model/math/random.ts';
import { defaultTermRules } from '../../../model/reference/default-term-rules.ts';
import {
  defaultVectorizerParameters,
  stackRows,
  Vectorizer,
  type VectorizerParameters,
} from '../../../model/reference/vectorizer.ts';
import { type LoadedExtractor, loadFeatureExtractor } from '../../../model/scoring/feature-extractor.ts';
import { PackedRowsBuilder, unpacked } from '../../../model/training/packed-rows.ts';
import { fitRidge, predictLinear } from '../../../model/training/ridge.ts';
import { VectorizerFit } from '../../../model/training/vectorizer-fit.ts';
import { type PackedRows, trainBooster } from '../../../native/index.ts';
import { dictionaryWords, textGenerator } from '../../fixtures/texts.ts';

const next = textGenerator(createRandom(17), dictionaryWords(2000));
const texts = [
  '',
  `${'猫'.repeat(3)}${'犬 '.repeat(1500)}`, // a count beyond the table of logarithms
  ...Array.from({ length: 300 }, (_, i) => '鳥 '.repeat(i)), // more counts than a byte has
  ...Array.from({ length: 5500 }, next), // so many rows that the builder estimates the cells of all
];
const all: VectorizerParameters = { ...defaultVectorizerParameters, max_features: 4000, rules: defaultTermRules };

describe('packed rows', () => {
  let extractor: LoadedExtractor;
  let fitted: Vectorizer;
  before(async () => {
    extractor = await loadFeatureExtractor({}, assert.fail);
    const fit = new VectorizerFit(all);
    for (const text of texts) fit.add(extractor.tokens(text).tokens);
    fitted = fit.vectorizer();
  });

  async function pack(vectorizer: Vectorizer): Promise<PackedRows> {
    const builder = new PackedRowsBuilder(vectorizer, texts.length);
    for (let start = 0; start < texts.length; start += 1000)
      builder.add(
        (await extractor.countBatches?.(vectorizer)(texts.slice(start, start + 1000))) ?? assert.fail('no engine'),
      );
    return builder.rows();
  }

  for (const change of [
    {},
    { norm: 'l1' },
    { norm: null },
    { norm_order: 'descending' },
    { use_idf: false },
    { sublinear_tf: false },
  ] as const)
    test(`have the values of the vectorizer, with ${JSON.stringify(change)}`, async () => {
      const vectorizer = new Vectorizer({ ...all, ...change }, fitted.tables);
      const rows = texts.map((text) => vectorizer.row(extractor.tokens(text).tokens));
      assert.deepEqual(unpacked(await pack(vectorizer)), stackRows(rows, vectorizer.columnCount));
    });

  test('give the models of the same rows in a matrix: ridge regression, its predictions, and trees', async () => {
    const packed = await pack(fitted);
    const matrix = unpacked(packed);
    const labels = Float64Array.from(texts, (text) => 1 + (text.length % 5));
    const ridge = { alpha: 1, tolerance: 1e-6, maxIterations: 50 };
    const model = await fitRidge(packed, labels, ridge);
    assert.deepEqual(model, await fitRidge(matrix, labels, ridge));
    assert.deepEqual(predictLinear(model, packed), predictLinear(model, matrix));
    const textOf = async (rows: PackedRows | typeof matrix) => {
      const training = { matrix: rows, labels };
      const parameters = { objective: 'regression', num_leaves: 7, min_data_in_leaf: 5, seed: 3, max_bin: 15 };
      return (await trainBooster({ training, validation: training, parameters, rounds: 5 })).modelText();
    };
    assert.equal(await textOf(packed), await textOf(matrix));
  });

  test('are checked before C++ reads them', async () => {
    const packed = await pack(fitted);
    const labels = new Float64Array(texts.length);
    const ridge = { alpha: 1, tolerance: 1e-6, maxIterations: 50 };
    const refused = (change: Partial<PackedRows>, expected: RegExp) =>
      assert.rejects(fitRidge({ ...packed, ...change }, labels, ridge), expected);
    await refused({ codes: packed.codes.slice(1) }, /the length of the matrix\.codes to be \d+, received \d+/);
    await refused({ frequencies: Float64Array.of(1) }, /the matrix\.codes\[\d+\] to be an integer below 1, received/);
    await refused({ weights: new Float64Array(1) }, /the length of the matrix\.weights to be 4000, received 1/);
    await refused(
      { lengths: new Float64Array(texts.length) },
      /entry 0 of the matrix\.lengths to be a finite number above 0, received 0/,
    );
    await refused(
      { columns: packed.columns.map(() => 4000) },
      /the matrix\.columns\[\d+\] to be an integer from 0 to 3999/,
    );
  });
});
