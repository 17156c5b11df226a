/**
 * The TypeScript interface of the native engine refuses wrong arguments. No direct call of the addon ends the process.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { compileForest } from '../../model/compile/forest.ts';
import { compileVocabulary } from '../../model/compile/vocabulary.ts';
import { createRandom } from '../../model/math/random.ts';
import { ScoreMap } from '../../model/reference/score-range.ts';
import { defaultVectorizerParameters } from '../../model/reference/vectorizer.ts';
import { NativeError, type NativeErrorCode } from '../../native/errors.ts';
import {
  dictionaryPath,
  NativeAnalyzer,
  NativeExtractor,
  NativeForest,
  NativeScorer,
  NativeVectorizer,
} from '../../native/index.ts';
import { packageRoot } from '../../native/package-root.ts';
import { randomTrees } from '../fixtures/random-trees.ts';
import { fitVectorizer } from '../fixtures/vectorize.ts';

const stars = join(packageRoot, 'model', 'stars');
const analyzer = NativeAnalyzer.load();
// Without term rules, so that rows can be made from the ends of tokens.
const columnCount = 5 + 4; // words and their bigrams
const tables = {
  vocabulary: compileVocabulary(fitVectorizer([['最高', '最悪', '店', 'は', 'です']], defaultVectorizerParameters), ''),
  forest: compileForest(randomTrees(createRandom(1), { columnCount, maxLeaves: 8 }), ''),
};
const vectorizer = NativeVectorizer.load(tables.vocabulary);
const forest = NativeForest.load(tables.forest);
const clamp = ScoreMap.clampTo([1, 5]);
const extractor = new NativeExtractor(analyzer, vectorizer);
const scorer = new NativeScorer(extractor, forest, clamp);

/** Removes the type, to make calls that only untyped JavaScript can make. */
// biome-ignore lint/suspicious/noExplicitAny: these tests need it
const any = <T>(value: T): any => value;
const refusal = (code: NativeErrorCode, message: RegExp | string) => (error: unknown) => {
  assert.ok(error instanceof NativeError, `${error}`);
  assert.equal(error.code, code);
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
  return true;
};

/** A scorer with the score map of these tables. */
const scorerWith = (raw: number[], scores: number[], slopes: number[]) =>
  new NativeScorer(extractor, forest, {
    raw: Float64Array.from(raw),
    scores: Float64Array.from(scores),
    slopes: Float64Array.from(slopes),
  });
const shared = new Uint8Array(new SharedArrayBuffer(64));
const row = (columns: number[], values: number[]) => ({
  columns: Int32Array.from(columns),
  values: Float64Array.from(values),
});

