/** Term rules by hand, on the tokens of the shipped dictionary. test/native/ruled-terms.test.ts has random texts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultTermRules } from '../../../model/reference/default-term-rules.ts';
import type { TermToken } from '../../../model/reference/parts-of-speech.ts';
import type { NegationRules, TermRules } from '../../../model/reference/term-rules.ts';
import { readWords, termsOf } from '../../../model/reference/terms.ts';
import { nativeTokens } from '../../../model/scoring/native-tokens.ts';
import { NativeAnalyzer, NativeNormalizer } from '../../../native/index.ts';
import { writtenTokens } from '../../fixtures/ruled-vocabulary.ts';

const analyzer = NativeAnalyzer.load();
const plain = nativeTokens(analyzer, undefined);
const withEmoji = nativeTokens(analyzer, NativeNormalizer.load(analyzer, ['emoji']));

const bare: TermRules = { spellings: {}, negation: null, concessive: [], last_sentence: false, symbols: false };
const defaults = defaultTermRules.negation as NegationRules;
const marking = { ...bare, negation: defaults };

function termsIn(tokens: readonly TermToken[], rules: TermRules, pattern = '\\w{1,}', largest = 1): string[] {
  const words = readWords(tokens, { token_pattern: pattern, ngram_range: [1, largest], rules });
  return Array.from(termsOf(words, [1, largest]), ({ text }) => text);
}

const terms = (text: string, rules: TermRules) => termsIn(plain(text).tokens, rules);
/** The words with a mark, without it. */
const marked = (text: string, rules: TermRules = marking) =>
  terms(text, rules).flatMap((term) => (term.endsWith('¬') ? [term.slice(0, -1)] : []));
/** The terms with this prefix, without it. */
const prefixed = (prefix: string, text: string, tokens = plain) =>
  termsIn(tokens(text).tokens, defaultTermRules).flatMap((term) => (term.startsWith(prefix) ? [term.slice(2)] : []));

describe('words', () => {
  test('are base forms', () => {
    assert.deepEqual(terms('暗かったし、暗くて暗い', bare), ['暗い', 'た', 'し', '暗い', 'て', '暗い']);
  });

  test('are the parts of the surface form if it has several, or if the base form is not one word', () => {
    const tokens = writtenTokens(
      '1.5/x/noun',
      'い・い/よい/adjective',
      '良く/良 い/adjective',
      '...a/b/noun',
      '悪く/*/noun',
    );
    assert.deepEqual(termsIn(tokens, bare), ['1', '5', 'い', 'い', '良く', 'b', '悪く']);
  });

  test('keep the place of the surface form', () => {
    const { segments } = readWords(writtenTokens('、', '...暗く/暗い/adjective'), {
      token_pattern: '\\w+',
      ngram_range: [1, 1],
      rules: bare,
    });
    assert.deepEqual(segments, [[], [{ text: '暗い', start: 4, end: 6 }]]);
  });

  test('form n-grams inside segments: a symbol ends one', () => {
    const tokens = writtenTokens('良い', '店', '、', '味', ' ', '良い');
    assert.deepEqual(termsIn(tokens, bare, '\\w+', 2), ['良い', '店', '良い 店', '味', '良い']);
  });

  test('of too few characters are left out: neither a spelling nor a surface form changes the length of the base form', () => {
    const spelled = { ...bare, spellings: { 良い: 'x', 好: 'このむ' } };
    const tokens = writtenTokens('良く/良い/adjective', '好', '見た/見/verb', 'い/いる/verb', '𠮷');
    assert.deepEqual(termsIn(tokens, spelled, '\\w{2,}'), ['x', 'いる']);
  });
});

