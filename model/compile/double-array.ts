/**
 * A trie as a double array, for dictionaries and vocabularies. An entry is a sequence of codes with a value. A node is
 * a 64-bit unit:
 *
 *     bits  0–15  label: the code that leads to this node; 0xffff for the root (unit 0) and for an unused unit
 *     bits 16–39  value; 0 if no entry ends here
 *     bits 40–63  base of the children; 0 if there are none
 *
 * The child of a node for a code is the unit at base + code, if its label is that code. This one comparison is enough,
 * because no two nodes have the same base and no child is at base 0. After the last base, the array has as many units
 * as the largest code needs. A reader that uses valid codes therefore never reads beyond the end.
 *
 * Nodes with more weight are placed first, so that the most visited nodes lie close together at the front.
 */
import { Bitmap } from './bitmap.ts';

export interface DoubleArrayEntry {
  /** At least one code; each from 1 to 0xfffe. */
  readonly codes: ArrayLike<number>;
  /** From 1 to 2^24 − 1. */
  readonly value: number;
  /** A relative frequency of look-ups, ≥ 0. */
  readonly weight: number;
}

const NO_CODE = 0xffff;
const LIMIT = 2 ** 24; // exclusive maximum of values and bases

/** Builds the units. The order of the entries does not matter. Throws if two entries have the same codes. */
export function buildDoubleArray(entries: readonly DoubleArrayEntry[]): BigUint64Array {
  const trie = trieOf(entries);
  const { unitOf, baseOf, unitCount } = placeNodes(trie);
  const units = new BigUint64Array(unitCount).fill(BigInt(NO_CODE));
  // Low and high halves, because a BigInt for each unit would take seconds.
  const halves = new Uint32Array(units.buffer);
  for (let node = 0; node < trie.count; node++) {
    const unit = unitOf[node] as number;
    const value = trie.value[node] as number;
    halves[2 * unit] = (trie.code[node] as number) | (value << 16);
    halves[2 * unit + 1] = (value >>> 16) | ((baseOf[node] as number) << 8);
  }
  return units;
}

/** The nodes in preorder: the root is node 0, and a parent comes before its children. */
interface Trie {
  readonly count: number;
  readonly largestCode: number;
  /** The code that leads to the node. */
  readonly code: Uint16Array;
  readonly value: Uint32Array;
  /** The sum of the weights of the entries below the node. */
  readonly weight: Float64Array;
  /** 0 means none, here and in `nextSibling`. Siblings ascend by code. */
  readonly firstChild: Uint32Array;
  readonly nextSibling: Uint32Array;
}

function trieOf(entries: readonly DoubleArrayEntry[]): Trie {
  const maxNodes = entries.reduce((sum, { codes }) => sum + codes.length, 1);
  const code = new Uint16Array(maxNodes);
  const value = new Uint32Array(maxNodes);
  const weight = new Float64Array(maxNodes);
  const firstChild = new Uint32Array(maxNodes);
  const nextSibling = new Uint32Array(maxNodes);
  code[0] = NO_CODE;
  let count = 1;
  let largestCode = 0;
  let before: ArrayLike<number> = [];
  const path = [0]; // the nodes of the previous entry, from the root on
  for (const entry of [...entries].sort((a, b) => compareCodes(a.codes, b.codes))) {
    checkEntry(entry);
    const { codes } = entry;
    const shared = sharedLength(before, codes);
    if (shared === codes.length) throw new Error(`Expected each entry once, received [${Array.from(codes)}] twice`);
    for (let depth = shared; depth < codes.length; depth++) {
      const node = count++;
      const last = path[depth + 1]; // the last sibling, if the paths separate here
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

function checkEntry({ codes, value, weight }: DoubleArrayEntry): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (!Number.isInteger(code) || code < 1 || code >= NO_CODE)
      throw new Error(`Expected codes from 1 to ${NO_CODE - 1}, received ${code}`);
  }
  if (codes.length === 0) throw new Error('Expected an entry to have codes, received none');
  if (!Number.isInteger(value) || value < 1 || value >= LIMIT)
    throw new Error(`Expected values from 1 to ${LIMIT - 1}, received ${value}`);
  if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
    throw new Error(`Expected finite weights ≥ 0, received ${weight}`);
}

/** Chooses the unit of each node and the base of its children. */
function placeNodes(trie: Trie): { unitOf: Uint32Array; baseOf: Uint32Array; unitCount: number } {
  const { count, largestCode, code, weight, firstChild, nextSibling } = trie;
  // A parent weighs at least as much as its child and has a lower number, so it is placed before its child.
  const order = Uint32Array.from({ length: count }, (_, node) => node).sort(
    (a, b) => (weight[b] as number) - (weight[a] as number) || a - b,
  );
  const unitOf = new Uint32Array(count);
  const baseOf = new Uint32Array(count);
  const units = new Bitmap();
  const bases = new Bitmap();
  units.take(0);
  bases.take(0);
  // The positions at which the search for a base begins. A node with one child starts at the last base found for that
  // code: no lower base is free. A node with more children starts at the last base found for that number of children;
  // nodes with one child fill the gaps. Tried and dropped: searching from the start each time took eight times as long
  // and packed no better.
  const fromByCode = new Uint32Array(largestCode + 1).fill(1);
  const fromByCount = new Uint32Array(largestCode + 1).fill(1);
  const codes = new Uint16Array(largestCode); // codes of the children to place
  let lastBase = 0;
  for (const parent of order) {
    let children = 0;
    for (let child = firstChild[parent] as number; child !== 0; child = nextSibling[child] as number)
      codes[children++] = code[child] as number;
    if (children === 0) continue;
    const [from, at] = children === 1 ? [fromByCode, codes[0] as number] : [fromByCount, children];
    const base = firstFreeBase(from[at] as number, children);
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
  if (lastBase >= LIMIT)
    throw new Error(`Expected bases below ${LIMIT}, received ${lastBase}: there are too many entries`);
  return { unitOf, baseOf, unitCount: lastBase + largestCode + 1 };

  /** The first unused base ≥ `from` at which the units of all `codes` are free. Tests 32 bases at once. */
  function firstFreeBase(from: number, children: number): number {
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

/** Compares by code; a prefix comes first. */
function compareCodes(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const shared = sharedLength(a, b);
  return (a[shared] ?? 0) - (b[shared] ?? 0);
}

function sharedLength(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}