describe('wrong arguments are refused, and the message names them', () => {
  const refused: [what: string, call: () => unknown, message: string][] = [
    [
      'no path',
      () => any(NativeAnalyzer).load(null),
      'Expected the dictionary to be a path without a NUL, or a Uint8Array that is not shared, received null',
    ],
    [
      'shared bytes',
      () => NativeAnalyzer.load(shared),
      'Expected the dictionary to be a path without a NUL, or a Uint8Array that is not shared, received Uint8Array',
    ],
    [
      'other arrays',
      () => any(NativeVectorizer).load(new Float64Array(4)),
      'Expected the vocabulary to be a path without a NUL, or a Uint8Array that is not shared, received Float64Array',
    ],
    [
      'no forest',
      () => any(NativeForest).load(),
      'Expected the forest to be a path without a NUL, or a Uint8Array that is not shared, received undefined',
    ],
    ['a text that is not a string', () => any(analyzer).analyze(7), 'Expected the text to be a string, received 7'],
    [
      'an object as a text',
      () => any(scorer).score({ toString: () => '最高' }),
      'Expected the text to be a string, received Object',
    ],
    ['no text', () => any(scorer).score(), 'Expected the text to be a string, received undefined'],
    ['a symbol', () => any(scorer).score(Symbol('a')), 'Expected the text to be a string, received Symbol(a)'],
    ['ends that are a list', () => any(vectorizer).row('店', [1]), 'Expected ends to be a Uint32Array, received Array'],
    [
      'shared ends',
      () => vectorizer.row('店', new Uint32Array(new SharedArrayBuffer(4))),
      'Expected ends to be a Uint32Array that is not shared, received "a shared array"',
    ],
    [
      'ends that descend',
      () => vectorizer.row('店店', Uint32Array.of(2, 1)),
      'Expected ends[1] to be an integer from 2 to 2, received 1',
    ],
    [
      'ends beyond the text',
      () => vectorizer.row('店', Uint32Array.of(2)),
      'Expected ends[0] to be an integer from 0 to 1, received 2',
    ],
    ['no row', () => any(forest).predict(), 'Expected the row to be a sparse row, received undefined'],
    [
      'columns that are a list',
      () => any(forest).predict({ columns: [1], values: new Float64Array(1) }),
      'Expected row.columns to be an Int32Array, received Array',
    ],
    [
      'values of another length',
      () => forest.predict(row([1, 2], [1])),
      'Expected row.values.length to be 2, the length of columns, received 1',
    ],
    [
      'a column that is too high',
      () => forest.predict(row([forest.columnCount], [1])),
      `Expected row.columns[0] to be an integer from 0 to ${forest.columnCount - 1}, in increasing order, received ${forest.columnCount}`,
    ],
    [
      'a negative column',
      () => forest.predict(row([-1], [1])),
      `Expected row.columns[0] to be an integer from 0 to ${forest.columnCount - 1}, in increasing order, received -1`,
    ],
    [
      'a column twice',
      () => forest.predict(row([3, 3], [1, 1])),
      `Expected row.columns[1] to be an integer from 4 to ${forest.columnCount - 1}, in increasing order, received 3`,
    ],
    [
      'a forest as an analyzer',
      () => new NativeScorer(any(forest), forest, clamp),
      'Expected the extractor to be an object that was loaded, received Object',
    ],
    [
      'a forest as a vectorizer',
      () => new NativeExtractor(analyzer, any(forest)),
      'Expected the vectorizer to be an object that was loaded, received Object',
    ],
    [
      'no forest in a scorer',
      () => new NativeScorer(extractor, any(undefined), clamp),
      'Expected the forest to be an object that was loaded, received undefined',
    ],
    [
      'an object with the prototype only',
      () => new NativeScorer(Object.create(NativeExtractor.prototype), forest, clamp),
      'Expected the extractor to be an object that was loaded, received Object',
    ],
    [
      'a vectorizer as the analyzer of an extractor',
      () => new NativeExtractor(any(vectorizer), vectorizer),
      'Expected the analyzer to be an object that was loaded, received Object',
    ],
    [
      'no vectorizer in an extractor',
      () => new NativeExtractor(analyzer, any(undefined)),
      'Expected the vectorizer to be an object that was loaded, received undefined',
    ],
    ['no text for a row', () => any(extractor).row(null), 'Expected the text to be a string, received null'],
    [
      'no score map',
      () => new NativeScorer(extractor, forest, any(undefined)),
      'Expected the score map to be an object, received undefined',
    ],
    [
      'a range as a score map',
      () => new NativeScorer(extractor, forest, any([1, 5])),
      'Expected scoreMap.raw to be a Float64Array, received undefined',
    ],
    [
      'a score map of one knot',
      () => scorerWith([1], [1], []),
      'Expected scoreMap.raw.length to be 2 or more, received 1',
    ],
    [
      'a score map with a score too many',
      () => scorerWith([1, 5], [1, 3, 5], []),
      'Expected scoreMap.scores.length to be 2, the length of raw, received 3',
    ],
    [
      'a score map with a slope too many',
      () => scorerWith([1, 5], [1, 5], [1, 1]),
      'Expected scoreMap.slopes.length to be 0 or 1, one less than the length of raw, received 2',
    ],
    [
      'a score map whose sums do not ascend',
      () => scorerWith([1, 3, 3], [1, 3, 5], []),
      'Expected scoreMap.raw[2] to be above 3, received 3',
    ],
    [
      'a score map that descends',
      () => scorerWith([1, 3, 5], [1, 5, 3], [1, 1]),
      'Expected scoreMap.scores[2] to be at least 5, received 3',
    ],
    [
      'a score map with NaN',
      () => scorerWith([Number.NaN, 5], [1, 5], []),
      'Expected scoreMap.raw[1] to be above NaN, received 5',
    ],
  ];
  for (const [what, call, message] of refused) {
    test(what, () => assert.throws(call, refusal('argument', message)));
  }

  const refusedBatches: [what: string, call: () => Promise<unknown>, message: string][] = [
    ['a text instead of texts', () => any(scorer).scoreBatch('店'), 'Expected texts to be an array, received "店"'],
    [
      'a text that is not a string',
      () => any(scorer).scoreBatch(['店', null]),
      'Expected texts[1] to be a string, received null',
    ],
    ['a hole', () => scorer.scoreBatch(new Array(2)), 'Expected texts[0] to be a string, received undefined'],
    ['no texts for rows', () => any(extractor).rowBatch(), 'Expected texts to be an array, received undefined'],
    ['a number for a row', () => any(extractor).rowBatch([5]), 'Expected texts[0] to be a string, received 5'],
    ['no thread', () => scorer.scoreBatch(['店'], 0), 'Expected threads to be an integer from 1 to 1024, received 0'],
    [
      'half a thread',
      () => scorer.scoreBatch(['店'], 1.5),
      'Expected threads to be an integer from 1 to 1024, received 1.5',
    ],
    [
      'too many threads',
      () => scorer.scoreBatch(['店'], 1025),
      'Expected threads to be an integer from 1 to 1024, received 1025',
    ],
  ];
  for (const [what, call, message] of refusedBatches) {
    test(`a batch: ${what}`, () => assert.rejects(call, refusal('argument', message)));
  }

  test('a forest with another number of columns than the vocabulary', () => {
    const small = NativeVectorizer.load(compileVocabulary(fitVectorizer([['良い']], defaultVectorizerParameters), ''));
    assert.throws(
      () => new NativeScorer(new NativeExtractor(analyzer, small), forest, clamp),
      refusal('argument', /the forest to be of 1 columns/),
    );
  });

  test('a list whose entries change while they are read', async () => {
    let reads = 0;
    const list = Object.defineProperty(['最高'], 0, { get: () => (reads++ === 0 ? '最高' : 7) });
    assert.deepEqual(await scorer.scoreBatch(list), Float64Array.of(scorer.score('最高')));
    const proxy = new Proxy(['最高', '最悪'], {});
    assert.deepEqual(
      await scorer.scoreBatch(proxy),
      Float64Array.from(['最高', '最悪'], (text) => scorer.score(text)),
    );
  });
});

