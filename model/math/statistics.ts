/** Order statistics: quantiles, the median and ranks. */

/**
 * The quantile at `share`, in [0, 1], of values in ascending order. Interpolates linearly between neighbours, as
 * numpy.quantile does by default. NaN if there is no value.
 */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(position)] ?? Number.NaN, sorted[Math.ceil(position)] ?? Number.NaN];
  return below + (above - below) * (position - Math.floor(position));
}

/** The same for values in any order. The array is not changed. Throws if there is no value. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) throw new Error('Expected at least one value, received none');
  return quantileOfSorted(Float64Array.from(values).sort(), share);
}

/** The middle value, or the mean of the two in the middle. Throws if there is no value. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** The rank of each value, from 1. Equal values share the mean of their ranks. */
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
