/**
 * Weighs terms by how consistently the reviews that contain them are rated (supervised term weighting: Debole and
 * Sebastiani 2003). A word that stands in good and bad reviews alike, such as 友人, then moves a score little: its column
 * has a small value, and takes little from the other columns of a row of norm 1.
 *
 * Take the reviews that contain a term, and the deviations of their labels from the mean label of all reviews. Let m be
 * the mean of the deviations, and q the mean of their squares, as if there were SHRINKAGE more reviews with m = 0 and
 * with the variance σ² of all labels. Then
 *
 *     consistency = ½ · max(0, 1 − √(q − m²) / σ) + ½ · |m| / √q
 *
 * The first half is large if the labels are near one another, the second if they are on one side of the mean.
 */
import type { TrainingSet } from '../../native/index.ts';
import { Vectorizer } from '../reference/vectorizer.ts';

/** In reviews. */
const SHRINKAGE = 0.5;

/**
 * The vectorizer with each idf multiplied by floor + consistency. It equals scikit-learn's vectorizer with these numbers
 * as `idf_`. `training` has the rows that `vectorizer` makes of the reviews.
 */
export function weighByConsistency(vectorizer: Vectorizer, training: TrainingSet, floor: number): Vectorizer {
  const consistencies = consistenciesOf(training);
  const { terms, idf, logarithms } = vectorizer.tables;
  return new Vectorizer(vectorizer.parameters, {
    terms,
    idf: idf.map((value, column) => value * (floor + (consistencies[column] as number))),
    logarithms,
  });
}

/** The consistency of each column, in [0, 1]. */
export function consistenciesOf({ matrix, labels, weights }: TrainingSet): Float64Array {
  const { rowStarts, columns, columnCount } = matrix;
  const rowCount = labels.length;
  const weightOf = (row: number) => weights?.[row] ?? 1;
  let [total, sum] = [0, 0];
  for (let row = 0; row < rowCount; row++) {
    total += weightOf(row);
    sum += weightOf(row) * (labels[row] as number);
  }
  const mean = sum / total;
  const [counts, sums, squares] = [
    new Float64Array(columnCount),
    new Float64Array(columnCount),
    new Float64Array(columnCount),
  ];
  let variance = 0;
  for (let row = 0; row < rowCount; row++) {
    const weight = weightOf(row);
    const deviation = (labels[row] as number) - mean;
    variance += (weight * deviation * deviation) / total;
    for (let i = rowStarts[row] as number; i < (rowStarts[row + 1] as number); i++) {
      const column = columns[i] as number;
      counts[column] = (counts[column] as number) + weight;
      sums[column] = (sums[column] as number) + weight * deviation;
      squares[column] = (squares[column] as number) + weight * deviation * deviation;
    }
  }
  if (variance === 0) return new Float64Array(columnCount); // all labels are equal
  return counts.map((count, column) => {
    const m = (sums[column] as number) / (count + SHRINKAGE);
    const q = ((squares[column] as number) + SHRINKAGE * variance) / (count + SHRINKAGE);
    const spread = Math.sqrt(Math.max(0, q - m * m));
    return Math.max(0, 1 - spread / Math.sqrt(variance)) / 2 + Math.abs(m) / Math.sqrt(q) / 2;
  });
}