describe('spellings', () => {
  test('join words with one meaning', () => {
    const [best, good] = [terms('最高でおもしろい', defaultTermRules), terms('サイコーで面白い', defaultTermRules)];
    assert.deepEqual(best, good);
    assert.deepEqual(best, ['最高', 'で', 'おもしろい']);
  });

  test('come before all other rules, whose words are spelled alike', () => {
    const rules: TermRules = {
      ...bare,
      spellings: { 無い: 'ない', てる: 'いる', しか: 'シカ', けど: 'が' },
      negation: {
        scope: 6,
        negators: { 無い: ['adjective'], ない: ['auxiliary'] },
        through: { particles: ['て'], before: ['てる'] },
        exceptions: ['しか _'],
      },
      concessive: ['けど'],
    };
    const of = (...written: string[]) => termsIn(writtenTokens(...written), rules);
    assert.deepEqual(of('味/味/other', '無く/無い/adjective'), ['味¬', 'ない']);
    assert.deepEqual(of('味/味/other', 'なく/ない/auxiliary'), ['味¬', 'ない']);
    assert.deepEqual(of('味', 'て//conjunctive particle', 'い/いる/verb', '無い//adjective'), [
      '味¬',
      'て¬',
      'いる¬',
      'ない',
    ]);
    assert.deepEqual(of('味', 'しか', '無い//adjective'), ['味', 'シカ', 'ない']);
    assert.deepEqual(of('味//noun', 'が//conjunctive particle', '良い//adjective').slice(3), ['A:味', 'B:良い']);
  });

  test('of JavaScript itself are words like others', () => {
    assert.deepEqual(termsIn(writtenTokens('constructor', '__proto__'), defaultTermRules), [
      'constructor',
      '__proto__',
    ]);
  });
});

describe('negation marks', () => {
  test('are on the words before a negator, not after it', () => {
    assert.deepEqual(terms('楽しくない店', marking), ['楽しい¬', 'ない', '店']);
    assert.deepEqual(marked('不満は全くありません'), ['不満', 'は', '全く', 'ある', 'ます']);
    assert.deepEqual(marked('文句なし'), ['文句']);
    assert.deepEqual(marked('良くも悪くもない'), ['良い', 'も', '悪い', 'も']);
  });

  test('of two negators cancel', () => {
    assert.deepEqual(marked('面白くないわけではない'), ['ない', 'わけ', 'だ', 'は']);
    assert.deepEqual(marked('使わずにはいられない'), ['ぬ', 'に', 'は', 'いる', 'られる']);
    assert.deepEqual(marked('良くなくない'), ['ない']);
  });

  test('reach back six words', () => {
    const tokens = writtenTokens('a', 'b', 'c', 'd', 'e', 'f', 'g', 'ない//auxiliary');
    assert.deepEqual(termsIn(tokens, marking), ['a', 'b¬', 'c¬', 'd¬', 'e¬', 'f¬', 'g¬', 'ない']);
    const one = { ...marking, negation: { ...defaults, scope: 1 } };
    assert.deepEqual(termsIn(tokens, one), ['a', 'b', 'c', 'd', 'e', 'f', 'g¬', 'ない']);
  });

  test('stay in their segment', () => {
    assert.deepEqual(marked('高い、美味しくない'), ['美味しい']);
    assert.deepEqual(marked('高い 美味しくない'), ['美味しい']);
  });

  test('stop at a conjunctive particle, except て and で before いる', () => {
    assert.deepEqual(marked('高いですが美味しくない'), ['美味しい']);
    assert.deepEqual(marked('高くて美味しくない'), ['美味しい']);
    assert.deepEqual(marked('食べていない'), ['食べる', 'て', 'いる']);
    assert.deepEqual(marked('楽しんでいません'), ['楽しむ', 'で', 'いる', 'ます']);
  });

  test('need a negator of a listed part of speech', () => {
    assert.deepEqual(marked('楽しいんです'), []); // ん is a noun here
    assert.deepEqual(marked('楽しみません'), ['楽しむ', 'ます']); // ん is an auxiliary here
    assert.deepEqual(termsIn(writtenTokens('味', 'ない//noun'), marking), ['味', 'ない']);
  });
});

