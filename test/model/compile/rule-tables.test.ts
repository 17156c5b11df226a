import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exceptionsTable, ruleWordsTable, symbolTables, wordsOfRules } from '../../../model/compile/rule-tables.ts';
import { PARTS_OF_SPEECH } from '../../../model/reference/parts-of-speech.ts';
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

describe('ruleWordsTable', () => {
  const rules = { ...smallRules, concessive: ['けど', 'が'] };
  const negation = rules.negation;
  const bits = (['auxiliary', 'adjective'] as const).reduce((sum, part) => sum + 2 ** PARTS_OF_SPEECH.indexOf(part), 0);

  test('has eight numbers for each word: the marked word, the columns of its terms, and its flags', () => {
    const terms = [
      { kind: 'before', word: { word: '味', isNegated: false }, column: 3 },
      { kind: 'before', word: { word: '味', isNegated: true }, column: 4 },
      { kind: 'after', word: { word: '味', isNegated: false }, column: 5 },
      { kind: 'last', word: { word: 'ない', isNegated: true }, column: 6 },
    ] as const;
    const table = ruleWordsTable(3, rules, terms, numbersOf('味', 'ない', 'けど'), [[0, 7]]);
    assert.deepEqual(
      [...table],
      [
        ...[7, 3, 4, 5, NONE, NONE, NONE, 0],
        ...[NONE, NONE, NONE, NONE, NONE, NONE, 6, bits * 65_536],
        ...[NONE, NONE, NONE, NONE, NONE, NONE, NONE, 1],
      ],
    );
  });

  test('a word may have several flags, and words of the rules that are in no term have none', () => {
    const both = {
      ...rules,
      negation: {
        ...negation,
        through: { particles: ['けど', 'て'], before: ['けど'] },
        negators: { けど: ['other'] },
      },
    } as const;
    const flags = ruleWordsTable(1, both, [], numbersOf('けど'), [])[7];
    assert.equal(flags, 1 + 2 + 4 + 65_536);
  });

  test('without negation there are only concessive particles', () => {
    const flags = ruleWordsTable(2, { ...rules, negation: null }, [], numbersOf('けど', 'ない'), []).filter(
      (_, i) => i % 8 === 7,
    );
    assert.deepEqual([...flags], [1, 0]);
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
