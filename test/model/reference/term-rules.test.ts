import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Checks } from '../../../model/io/checks.ts';
import { defaultTermRules } from '../../../model/reference/default-term-rules.ts';
import {
  checkTermRules,
  isSymbolTerm,
  MAX_PHRASE_REACH,
  negationExceptionOf,
} from '../../../model/reference/term-rules.ts';

describe('negationExceptionOf', () => {
  test('gives the elements on both sides, from the negator outwards', () => {
    assert.deepEqual(negationExceptionOf('a b|c? _ . d* ？'), {
      before: [
        { words: ['b', 'c'], min: 0, max: 1 },
        { words: ['a'], min: 1, max: 1 },
      ],
      after: [
        { words: [], min: 1, max: 1 },
        { words: ['d'], min: 0, max: 8 },
      ],
      endsWithQuestion: true,
    });
    assert.deepEqual(negationExceptionOf('_'), { before: [], after: [], endsWithQuestion: false });
  });

  test('gives undefined for a string that is not a phrase', () => {
    const tooMany = Array.from({ length: 256 }, (_, i) => `w${i}`).join('|');
    for (const phrase of ['', 'a', 'a _ b _', 'a  _', ' _', '_ ', '？ _', '？', 'a', `${tooMany} _`])
      assert.equal(negationExceptionOf(phrase), undefined, phrase);
  });

  test('gives undefined for a phrase that reaches more than 63 words from its negator', () => {
    const words = (count: number) => Array.from({ length: count }, () => 'a').join(' ');
    assert.equal(MAX_PHRASE_REACH, 63);
    assert.ok(negationExceptionOf(`${words(63)} _ ${words(63)}`));
    assert.equal(negationExceptionOf(`${words(64)} _`), undefined);
    assert.equal(negationExceptionOf(`_ ${words(64)}`), undefined);
    assert.equal(negationExceptionOf('_ a* a* a* a* a* a* a* a*'), undefined);
  });
});

describe('checkTermRules', () => {
  const problemsOf = (rules: unknown) => {
    const checks = new Checks();
    checkTermRules(checks, rules, 'rules');
    return checks.problems;
  };
  const { negation } = defaultTermRules;

  test('accepts the default rules, and rules without anything', () => {
    assert.deepEqual(problemsOf(defaultTermRules), []);
    const none = { spellings: {}, negation: null, concessive: [], last_sentence: false, symbols: false };
    assert.deepEqual(problemsOf(none), []);
  });

  const wordList = 'expected rules.concessive to be a list of words, received ';
  const spellings = 'expected rules.spellings to be words with the words that stand for them, received ';
  const cases: readonly [change: object, message: string][] = [
    [{ spellings: ['a'] }, `${spellings}["a"]`],
    [{ spellings: { a: '' } }, `${spellings}{"a":""}`],
    [{ spellings: { a: 1 } }, `${spellings}{"a":1}`],
    [{ spellings: { a: 'b', b: 'c' } }, `${spellings}{"a":"b","b":"c"}`],
    [{ spellings: { a: 'b c' } }, `${spellings}{"a":"b c"}`],
    [{ spellings: { a: 'b！' } }, `${spellings}{"a":"b！"}`],
    [{ spellings: undefined }, `${spellings}nothing`],
    [{ concessive: 'が' }, `${wordList}"が"`],
    [{ concessive: [''] }, `${wordList}[""]`],
    [{ last_sentence: 1 }, 'expected rules.last_sentence to be true or false, received 1'],
    [{ symbols: null }, 'expected rules.symbols to be true or false, received null'],
    [{ negation: [] }, 'expected rules.negation to be null or an object, received []'],
    ...[0, 65, 1.5, '6'].map((scope): [object, string] => [
      { negation: { ...negation, scope } },
      `expected rules.negation.scope to be an integer from 1 to 64, received ${JSON.stringify(scope)}`,
    ]),
    ...[{ ない: ['words'] }, { ない: 'noun' }, { '': ['noun'] }, []].map((negators): [object, string] => [
      { negation: { ...negation, negators } },
      `expected rules.negation.negators to be words with lists of parts of speech, received ${JSON.stringify(negators)}`,
    ]),
    ...[{ particles: ['て'] }, { particles: [1], before: [] }, null].map((through): [object, string] => [
      { negation: { ...negation, through } },
      `expected rules.negation.through to be { particles, before }, two lists of words, received ${JSON.stringify(through)}`,
    ]),
    ...[['a'], [1], 'a _'].map((exceptions): [object, string] => [
      { negation: { ...negation, exceptions } },
      `expected rules.negation.exceptions to be a list of phrases with one _, received ${JSON.stringify(exceptions)}`,
    ]),
  ];
  for (const [change, message] of cases)
    test(message, () => assert.deepEqual(problemsOf({ ...defaultTermRules, ...change }), [message]));

  test('names everything that is missing', () => {
    assert.deepEqual(problemsOf(7), ['expected rules to be an object of term rules, received 7']);
    assert.equal(problemsOf({ negation: {} }).length, 8);
  });
});

test('isSymbolTerm: not 。 、 . , and no symbol with whitespace or a lone surrogate', () => {
  for (const symbol of ['★', '！', '😀', '。。', '..', '\0', '\ufeff', '👨\u200d👩'])
    assert.ok(isSymbolTerm(symbol), symbol);
  for (const symbol of ['。', '、', '.', ',', ' ', '\n', '\t', '\u3000', '★ ', '\u0085', '\ud83d', '★\ude00'])
    assert.ok(!isSymbolTerm(symbol), JSON.stringify(symbol));
});
