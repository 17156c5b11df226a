/**
 * xoshiro128** and splitmix32 by their definitions, with big integers that are truncated to 32 bits after each step.
 */

type State = [bigint, bigint, bigint, bigint];

const MASK = (1n << 32n) - 1n;
const rotateLeft = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & MASK;

/** The outputs of Blackman and Vigna's xoshiro128starstar.c, starting from a state. */
export function* xoshiro(s: State): Generator<bigint> {
  for (;;) {
    yield (rotateLeft((s[1] * 5n) & MASK, 7n) * 9n) & MASK;
    const t = (s[1] << 9n) & MASK;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11n);
  }
}

/** The initial state for a seed: steps of the golden ratio, each mixed by MurmurHash3's 32-bit finalizer. */
export function stateOf(seed: number): State {
  const mix = (step: bigint) => {
    let z = (BigInt(seed) + step * 0x9e3779b9n) & MASK;
    z = ((z ^ (z >> 16n)) * 0x85ebca6bn) & MASK;
    z = ((z ^ (z >> 13n)) * 0xc2b2ae35n) & MASK;
    return z ^ (z >> 16n);
  };
  return [mix(1n), mix(2n), mix(3n), mix(4n)];
}
