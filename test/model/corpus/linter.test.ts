import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Corpus,
  type CorpusWord,
  type Domain,
  domains,
  readCorpus,
  type Sentence,
} from '../../../model/corpus/read.ts';
import {
  bigramsOf,
  comparisonKey,
  conflictingWords,
  duplicates,
  imbalances,
  limits,
  lintCorpus,
  longTexts,
  nearDuplicates,
  oneSidedWords,
  realNames,
  similarity,
  similarPairs,
  unusualCharacters,
} from './linter.ts';

const ofTexts = (...texts: string[]): Corpus => ({
  sentences: texts.map((text) => ({ stars: 5, domain: 'movie', text })),
  words: [],
});
const ofWords = (...words: [polarity: number, wordClass: CorpusWord['wordClass'], text: string][]): Corpus => ({
  sentences: [],
  words: words.map(([polarity, wordClass, text]) => ({ polarity, wordClass, text })),
});

test('the shipped corpus has no violation', async () => {
  assert.deepEqual(lintCorpus(await readCorpus()), []);
});

test('lintCorpus runs every rule once, in order', () => {
  const corpus: Corpus = {
    sentences: ofTexts(
      '任天堂は最高。',
      '任天堂は最高',
      '一二三四五六七八九十',
      '一二三四五六七八九十甲',
      'あ'.repeat(121),
      '最高\u200b',
      ...Array.from({ length: 20 }, (_, i) => `初めて見た${i}番目の作品。`),
    ).sentences,
    words: ofWords([1, 'noun', '癖'], [-1, 'na-adjective', '癖']).words,
  };
  const rules = [
    duplicates,
    nearDuplicates,
    conflictingWords,
    imbalances,
    oneSidedWords,
    longTexts,
    unusualCharacters,
    realNames,
  ];
  for (const rule of rules) assert.notDeepEqual(rule(corpus), [], rule.name);
  assert.deepEqual(
    lintCorpus(corpus),
    rules.flatMap((rule) => rule(corpus)),
  );
});

describe('everyday words', () => {
  const withStars = (...stars: number[]): Corpus => ({
    sentences: stars.map((given, i) => ({ stars: given, domain: 'movie', text: `友人と見た${i}` })),
    words: [],
  });

  test('may stand in sentences of all stars, and in neutral ones', () => {
    assert.deepEqual(oneSidedWords(withStars(...Array(10).fill(1), ...Array(10).fill(5), ...Array(50).fill(0))), []);
  });

  test('that stand in good or bad sentences are named, from 20 sentences on', () => {
    assert.deepEqual(oneSidedWords(withStars(...Array(20).fill(4))), [
      '友人: the mean stars of its sentences: expected 2.3 to 3.7, received 4.000',
    ]);
    assert.deepEqual(oneSidedWords(withStars(...Array(19).fill(1), 2)), [
      '友人: the mean stars of its sentences: expected 2.3 to 3.7, received 1.050',
    ]);
    assert.deepEqual(oneSidedWords(withStars(...Array(19).fill(4))), []);
  });
});

describe('duplicates', () => {
  const keys: [text: string, key: string][] = [
    ['最高！！', '最高'],
    ['「最高」、 だ…。', '最高だ'],
    ['Ｗｉ-Ｆｉ', 'wifi'],
    ['ﾃﾞｽ', 'デス'],
    ['ちょっとファン', 'ちよつとフアン'],
    ['びみょー', 'びみよー'],
    ['★★★☆☆', '★★★☆☆'],
    ['。', ''],
  ];
  for (const [text, key] of keys) {
    test(`the comparison key of ${text} is ${JSON.stringify(key)}`, () => assert.equal(comparisonKey(text), key));
  }

  test('are found although punctuation, width or kana size differ', () => {
    assert.deepEqual(duplicates(ofTexts('最高。', '良い。', '最高！', 'ヤッタ', 'ヤツタ', '最高')), [
      '最高！: expected each text once, 最高。 differs only in punctuation, width, case or kana size',
      'ヤツタ: expected each text once, ヤッタ differs only in punctuation, width, case or kana size',
      '最高: expected each text once, 最高。 differs only in punctuation, width, case or kana size',
    ]);
  });

  test('are not texts with different star marks: ★★★☆☆ and ★★★★★', () => {
    assert.deepEqual(duplicates(ofTexts('★★★☆☆', '★★★★★', '楽しい。', '楽しくない。')), []);
  });
});

