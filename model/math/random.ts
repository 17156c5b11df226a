/**
 * A seeded random generator: xoshiro128** (Blackman and Vigna 2018), seeded by splitmix32. It uses only 32-bit
 * integers, so a seed gives the same choices on every machine. A generator has state: share it only where the order of
 * the draws is fixed.
 */
export interface Random {
  /** An integer in [0, count). REQUIRES: 1 ≤ count ≤ 2^32 */
  below(count: number): number;
}

/** `seed` is taken modulo 2^32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const splitmix = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  const rotate = (x: number, by: number) => ((x << by) | (x >>> (32 - by))) >>> 0;
  const next = () => {
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const t = (b << 9) >>> 0;
    c = (c ^ a) >>> 0;
    d = (d ^ b) >>> 0;
    b = (b ^ c) >>> 0;
    a = (a ^ d) >>> 0;
    c = (c ^ t) >>> 0;
    d = rotate(d, 11);
    return result;
  };
  // The high part of a 64-bit product (Lemire 2019, without the rejection step: the bias is below 2^-20 for our
  // counts).
  return { below: (count) => Math.floor((next() * count) / 2 ** 32) };
}

/** True with a probability of `percent` %. */
export function chance(random: Random, percent: number): boolean {
  return random.below(100) < percent;
}

/** One of the values. Throws if there are none. */
export function pick<T>(random: Random, values: readonly T[]): T {
  if (values.length === 0) throw new Error('Expected values to pick from, received none');
  return values[random.below(values.length)] as T;
}

/** The values in random order (Fisher and Yates). */
export function shuffle<T>(random: Random, values: readonly T[]): T[] {
  const shuffled = [...values];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
  }
  return shuffled;
}
