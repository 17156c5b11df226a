/** A straight line through points: how a time grows with a length. */

/** The straight line y = intercept + slope × x that fits best, and the share of the variance that it explains. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): {
  intercept: number;
  slope: number;
  r2: number;
} {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  const slope = xy / xx;
  return { intercept: meanY - slope * meanX, slope, r2: xy ** 2 / (xx * yy) };
}