describe('near-duplicates', () => {
  test('by hand: similarity is the Dice coefficient of the bigram sets', () => {
    assert.deepEqual([...bigramsOf('ああああい')], ['ああ', 'あい']);
    assert.deepEqual([...bigramsOf('😀い😀')], ['😀い', 'い😀']);
    assert.deepEqual([...bigramsOf('あ'), ...bigramsOf('')], ['あ', '']);
    // あい, いう | いう, うえ: one of two and two
    assert.equal(similarity(bigramsOf('あいう'), bigramsOf('いうえ')), 0.5);
    assert.equal(similarity(bigramsOf('あい'), bigramsOf('うえ')), 0);
    assert.equal(similarity(bigramsOf('あ'), bigramsOf('あ')), 1);
  });

  test('are found at the limit and above, with any punctuation', () => {
    assert.equal(limits.similarity, 0.9);
    // 9 and 11 bigrams, 9 of them common: 0.9
    const [short, long] = ['一、二三四五六七八九十。', '一二三四五六七八九十甲乙！'];
    assert.deepEqual(nearDuplicates(ofTexts(short, long)), [
      `${long}: expected different texts, but ${short} is nearly the same`,
    ]);
    assert.deepEqual(nearDuplicates(ofTexts(short, '一二三四五六七八九十甲乙丙')), []);
  });

  test('are the same pairs that a comparison of all pairs finds', () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('あ', 'い', 'う', '😀'), maxLength: 12 }), {
      maxLength: 25,
    });
    const thresholds = fc.constantFrom(0.3, 0.5, 2 / 3, 0.8, 0.9, 1);
    fc.assert(
      fc.property(texts, thresholds, (texts, threshold) => {
        const expected = texts.flatMap((a, i) =>
          texts.flatMap((b, j) => (i < j && similarity(bigramsOf(a), bigramsOf(b)) >= threshold ? [`${i} ${j}`] : [])),
        );
        const received = similarPairs(texts, threshold).map(([i, j]) => `${i} ${j}`);
        assert.deepEqual(received.sort(), expected.sort());
      }),
      { numRuns: 500 },
    );
  });
});

test('a word may have two classes, but not two polarities', () => {
  assert.deepEqual(
    conflictingWords(
      ofWords(
        [1, 'noun', '癖'],
        [-2, 'na-adjective', '癖'],
        [2, 'noun', '満点'],
        [2, 'na-adjective', '満点'],
        [-1, 'noun', '虫'],
      ),
    ),
    ['癖: expected one polarity, received 1 and -2'],
  );
  assert.deepEqual(conflictingWords(ofWords([1, 'noun', '満足'], [2, 'na-adjective', '満足'])), [
    '満足: expected one polarity, received 1 and 2',
  ]);
});

