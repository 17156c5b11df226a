import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { buildDoubleArray } from '../../../model/compile/double-array.ts';
import { entriesOf, lookUp, unitOf } from '../../oracle/double-array.ts';

const unit = (label: number, value: number, base: number) =>
  BigInt(label) | (BigInt(value) << 16n) | (BigInt(base) << 40n);
const hole = unit(0xffff, 0, 0);

describe('double array', () => {
  test('by hand', () => {
    const units = buildDoubleArray([
      { codes: [2], value: 0xabcdef, weight: 1 },
      { codes: [1, 2], value: 6, weight: 1 },
      { codes: [1], value: 5, weight: 1 },
    ]);
    // The root gets base 1, so its children 1 and 2 are units 2 and 3; the node 1 gets base 2, so its child 2 is unit
    // 4.
    assert.deepEqual([...units], [unit(0xffff, 0, 1), hole, unit(1, 5, 2), unit(2, 0xabcdef, 0), unit(2, 6, 0)]);
  });

  test('without entries, only the root remains', () => {
    assert.deepEqual([...buildDoubleArray([])], [hole]);
  });

  test('accepts the largest code and the largest value', () => {
    const codes = [0xfffe, 1, 0xfffe];
    const units = buildDoubleArray([{ codes, value: 2 ** 24 - 1, weight: 0 }]);
    assert.equal(lookUp(units, codes), 2 ** 24 - 1);
    assert.equal(lookUp(units, [0xfffe, 1]), 0);
    assert.equal(lookUp(units, [0xfffe, 0xfffe]), 0);
  });

  test('nodes with more weight come first', () => {
    const weights = [3, 9, 1, 7, 5];
    const entries = weights.flatMap((weight, i) => [
      { codes: [i + 1, 1], value: 1, weight },
      { codes: [i + 1, 2, 3], value: 1, weight: 0 },
    ]);
    const units = buildDoubleArray(entries);
    const { base: root } = unitOf(units[0]);
    const bases = weights.map((_, i) => unitOf(units[root + i + 1]).base);
    const ranks = weights.map((_, i) => i).sort((a, b) => (bases[a] as number) - (bases[b] as number));
    assert.deepEqual(
      ranks.map((i) => weights[i]),
      [9, 7, 5, 3, 1],
    );
  });

  // Few codes, so that entries share prefixes; some codes are far apart.
  const code = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(5, 31, 32, 33, 64, 100));
  const entry = fc.record({
    codes: fc.array(code, { minLength: 1, maxLength: 6 }),
    value: fc.integer({ min: 1, max: 2 ** 24 - 1 }),
    weight: fc.integer({ min: 0, max: 3 }),
  });
  const someEntries = fc.uniqueArray(entry, { selector: ({ codes }) => codes.join(' '), maxLength: 100 });
  const largestOf = (entries: readonly { codes: readonly number[] }[]) =>
    Math.max(0, ...entries.flatMap(({ codes }) => codes));

  test('equals a Map: finds every entry and nothing else', () => {
    fc.assert(
      fc.property(someEntries, (entries) => {
        const expected = new Map(entries.map(({ codes, value }) => [codes.join(' '), value]));
        const units = buildDoubleArray(entries);
        for (const { codes, value } of entries) assert.equal(lookUp(units, codes), value);
        const found = entriesOf(units, largestOf(entries));
        assert.deepEqual(new Map([...found].sort()), new Map([...expected].sort()));
      }),
      { numRuns: 500 },
    );
  });

  test('bases are distinct, unused units are clean, and every base has room for every code', () => {
    fc.assert(
      fc.property(someEntries, (entries) => {
        const units = buildDoubleArray(entries);
        const bases = Array.from(units, (one) => unitOf(one).base);
        const parents = bases.filter((base) => base !== 0);
        assert.equal(new Set(parents).size, parents.length);
        assert.ok(Math.max(...bases) + largestOf(entries) + 1 <= units.length);
        const nodes = new Set(entries.flatMap(({ codes }) => codes.map((_, i) => codes.slice(0, i + 1).join(' '))));
        const labelled = [...units].filter((one) => unitOf(one).label !== 0xffff);
        assert.equal(labelled.length, nodes.size);
        assert.equal([...units].slice(1).filter((one) => one === hole).length, units.length - 1 - nodes.size);
        assert.equal(unitOf(units[0]).label, 0xffff);
      }),
    );
  });

  test('the order of the entries does not matter', () => {
    fc.assert(
      fc.property(someEntries, (entries) => {
        assert.deepEqual(buildDoubleArray([...entries].reverse()), buildDoubleArray(entries));
      }),
    );
  });

  const refused: [what: string, codes: number[], value: number, weight: number, message: RegExp][] = [
    ['no codes', [], 1, 1, /Expected an entry to have codes, received none/],
    ['code 0', [1, 0], 1, 1, /Expected codes from 1 to 65534, received 0/],
    ['code 0xffff', [0xffff], 1, 1, /Expected codes from 1 to 65534, received 65535/],
    ['value 0', [1], 0, 1, /Expected values from 1 to 16777215, received 0/],
    ['value 2^24', [1], 2 ** 24, 1, /Expected values from 1 to 16777215, received 16777216/],
    ['a negative weight', [1], 1, -1, /Expected finite weights ≥ 0, received -1/],
    ['a weight of NaN', [1], 1, Number.NaN, /Expected finite weights ≥ 0, received NaN/],
    ['an entry twice', [9, 9], 1, 1, /Expected each entry once, received \[9,9\] twice/],
  ];
  for (const [what, codes, value, weight, message] of refused) {
    test(`${what} is refused`, () => {
      const entries = [
        { codes: [9, 9], value: 3, weight: 1 },
        { codes, value, weight },
      ];
      assert.throws(() => buildDoubleArray(entries), message);
    });
  }
});
