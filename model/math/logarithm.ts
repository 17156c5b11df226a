/**
 * Natural logarithms of counts, the same double in every engine. `Math.log` and the C library may differ in the last
 * bit, so `Math.log` is called only when a bundle is made. The bundle stores a table of ln(0 … 1023). All other
 * logarithms follow from the table by +, −, × and ÷, whose results IEEE 754 defines to the bit. native/vectorizer.cc
 * has the same code.
 */

export const LOGARITHM_TABLE_SIZE = 1024;

/** ln(i) for i in [0, 1024). Entry 0 is 0 and is never read. */
export function makeLogarithmTable(): Float64Array {
  return Float64Array.from({ length: LOGARITHM_TABLE_SIZE }, (_, count) => (count === 0 ? 0 : Math.log(count)));
}

/**
 * ln(count) for an integer count in [1, 2^53). For counts above the table, count = q·2^k·(1 + r) with q in [512, 1024)
 * and 0 ≤ r < 1/512. Seven terms of the series of ln(1 + r) leave an error below 2^-65.
 */
export function logarithm(table: Float64Array, count: number): number {
  if (count < LOGARITHM_TABLE_SIZE) return table[count] as number;
  let q = count;
  let doublings = 0;
  while (q >= LOGARITHM_TABLE_SIZE) {
    q = Math.floor(q / 2);
    doublings++;
  }
  const rounded = q * 2 ** doublings;
  const r = (count - rounded) / rounded;
  const rest = r * (1 - r * (1 / 2 - r * (1 / 3 - r * (1 / 4 - r * (1 / 5 - r * (1 / 6 - r * (1 / 7)))))));
  return (table[q] as number) + doublings * (table[2] as number) + rest;
}
