import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { loadTokenizer, type Tokenizer } from '../../../model/reference/tokenizer.ts';
import { type KuromojiGolden, readGolden, textOf } from '../../golden/golden.ts';

const golden = readGolden<KuromojiGolden>('kuromoji.json');
let tokenizer: Tokenizer;
before(async () => {
  tokenizer = await loadTokenizer();
});

describe(`golden: ${golden.header.program} ${golden.header.version}`, () => {
  test('offsets, dictionary entries and features of hostile texts and of our sentences', () => {
    assert.ok(golden.texts.length >= 400);
    for (const { text, ends, known, features } of golden.texts) {
      const received = tokenizer.analyze(textOf(text));
      const label = JSON.stringify(text).slice(0, 80);
      assert.deepEqual(
        received.map(({ end }) => end),
        ends,
        label,
      );
      assert.equal(received.map((token) => (token.known ? 'K' : 'U')).join(''), known, label);
      const expected = features.map((line) => golden.features[line]?.split(','));
      received.forEach((token, i) => {
        const law = expected[i] as string[];
        assert.deepEqual(token.features.slice(0, law.length), law, `${label}: token ${i}`);
      });
    }
  });

  test('the golden texts include some of ten thousand characters', () => {
    assert.ok(golden.texts.some(({ text }) => textOf(text).length >= 10_000));
  });

  test('every UTF-16 unit', () => {
    const received = golden.sweep.map((_, block) => {
      const units = Array.from({ length: 256 }, (_, i) => String.fromCharCode(block * 256 + i));
      const ends = tokenizer.tokenize(units.join('')).map(({ end }) => end);
      return createHash('sha256').update(ends.join(' ')).digest('hex').slice(0, 16);
    });
    assert.equal(received.length, 256);
    assert.deepEqual(received, golden.sweep);
  });

  test('the fixes are needed: kuromoji gives other tokens for the original texts, or throws', () => {
    const fixed = golden.texts.filter(({ unfixed }) => unfixed !== undefined);
    assert.ok(fixed.length >= 20);
    assert.ok(
      fixed.some(({ unfixed }) => typeof unfixed === 'string'),
      'some throw',
    );
  });
});