describe('the addon itself, called without its TypeScript interface', () => {
  const addon = createRequire(import.meta.url)(join(packageRoot, 'build', 'addon', 'Release', 'hoshi_engine.node'));
  const native = {
    analyzer: addon.loadAnalyzer(dictionaryPath),
    vectorizer: addon.loadVectorizer(tables.vocabulary),
    forest: addon.loadForest(tables.forest),
    contributions: addon.loadContributions(join(stars, 'contributions.bin')),
  };
  const made = { ...native, extractor: addon.makeExtractor(undefined, native.analyzer, native.vectorizer) };

  test('only its functions make objects', () => {
    for (const { constructor: Made } of Object.values(made)) {
      const refused = /Expected a function of the addon to create the object, received a call of the constructor/;
      assert.throws(() => new Made(), refused);
      assert.throws(() => new Made(native.analyzer), refused);
      assert.throws(() => new Made(1, 2), refused);
      assert.throws(() => new (class extends Made {})(), refused);
      assert.throws(() => Made(), /cannot be invoked without 'new'/);
      assert.throws(() => Reflect.construct(Made, [], Object), refused);
    }
  });

  test('methods refuse a foreign `this`', () => {
    const { extractor } = made;
    const methods = [native.analyzer.analyze, native.vectorizer.row, native.forest.predict, extractor.rowBatch];
    for (const method of methods) {
      for (const foreign of [undefined, null, 1, {}, [], native, ...Object.values(native)]) {
        if (foreign !== undefined && Object.getPrototypeOf(any(foreign ?? {}))?.[any(method).name] === method) continue;
        assert.throws(() => method.call(foreign, '店', Uint32Array.of(1), new Int32Array(9), new Float64Array(9)));
      }
    }
  });

  test('properties of an object are values, not getters', () => {
    assert.equal(native.analyzer.identity, analyzer.identity);
    assert.equal(native.forest.columnCount, forest.columnCount);
    for (const name of ['identity', 'columnCount'])
      assert.equal(Object.getOwnPropertyDescriptor(native.vectorizer, name)?.get, undefined);
    assert.throws(() => {
      native.forest.columnCount = 7;
    }, TypeError);
  });

  test('a scorer takes only the right parts in the right order', () => {
    const { analyzer: a, vectorizer: v, forest: f, extractor: e } = made;
    for (const parts of [
      [],
      [f, f],
      [e, e],
      [f, e],
      [e, f],
      [e, f, 1, 5, 0],
      [a, f],
      [v, f],
      [{}, {}],
      [1, 2],
      [e, null],
      [e],
    ])
      assert.throws(() => addon.makeScorer(...parts), /Expected an object that the addon made|Invalid argument/);
    const map = [clamp.raw, clamp.scores, clamp.slopes];
    assert.ok(Object.is(addon.makeScorer(e, f, ...map).score('最高'), scorer.score('最高')));
  });

  test('an extractor takes only the right parts in the right order', () => {
    const { analyzer: a, vectorizer: v, forest: f } = native;
    for (const parts of [[], [v, a], [a, a], [f, v], [{}, {}], [1, 2], [a, null], [a]])
      assert.throws(() => addon.makeExtractor(...parts), /Expected an object that the addon made/);
  });

  test('an extractor explains with contributions only', () => {
    const { extractor } = made;
    for (const wrong of [undefined, null, {}, 1, native.forest, extractor])
      assert.throws(() => extractor.explain('最高', wrong), /Expected an object that the addon made/);
  });

  test('tables are loaded from a path or from bytes only', () => {
    for (const load of [addon.loadAnalyzer, addon.loadVectorizer, addon.loadForest, addon.loadContributions])
      for (const wrong of [[], [null], [{}], [7]]) assert.throws(() => load(...wrong));
    for (const name of ['Analyzer', 'Vectorizer', 'Forest', 'Normalizer'])
      for (const wrong of [[], [null], [{}], [7], [new Uint8Array()]])
        assert.throws(() => addon[`load${name}Ahead`](...wrong));
  });
});