describe('exceptions of the default rules', () => {
  const negative: readonly [phrase: string, ...texts: string[]][] = [
    ['かもしれない', '面白いかもしれない', '面白いかもしれません', '面白いかも知れなかった'],
    ['しかない', '水しかない', '買うしかありません', '良いとしか言えない', 'ここしか行きません'],
    ['しか…ない', 'これしか食べていない', 'ここしかやっていません', '最高としか言いようがない'],
    ['なければならない', '見なければならない', '行かなければいけません', 'なくてはならない店', '見なきゃならない'],
    ['なくてはいけない', '見なくてはいけない', '見なくてはなりません', '食べなくてはだめ', '見なくちゃいけない'],
    ['ないといけない', '行かないといけない', '見ないとだめ', '見なくちゃだめ'],
    ['てはいけない', '行ってはいけない', '食べてはならない', '飲んじゃいけない', '買っちゃいけない'],
    ['じゃない？', '面白いじゃない？', '面白いじゃないです?', '面白いんじゃない？'],
    ['じゃないですか', '面白いじゃないですか', '面白いじゃないか', 'いいんじゃないかな', 'いいじゃありませんか'],
    ['ではないか', '面白いのではないでしょうか', '良いのではないかと思う', '良いのではありませんか'],
    ['間違いない', '間違いない', '間違いありません', '間違いなく面白い', '面白いに違いない', '面白いに違いありません'],
    ['仕方ない', '仕方ない', '仕方がない', 'しょうがない', '好きでたまりません'],
    [
      'だけでなく',
      '安いだけでなく美味しい',
      '安いだけではなく美味しい',
      '安いだけじゃなく美味しい',
      '安いばかりでなく',
    ],
    ['のみならず', '安いのみならず美味しい'],
  ];
  for (const [phrase, ...texts] of negative) {
    for (const text of texts) test(`${phrase}: ${text} is not negated`, () => assert.deepEqual(marked(text), []));
  }

  const lookAlikes: readonly [phrase: string, text: string, negated: string][] = [
    ['かもしれない', '作者を知らない', '作者'],
    ['しかない', '鹿がいない', '鹿'],
    ['しかない', '水しかないから良くない', '良い'],
    ['しかない', '水しかなくて良くない', '良い'],
    ['なければならない', '良くなければ買う', '良い'],
    ['なければならない', '綺麗にならない', '綺麗'],
    ['なくてはいけない', '買わなくて良かった', '買う'],
    ['ないといけない', '良くないと思う', '良い'],
    ['てはいけない', '駅に行けない', '駅'],
    ['じゃない？', '面白いじゃない', '面白い'],
    ['じゃない？', '面白くない？', '面白い'],
    ['じゃない？', '嫌いじゃない。なに？', '嫌い'],
    ['じゃないですか', '面白くないですか', '面白い'],
    ['じゃないですか', '嫌いじゃないです', '嫌い'],
    ['ではないか', '嫌いではない', '嫌い'],
    ['間違いない', '間違い探しが楽しくない', '楽しい'],
    ['間違いない', '他社と違いがない', '違い'],
    ['仕方ない', '説明の仕方が良くない', '良い'],
    ['だけでなく', '見た目だけで味がない', '味'],
    ['だけでなく', '見た目だけで買わない', '買う'],
    ['のみならず', '飲みに行かず', '飲む'],
  ];
  for (const [phrase, text, negated] of lookAlikes) {
    test(`${phrase}: ${text} is negated`, () =>
      assert.ok(marked(text).includes(negated), terms(text, marking).join(' ')));
  }

  test('end at their negator: the mark of another negator stays', () => {
    assert.deepEqual(marked('美味しくないかもしれない'), ['美味しい']);
    assert.deepEqual(marked('安いだけでなく、不味くない'), ['不味い']);
  });
});

