/** The native normalizer and its twin in TypeScript give the same texts and offsets. It takes linear time. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { compileNormalizer } from '../../model/compile/normalizer.ts';
import { createRandom } from '../../model/math/random.ts';
import { emojiLength } from '../../model/reference/emoji.ts';
import { normalizationTables } from '../../model/reference/normalization-tables.ts';
import { createNormalizer, maxUnits } from '../../model/reference/normalizer.ts';
import { loadTokenizer } from '../../model/reference/tokenizer.ts';
import { MAX_GROWTH } from '../../model/scoring/scorer.ts';
import { NativeAnalyzer, NativeNormalizer, normalizerPath } from '../../native/index.ts';
import { NORMALIZER_STEPS } from '../../native/normalizer-steps.ts';
import { normalizerTextGenerator, offsetsFault, sweepFaults } from '../fixtures/normalizer-texts.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';
import { type NfkcGolden, readGolden } from '../golden/golden.ts';

const analyzer = NativeAnalyzer.load();
const { words } = await loadTokenizer();
const native = NativeNormalizer.load(analyzer, NORMALIZER_STEPS);
const twin = createNormalizer(NORMALIZER_STEPS, words);
const short = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…${text.length}` : text);

function sameAsTwin(text: string, one = native, other = twin): void {
  const [received, expected] = [one.normalize(text), other.normalize(text)];
  assert.ok(received.text === expected.text, `${short(text)}: ${short(received.text)}, not ${short(expected.text)}`);
  for (const name of ['starts', 'ends'] as const) {
    const isSame =
      received[name].length === expected[name].length && received[name].every((at, i) => at === expected[name][i]);
    assert.ok(isSame, `${name} of ${short(text)}`);
  }
}

describe('native normalizer', () => {
  test('its tables are compiled from the files of this version', () => {
    assert.equal(native.identity, normalizationTables().identity);
    assert.ok(compileNormalizer(normalizationTables()).equals(readFileSync(normalizerPath)));
  });

  const golden = readGolden<NfkcGolden>('nfkc.json');
  test(`gives the NFKC of ${golden.header.program} ${golden.header.version} for every code point`, () => {
    const nfkc = NativeNormalizer.load(analyzer, ['nfkc']);
    const blocks = Array.from({ length: 0x1100 }, (_, i) => i * 256);
    for (const sweep of golden.sweeps)
      assert.deepEqual(
        sweepFaults(sweep, blocks, (text) => nfkc.normalize(text).text),
        [],
      );
    for (const { text, nfkc: expected } of golden.texts) assert.equal(nfkc.normalize(text).text, expected);
  });

  test('is the same as its twin for every code point', () => {
    for (let block = 0; block < 0x110000; block += 1024)
      sameAsTwin(String.fromCodePoint(...Array.from({ length: 1024 }, (_, i) => block + i)));
  });

  test('is the same as its twin for every assigned code point between others', () => {
    for (let block = 0; block < 0xe0200; block = block === 0x32300 ? 0xe0000 : block + 256) {
      const characters = Array.from({ length: 256 }, (_, i) => String.fromCodePoint(block + i));
      sameAsTwin(characters.map((character) => `か${character}\u3099${character}${character}a`).join(''));
    }
  });

  test('is the same as its twin for random texts, with all steps and with some', () => {
    const next = normalizerTextGenerator(createRandom(81));
    for (let i = 0; i < 20_000; i++) sameAsTwin(next());
    for (let chosen = 0; chosen < 128; chosen++) {
      const steps = NORMALIZER_STEPS.filter((_, i) => (chosen >> i) & 1);
      const [one, other] = [NativeNormalizer.load(analyzer, steps), createNormalizer(steps, words)];
      for (let i = 0; i < 100; i++) sameAsTwin(next(), one, other);
    }
  });

  test('is the same as its twin for texts of words, which are often normalized as they come', () => {
    const next = textGenerator(createRandom(82), dictionaryWords(20));
    for (let i = 0; i < 4000; i++) sameAsTwin(next());
  });

  test('a normalized text does not change again, and its offsets are right', () => {
    const next = normalizerTextGenerator(createRandom(83));
    for (let i = 0; i < 20_000; i++) {
      const text = next();
      const result = native.normalize(text);
      assert.equal(offsetsFault(text, result), undefined);
      assert.equal(native.normalize(result.text).text, result.text, JSON.stringify(text));
    }
  });

  test('finds the same emoji sequences as its twin', () => {
    const next = normalizerTextGenerator(createRandom(84));
    for (let i = 0; i < 3000; i++) {
      const { text } = native.normalize(next());
      for (let k = 0; k <= text.length; k++) assert.equal(native.emojiLength(text, k), emojiLength(text, k));
    }
  });

  test('maxUnits is the same as its twin, and no text is longer after its steps, except for runs of w', () => {
    const check = (text: string) => {
      const most = native.maxUnits(text);
      assert.equal(most, maxUnits(text, NORMALIZER_STEPS), short(text));
      const { length } = native.normalize(text).text;
      assert.ok(length <= most + (text.match(/[wｗ]/g)?.length ?? 0) / 2, `${short(text)}: ${length}, not ${most}`);
      assert.ok(most <= MAX_GROWTH * text.length, short(text));
    };
    for (let code = 0; code < 0x110000; code++) check(String.fromCodePoint(code));
    const next = normalizerTextGenerator(createRandom(85));
    for (let i = 0; i < 5000; i++) check(next());
    assert.equal(native.maxUnits('\ufdfa'), MAX_GROWTH);
    assert.equal(native.maxUnits('良い…！が㌔'), 7);
    assert.equal(NativeNormalizer.load(analyzer, ['emoji', 'spelling']).maxUnits('\ufdfa㌔'), 2);
    assert.equal(maxUnits('\ufdfa㌔', ['emoji', 'spelling']), 2);
  });

  test('a text that could have 2^31 units when it is normalized is refused', () => {
    assert.throws(() => native.normalize('\ufdfa'.repeat(2 ** 30 / 18 + 1)), /bad_alloc/);
  });

  test('arguments are checked', () => {
    assert.throws(
      () => NativeNormalizer.load(analyzer, ['nfkc', 'emoji']),
      /Expected the steps to be some of emoji, dashes/,
    );
    assert.throws(
      () => NativeNormalizer.load(analyzer, NORMALIZER_STEPS, 'none'),
      /none: expected a normalizer, cannot open it/,
    );
    assert.throws(() => native.normalize(5 as unknown as string), /Expected the text to be a string, received 5/);
    assert.throws(() => native.maxUnits(5 as unknown as string), /Expected the text to be a string, received 5/);
    assert.throws(() => native.emojiLength('a', 2), /Expected the index to be an integer from 0 to 1, received 2/);
  });
});

describe('native normalizer, hostile texts', () => {
  const units: Readonly<Record<string, string>> = {
    'marks that must be sorted': '\u3099\u0301\u0327\u0323\u0345',
    'a mark that becomes two': '\u0344',
    'U+FDFA, which becomes 18 units': '\ufdfa',
    'Hangul Jamo': '\u1112\u1161\u11ab',
    'one vowel of Hangul': '\u1161',
    'lone surrogates': '\ud800',
    'emoji joined by U+200D': '👨\u200d',
    'skin tones': '🏽',
    ー: 'ー',
    'half-width dashes': '－',
    dots: '。。。…',
    w: 'w',
    'the beginning of a kaomoji': '（＾＿＾',
    'brackets that begin kaomoji': '(',
    kaomoji: '(^^)',
    'full-width punctuation': '！？',
    'numbers with points': '5.5',
  };
  for (const [name, unit] of Object.entries(units)) {
    test(`${name}: 16 times the text takes at most 120 times as long`, () => {
      const [small, large] = [2 ** 16, 2 ** 20].map((length) => unit.repeat(Math.ceil(length / unit.length)));
      const time = (text: string, times: number) => {
        let fastest = Number.POSITIVE_INFINITY;
        for (let i = 0; i < times; i++) {
          const began = performance.now();
          native.normalize(text);
          fastest = Math.min(fastest, performance.now() - began);
        }
        return fastest;
      };
      const [before, after] = [time(small as string, 8), time(large as string, 4)];
      assert.ok(after < 120 * Math.max(before, 0.5), `${before} ms for 2^16 units, ${after} ms for 2^20`);
    });

    test(`${name}: 2^12 units are the same as the twin's`, () =>
      sameAsTwin(`a${unit.repeat(2 ** 12 / unit.length)}か`));
  }
});
