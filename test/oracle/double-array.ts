/** Reads a double array by the definition of its format (model/compile/double-array.ts), one unit at a time. */
export interface Unit {
  readonly label: number;
  readonly value: number;
  readonly base: number;
}

export function unitOf(unit: bigint | undefined): Unit {
  if (unit === undefined) throw new Error('the walk left the double array');
  return { label: Number(unit & 0xffffn), value: Number((unit >> 16n) & 0xffffffn), base: Number(unit >> 40n) };
}

/** The value of an entry; 0 if there is none. */
export function lookUp(units: BigUint64Array, codes: Iterable<number>): number {
  let node = unitOf(units[0]);
  for (const code of codes) {
    const child = unitOf(units[node.base + code]);
    if (child.label !== code) return 0;
    node = child;
  }
  return node.value;
}

/** All entries, as codes joined by spaces → value. Tries every code at every node. */
export function entriesOf(units: BigUint64Array, largestCode: number): Map<string, number> {
  const entries = new Map<string, number>();
  const visit = (node: Unit, codes: readonly number[]) => {
    if (node.value !== 0) entries.set(codes.join(' '), node.value);
    for (let code = 1; code <= largestCode; code++) {
      const child = unitOf(units[node.base + code]);
      if (child.label === code) visit(child, [...codes, code]);
    }
  };
  visit(unitOf(units[0]), []);
  return entries;
}
