/**
 * A teacher: ridge regression, which weighs the words of reviews better than trees do from so few, and is then asked what
 * it thinks of many more texts. Trees learn from its answers, and may be given only the terms that matter to it.
 */
import type { CsrMatrix, TrainingSet } from '../../native/index.ts';
import { clampScore } from '../reference/score-range.ts';
import { Vectorizer } from '../reference/vectorizer.ts';
import { fitRidge, predictLinear, type RidgeOptions } from './ridge.ts';

/** Ridge learns the labels first and the trees learn from it: its labels, and those it gives to further texts. */
export interface Teacher extends RidgeOptions {
  readonly texts: readonly string[];
  /** Ridge shrinks what it has to guess: its labels are spread around their mean by this factor, ≥ 1, within the range. */
  readonly spread: number;
  /** How many terms of the vocabulary stay, those that move its labels most; all if not given. */
  readonly terms?: number;
}

/**
 * The vectorizer with the terms alone that move a first ridge's labels most: those of the largest |weight| × standard
 * deviation of the column. It is scikit-learn's with these terms as its `vocabulary`, fitted on the same texts.
 */
export function selectTerms(
  vectorizer: Vectorizer,
  { matrix, labels }: TrainingSet,
  terms: number,
  ridge: RidgeOptions,
): Vectorizer {
  const { weights } = fitRidge(matrix, labels, ridge);
  const deviations = deviationsOf(matrix);
  const weight = (column: number) => Math.abs(weights[column] as number) * (deviations[column] as number);
  const columns = Array.from(weights.keys())
    .sort((a, b) => weight(b) - weight(a) || a - b)
    .slice(0, terms)
    .sort((a, b) => a - b);
  const { terms: all, idf, logarithms } = vectorizer.tables;
  return new Vectorizer(vectorizer.parameters, {
    terms: columns.map((column) => all[column] as string),
    idf: Float64Array.from(columns, (column) => idf[column] as number),
    logarithms,
  });
}

/** The labels that ridge, having learned the reviews, gives to the rows of `taught`. */
export function teach(
  { matrix, labels }: TrainingSet,
  taught: CsrMatrix,
  scoreRange: readonly [number, number],
  teacher: Teacher,
): Float64Array {
  return spreadOut(predictLinear(fitRidge(matrix, labels, teacher), taught), teacher.spread, scoreRange);
}

function spreadOut(labels: Float64Array, factor: number, scoreRange: readonly [number, number]): Float64Array {
  const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  return labels.map((label) => clampScore(scoreRange, mean + factor * (label - mean)));
}

/** The standard deviation of each column. */
function deviationsOf({ rowStarts, columns, values, columnCount }: CsrMatrix): Float64Array {
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
