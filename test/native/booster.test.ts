import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../model/math/random.ts';
import { stackRows } from '../../model/reference/vectorizer.ts';
import { Booster, type CsrMatrix, type SparseRow } from '../../native/index.ts';
import { columnCount, randomBooster, randomRow } from '../fixtures/random-models.ts';
import { detached, doubles, hiding, integers, refuses, shared } from '../fixtures/refusal.ts';
import { smallModels } from '../fixtures/small-models.ts';

let booster: Booster;
const random = createRandom(20);
const rows = Array.from({ length: 200 }, () => randomRow(random, { withNaN: true }));
const empty: SparseRow = { columns: integers(), values: doubles() };

before(async () => {
  booster = await randomBooster(1, {}, { withNaN: true });
});

describe('a wrong row is refused', () => {
  const row = (change: object): SparseRow => ({ columns: integers(0, 2), values: doubles(1, 2), ...change });
  const refused: [what: string, row: unknown, message: RegExp][] = [
    ['null', null, /^Expected the row to be a sparse row, received null$/],
    ['undefined', undefined, /^Expected the row to be a sparse row, received undefined$/],
    ['a string', 'row', /^Expected the row to be a sparse row, received "row"$/],
    ['an empty object', {}, /^Expected row\.columns to be an Int32Array, received undefined$/],
    ['columns in a list', row({ columns: [0, 2] }), /^Expected row\.columns to be an Int32Array, received Array$/],
    ['columns as doubles', row({ columns: doubles(0, 2) }), /row\.columns to be an Int32Array, received Float64Array$/],
    ['unsigned columns', row({ columns: Uint32Array.of(0, 2) }), /to be an Int32Array, received Uint32Array$/],
    ['values in a list', row({ values: [1, 2] }), /^Expected row\.values to be a Float64Array, received Array$/],
    ['values as floats', row({ values: Float32Array.of(1, 2) }), /to be a Float64Array, received Float32Array$/],
    ['one value too few', row({ values: doubles(1) }), /^Expected row\.values\.length to be 2, .*, received 1$/],
    ['one value too many', row({ values: doubles(1, 2, 3) }), /^Expected row\.values\.length to be 2, .*, received 3$/],
    ['columns out of order', row({ columns: integers(2, 0) }), /row\.columns\[1\] to be .* from 3 to 7, .*received 0$/],
    ['a column twice', row({ columns: integers(2, 2) }), /row\.columns\[1\] to be .* from 3 to 7, .*received 2$/],
    ['a column too high', row({ columns: integers(0, 8) }), /row\.columns\[1\] to be .* from 1 to 7, .*received 8$/],
    ['a negative column', row({ columns: integers(-1, 0) }), /row\.columns\[0\] to be .* from 0 to 7, .*received -1$/],
    ['shared columns', row({ columns: shared(integers(0, 2)) }), /row\.columns to be .* not shared, received/],
    ['shared values', row({ values: shared(doubles(1, 2)) }), /row\.values to be .* not shared, received/],
    [
      'a detached row',
      { columns: detached(integers(0)), values: detached(doubles(1)) },
      /columns to be .* not detached/,
    ],
    ['detached values', { columns: integers(), values: detached(doubles(1)) }, /row\.values to be .* not detached/],
    // C++ uses the real length.
    [
      'a hidden column',
      row({ columns: hiding(integers(0, 8), 1), values: hiding(doubles(1, 2), 1) }),
      /\[1\].*received 8/,
    ],
    ['a length without values', row({ values: hiding(doubles(), 2) }), /row\.values\.length to be 2, .*, received 0$/],
  ];
  for (const [what, wrong, message] of refused) {
    test(what, async () => {
      await refuses(() => booster.predict(wrong as SparseRow), 'argument', message);
      await refuses(() => booster.contributions(wrong as SparseRow), 'argument', message);
    });
  }
});

