import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { xxh32 } from '../../../model/compile/xxh32.ts';
import { readGolden, type Xxh32Golden } from '../../golden/golden.ts';

const golden = readGolden<Xxh32Golden>('xxh32.json');

describe(`xxh32, golden: ${golden.header.program} ${golden.header.version}`, () => {
  test('texts', () => {
    for (const { text, hash } of golden.texts) assert.equal(xxh32(Buffer.from(text)), hash, text);
  });

  test('every size around the lane size, and large sizes', () => {
    for (const { size, hash } of golden.ramps) {
      const ramp = Uint8Array.from({ length: size }, (_, i) => (i * i) % 251);
      assert.equal(xxh32(ramp), hash, `${size} bytes`);
    }
  });

  test('the memory address of the bytes does not matter', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    const hash = xxh32(bytes);
    for (let shift = 1; shift < 8; shift++) {
      const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
      shifted.set(bytes);
      assert.equal(xxh32(shifted), hash);
    }
  });
});
