import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileVocabulary } from '../../model/compile/vocabulary.ts';
import { createRandom, pick, type Random } from '../../model/math/random.ts';
import {
  defaultVectorizerParameters,
  Vectorizer as Twin,
  type VectorizerParameters,
} from '../../model/reference/vectorizer.ts';
import { otherUnicodeVersions, type UnicodeVersion } from '../../model/reference/word-parts.ts';
import { NativeAnalyzer, NativeExtractor, NativeVectorizer } from '../../native/index.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';
import { fitVectorizer, tokensOf } from '../fixtures/vectorize.ts';
import { doublesOf, readGolden, rowsOf, type TfidfGolden, textOf } from '../golden/golden.ts';

const golden = readGolden<TfidfGolden>('tfidf.json');
const analyzer = NativeAnalyzer.load();
const words = dictionaryWords(50);

function surfacesOf(text: string, ends: Uint32Array): string[] {
  return Array.from(ends, (end, i) => text.slice(i === 0 ? 0 : ends[i - 1], end));
}

/** Asserts the same columns and the same doubles. Returns their number. */
function sameRow(native: NativeVectorizer, twin: Twin, text: string, ends: Uint32Array): number {
  const expected = twin.row(tokensOf(surfacesOf(text, ends)));
  const { columns, values } = native.row(text, ends);
  assert.deepEqual(columns, expected.columns, JSON.stringify(text.slice(0, 200)));
  values.forEach((value, i) => {
    assert.ok(Object.is(value, expected.values[i]), `${value} ${expected.values[i]}`);
  });
  return columns.length;
}

const parameters = (change: Partial<VectorizerParameters>) => ({ ...defaultVectorizerParameters, ...change });
const compiled = (twin: Twin) => NativeVectorizer.load(compileVocabulary(twin, 'a test'));

/** Random ends that an analyzer never gives: ends within surrogate pairs, empty tokens, or a single token. */
function randomEnds(random: Random, text: string): Uint32Array {
  const ends = Uint32Array.from({ length: random.below(text.length + 2) }, () => random.below(text.length + 1)).sort();
  return text === '' ? new Uint32Array() : Uint32Array.of(...ends, text.length);
}

const someParameters: readonly Partial<VectorizerParameters>[] = [
  {},
  { norm: 'l1', ngram_range: [1, 1] },
  { norm: null, sublinear_tf: false },
  { norm: null, use_idf: false, ngram_range: [1, 5] },
  { ngram_range: [2, 3], min_df: 2 },
  { ngram_range: [3, 3] },
  { token_pattern: '(?u)\\b\\w\\w+\\b', max_features: 100 },
  { token_pattern: '\\w{3,}', smooth_idf: true, ngram_range: [1, 4] },
  { max_features: 1 },
  { max_features: 5000, ngram_range: [1, 4] },
  { norm_order: 'descending', ngram_range: [1, 3] },
  { norm_order: 'descending', norm: 'l1', use_idf: false },
];

describe(`vectorizer, golden: ${golden.header.program} ${golden.header.version} TfidfVectorizer`, () => {
  const texts = golden.texts.map(({ text }) => textOf(text));
  const ends = texts.map((text) => analyzer.analyze(text).slice());
  const surfaces = texts.map((text, t) => surfacesOf(text, ends[t] as Uint32Array));

  for (const fit of golden.fits) {
    test(JSON.stringify(fit.parameters), () => {
      const twin = fitVectorizer(surfaces, fit.parameters);
      const native = compiled(twin);
      assert.equal(native.columnCount, fit.terms.length);
      const law = rowsOf(fit);
      texts.forEach((text, t) => {
        sameRow(native, twin, text, ends[t] as Uint32Array);
        const { columns, values } = native.row(text, ends[t] as Uint32Array);
        assert.deepEqual(columns, law[t]?.columns);
        const expected = doublesOf(fit.values[t] ?? []);
        assert.ok(values.every((value, i) => Math.abs(value - (expected[i] as number)) <= 1e-12));
      });
    });
  }
});