describe('a wrong matrix is refused', () => {
  const matrix = (change: object): CsrMatrix => ({
    rowStarts: integers(0, 1, 3),
    columns: integers(4, 0, 2),
    values: doubles(1, 2, 3),
    columnCount,
    ...change,
  });
  const refused: [what: string, matrix: unknown, message: RegExp][] = [
    ['null', null, /^Expected the matrix to be a CSR matrix, received null$/],
    ['a number', 3, /^Expected the matrix to be a CSR matrix, received 3$/],
    ['an empty object', {}, /columnCount to be an integer from 1 to 2147483647, received undefined$/],
    ['columns missing', matrix({ columns: undefined }), /the matrix\.columns to be an Int32Array, received undefined$/],
    ['row starts in a list', matrix({ rowStarts: [0, 1, 3] }), /rowStarts to be an Int32Array, received Array$/],
    ['no row starts', matrix({ rowStarts: integers() }), /rowStarts\[0\] to be 0, received undefined$/],
    ['a first row start of 1', matrix({ rowStarts: integers(1, 3) }), /rowStarts\[0\] to be 0, received 1$/],
    [
      'row starts that end early',
      matrix({ rowStarts: integers(0, 1) }),
      /the last entry of .*rowStarts to be 3, .*received 1$/,
    ],
    [
      'row starts that end late',
      matrix({ rowStarts: integers(0, 4) }),
      /the last entry of .*rowStarts to be 3, .*received 4$/,
    ],
    [
      'row starts that descend',
      matrix({ rowStarts: integers(0, 2, 1, 3), columns: integers(0, 4, 2) }),
      /\[2\] to be from 2 to 3, received 1$/,
    ],
    ['a row start out of range', matrix({ rowStarts: integers(0, 9, 3) }), /\[1\] to be from 0 to 3, received 9$/],
    ['a negative row start', matrix({ rowStarts: integers(0, -1, 3) }), /\[1\] to be from 0 to 3, received -1$/],
    ['too few values', matrix({ values: doubles(1, 2) }), /the matrix\.values\.length to be 3, .*received 2$/],
    ['values as floats', matrix({ values: new Float32Array(3) }), /to be a Float64Array, received Float32Array$/],
    [
      'columns out of order',
      matrix({ columns: integers(4, 2, 0) }),
      /columns\[2\] to be .* from 3 to 7, .*received 0$/,
    ],
    ['a column twice', matrix({ columns: integers(4, 2, 2) }), /columns\[2\] to be .* from 3 to 7, .*received 2$/],
    ['a column too high', matrix({ columns: integers(8, 0, 2) }), /columns\[0\] to be .* from 0 to 7, .*received 8$/],
    ['a negative column', matrix({ columns: integers(4, -3, 2) }), /columns\[1\] to be .* from 0 to 7, .*received -3$/],
    [
      'a column count too low',
      matrix({ columnCount: 7 }),
      /columnCount to be 8, the model's number of columns, received 7$/,
    ],
    [
      'a column count too high',
      matrix({ columnCount: 9 }),
      /columnCount to be 8, the model's number of columns, received 9$/,
    ],
    ...[0, -8, 8.5, Number.NaN, 2 ** 31, '8', 8n].map(
      (count) =>
        [
          `${typeof count} ${count} columns`,
          matrix({ columnCount: count }),
          /columnCount to be an integer from 1 to 2147483647, received/,
        ] as [string, unknown, RegExp],
    ),
    ['shared row starts', matrix({ rowStarts: shared(integers(0, 1, 3)) }), /rowStarts to be .* not shared/],
    ['shared columns', matrix({ columns: shared(integers(4, 0, 2)) }), /the matrix\.columns to be .* not shared/],
    ['shared values', matrix({ values: shared(doubles(1, 2, 3)) }), /the matrix\.values to be .* not shared/],
    ['detached row starts', matrix({ rowStarts: detached(integers(0, 1, 3)) }), /rowStarts to be .* not detached/],
    ['detached columns', matrix({ columns: detached(integers(4, 0, 2)) }), /columns to be .* not detached/],
    [
      'a hidden row start',
      matrix({ rowStarts: hiding(integers(0, 1, 3, 99), 3) }),
      /rowStarts to be 3, .*received 99$/,
    ],
  ];
  for (const [what, wrong, message] of refused) {
    test(what, () => refuses(() => booster.predictBatch(wrong as CsrMatrix), 'argument', message));
  }
});

describe('other wrong arguments are refused', () => {
  for (const text of [undefined, null, 5, Buffer.from('tree'), ['tree']]) {
    test(`a model text that is ${Object.prototype.toString.call(text)}`, () =>
      refuses(() => Booster.fromModelText(text as never), 'argument', /^Expected the model to be a string, received/));
  }
  for (const rounds of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_000_001, '1', null]) {
    test(`the model text of ${typeof rounds} ${rounds} rounds`, () =>
      refuses(
        () => booster.modelText(rounds as number),
        'argument',
        /^Expected rounds to be an integer from 1 to 1000000, received/,
      ));
  }
});

