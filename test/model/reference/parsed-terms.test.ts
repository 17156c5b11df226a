import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTermRules } from '../../../model/reference/default-term-rules.ts';
import { type ParsedTerm, parseTerm } from '../../../model/reference/parsed-terms.ts';

const word = (text: string) => ({ word: text, isNegated: false });
const marked = (text: string) => ({ word: text, isNegated: true });

const cases: readonly [term: string, parsed: ParsedTerm][] = [
  ['味', { kind: 'ngram', words: [word('味')] }],
  ['味¬', { kind: 'ngram', words: [marked('味')] }],
  ['味¬ よい ない¬', { kind: 'ngram', words: [marked('味'), word('よい'), marked('ない')] }],
  ['A:味', { kind: 'before', word: word('味') }],
  ['B:味¬', { kind: 'after', word: marked('味') }],
  ['L:味', { kind: 'last', word: word('味') }],
  ['S:★', { kind: 'symbol', symbol: '★' }],
  ['S:¬', { kind: 'symbol', symbol: '¬' }],
  ['S:A:', { kind: 'symbol', symbol: 'A:' }],
  ['A B', { kind: 'ngram', words: [word('A'), word('B')] }],
  ['', { kind: 'ngram', words: [word('')] }],
];
for (const [term, parsed] of cases)
  test(`${JSON.stringify(term)} is of the kind ${parsed.kind}`, () =>
    assert.deepEqual(parseTerm(term, defaultTermRules), parsed));

test('without rules, a term is an n-gram, and nothing in it is a mark or a prefix', () => {
  for (const term of ['味¬', 'A:味', 'S:★'])
    assert.deepEqual(parseTerm(term, undefined), { kind: 'ngram', words: [word(term)] });
  assert.deepEqual(parseTerm('a b', undefined), { kind: 'ngram', words: [word('a'), word('b')] });
});
