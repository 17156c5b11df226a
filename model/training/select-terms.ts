/** Selects the terms of a vocabulary with the largest effect on the predictions of ridge regression. */
import type { CsrMatrix, TrainingSet } from '../../native/index.ts';
import { Vectorizer } from '../reference/vectorizer.ts';
import { unpacked } from './packed-rows.ts';
import { fitRidge, type RidgeOptions } from './ridge.ts';

/**
 * The vectorizer with only the `count` terms that move the predictions of a ridge model most: the columns with the largest
 * |weight| × standard deviation. It equals scikit-learn's vectorizer with these terms as `vocabulary`, fitted on the
 * same texts.
 */
export async function selectTerms(
  vectorizer: Vectorizer,
  { matrix, labels, weights: sampleWeights }: TrainingSet,
  count: number,
  ridge: RidgeOptions,
): Promise<Vectorizer> {
  const { weights } = await fitRidge(matrix, labels, ridge, sampleWeights);
  const deviations = columnDeviations(unpacked(matrix));
  const importance = (column: number) => Math.abs(weights[column] as number) * (deviations[column] as number);
  const columns = Array.from(weights.keys())
    .sort((a, b) => importance(b) - importance(a) || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
  return withColumns(vectorizer, columns);
}

/** The vectorizer without the terms that are one number alone, marked or not. N-grams with numbers stay. */
export function withoutNumbers(vectorizer: Vectorizer): Vectorizer {
  const { terms } = vectorizer.tables;
  return withColumns(
    vectorizer,
    Array.from(terms.keys()).filter((column) => !LONE_NUMBER.test(terms[column] as string)),
  );
}

const LONE_NUMBER = /^(?:[ABL]:)?\d+¬?$/;

function withColumns({ parameters, tables }: Vectorizer, columns: readonly number[]): Vectorizer {
  const { terms, idf, logarithms } = tables;
  return new Vectorizer(parameters, {
    terms: columns.map((column) => terms[column] as string),
    idf: Float64Array.from(columns, (column) => idf[column] as number),
    logarithms,
  });
}

/** The population standard deviation of each column. */
function columnDeviations({ rowStarts, columns, values, columnCount }: CsrMatrix): Float64Array {
  const sums = new Float64Array(columnCount);
  const squares = new Float64Array(columnCount);
  columns.forEach((column, i) => {
    const value = values[i] as number;
    sums[column] = (sums[column] as number) + value;
    squares[column] = (squares[column] as number) + value * value;
  });
  const rowCount = rowStarts.length - 1;
  return squares.map((square, column) => {
    const mean = (sums[column] as number) / rowCount;
    return Math.sqrt(Math.max(0, square / rowCount - mean * mean));
  });
}
