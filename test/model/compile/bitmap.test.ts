import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bitmap } from '../../../model/compile/bitmap.ts';

test('a bitmap equals a Set at every position', () => {
  const number = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 1_000_000 }));
  fc.assert(
    fc.property(fc.array(number), fc.array(number), (taken, elsewhere) => {
      const bitmap = new Bitmap();
      for (const one of taken) bitmap.take(one);
      const expected = new Set(taken);
      for (const first of [...elsewhere, ...taken.map((one) => Math.max(0, one - 20))]) {
        const window = bitmap.window(first);
        for (let i = 0; i < 32; i++) assert.equal((window >>> i) & 1, Number(expected.has(first + i)));
      }
    }),
  );
});