describe('a booster', () => {
  test('gives the same predictions for a batch as row by row, also while other batches run', async () => {
    const matrix = stackRows(rows, columnCount);
    const underWay = [booster.predictBatch(matrix), booster.predictBatch(matrix)];
    const expected = Float64Array.from(rows, (row) => booster.predict(row));
    assert.deepEqual(await Promise.all(underWay), [expected, expected]);
    assert.ok(new Set(expected).size > 20, 'the rows differ in their predictions');
  });

  test('accepts an empty row, and a batch without rows', async () => {
    const text = booster.modelText();
    assert.equal(booster.predict(empty), Booster.fromModelText(text).predict(empty));
    assert.deepEqual(
      await booster.predictBatch(stackRows([empty, empty], columnCount)),
      doubles(...Array(2).fill(booster.predict(empty))),
    );
    assert.deepEqual(await booster.predictBatch(stackRows([], columnCount)), doubles());
  });

  test('copies a batch, so that its arrays may be changed or transferred at once', async () => {
    const expected = Float64Array.from(rows, (row) => booster.predict(row));
    const changed = stackRows(rows, columnCount);
    const given = stackRows(rows, columnCount);
    const underWay = [booster.predictBatch(changed), booster.predictBatch(given)];
    changed.values.fill(Number.NaN);
    changed.columns.fill(-1);
    changed.rowStarts.fill(2 ** 30);
    for (const array of [given.values, given.columns, given.rowStarts]) detached(array);
    assert.deepEqual(await Promise.all(underWay), [expected, expected]);
  });

  test('reads each property once, so that it cannot change between the check and the use', async () => {
    const once = <T extends object>(object: T): T => {
      const read = new Set<string | symbol>();
      return new Proxy(object, {
        get(target, name) {
          assert.ok(!read.has(name), `${String(name)} is read twice`);
          read.add(name);
          return Reflect.get(target, name);
        },
      });
    };
    const [row] = rows as [SparseRow];
    assert.equal(booster.predict(once(row)), booster.predict(row));
    assert.deepEqual(booster.contributions(once(row)), booster.contributions(row));
    const matrix = stackRows(rows, columnCount);
    assert.deepEqual(await booster.predictBatch(once(matrix)), await booster.predictBatch(matrix));
  });

  test('gives contributions that add up to the prediction', () => {
    const column = fc.uniqueArray(fc.nat(columnCount - 1)).map((columns) => columns.sort((a, b) => a - b));
    const value = fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.constantFrom(Number.NaN, 0, -0, 1e300));
    const row = column.chain((columns) =>
      fc.array(value, { minLength: columns.length, maxLength: columns.length }).map((values) => ({
        columns: integers(...columns),
        values: doubles(...values),
      })),
    );
    fc.assert(
      fc.property(row, (row) => {
        const contributions = booster.contributions(row);
        assert.equal(contributions.length, columnCount + 1);
        const sum = contributions.reduce((total, each) => total + each);
        assert.ok(Math.abs(sum - booster.predict(row)) < 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  test('refuses contributions of linear leaves, because LightGBM does', async () => {
    const linear = new Map(await smallModels()).get('linear leaves') as string;
    assert.match(linear, /^leaf_coeff=.*[1-9]/m);
    await refuses(
      () => Booster.fromModelText(linear).contributions(empty),
      'lightgbm',
      /not implemented for linear trees/,
    );
  });

  test('writes the text of the first rounds, and loads and writes the whole text unchanged', async () => {
    assert.equal(booster.treeCount, 8);
    const short = await randomBooster(1, {}, { withNaN: true, rounds: 3 });
    assert.equal(booster.modelText(3), short.modelText());
    assert.equal(booster.modelText(1_000_000), booster.modelText());
    const again = Booster.fromModelText(booster.modelText());
    assert.deepEqual([again.treeCount, again.columnCount], [8, columnCount]);
    assert.equal(again.modelText(), booster.modelText());
    for (const row of rows) assert.equal(again.predict(row), booster.predict(row));
  });
});
