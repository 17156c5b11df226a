import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTermRules } from '../../../model/reference/default-term-rules.ts';
import { readableOccurrence, readableTerm } from '../../../model/reference/readable-terms.ts';

const cases: readonly [term: string, readable: string, ofText: string][] = [
  ['たのしい', 'たのしい', '楽しく'],
  ['たのしい¬', 'たのしい（ない）', '楽しく（ない）'],
  ['味 よい¬', '味 よい（ない）', '楽しく（ない）'],
  ['よい¬ ない', 'よい ない', '楽しく'], // the negator is among the words
  ['A:味', '味（逆接の前）', '楽しく（逆接の前）'],
  ['B:味¬', '味（ない）（逆接の後）', '楽しく（ない）（逆接の後）'],
  ['L:味', '味（最後の文）', '楽しく（最後の文）'],
  ['S:★', '★', '楽しく'],
  ['S:¬', '¬', '楽しく'],
];
for (const [term, readable, ofText] of cases) {
  test(`${term} reads ${readable}; with the words of a text, ${ofText}`, () => {
    assert.equal(readableTerm(term, defaultTermRules), readable);
    assert.deepEqual(readableOccurrence(term, defaultTermRules, '楽しく'), { term: ofText, name: readable });
  });
}

test('without rules, a term reads as it is', () => {
  assert.equal(readableTerm('A:味¬', undefined), 'A:味¬');
  assert.deepEqual(readableOccurrence('味 よい', undefined, '楽しく'), { term: '味 よい', name: '味 よい' });
});