describe('balance', () => {
  /** A corpus in which each domain has `counts[stars]` sentences of 0 to 5 stars. */
  const balanced = (counts: readonly number[], changes: Partial<Record<Domain, readonly number[]>> = {}): Corpus => ({
    sentences: domains.flatMap((domain) =>
      (changes[domain] ?? counts).flatMap((count, stars) =>
        Array.from({ length: count }, (_, i): Sentence => ({ stars, domain, text: `${i}` })),
      ),
    ),
    words: new Array(2000).fill({ polarity: 1, wordClass: 'noun', text: '並' }),
  });
  const even = [40, 80, 80, 80, 80, 80];

  test('accepts equal counts', () => assert.deepEqual(imbalances(balanced(even)), []));

  test('accepts shares exactly at the limits', () => {
    // of 400: 15 and 30 percent
    assert.deepEqual(imbalances(balanced(even, { movie: [40, 60, 60, 60, 100, 120] })), []);
    // 2 percent of 400, 15 percent of 400
    assert.deepEqual(imbalances(balanced(even, { app: [8, 78, 78, 78, 79, 79], book: [60, 68, 68, 68, 68, 68] })), []);
  });

  test('rejects a star share beyond the limits', () => {
    assert.deepEqual(
      imbalances(balanced(even, { movie: [40, 59, 80, 80, 80, 101], shop: [40, 70, 70, 70, 69, 121] })),
      [
        'movie: the share of 1 stars: expected 0.15 to 0.3, received 0.147',
        'shop: the share of 5 stars: expected 0.15 to 0.3, received 0.302',
      ],
    );
  });

  test('rejects a neutral share beyond the limits', () => {
    assert.deepEqual(imbalances(balanced(even, { game: [71, 80, 80, 80, 80, 80], hotel: [0, 80, 80, 80, 80, 80] })), [
      'game: the neutral share: expected 0.02 to 0.15, received 0.151',
      'hotel: the neutral share: expected 0.02 to 0.15, received 0.000',
    ]);
    const all = imbalances(balanced([200, 80, 80, 80, 80, 80]));
    assert.equal(all[0], 'all: the neutral share: expected 0.02 to 0.15, received 0.333');
  });

  test('exempts general and phrase', () => {
    const free = [0, 10, 10, 10, 10, 200];
    assert.deepEqual(imbalances(balanced(even, { general: free, phrase: free })), []);
  });

  test('rejects a corpus that is too small', () => {
    const small = imbalances({ ...balanced([4, 8, 8, 8, 8, 8]), words: [] });
    assert.deepEqual(small, [
      'all: expected at least 4000 sentences, received 484',
      'all: expected at least 2000 words, received 0',
    ]);
  });
});

test('at most 120 characters, in code points', () => {
  const [fits, long] = ['𠮷'.repeat(120), '𠮷'.repeat(121)];
  const complaint = `${long}: expected at most 120 characters, received 121`;
  assert.deepEqual(longTexts(ofTexts(fits, long)), [complaint]);
  assert.deepEqual(longTexts(ofWords([1, 'noun', fits], [1, 'noun', long])), [complaint]);
});

describe('characters', () => {
  for (const text of [
    'ここはA級〜☆（笑）、100%！',
    'Wi-Fi：〇。「々」『ヴァ』…♪♡◎○△★',
    '最&高?!',
    '０点・１点',
    'ｻｲｺｰ😀❤️',
    '(´Д｀) orz',
  ]) {
    test(`${text} has only common characters`, () => assert.deepEqual(unusualCharacters(ofTexts(text)), []));
  }
  for (const unusual of ['\u200b', '\u3000', '\ufeff', '\ue000', '\u3099', '한', 'é', 'Ａ', '~', '\uff5e', '"']) {
    test(`${JSON.stringify(unusual)} is unusual`, () => {
      const complaint = (text: string) => `${text}: expected no ${JSON.stringify(unusual)}`;
      assert.deepEqual(unusualCharacters(ofTexts(`最高${unusual}です`)), [complaint(`最高${unusual}です`)]);
      assert.deepEqual(unusualCharacters(ofWords([1, 'noun', unusual])), [complaint(unusual)]);
    });
  }
});

describe('real names', () => {
  const named: [text: string, name: string][] = [
    ['アマゾンで買いました。', 'アマゾン'],
    ['ハリー・ポッターみたい。', 'ハリー・ポッター'],
    ['任天堂らしい。', '任天堂'],
    ['iphone用のケース。', 'iphone'],
    ['ドラえもんが欲しい。', 'ドラえもん'],
  ];
  for (const [text, name] of named) {
    test(text, () => {
      assert.deepEqual(realNames(ofTexts(text)), [`${text}: expected no real name, received ${name}`]);
      assert.deepEqual(realNames(ofWords([1, 'noun', text])), [`${text}: expected no real name, received ${name}`]);
    });
  }
  for (const text of [
    'オンライン',
    '松竹梅でいうと竹。',
    'アップルパイ',
    'online',
    'ワンピースを買いました。',
    '楽天的',
  ]) {
    test(`${text} contains no name`, () => assert.deepEqual(realNames(ofTexts(text)), []));
  }
});
