/** Measures of a model's scores against the stars that were given. All take arrays of one length, one entry a review. */

/** Root of the mean squared error, in stars. */
export function rootMeanSquaredError(stars: ArrayLike<number>, scores: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < stars.length; i++) sum += ((scores[i] as number) - (stars[i] as number)) ** 2;
  return Math.sqrt(sum / stars.length);
}

/** Mean absolute error, in stars. */
export function meanAbsoluteError(stars: ArrayLike<number>, scores: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < stars.length; i++) sum += Math.abs((scores[i] as number) - (stars[i] as number));
  return sum / stars.length;
}

/** Ranks from 1, ties sharing the mean of theirs. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end] as number] === values[order[first] as number]) end++;
    for (let i = first; i < end; i++) ranks[order[i] as number] = (first + end + 1) / 2;
    first = end;
  }
  return ranks;
}

/** Spearman's rank correlation, in [−1, 1]; NaN if one side is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] as number) - mean, (y[i] as number) - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/**
 * Area under the ROC curve of telling `high` stars from `low` ones: the share of pairs in which the high one has the
 * higher score, ties counting half (Mann–Whitney U). NaN if either has no review.
 */
export function areaUnderCurve(stars: ArrayLike<number>, scores: ArrayLike<number>, low: number, high: number): number {
  const chosen = Array.from({ length: stars.length }, (_, i) => i).filter((i) => stars[i] === low || stars[i] === high);
  const ranks = ranksOf(chosen.map((i) => scores[i] as number));
  let [highRanks, highCount] = [0, 0];
  chosen.forEach((i, k) => {
    if (stars[i] !== high) return;
    highRanks += ranks[k] as number;
    highCount++;
  });
  return (highRanks - (highCount * (highCount + 1)) / 2) / (highCount * (chosen.length - highCount));
}

/** A confusion matrix: `counts[i][k]` is how many reviews are of row i and column k. REQUIRES: rows and columns within its size. */
export function confusionOf(
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
  [rowCount, columnCount]: readonly [number, number],
): number[][] {
  const counts = Array.from({ length: rowCount }, () => new Array<number>(columnCount).fill(0));
  for (let i = 0; i < rows.length; i++) {
    const row = counts[rows[i] as number] as number[];
    const column = columns[i] as number;
    row[column] = (row[column] as number) + 1;
  }
  return counts;
}

/** All of them that are defined: without a review of the lowest stars, say, there is no AUC; and JSON has no NaN. */
export function measuresOf(
  stars: ArrayLike<number>,
  scores: ArrayLike<number>,
  [lowest, highest]: readonly [number, number],
): Record<string, number> {
  const measures = {
    rmse: rootMeanSquaredError(stars, scores),
    mae: meanAbsoluteError(stars, scores),
    spearman: spearman(stars, scores),
    auc: areaUnderCurve(stars, scores, lowest, highest),
  };
  return Object.fromEntries(Object.entries(measures).filter(([, value]) => Number.isFinite(value)));
}

/** Of each measure that all have: its mean, and as `nameDeviation` the standard deviation of the sample. REQUIRES: two sets at least. */
export function meanAndDeviation(sets: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const name of Object.keys(sets[0] ?? {})) {
    const values = sets.flatMap((set) => set[name] ?? []);
    if (values.length < sets.length) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    result[name] = mean;
    result[`${name}Deviation`] = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
    );
  }
  return result;
}
