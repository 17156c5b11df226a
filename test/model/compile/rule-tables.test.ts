import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addRuleFlags,
  exceptionsTable,
  ruleWordsTable,
  symbolTables,
  wordsOfRules,
} from '../../../model/compile/rule-tables.ts';
import { PARTS_OF_SPEECH, type PartOfSpeech } from '../../../model/reference/parts-of-speech.ts';
import type { TermRules } from '../../../model/reference/term-rules.ts';
import { smallRules } from '../../fixtures/ruled-vocabulary.ts';

const NONE = 0xffffffff;
const numbersOf = (...words: string[]) => {
  const numbers = new Map(words.map((word, number) => [word, number]));
  return (word: string) => numbers.get(word);
};

test('wordsOfRules names the words of all lists, as they are written', () => {
  assert.deepEqual(wordsOfRules(smallRules).sort(), ['けど', 'ない', 'て', 'いる', 'しか', 'よい'].sort());
  assert.deepEqual(wordsOfRules({ ...smallRules, negation: null }), ['けど']);
});

const rules = { ...smallRules, concessive: ['けど', 'が'] };
const negation = rules.negation;

test('ruleWordsTable has seven numbers for each word: the marked word, and the columns of its terms', () => {
  const terms = [
    { kind: 'before', word: { word: '味', isNegated: false }, column: 3 },
    { kind: 'before', word: { word: '味', isNegated: true }, column: 4 },
    { kind: 'after', word: { word: '味', isNegated: false }, column: 5 },
    { kind: 'last', word: { word: 'ない', isNegated: true }, column: 6 },
  ] as const;
  const table = ruleWordsTable(3, terms, numbersOf('味', 'ない', 'けど'), [[0, 7]]);
  assert.deepEqual(
    [...table],
    [
      ...[7, 3, 4, 5, NONE, NONE, NONE],
      ...[NONE, NONE, NONE, NONE, NONE, NONE, 6],
      ...[NONE, NONE, NONE, NONE, NONE, NONE, NONE],
    ],
  );
});

describe('addRuleFlags', () => {
  const [CONCESSIVE, CONTINUES, PASSED, PREFIXED] = [4, 8, 16, 32];
  const negates = (...parts: PartOfSpeech[]) =>
    parts.reduce((sum, part) => sum + 65_536 * 2 ** PARTS_OF_SPEECH.indexOf(part), 0);
  const flagsOf = (of: TermRules, terms: Parameters<typeof addRuleFlags>[2], ...words: string[]) => {
    const nodes = words.map(() => ({ flags: 1 })); // a flag of another kind stays
    addRuleFlags(nodes, of, terms, numbersOf(...words));
    return nodes.map(({ flags }) => flags - 1);
  };

  test('says for each word what it is in the rules, and whether a term with a prefix has it', () => {
    const terms = [{ kind: 'last', word: { word: '味', isNegated: true }, column: 6 }] as const;
    assert.deepEqual(flagsOf(rules, terms, '味', 'ない', 'けど'), [
      PREFIXED,
      negates('auxiliary', 'adjective'),
      CONCESSIVE,
    ]);
  });

  test('a word may have several flags, and words of the rules that are in no term have none', () => {
    const through = { particles: ['けど', 'て'], before: ['けど'] };
    const both: TermRules = { ...rules, negation: { ...negation, through, negators: { けど: ['other'] } } };
    assert.deepEqual(flagsOf(both, [], 'けど'), [CONCESSIVE + CONTINUES + PASSED + negates('other')]);
  });

  test('without negation there are only concessive particles', () => {
    assert.deepEqual(flagsOf({ ...rules, negation: null }, [], 'けど', 'ない'), [CONCESSIVE, 0]);
  });
});

describe('exceptionsTable', () => {
  const element = (words: number, min: number, max: number) => words + 256 * min + 65_536 * max;
  const of = (exceptions: string[], ...words: string[]) => [
    ...exceptionsTable({ ...smallRules.negation, exceptions }, numbersOf(...words)),
  ];

  test('has a head and elements for each phrase; the element beside the negator is the first one', () => {
    assert.deepEqual(of(['a b|c? _ . d* ？'], 'a', 'b', 'c', 'd'), [
      2 + 256 * 2 + 65_536,
      ...[element(2, 0, 1), 1, 2],
      ...[element(1, 1, 1), 0],
      element(0, 1, 1),
      ...[element(1, 0, 8), 3],
    ]);
    assert.deepEqual(of(['_', 'a _'], 'a'), [0, 1, element(1, 1, 1), 0]);
  });

  test('leaves out words that no text has, and the phrases that need one', () => {
    assert.deepEqual(of(['a|x _'], 'a'), [1, element(1, 1, 1), 0]);
    assert.deepEqual(of(['x _', 'a x _'], 'a'), []);
    assert.deepEqual(of(['x* a _'], 'a'), [2, element(1, 1, 1), 0, element(0, 0, 0)]);
  });

  test('is empty without negation', () => {
    assert.equal(exceptionsTable(null, numbersOf()).length, 0);
  });

  test('refuses a string that is not a phrase', () => {
    assert.throws(() => of(['a b']), /Expected a phrase with one _, received "a b"/);
  });
});

describe('symbolTables', () => {
  test('is a hash table with an empty slot, at least half of it empty', () => {
    for (const count of [0, 1, 2, 3, 100]) {
      const symbols = Array.from({ length: count }, (_, column) => ({ symbol: '★'.repeat(column + 1), column }));
      const { slots, units } = symbolTables(symbols);
      const all = Array.from({ length: slots.length / 3 }, (_, i) => [...slots.subarray(3 * i, 3 * i + 3)]);
      assert.ok(all.length >= 2 * count && Number.isInteger(Math.log2(all.length)), `${all.length} slots`);
      const used = all.filter(([, , column]) => column !== NONE) as [number, number, number][];
      assert.deepEqual(
        used
          .map(([start, length, column]) => [column, String.fromCharCode(...units.subarray(start, start + length))])
          .sort(),
        symbols.map(({ symbol, column }) => [column, symbol]).sort(),
      );
    }
  });
});
