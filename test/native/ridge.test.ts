import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../model/math/random.ts';
import { type CsrMatrix, fitRidges, type RidgeProblem } from '../../native/index.ts';
import { fitRidge } from '../oracle/ridge.ts';

const options = { alpha: 0.7, tolerance: 1e-9, maxIterations: 40 };
const THREADS = [1, 2, 3, 4, 7];

/** Rows as texts have them: few frequent columns, many rare ones, some rows without a cell. */
function randomRows(seed: number, rowCount: number, columnCount: number, cellsPerRow: number): CsrMatrix {
  const random = createRandom(seed);
  const rows = Array.from({ length: rowCount }, () => {
    const columns = new Set<number>();
    for (let i = random.below(2 * cellsPerRow); i > 0; i--) columns.add(random.below(1 + random.below(columnCount)));
    return [...columns].sort((a, b) => a - b);
  });
  let end = 0;
  return {
    rowStarts: Int32Array.from([0, ...rows.map((columns) => (end += columns.length))]),
    columns: Int32Array.from(rows.flat()),
    values: Float64Array.from(rows.flat(), () => (1 + random.below(1000)) / 1000),
    columnCount,
  };
}

/** As many problems as the folds of a cross-validation and one more, so that they do not all fit side by side. */
function randomProblems(seed: number, { rowStarts, columnCount }: CsrMatrix): RidgeProblem[] {
  const random = createRandom(seed);
  return Array.from({ length: 6 }, (_, fold) => ({
    sampleWeights: Float64Array.from(rowStarts.subarray(1), () => (random.below(6) === fold ? 0 : random.below(5) / 4)),
    ...(fold % 2 === 1 && { start: Float64Array.from({ length: columnCount }, () => random.below(9) - 4) }),
  }));
}

describe('ridge regression', () => {
  for (const [name, matrix] of Object.entries({
    'a large matrix, which is cut for each thread': randomRows(1, 9000, 700, 60),
    'a small matrix': randomRows(2, 50, 300, 8),
    'one column': randomRows(3, 20, 1, 2),
  })) {
    const labels = Float64Array.from(matrix.rowStarts.subarray(1), (end) => 1 + (end % 5));
    const problems = randomProblems(4, matrix);

    test(`${name}: the bits of the twin, for any number of threads and of problems side by side`, async () => {
      const expected = problems.map(({ sampleWeights, start }) =>
        fitRidge(matrix, labels, options, sampleWeights, start),
      );
      for (const threads of THREADS)
        assert.deepEqual(await fitRidges(matrix, labels, problems, options, threads), expected, `${threads} threads`);
      for (let count = 1; count < problems.length; count++)
        assert.deepEqual(
          await fitRidges(matrix, labels, problems.slice(0, count), options, 2),
          expected.slice(0, count),
          `${count} problems`,
        );
    });
  }

  test('problems that need different numbers of iterations do not disturb one another', async () => {
    const matrix = randomRows(5, 400, 60, 10);
    const labels = Float64Array.from(matrix.rowStarts.subarray(1), (end) => end % 7);
    const sampleWeights = new Float64Array(400).fill(1);
    const [{ weights: solution } = assert.fail()] = await fitRidges(matrix, labels, [{ sampleWeights }], options, 1);
    const problems = [{ sampleWeights, start: solution }, { sampleWeights }];
    const expected = problems.map(({ start }) => fitRidge(matrix, labels, options, sampleWeights, start));
    assert.deepEqual(await fitRidges(matrix, labels, problems, options, 1), expected);
    const few = { ...options, maxIterations: 0 };
    assert.deepEqual((await fitRidges(matrix, labels, problems, few, 1))[0]?.weights, solution);
  });

  test('labels that are all equal, and a matrix without a cell', async () => {
    const sampleWeights = Float64Array.of(1, 2, 3);
    const empty = {
      rowStarts: new Int32Array(4),
      columns: new Int32Array(),
      values: new Float64Array(),
      columnCount: 2,
    };
    const [model] = await fitRidges(empty, Float64Array.of(4, 4, 4), [{ sampleWeights }], options, 4);
    assert.deepEqual(model, { weights: new Float64Array(2), intercept: 4 });
    assert.deepEqual(await fitRidges(empty, Float64Array.of(4, 4, 4), [], options, 4), []);
  });

  test('arguments are checked, and the message says what was expected', async () => {
    const matrix = randomRows(6, 4, 3, 2);
    const labels = new Float64Array(4);
    const problem = { sampleWeights: new Float64Array(4).fill(1) };
    const refused = async (expected: RegExp, ...args: Partial<Parameters<typeof fitRidges>>) => {
      const all = [matrix, labels, [problem], options, 1].map((value, i) => args[i] ?? value);
      await assert.rejects(fitRidges(...(all as Parameters<typeof fitRidges>)), expected);
    };
    await refused(/the matrix to be rows, received 5/, 5 as never);
    await refused(/entry \d+ of the values to be a finite number, received NaN/, {
      ...randomRows(7, 4, 3, 9),
      values: randomRows(7, 4, 3, 9).values.fill(Number.NaN),
    });
    await refused(/the length of labels to be 4, received 3/, matrix, new Float64Array(3));
    await refused(/labels to be a Float64Array, received Array/, matrix, [1, 2, 3, 4] as never);
    const negative = { sampleWeights: Float64Array.of(1, -1, 1, 1) };
    await refused(/entry 1 of sampleWeights of problem 0 to be a finite number ≥ 0, received -1/, matrix, labels, [
      negative,
    ]);
    await refused(/at least one above 0, received "none above 0"/, matrix, labels, [
      { sampleWeights: new Float64Array(4) },
    ]);
    await refused(/the length of start of problem 0 to be 3, received 2/, matrix, labels, [
      { ...problem, start: new Float64Array(2) },
    ]);
    await refused(/alpha to be a number above 0, received 0/, matrix, labels, [problem], { ...options, alpha: 0 });
    await refused(/threads to be an integer from 1 to 1024, received 0/, matrix, labels, [problem], options, 0);
  });
});
