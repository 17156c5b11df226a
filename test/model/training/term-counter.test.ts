import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../../model/math/random.ts';
import { readWords, type TermParameters, termsOf } from '../../../model/reference/terms.ts';
import { compareCodePoints } from '../../../model/reference/vectorizer.ts';
import { type CountedTerm, TermCounter } from '../../../model/training/term-counter.ts';
import { tokensOf } from '../../fixtures/vectorize.ts';

const parameters = (smallest: number, largest: number): TermParameters => ({
  token_pattern: '\\w+',
  ngram_range: [smallest, largest],
});

/** The slow, obvious twin: maps of strings. */
function byDefinition(
  texts: readonly (readonly string[])[],
  from: TermParameters,
  minTexts: number,
  most: number | null,
): CountedTerm[] {
  const totals = new Map<string, number>();
  const holders = new Map<string, Set<number>>();
  texts.forEach((surfaces, text) => {
    for (const { text: term } of termsOf(readWords(tokensOf(surfaces), from), from.ngram_range)) {
      totals.set(term, (totals.get(term) ?? 0) + 1);
      holders.set(term, (holders.get(term) ?? new Set()).add(text));
    }
  });
  return [...totals.keys()]
    .filter((term) => (holders.get(term)?.size ?? 0) >= minTexts)
    .sort(compareCodePoints)
    .sort((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0))
    .slice(0, most ?? undefined)
    .sort(compareCodePoints)
    .map((term) => ({ term, texts: holders.get(term)?.size ?? 0 }));
}

function counted(texts: readonly (readonly string[])[], from: TermParameters): TermCounter {
  const counter = new TermCounter(from);
  for (const text of texts) counter.add(readWords(tokensOf(text), from));
  return counter;
}

describe('the term counter', () => {
  test('by hand: a term counts once per text, and a token may contain several words or none', () => {
    const counter = counted([['a', '。', 'b'], ['a-b', 'a'], []], parameters(1, 2));
    assert.equal(counter.textCount, 3);
    assert.deepEqual(counter.kept(1, null, compareCodePoints), [
      { term: 'a', texts: 2 },
      { term: 'a b', texts: 2 },
      { term: 'b', texts: 2 },
      { term: 'b a', texts: 1 },
    ]);
    assert.deepEqual(counter.kept(2, 1, compareCodePoints), [{ term: 'a', texts: 2 }]); // a occurs three times
    assert.deepEqual(counter.kept(4, null, compareCodePoints), []);
  });

  test('adds the counts of other texts', () => {
    const word = fc.constantFrom(...'abcdef。');
    const texts = fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 12 });
    const from = parameters(1, 3);
    fc.assert(
      fc.property(texts, texts, texts, (first, second, third) => {
        const sum = counted(first, from);
        for (const part of [second, third]) sum.addCounts(counted(part, from).counts());
        const all = counted([...first, ...second, ...third], from);
        assert.equal(sum.textCount, all.textCount);
        for (const [minTexts, most] of [
          [1, null],
          [2, null],
          [1, 5],
        ] as const)
          assert.deepEqual(sum.kept(minTexts, most, compareCodePoints), all.kept(minTexts, most, compareCodePoints));
      }),
    );
  });

  test('gives the same counts as maps of strings', () => {
    const texts = fc.array(
      fc.array(fc.constantFrom('a', 'b', 'c', 'a b', '。', '😀', '𠮷', '\uffee'), { maxLength: 12 }),
    );
    const sizes = fc.constantFrom<[number, number]>([1, 1], [1, 2], [2, 2], [1, 3], [2, 4]);
    fc.assert(
      fc.property(
        texts,
        sizes,
        fc.integer({ min: 1, max: 3 }),
        fc.option(fc.integer({ min: 1, max: 9 })),
        (t, [n, m], min, most) => {
          const from = parameters(n, m);
          assert.deepEqual(counted(t, from).kept(min, most, compareCodePoints), byDefinition(t, from, min, most));
        },
      ),
    );
  });

  test('gives the same counts for enough terms to grow its tables many times', () => {
    const random = createRandom(1);
    const texts = Array.from({ length: 400 }, () => Array.from({ length: 40 }, () => `w${random.below(500)}`));
    const expected = byDefinition(texts, parameters(1, 3), 1, null);
    assert.ok(expected.length > 20_000);
    assert.deepEqual(counted(texts, parameters(1, 3)).kept(1, null, compareCodePoints), expected);
    assert.deepEqual(
      counted(texts, parameters(1, 3)).kept(1, 3000, compareCodePoints),
      byDefinition(texts, parameters(1, 3), 1, 3000),
    );
  });
});
