/**
 * The teacher for distillation: ridge regression. From few reviews it learns the weights of words better than trees do.
 * It learns the labels of the reviews first; then it labels the reviews and many further texts, and the trees learn
 * from its labels. It can also select the terms with the largest effect on its labels.
 */
import type { CsrMatrix, TrainingSet } from '../../native/index.ts';
import { ScoreMap } from '../reference/score-range.ts';
import { Vectorizer } from '../reference/vectorizer.ts';
import { fitRidge, predictLinear, type RidgeOptions } from './ridge.ts';

/** The manifest stores all fields but `texts` under these names. */
export interface Teacher extends RidgeOptions {
  /** Further texts, without labels. */
  readonly texts: readonly string[];
  /**
   * Ridge predictions are shrunk towards the mean. This factor ≥ 1 stretches the labels away from their mean again,
   * within the score range.
   */
  readonly spread: number;
  /** The number of terms to keep in the vocabulary, those that move the labels most; all if undefined. */
  readonly terms?: number;
}

/**
 * The vectorizer with only the `count` terms that move the labels of a ridge model most: the columns with the largest
 * |weight| × standard deviation. It equals scikit-learn's vectorizer with these terms as `vocabulary`, fitted on the
 * same texts.
 */
export function selectTerms(
  vectorizer: Vectorizer,
  { matrix, labels }: TrainingSet,
  count: number,
  ridge: RidgeOptions,
): Vectorizer {
  const { weights } = fitRidge(matrix, labels, ridge);
  const deviations = columnDeviations(matrix);
  const importance = (column: number) => Math.abs(weights[column] as number) * (deviations[column] as number);
  const columns = Array.from(weights.keys())
    .sort((a, b) => importance(b) - importance(a) || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
  const { terms, idf, logarithms } = vectorizer.tables;
  return new Vectorizer(vectorizer.parameters, {
    terms: columns.map((column) => terms[column] as string),
    idf: Float64Array.from(columns, (column) => idf[column] as number),
    logarithms,
  });
}

/**
 * Fits ridge on the training set and returns its labels for the rows of `matrix`, stretched by `spread` and clamped to
 * the score range.
 */
export function teacherLabels(
  training: TrainingSet,
  matrix: CsrMatrix,
  scoreRange: readonly [number, number],
  teacher: Teacher,
): Float64Array {
  const predictions = predictLinear(fitRidge(training.matrix, training.labels, teacher), matrix);
  return stretchAroundMean(predictions, teacher.spread, scoreRange);
}

function stretchAroundMean(values: Float64Array, factor: number, scoreRange: readonly [number, number]): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const scoreMap = ScoreMap.clampTo(scoreRange);
  return values.map((value) => scoreMap.score(mean + factor * (value - mean)));
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
