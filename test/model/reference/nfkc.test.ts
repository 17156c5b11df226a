import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNormalizer } from '../../../model/reference/normalizer.ts';
import { loadTokenizer } from '../../../model/reference/tokenizer.ts';
import { sweepFaults } from '../../fixtures/normalizer-texts.ts';
import { type NfkcGolden, readGolden } from '../../golden/golden.ts';

const { words } = await loadTokenizer();

const golden = readGolden<NfkcGolden>('nfkc.json');
const { normalize } = createNormalizer(['nfkc'], words);
const nfkc = (text: string) => normalize(text).text;

describe(`NFKC, golden: ${golden.header.program} ${golden.header.version}, Unicode ${golden.header.unicode}`, () => {
  // test/native/normalizer.test.ts compares the twins on all code points.
  const blocks = Array.from({ length: 0x310 }, (_, i) => i * 256);
  for (const sweep of golden.sweeps) {
    const neighbours = JSON.stringify([sweep.before, sweep.after]);
    test(`every code point below U+31000, between ${neighbours}`, () => {
      assert.ok(Object.keys(sweep.blocks).every((name) => Number.parseInt(name, 16) < 0x31000));
      assert.deepEqual(sweepFaults(sweep, blocks, nfkc), []);
    });
  }

  test('random texts', () => {
    for (const { text, nfkc: expected } of golden.texts) assert.equal(nfkc(text), expected, JSON.stringify(text));
  });
});