describe('exceptions', () => {
  const of = (phrase: string, tokens: TermToken[]) =>
    termsIn(tokens, { ...marking, negation: { ...defaults, exceptions: [phrase] } }).some((term) => term.endsWith('¬'));
  const words = (text: string) =>
    writtenTokens(...text.split(' ').map((word) => (word === 'ない' ? 'ない//auxiliary' : word)));

  const cases: readonly [phrase: string, matching: readonly string[], others: readonly string[]][] = [
    ['a _', ['a ない', 'b a ない'], ['b ない', 'a b ない']],
    ['_ a', ['b ない a', 'b ない a b'], ['b ない', 'b ない b a']],
    ['a|b _', ['a ない', 'b ない'], ['c ない']],
    ['a . _', ['a b ない', 'a a ない'], ['b a ない']],
    ['a b? _', ['a ない', 'a b ない'], ['a b b ない']],
    ['a b* _', ['a ない', 'a b ない', 'a b b b b b b b b ない'], ['a b b b b b b b b b ない', 'a c ない']],
    ['a* a _', ['a ない', 'a a ない'], ['b ない']],
    ['a _ ？', ['a ない ？', 'a ない ?', 'a ない ？！'], ['a ない', 'a ない 。', 'a ない b ？', 'a ない 、 ？']],
    ['a _ b* ？', ['a ない ？', 'a ない b b ？'], ['a ない c ？', 'a ない b']],
  ];
  for (const [phrase, matching, others] of cases) {
    test(`${phrase} matches ${matching.join(', ')}, not ${others.join(', ')}`, () => {
      for (const text of matching) assert.equal(of(phrase, words(text)), false, text);
      for (const text of others) assert.equal(of(phrase, words(text)), true, text);
    });
  }
});

describe('clauses', () => {
  test('are the content words before and after the last concessive particle of a sentence', () => {
    assert.deepEqual(prefixed('A:', '安いけど暗いが、味は良い。店は古い'), ['安い', 'くらい']);
    assert.deepEqual(prefixed('B:', '安いけど暗いが、味は良い。店は古い'), ['味', 'よい']);
  });

  test('keep the marks', () => {
    assert.deepEqual(prefixed('A:', '高くないけど悪い'), ['高い¬', 'ない']);
    assert.deepEqual(prefixed('B:', '高いけど悪くない'), ['わるい¬', 'ない']);
  });

  test('need a conjunctive particle that is not the first word', () => {
    assert.deepEqual(prefixed('A:', '味が良い'), []); // が is a case particle here
    const first = writtenTokens('が//conjunctive particle', '良い//adjective');
    assert.deepEqual(termsIn(first, defaultTermRules), ['が', 'よい']);
  });
});

describe('the last sentence', () => {
  test('gives its content words, with marks', () => {
    assert.deepEqual(prefixed('L:', '高い。味は良くない！'), ['味¬', 'よい¬', 'ない']);
    assert.deepEqual(prefixed('L:', '高い\n安い'), ['安い']);
  });

  test('is not there if only one sentence has a word', () => {
    for (const text of ['高い', '高い。', '。高い！', '高い、安い']) assert.deepEqual(prefixed('L:', text), [], text);
  });
});

describe('symbols', () => {
  test('are terms, except 。 、 . , and symbols with whitespace', () => {
    assert.deepEqual(prefixed('S:', '★良い！。、「店」 '), ['★', '！', '「', '」']);
    const tokens = writtenTokens('.', ',', ' ', '\u3000', '!\n', '★ ', '★', '..');
    assert.deepEqual(termsIn(tokens, { ...bare, symbols: true }), ['S:★', 'S:..']);
  });

  test('with a lone surrogate are no terms', () => {
    const tokens = writtenTokens('\ud83d', '★\ude00', '😀', '\ude00\ud83d');
    assert.deepEqual(termsIn(tokens, { ...bare, symbols: true }), ['S:😀']);
    assert.deepEqual(prefixed('S:', '最高\ud83dでした'), []);
  });

  test('an emoji is one token and one term, after the step emoji', () => {
    assert.deepEqual(prefixed('S:', '😀', withEmoji), ['😀']);
    assert.deepEqual(prefixed('S:', '最高😀でした', withEmoji), ['😀']);
    assert.deepEqual(prefixed('S:', '😀😀😍！', withEmoji), ['😀', '😀', '😍', '！']);
    assert.deepEqual(prefixed('S:', '👍🏽❤\ufe0f🇯🇵', withEmoji), ['👍', '❤', '🇯🇵']);
    assert.deepEqual(prefixed('S:', '家族👨\u200d👩\u200d👧で👩🏽\u200d🍳', withEmoji), [
      '👨\u200d👩\u200d👧',
      '👩\u200d🍳',
    ]);
  });

  test('an emoji ends a segment', () => {
    assert.deepEqual(termsIn(withEmoji('良い😀店').tokens, bare, '\\w+', 2), ['良い', '店']);
  });
});
