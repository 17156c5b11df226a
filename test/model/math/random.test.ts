import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chance, createRandom, pick, shuffle } from '../../../model/math/random.ts';
import { stateOf, xoshiro } from '../../oracle/xoshiro.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const take = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

describe('the oracle', () => {
  test('gives the outputs of xoshiro128starstar.c 1.1 from the state 1, 2, 3, 4', () => {
    const outputs = xoshiro([1n, 2n, 3n, 4n]);
    const law = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804];
    assert.deepEqual(
      law.map(() => Number(outputs.next().value)),
      law,
    );
  });
});

describe('random', () => {
  test('a seed gives the same integers on every machine', () => {
    // Computed by a third implementation, with Python's integers. below(2^32) is the output itself.
    const first = (seed: number) => {
      const random = createRandom(seed);
      return take(4, () => random.below(2 ** 32));
    };
    assert.deepEqual(first(0), [3809008728, 1133695204, 53579671, 2891528803]);
    assert.deepEqual(first(1), [2442144158, 3238099751, 3819917871, 2104621829]);
    assert.deepEqual(first(2 ** 32 - 1), [835879718, 1921286648, 2356205009, 1885780724]);
  });

  test('equals the oracle on any seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed);
        const outputs = xoshiro(stateOf(seed));
        for (let i = 0; i < 50; i++) assert.equal(random.below(2 ** 32), Number(outputs.next().value));
      }),
    );
  });

  test('below is the high part of the product of output and count', () => {
    // Up to 2^21, the product fits into 53 bits, so nothing is rounded.
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 21 }), (seed, count) => {
        const random = createRandom(seed);
        const outputs = xoshiro(stateOf(seed));
        for (let i = 0; i < 20; i++) {
          assert.equal(random.below(count), Number(((outputs.next().value as bigint) * BigInt(count)) >> 32n));
        }
      }),
    );
  });

  test('below gives integers in [0, count)', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 32 }), (seed, count) => {
        const random = createRandom(seed);
        for (let i = 0; i < 50; i++) {
          const value = random.below(count);
          assert.ok(Number.isInteger(value) && value >= 0 && value < count, `${value}`);
        }
      }),
    );
  });

  test('below is roughly uniform', () => {
    // 60,000 throws of a die: 10,000 each, standard deviation 91
    const random = createRandom(7);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 60_000; i++) (counts[random.below(6)] as number)++;
    for (const count of counts) assert.ok(Math.abs(count - 10_000) < 5 * 91, `${counts}`);
  });

  test('two generators with the same seed do not share state', () => {
    const [one, two] = [createRandom(3), createRandom(3)];
    const alone = take(10, () => one.below(1000));
    assert.deepEqual(
      take(10, () => two.below(1000)),
      alone,
    );
    assert.notDeepEqual(
      take(10, () => one.below(1000)),
      alone,
    );
  });
});

describe('chance', () => {
  test('0 % is never, 100 % is always, 30 % is roughly 30 of 100', () => {
    const random = createRandom(5);
    assert.ok(take(1000, () => chance(random, 0)).every((hit) => !hit));
    assert.ok(take(1000, () => chance(random, 100)).every((hit) => hit));
    // 10,000 draws: 3,000, standard deviation 46
    const hits = take(10_000, () => chance(random, 30)).filter((hit) => hit).length;
    assert.ok(Math.abs(hits - 3000) < 5 * 46, `${hits}`);
  });

  test('is true for draws below the percentage', () => {
    const draw = (value: number) => ({ below: () => value });
    assert.equal(chance(draw(29), 30), true);
    assert.equal(chance(draw(30), 30), false);
  });
});

describe('pick', () => {
  test('takes the value at the drawn index, and draws once', () => {
    const counts: number[] = [];
    const random = {
      below: (count: number) => {
        counts.push(count);
        return 1;
      },
    };
    assert.equal(pick(random, ['一', '二', '三']), '二');
    assert.deepEqual(counts, [3]);
  });

  test('refuses an empty list', () => {
    assert.throws(() => pick(createRandom(1), []), /^Error: Expected values to pick from, received none$/);
  });
});

describe('shuffle', () => {
  test('by hand: always the first, or always the last, of the remaining values', () => {
    // a b c d: d ↔ a, then c ↔ d, then b ↔ c
    assert.deepEqual(shuffle({ below: () => 0 }, ['a', 'b', 'c', 'd']), ['b', 'c', 'd', 'a']);
    // Always the last of the remaining values: nothing moves.
    assert.deepEqual(shuffle({ below: (count) => count - 1 }, ['a', 'b', 'c', 'd']), ['a', 'b', 'c', 'd']);
  });

  test('returns a permutation and does not change its argument', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.integer({ min: 0, max: 20 })), (seed, values) => {
        const before = [...values];
        const shuffled = shuffle(createRandom(seed), values);
        assert.deepEqual(values, before);
        const ascending = (a: number, b: number) => a - b;
        assert.deepEqual(shuffled.sort(ascending), before.sort(ascending));
      }),
    );
  });

  test('gives each order of three values about equally often', () => {
    // 6,000 shuffles: 1,000 each, standard deviation 29
    const random = createRandom(11);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffle(random, ['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    assert.deepEqual([...counts.keys()].sort(), ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 5 * 29, `${[...counts]}`);
  });
});
