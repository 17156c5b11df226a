/**
 * A trie as a double array, for dictionaries and vocabularies: entries of codes, each with a value, become 64-bit units.
 *
 *     bits  0–15  label: the code that leads to this node; 0xffff for the root (unit 0) and for a hole
 *     bits 16–39  value; 0 if no entry ends here
 *     bits 40–63  base of the children; 0 if there are none
 *
 * The child of a node by a code is the unit at base + code, if its label is that code. One comparison tells, because no
 * two nodes have the same base and because base 0 leads to no child. The array goes on behind the last base for as many
 * units as the largest code needs: a reader that stays within the codes never leaves it.
 *
 * What weighs more is placed first: what is often walked lies densely at the front.
 */
import { Bitmap } from './bitmap.ts';

export interface DoubleArrayEntry {
  /** From 1 to 0xfffe each, at least one. */
  readonly codes: ArrayLike<number>;
  /** From 1 to 2^24 − 1. */
  readonly value: number;
  /** How often it is looked up, in any measure ≥ 0. */
  readonly weight: number;
}

const NO_CODE = 0xffff;
const LIMIT = 2 ** 24; // of values and of bases

/** The order of the entries does not matter. Throws if two have the same codes. */
export function buildDoubleArray(entries: readonly DoubleArrayEntry[]): BigUint64Array {
  const trie = trieOf(entries);
  const { unitOf, baseOf, unitCount } = layOut(trie);
  const units = new BigUint64Array(unitCount).fill(BigInt(NO_CODE));
  const halves = new Uint32Array(units.buffer); // low and high: a BigInt for each would take seconds
  for (let node = 0; node < trie.count; node++) {
    const unit = unitOf[node] as number;
    const value = trie.value[node] as number;
    halves[2 * unit] = (trie.code[node] as number) | (value << 16);
    halves[2 * unit + 1] = (value >>> 16) | ((baseOf[node] as number) << 8);
  }
  return units;
}

/** Nodes in the order of a walk in depth, the root first: a parent comes before its children. */
interface Trie {
  readonly count: number;
  readonly largestCode: number;
  /** The code that leads to the node. */
  readonly code: Uint16Array;
  readonly value: Uint32Array;
  /** The sum over the entries that begin with the node's codes. */
  readonly weight: Float64Array;
  /** 0 for none, here and in `nextSibling`. Siblings ascend by code. */
  readonly firstChild: Uint32Array;
  readonly nextSibling: Uint32Array;
}

function trieOf(entries: readonly DoubleArrayEntry[]): Trie {
  const mostNodes = entries.reduce((sum, { codes }) => sum + codes.length, 1);
  const code = new Uint16Array(mostNodes);
  const value = new Uint32Array(mostNodes);
  const weight = new Float64Array(mostNodes);
  const firstChild = new Uint32Array(mostNodes);
  const nextSibling = new Uint32Array(mostNodes);
  code[0] = NO_CODE;
  let count = 1;
  let largestCode = 0;
  let before: ArrayLike<number> = [];
  const path = [0]; // the nodes of the entry before, from the root on
  for (const entry of [...entries].sort((a, b) => compareCodes(a.codes, b.codes))) {
    check(entry);
    const { codes } = entry;
    const shared = sharedLength(before, codes);
    if (shared === codes.length) throw new Error(`Expected each entry once, received [${Array.from(codes)}] twice`);
    for (let depth = shared; depth < codes.length; depth++) {
      const node = count++;
      const last = path[depth + 1]; // of the siblings, if the paths part here
      if (depth === shared && last !== undefined) nextSibling[last] = node;
      else firstChild[path[depth] as number] = node;
      code[node] = codes[depth] as number;
      largestCode = Math.max(largestCode, codes[depth] as number);
      path[depth + 1] = node;
    }
    path.length = codes.length + 1;
    for (const node of path) weight[node] = (weight[node] as number) + entry.weight;
    value[path[codes.length] as number] = entry.value;
    before = codes;
  }
  return { count, largestCode, code, value, weight, firstChild, nextSibling };
}

function check({ codes, value, weight }: DoubleArrayEntry): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (!Number.isInteger(code) || code < 1 || code >= NO_CODE)
      throw new Error(`Expected codes from 1 to ${NO_CODE - 1}, received ${code}`);
  }
  if (codes.length === 0) throw new Error('Expected an entry to have codes, received none');
  if (!Number.isInteger(value) || value < 1 || value >= LIMIT)
    throw new Error(`Expected values from 1 to ${LIMIT - 1}, received ${value}`);
  if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
    throw new Error(`Expected weights from 0 on, received ${weight}`);
}

function layOut(trie: Trie): { unitOf: Uint32Array; baseOf: Uint32Array; unitCount: number } {
  const { count, largestCode, code, weight, firstChild, nextSibling } = trie;
  // A parent weighs at least as much as its child and has the lower number, so it comes first and has its unit already.
  const order = Uint32Array.from({ length: count }, (_, node) => node).sort(
    (a, b) => (weight[b] as number) - (weight[a] as number) || a - b,
  );
  const unitOf = new Uint32Array(count);
  const baseOf = new Uint32Array(count);
  const units = new Bitmap();
  const bases = new Bitmap();
  units.take(0);
  bases.take(0);
  // Where the search for room begins. For an only child, by its code: no base below is left. For several children, by
  // their number: where the last parent of as many found room. What they leave free the only children fill; to search
  // from the start each time took eight times as long and packed no better.
  const fromByCode = new Uint32Array(largestCode + 1).fill(1);
  const fromByCount = new Uint32Array(largestCode + 1).fill(1);
  const codes = new Uint16Array(largestCode); // of the children to place
  let lastBase = 0;
  for (const parent of order) {
    let children = 0;
    for (let child = firstChild[parent] as number; child !== 0; child = nextSibling[child] as number)
      codes[children++] = code[child] as number;
    if (children === 0) continue;
    const [from, at] = children === 1 ? [fromByCode, codes[0] as number] : [fromByCount, children];
    const base = firstRoom(from[at] as number, children);
    from[at] = base;
    baseOf[parent] = base;
    lastBase = Math.max(lastBase, base);
    bases.take(base);
    for (let child = firstChild[parent] as number; child !== 0; child = nextSibling[child] as number) {
      const unit = base + (code[child] as number);
      units.take(unit);
      unitOf[child] = unit;
    }
  }
  if (lastBase >= LIMIT) throw new Error(`Expected bases below ${LIMIT}, received ${lastBase}: too many entries`);
  return { unitOf, baseOf, unitCount: lastBase + largestCode + 1 };

  /** The first base from `from` on that no node has and at which the units of all `codes` are free; 32 are asked at once. */
  function firstRoom(from: number, children: number): number {
    for (let base = from; ; base += 32) {
      let taken = bases.window(base);
      for (let i = 0; i < children && taken !== -1; i++) taken |= units.window(base + (codes[i] as number));
      if (taken !== -1) return base + lowestZero(taken);
    }
  }
}

/** REQUIRES: bits !== -1 */
function lowestZero(bits: number): number {
  return 31 - Math.clz32(~bits & (bits + 1));
}

function compareCodes(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const shared = sharedLength(a, b);
  return (a[shared] ?? 0) - (b[shared] ?? 0);
}

function sharedLength(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
