import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { loadTokenizer, type Tokenizer } from '../../../model/reference/tokenizer.ts';
import { tokenizerIdentity } from '../../../model/reference/tokenizer-identity.ts';

interface LawToken {
  readonly surface_form: string;
  readonly pos: string;
}
interface Law {
  tokenize(text: string): LawToken[];
}

const require = createRequire(import.meta.url);
const dicPath = join(dirname(require.resolve('kuromoji/package.json')), 'dict');

let ours: Tokenizer;
let law: Law;
before(async () => {
  ours = await loadTokenizer();
  const kuromoji = require('kuromoji') as { builder(o: object): { build(done: (e: unknown, t: Law) => void): void } };
  law = await new Promise((resolve, reject) => {
    kuromoji.builder({ dicPath }).build((error, tokenizer) => (error ? reject(error) : resolve(tokenizer)));
  });
});

const surfacesOf = (text: string) => ours.tokenize(text).map(({ surface }) => surface);

/** Kana, kanji, Latin, half-width characters, marks, punctuation and whole words, for lattices with many paths. */
const piece = fc.oneof(
  fc.constantFrom(
    '映画',
    '面白い',
    'なかった',
    'です',
    'けど',
    'すもも',
    'もも',
    'の',
    'うち',
    'スマートフォン',
    '神',
    'www',
    '、',
    '。',
    '！',
    'ー',
    '々',
  ),
  fc.integer({ min: 0x3041, max: 0x30ff }).map((unit) => String.fromCharCode(unit)),
  fc.integer({ min: 0x4e00, max: 0x9fff }).map((unit) => String.fromCharCode(unit)),
  fc.integer({ min: 0x20, max: 0x7e }).map((unit) => String.fromCharCode(unit)),
  fc.integer({ min: 0xff01, max: 0xffee }).map((unit) => String.fromCharCode(unit)),
  fc.integer({ min: 0x1, max: 0xd7ff }).map((unit) => String.fromCharCode(unit)),
);
const plainText = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

describe('tokenizer', () => {
  test('gives the tokens of kuromoji itself for any text that kuromoji can process', () => {
    fc.assert(
      fc.property(plainText, (text) => {
        const expected = law.tokenize(text).map(({ surface_form, pos }) => [surface_form, pos]);
        assert.deepEqual(
          ours.analyze(text).map(({ surface, features }) => [surface, features[0]]),
          expected,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('covers any string without gaps, lone surrogates included', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
        (text) => {
          const tokens = ours.tokenize(text);
          let end = 0;
          for (const token of tokens) {
            assert.equal(token.start, end);
            assert.ok(token.end > token.start);
            assert.equal(token.surface, text.slice(token.start, token.end));
            end = token.end;
          }
          assert.equal(end, text.length);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('fix: a character that kuromoji cannot process is analysed as one U+E000', () => {
    const strange = fc.constantFrom('😀', '𠮷', '\ud800', '\udc00', '\0', '👨‍👩‍👧');
    const text = fc
      .array(fc.oneof({ weight: 3, arbitrary: piece }, strange), { maxLength: 30 })
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (received) => {
        const plain = Array.from(received, (c) => (/^[\ud800-\udfff]|^\0/.test(c) ? '\ue000' : c)).join('');
        const lengths = ours.tokenize(received).map(({ surface }) => [...surface].length);
        assert.deepEqual(
          lengths,
          law.tokenize(plain).map(({ surface_form }) => [...surface_form].length),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('fix: a run of emoji does not swallow the text after it', () => {
    assert.deepEqual(surfacesOf('最高😀😀😀最高でした'), ['最高', '😀😀😀', '最高', 'でし', 'た']);
  });

  test('ends a sentence after 、 and 。', () => {
    assert.deepEqual(surfacesOf('良い、。悪い。'), ['良い', '、', '。', '悪い', '。']);
  });

  test('gives no tokens for the empty text', () => {
    assert.deepEqual(ours.tokenize(''), []);
  });

  test('gives the features of the dictionary', () => {
    const [verb] = ours.analyze('泣いた');
    assert.deepEqual(verb, {
      surface: '泣い',
      start: 0,
      end: 2,
      known: true,
      features: ['動詞', '自立', '*', '*', '五段・カ行イ音便', '連用タ接続', '泣く', 'ナイ', 'ナイ'],
    });
    assert.equal(ours.analyze('ホゲピヨン')[0]?.known, false);
  });

  test('fix: time is linear in the length of the text', () => {
    // No clock is needed: kuromoji takes minutes for these texts, so the test would time out.
    assert.equal(ours.tokenize('ー'.repeat(200_000)).length, 1);
    assert.equal(ours.tokenize('映画を見た'.repeat(40_000)).length, 160_000);
  });

  test('the identity has the version and the hash of the dictionary', async () => {
    const identity = await tokenizerIdentity();
    assert.equal(identity.name, 'kuromoji');
    assert.equal(identity.version, '0.1.2');
    assert.match(identity.dictionary, /^[0-9a-f]{64}$/);
  });
});