describe('vectorizer and its twin in TypeScript give the same doubles', () => {
  for (const change of someParameters) {
    test(`for generated texts: ${JSON.stringify(change)}`, () => {
      const next = textGenerator(createRandom(11), words);
      const texts = Array.from({ length: 1200 }, next);
      const ends = texts.map((text) => analyzer.analyze(text).slice());
      const fitted = texts.slice(0, 700).map((text, t) => surfacesOf(text, ends[t] as Uint32Array));
      const twin = fitVectorizer(fitted, parameters(change));
      const native = compiled(twin);
      const cells = texts.map((text, t) => sameRow(native, twin, text, ends[t] as Uint32Array));
      assert.ok(cells.some((count) => count > 0));
    });
  }

  test('for texts cut anywhere', () => {
    const random = createRandom(12);
    const next = textGenerator(random, words.slice(0, 100));
    const pieces = ['𠮷', '𝒜', '😀', '\ud842', '\udfb7', '良', 'い', ' ', 'a', '\u3099', '\0', '_', '１', '𞤀'];
    const draw = () =>
      random.below(2) === 0
        ? next().slice(0, 200)
        : Array.from({ length: random.below(12) }, () => pick(random, pieces)).join('');
    const texts = Array.from({ length: 3000 }, draw).map((text) => ({ text, ends: randomEnds(random, text) }));
    for (const change of someParameters.slice(0, 5)) {
      const twin = fitVectorizer(
        texts.slice(0, 1500).map(({ text, ends }) => surfacesOf(text, ends)),
        parameters(change),
      );
      const native = compiled(twin);
      for (const { text, ends } of texts) sameRow(native, twin, text, ends);
    }
  });

  test('for supplementary word characters, which are words; other pairs and lone surrogates are not', () => {
    const surfaces = ['𠮷野家', '𝒜', 'a😀b', '\ud842', '\udfb7', '𠮷'];
    const twin = fitVectorizer([surfaces], parameters({ norm: null }));
    assert.deepEqual(twin.tables.terms.filter((term) => !term.includes(' ')).sort(), ['a', 'b', '𝒜', '𠮷', '𠮷野家']);
    const native = compiled(twin);
    for (const cut of [surfaces, ['𠮷', '野家', '𠮷野家', '😀𠮷😀'], ['\ud842\ud842\udfb7', '\udfb7\udfb7\ud842']]) {
      let end = 0;
      const ends = Uint32Array.from(cut, (surface) => (end += surface.length));
      sameRow(native, twin, cut.join(''), ends);
    }
  });

  test('for words of other Unicode versions than hoshi has', () => {
    const random = createRandom(13);
    // Letters of Unicode 13.0, 14.0, 15.0, 15.1, 16.0 and 17.0, in the BMP and beyond.
    const pieces = [
      ...'良い悪 ｱ\u9ff0\ua7c2\u08c8\u2c2f\u0870\u1c89\ua7cb\u088f\u{1e4d0}\u{31350}\u{2ebf0}\u{105c0}\u{323b0}',
    ];
    const texts = Array.from({ length: 1500 }, () =>
      Array.from({ length: random.below(14) }, () => pick(random, pieces)).join(''),
    );
    const ends = texts.map((text) => randomEnds(random, text));
    const surfaces = texts.map((text, t) => surfacesOf(text, ends[t] as Uint32Array));
    const termCounts = [undefined, ...otherUnicodeVersions].map((version) => {
      const unicode = version as UnicodeVersion | undefined;
      const twin = fitVectorizer(
        surfaces.slice(0, 700),
        parameters({ max_features: null, ...(unicode && { unicode }) }),
      );
      const native = compiled(twin);
      texts.forEach((text, t) => {
        sameRow(native, twin, text, ends[t] as Uint32Array);
      });
      return twin.columnCount;
    });
    assert.equal(new Set(termCounts).size, termCounts.length, 'each version makes other terms');
  });

  test('for counts beyond the table of logarithms', () => {
    for (const change of [{}, { norm: null }, { sublinear_tf: false, norm: 'l1' as const }]) {
      const twin = fitVectorizer([['あ', 'あ', 'い', 'う', 'い']], parameters(change));
      const native = compiled(twin);
      for (const count of [1, 2, 1022, 1023, 1024, 1025, 2047, 2048, 4095, 100_000, 3_000_001]) {
        const text = `いう${'あ'.repeat(count)}`;
        const ends = Uint32Array.from({ length: text.length }, (_, i) => i + 1);
        sameRow(native, twin, text, ends);
      }
    }
  });

  test('for an idf of any finite value, as imported models may have', () => {
    const { parameters: all, tables } = fitVectorizer([['あ', 'い', 'う', 'え']], parameters({ ngram_range: [1, 1] }));
    const twin = new Twin(all, { ...tables, idf: Float64Array.of(0, -2, 5e-324, 1e300) });
    const native = compiled(twin);
    for (const text of ['', 'あ', 'あい', 'ううえ', 'いえ']) {
      const expected = twin.row(tokensOf([...text]));
      const received = native.row(
        text,
        Uint32Array.from(text, (_, i) => i + 1),
      );
      assert.deepEqual(received, expected);
    }
  });
});

