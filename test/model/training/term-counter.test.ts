import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../../model/math/random.ts';
import { readWords, type TermParameters, termsOf } from '../../../model/reference/terms.ts';
import { compareCodePoints } from '../../../model/reference/vectorizer.ts';
import { type CountedTerm, NativeTermCounts, TermCounter } from '../../../model/training/term-counter.ts';
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
    assert.deepEqual(counter.kept(1, null), [
      { term: 'a', texts: 2 },
      { term: 'a b', texts: 2 },
      { term: 'b', texts: 2 },
      { term: 'b a', texts: 1 },
    ]);
    assert.deepEqual(counter.kept(2, 1), [{ term: 'a', texts: 2 }]); // a occurs three times
    assert.deepEqual(counter.kept(4, null), []);
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
          assert.deepEqual(counted(t, from).kept(min, most), byDefinition(t, from, min, most));
        },
      ),
    );
  });

  test('gives the same counts for enough terms to grow its tables many times', () => {
    const random = createRandom(1);
    const texts = Array.from({ length: 400 }, () => Array.from({ length: 40 }, () => `w${random.below(500)}`));
    const expected = byDefinition(texts, parameters(1, 3), 1, null);
    assert.ok(expected.length > 20_000);
    assert.deepEqual(counted(texts, parameters(1, 3)).kept(1, null), expected);
    assert.deepEqual(counted(texts, parameters(1, 3)).kept(1, 3000), byDefinition(texts, parameters(1, 3), 1, 3000));
  });

  test('takes the terms that the native engine has counted, with the same cut at the highest total counts', () => {
    const kept = {
      textCount: 9,
      terms: ['a\nb\nc', 'd\ne'],
      totals: Uint32Array.of(2, 7, 2, 3, 2),
      texts: Uint32Array.of(2, 5, 1, 3, 2),
    };
    const counts = new NativeTermCounts(kept, 1);
    const termsOf = (most: number | null) => counts.kept(1, most).map(({ term, texts }) => `${term}${texts}`);
    assert.deepEqual(termsOf(null), ['a2', 'b5', 'c1', 'd3', 'e2']);
    assert.deepEqual(termsOf(5), ['a2', 'b5', 'c1', 'd3', 'e2']);
    assert.deepEqual(termsOf(4), ['a2', 'b5', 'c1', 'd3']); // of a, c and e the first two
    assert.deepEqual(termsOf(2), ['b5', 'd3']);
    assert.deepEqual(termsOf(1), ['b5']);
    assert.equal(counts.textCount, 9);
    assert.throws(() => counts.kept(2, null), /Expected the minimum of texts to be 1, received 2/);
    assert.deepEqual(new NativeTermCounts({ ...kept, terms: [], totals: new Uint32Array() }, 1).kept(1, 3), []);
  });
});
