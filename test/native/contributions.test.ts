/** More rows than test/model/reference/contributions.test.ts has, and explanations of texts outside the event loop. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { compileContributions } from '../../model/compile/contributions.ts';
import { createRandom, pick, type Random } from '../../model/math/random.ts';
import { NativeContributions } from '../../native/contributions.ts';
import { NativeError } from '../../native/errors.ts';
import {
  type ExplainedText,
  NativeAnalyzer,
  NativeExtractor,
  NativeForest,
  NativeVectorizer,
} from '../../native/index.ts';
import { packageRoot } from '../../native/package-root.ts';
import type { SparseRow } from '../../native/rows.ts';
import { contributionTwins } from '../fixtures/contribution-twins.ts';
import { randomBooster } from '../fixtures/random-models.ts';
import { randomTrees } from '../fixtures/random-trees.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';
import { readGolden, rowsOf, type ShippedGolden } from '../golden/golden.ts';

const stars = join(packageRoot, 'model', 'stars');
const vectorizer = NativeVectorizer.load(join(stars, 'vocabulary.bin'));
const extractor = new NativeExtractor(NativeAnalyzer.load(), vectorizer);
const shipped = NativeContributions.load(join(stars, 'contributions.bin'));
const forest = NativeForest.load(join(stars, 'forest.bin'));
const none: SparseRow = { columns: new Int32Array(), values: new Float64Array() };

const values = [0, -0, 1e-36, -1e-35, 0.1, 0.5, 1, -1, 3, 7.25, 1e300, Number.POSITIVE_INFINITY, Number.NaN];

function rowOf(random: Random, columnCount: number): SparseRow {
  const columns = Int32Array.from({ length: columnCount }, (_, column) => column).filter(() => random.below(2) === 0);
  return { columns, values: Float64Array.from(columns, () => pick(random, values)) };
}

describe('contributions in C++ and in TypeScript give the same doubles', () => {
  test('for random trees, with and without a linear leaf, summed or averaged, and for rows without columns', () => {
    const random = createRandom(61);
    for (let i = 0; i < 250; i++) {
      const size = { columnCount: pick(random, [1, 4, 9, 40]), maxLeaves: pick(random, [1, 2, 5, 30, 127]) };
      const hasLinearLeaf = random.below(2) === 0;
      const trees = random.below(5) + (hasLinearLeaf ? 0 : 1);
      const text = randomTrees(random, { ...size, trees, hasLinearLeaf }).replace(' sqrt', '');
      const twins = contributionTwins(text);
      for (let r = 0; r < 20; r++) twins.of(r === 0 ? none : rowOf(random, size.columnCount));
    }
  });

  test('for trained trees of 127 leaves', async () => {
    const parameters = { num_leaves: 127, min_data_in_leaf: 1, learning_rate: 0.1 };
    for (const change of [{}, { zero_as_missing: true }, { use_missing: false }]) {
      const booster = await randomBooster(7, { ...parameters, ...change }, { withNaN: true, rounds: 10 });
      const [twins, random] = [contributionTwins(booster.modelText()), createRandom(62)];
      for (let i = 0; i < 200; i++) twins.of(rowOf(random, 8));
    }
  });

  test('for trees that are thousands of nodes deep, to either side', () => {
    const random = createRandom(63);
    for (const shape of ['left', 'right'] as const) {
      const text = randomTrees(random, { columnCount: 4, maxLeaves: 3000, shape, trees: 2 }).replace(' sqrt', '');
      const twins = contributionTwins(text);
      for (let i = 0; i < 10; i++) twins.of(rowOf(random, 4));
    }
  });
});

describe('contributions of the shipped model', () => {
  const sumOf = ({ base, absent }: { base: number; absent: number }, of: Float64Array) =>
    of.reduce((sum, value) => sum + value, base + absent);

  test('sum up to the prediction, and `sum` has its bits', () => {
    const golden = readGolden<ShippedGolden>('shipped.json');
    assert.equal(shipped.identity, golden.model, 'run `hoshi compile`');
    for (const row of rowsOf(golden.rows).slice(0, 300)) {
      const explained = shipped.of(row);
      assert.ok(Object.is(explained.sum, forest.predict(row)));
      assert.ok(Math.abs(sumOf(explained, explained.ofColumns) - explained.sum) < 1e-9);
    }
  });

  test('a text is explained as its row is, and many texts at the same time', async () => {
    const texts = ['', '\ud800', '\0', '😀'.repeat(50), 'ー'.repeat(100_000)];
    texts.push(...Array.from({ length: 60 }, textGenerator(createRandom(64), dictionaryWords(20))));
    const explained = await Promise.all(texts.map((text) => shipped.explain(extractor, text)));
    texts.forEach((text, i) => {
      const row = extractor.row(text);
      const { ofColumns, ...totals } = shipped.of(row);
      const { terms, values, contributions, offsets, occurrenceEnds, ...received } = explained[i] as ExplainedText;
      assert.deepEqual(received, totals);
      const magnitudes = contributions.map(Math.abs);
      assert.deepEqual(magnitudes, magnitudes.toSorted().reverse());
      const columns = Array.from(row.columns, (_, place) => place).sort(
        (a, b) => Math.abs(ofColumns[b] as number) - Math.abs(ofColumns[a] as number),
      );
      assert.deepEqual(
        terms.map((term, place) => [term, values[place], contributions[place]]),
        columns.map((place) => [vectorizer.term(row.columns[place] as number), row.values[place], ofColumns[place]]),
      );
      assert.equal(occurrenceEnds.length, terms.length);
      assert.equal(offsets.length, 2 * (occurrenceEnds.at(-1) ?? 0));
      occurrenceEnds.forEach((end, term) => {
        const first = term === 0 ? 0 : (occurrenceEnds[term - 1] as number);
        assert.ok(first < end);
        for (let k = 2 * first + 2; k < 2 * end; k += 2) assert.ok((offsets[k - 2] as number) < (offsets[k] as number));
      });
    });
  });

  test('an explanation counts the words of its text once', async () => {
    const before = extractor.wordCounts();
    extractor.row('最高に楽しい');
    const { words, unknownWords, unknownShares } = extractor.wordCounts();
    await shipped.explain(extractor, '最高に楽しい');
    const { unknownShareSum: _, ...after } = extractor.wordCounts();
    assert.deepEqual(after, {
      words: 2 * words - before.words,
      unknownWords: 2 * unknownWords - before.unknownWords,
      unknownShares: unknownShares.map((texts, i) => 2 * texts - (before.unknownShares[i] as number)),
    });
  });

  test('the event loop goes on during an explanation', async () => {
    let turns = 0;
    let isDone = false;
    const turn = () => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await shipped.explain(extractor, '最高に楽しい映画でした。'.repeat(50_000));
    isDone = true;
    assert.ok(turns > 10, `${turns} turns`);
  });

  test('wrong arguments are refused', async () => {
    const refusal = (message: RegExp) => (error: unknown) =>
      error instanceof NativeError && message.test(error.message);
    const other = NativeContributions.load(
      compileContributions(randomTrees(createRandom(65), { columnCount: 6, maxLeaves: 4 }).replace(' sqrt', ''), ''),
    );
    await assert.rejects(other.explain(extractor, ''), refusal(/the extractor to be of 6 columns, received \d+/));
    await assert.rejects(shipped.explain(extractor, 7 as never), refusal(/the text to be a string, received 7/));
    await assert.rejects(shipped.explain({} as never, ''), refusal(/the extractor to be an object that was loaded/));
    assert.throws(() => NativeContributions.load(7 as never), refusal(/Expected the contributions to be a path/));
    assert.throws(
      () => other.of({ columns: Int32Array.of(6), values: Float64Array.of(1) }),
      refusal(/row\.columns\[0\] to be an integer from 0 to 5/),
    );
  });
});