describe('vectorizer', () => {
  const twin = fitVectorizer([['良い', '店'], ['店']], defaultVectorizerParameters);
  const native = compiled(twin);

  test('gives an empty row for an empty text, and does not depend on earlier rows', () => {
    assert.equal(native.row('', new Uint32Array()).columns.length, 0);
    const text = '良い店良い';
    const ends = Uint32Array.of(2, 3, 5);
    const first = native.row(text, ends);
    const [columns, values] = [first.columns.slice(), first.values.slice()];
    assert.deepEqual(columns, Int32Array.of(...columns).sort());
    native.row('店', Uint32Array.of(1));
    native.row('悪い', Uint32Array.of(2));
    assert.deepEqual(native.row(text, ends), { columns, values });
  });

  test('has the identity of what it was compiled from', () => {
    assert.equal(native.identity, 'a test');
    assert.equal(native.columnCount, twin.columnCount);
  });

  test('refuses a vocabulary in which no term can occur', () => {
    const { tables } = twin;
    assert.throws(
      () => compileVocabulary(new Twin(parameters({ ngram_range: [3, 3] }), tables), ''),
      /vocabulary: expected a term that token_pattern and ngram_range can make, found none/,
    );
  });

  test('keeps the columns of terms that can never occur', () => {
    const { tables } = twin;
    const odd = new Twin(parameters({}), {
      ...tables,
      terms: ['!', '良い', '良い  店', '良い 店', '良い 店 店'],
      idf: Float64Array.of(1, 2, 3, 4, 5),
    });
    const text = '良い店店!';
    const ends = Uint32Array.of(2, 3, 4, 5);
    assert.equal(sameRow(compiled(odd), odd, text, ends), 2);
  });
});

describe('extractor', () => {
  const surfaces = golden.texts.map(({ text }) => surfacesOf(textOf(text), analyzer.analyze(textOf(text)).slice()));
  const vectorizer = compiled(fitVectorizer(surfaces, parameters({})));
  const extractor = new NativeExtractor(analyzer, vectorizer);
  const next = textGenerator(createRandom(9), words);
  const texts = ['', '\ud800', '😀'.repeat(50), ...Array.from({ length: 2000 }, next), '最高'.repeat(30_000), ''];

  test("gives the analyzer's and the vectorizer's rows, one by one and in a batch", async () => {
    const { rowStarts, columns, values, columnCount } = await extractor.rowBatch(texts);
    assert.deepEqual([rowStarts.length, columnCount], [texts.length + 1, vectorizer.columnCount]);
    assert.deepEqual([rowStarts[0], rowStarts[texts.length]], [0, columns.length]);
    let cells = 0;
    texts.forEach((text, r) => {
      const expected = vectorizer.row(text, analyzer.analyze(text));
      const [start, end] = [rowStarts[r], rowStarts[r + 1]];
      assert.deepEqual(extractor.row(text), expected);
      assert.deepEqual({ columns: columns.subarray(start, end), values: values.subarray(start, end) }, expected);
      cells += expected.columns.length;
    });
    assert.equal(columns.length, cells);
    assert.ok(cells > 1000, `${cells} cells`);
  });

  test('counts the words of every text once, on the event loop and off it', async () => {
    const counts = async (work: () => unknown) => {
      const before = extractor.wordCounts();
      await work();
      const after = extractor.wordCounts();
      return { words: after.words - before.words, unknownWords: after.unknownWords - before.unknownWords };
    };
    const single = await counts(() => texts.map((text) => extractor.row(text)));
    assert.ok(single.unknownWords > 1000 && single.words > single.unknownWords, JSON.stringify(single));
    const batches = () => Promise.all([texts.slice(0, 700), texts.slice(700)].map((part) => extractor.rowBatch(part)));
    assert.deepEqual(await counts(batches), single);
  });

  test('gives the empty matrix for no texts', async () => {
    const { rowStarts, columns, values } = await extractor.rowBatch([]);
    assert.deepEqual([[...rowStarts], columns.length, values.length], [[0], 0, 0]);
  });
});
