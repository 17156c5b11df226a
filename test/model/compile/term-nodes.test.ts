/** The tree of terms of small vocabularies, by hand. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { termNodesOf } from '../../../model/compile/term-nodes.ts';
import { compileVocabulary } from '../../../model/compile/vocabulary.ts';
import { makeLogarithmTable } from '../../../model/math/logarithm.ts';
import {
  defaultVectorizerParameters,
  Vectorizer,
  type VectorizerParameters,
} from '../../../model/reference/vectorizer.ts';
import { NativeAnalyzer, NativeExtractor, NativeVectorizer } from '../../../native/index.ts';
import { smallRules } from '../../fixtures/ruled-vocabulary.ts';

const HAS_PREFIXED_TERMS = 32; // a flag of rule-tables.ts

const rules = { ...smallRules, negation: null, concessive: [] };
function vectorizerOf(terms: readonly string[], change: Partial<VectorizerParameters>): Vectorizer {
  const idf = new Float64Array(terms.length).fill(1);
  return new Vectorizer(
    { ...defaultVectorizerParameters, ...change },
    { terms, idf, logarithms: makeLogarithmTable() },
  );
}
const nodesOf = (terms: readonly string[], change: Partial<VectorizerParameters> = { rules }) =>
  termNodesOf(vectorizerOf(terms, change));

describe('termNodesOf', () => {
  test('numbers words, then marked words; a longer term is a child', () => {
    const { words, wordCount, nodes, edges, longest } = nodesOf(['味 よい¬', 'よい', '店¬', 'A:店', 'L:駅¬']);
    assert.deepEqual(words, ['味', 'よい', '店', '駅']);
    assert.equal(wordCount, 6); // よい¬ is 4, 店¬ is 5; 駅¬ is in no n-gram
    assert.equal(longest, 2);
    assert.deepEqual(edges, [{ node: 0, word: 4, child: 6 }]);
    assert.deepEqual(
      nodes.map(({ column }) => column),
      [-1, 1, -1, -1, -1, 2, 0],
    );
    assert.deepEqual(
      nodes.map(({ flags }) => flags),
      [1, 0, HAS_PREFIXED_TERMS, HAS_PREFIXED_TERMS, 2, 0, 0],
    );
  });

  test('has the words of the rules, too', () => {
    const { words, weights } = nodesOf(['味'], { rules: { ...rules, concessive: ['けど'] } });
    assert.deepEqual(
      [words, weights],
      [
        ['味', 'けど'],
        [1, 0],
      ],
    );
  });

  test('has the spellings of its words', () => {
    const spellings = { いい: 'よい', 美味い: 'うまい' };
    assert.deepEqual(nodesOf(['味', 'よい'], { rules: { ...rules, spellings } }).spellings, [
      { word: 'いい', number: 1 },
    ]);
    const concessive = ['美味い'];
    const withRule = nodesOf(['味', 'よい'], { rules: { ...rules, spellings, concessive } });
    assert.deepEqual(withRule.words, ['味', 'よい', 'うまい']);
    assert.deepEqual(withRule.spellings.at(-1), { word: '美味い', number: 2 });
  });

  test('without rules, marks and prefixes have no meaning', () => {
    assert.deepEqual(nodesOf(['味¬', 'A:味', 'S:★', '味 店'], {}).words, ['味', '店']);
  });
});

describe('a term that cannot occur is left out', () => {
  const cases: readonly [term: string, reason: string, change?: Partial<VectorizerParameters>][] = [
    ['味 店 駅', 'too many words'],
    ['味', 'too few words', { rules, ngram_range: [2, 2] }],
    ['味', 'too few characters', { rules, token_pattern: '\\w{2,}' }],
    ['A:味', 'too few characters with a prefix', { rules, token_pattern: '\\w{2,}' }],
    ['味！', 'not a word'],
    ['A:★', 'a clause of a symbol'],
    ['いい', 'a spelling that never stays'],
    ['L:いい¬', 'such a spelling with a prefix'],
    ['S:。', 'a plain symbol'],
    ['S:★ ★', 'a symbol with whitespace'],
    ['S:味', 'a symbol with a word'],
    ['S:\ud83d', 'a symbol with a lone surrogate'],
  ];
  for (const [term, reason, change = { rules }] of cases) {
    test(`${JSON.stringify(term)}: ${reason}`, () => {
      const { words, nodes, ruleSections } = nodesOf([term, 'よい 映画', 'S:★'], change);
      assert.deepEqual(words, ['よい', '映画']);
      assert.deepEqual(
        nodes.map(({ column }) => column),
        [-1, -1, 1],
      );
      const columns = [...(ruleSections[0] as Uint32Array)].filter((_, i) => i % 8 !== 7);
      assert.ok(columns.every((column) => column === 0xffffffff));
      const slots = ruleSections[2] as Uint32Array;
      assert.deepEqual(
        [...slots].filter((value, i) => i % 3 === 2 && value !== 0xffffffff),
        [2],
      );
    });
  }

  test('a vocabulary without another term is refused', () => {
    const change = { rules: { ...rules, concessive: ['けど'] } };
    assert.throws(() => nodesOf(['味！'], change), /vocabulary: expected a term .* can make, found none/);
  });

  test('a vocabulary of symbols is enough', () => {
    const native = NativeVectorizer.load(compileVocabulary(vectorizerOf(['S:★'], { rules }), ''));
    const extractor = new NativeExtractor(NativeAnalyzer.load(), native);
    assert.deepEqual([...extractor.row('味★').columns, ...extractor.row('味').columns], [0]);
  });

  test('a spelling that is shorter than token_pattern asks for is possible', () => {
    const spellings = { 美味い: '美' };
    const { words } = nodesOf(['美', '味'], { rules: { ...rules, spellings }, token_pattern: '\\w{2,}' });
    assert.deepEqual(words, ['美']);
  });
});
