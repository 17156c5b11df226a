import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Forms, inflect } from '../../../model/corpus/inflect.ts';
import { type Corpus, readCorpus, type WordClass, wordClasses } from '../../../model/corpus/read.ts';

/** Written by a reader of Japanese, in the order of `Forms`. */
type Paradigm = [
  plain: string,
  polite: string,
  past: string,
  politePast: string,
  negative: string,
  negativePast: string,
  politeNegative: string,
  te: string,
  stem: string,
  excessive: string | undefined,
];

function assertParadigm(word: string, wordClass: WordClass, paradigm: Paradigm): void {
  const [plain, polite, past, politePast, negative, negativePast, politeNegative, te, stem, excessive] = paradigm;
  const forms: Forms = { plain, polite, past, politePast, negative, negativePast, politeNegative, te, stem, excessive };
  assert.deepEqual(inflect(word, wordClass), forms);
}

describe('whole paradigms', () => {
  test('an i-adjective', () => {
    assertParadigm('楽しい', 'i-adjective', [
      '楽しい',
      '楽しいです',
      '楽しかった',
      '楽しかったです',
      '楽しくない',
      '楽しくなかった',
      '楽しくないです',
      '楽しくて',
      '楽しく',
      '楽しすぎる',
    ]);
  });

  test('格好いい, which inflects as 格好よい', () => {
    assertParadigm('格好いい', 'i-adjective', [
      '格好いい',
      '格好いいです',
      '格好よかった',
      '格好よかったです',
      '格好よくない',
      '格好よくなかった',
      '格好よくないです',
      '格好よくて',
      '格好よく',
      '格好よすぎる',
    ]);
  });

  test('かわいい, which is not a compound of いい', () => {
    assertParadigm('かわいい', 'i-adjective', [
      'かわいい',
      'かわいいです',
      'かわいかった',
      'かわいかったです',
      'かわいくない',
      'かわいくなかった',
      'かわいくないです',
      'かわいくて',
      'かわいく',
      'かわいすぎる',
    ]);
  });

  test('a na-adjective', () => {
    assertParadigm('最高', 'na-adjective', [
      '最高だ',
      '最高です',
      '最高だった',
      '最高でした',
      '最高ではない',
      '最高ではなかった',
      '最高じゃないです',
      '最高で',
      '最高で',
      '最高すぎる',
    ]);
  });

  test('a noun, which does not take すぎる', () => {
    assertParadigm('傑作', 'noun', [
      '傑作だ',
      '傑作です',
      '傑作だった',
      '傑作でした',
      '傑作ではない',
      '傑作ではなかった',
      '傑作じゃないです',
      '傑作で',
      '傑作で',
      undefined,
    ]);
  });

  test('a godan verb', () => {
    assertParadigm('笑う', 'verb-godan', [
      '笑う',
      '笑います',
      '笑った',
      '笑いました',
      '笑わない',
      '笑わなかった',
      '笑いません',
      '笑って',
      '笑い',
      undefined,
    ]);
  });

  test('an ichidan verb', () => {
    assertParadigm('飽きる', 'verb-ichidan', [
      '飽きる',
      '飽きます',
      '飽きた',
      '飽きました',
      '飽きない',
      '飽きなかった',
      '飽きません',
      '飽きて',
      '飽き',
      undefined,
    ]);
  });

  test('a verb with する', () => {
    assertParadigm('感動する', 'verb-suru', [
      '感動する',
      '感動します',
      '感動した',
      '感動しました',
      '感動しない',
      '感動しなかった',
      '感動しません',
      '感動して',
      '感動し',
      undefined,
    ]);
  });

  test('愛する, which inflects like a godan verb in す', () => {
    assertParadigm('愛する', 'verb-suru', [
      '愛する',
      '愛します',
      '愛した',
      '愛しました',
      '愛さない',
      '愛さなかった',
      '愛しません',
      '愛して',
      '愛し',
      undefined,
    ]);
  });
});

describe('differences within a class', () => {
  const godan: [word: string, negative: string, polite: string, past: string, te: string][] = [
    ['迷う', '迷わない', '迷います', '迷った', '迷って'],
    ['待つ', '待たない', '待ちます', '待った', '待って'],
    ['困る', '困らない', '困ります', '困った', '困って'],
    ['喜ぶ', '喜ばない', '喜びます', '喜んだ', '喜んで'],
    ['悩む', '悩まない', '悩みます', '悩んだ', '悩んで'],
    ['死ぬ', '死なない', '死にます', '死んだ', '死んで'],
    ['輝く', '輝かない', '輝きます', '輝いた', '輝いて'],
    ['くつろぐ', 'くつろがない', 'くつろぎます', 'くつろいだ', 'くつろいで'],
    ['壊す', '壊さない', '壊します', '壊した', '壊して'],
    ['行く', '行かない', '行きます', '行った', '行って'],
    ['納得いく', '納得いかない', '納得いきます', '納得いった', '納得いって'],
    ['落ち着く', '落ち着かない', '落ち着きます', '落ち着いた', '落ち着いて'],
    ['味がある', '味がない', '味があります', '味があった', '味があって'],
    ['気に入る', '気に入らない', '気に入ります', '気に入った', '気に入って'],
    ['眠くなる', '眠くならない', '眠くなります', '眠くなった', '眠くなって'],
  ];
  for (const [word, negative, polite, past, te] of godan) {
    test(`godan: ${word}`, () => {
      const forms = inflect(word, 'verb-godan');
      assert.deepEqual([forms.negative, forms.polite, forms.past, forms.te], [negative, polite, past, te]);
    });
  }

  const adjectives: [word: string, past: string, negative: string, excessive: string][] = [
    ['いい', 'よかった', 'よくない', 'よすぎる'],
    ['かっこいい', 'かっこよかった', 'かっこよくない', 'かっこよすぎる'],
    ['気持ちいい', '気持ちよかった', '気持ちよくない', '気持ちよすぎる'],
    ['ちょうどいい', 'ちょうどよかった', 'ちょうどよくない', 'ちょうどよすぎる'],
    ['良い', '良かった', '良くない', '良すぎる'],
    ['かっこかわいい', 'かっこかわいかった', 'かっこかわいくない', 'かっこかわいすぎる'],
    ['可愛い', '可愛かった', '可愛くない', '可愛すぎる'],
    ['つまらない', 'つまらなかった', 'つまらなくない', 'つまらなすぎる'],
    ['痛々しい', '痛々しかった', '痛々しくない', '痛々しすぎる'],
  ];
  for (const [word, past, negative, excessive] of adjectives) {
    test(`i-adjective: ${word}`, () => {
      const forms = inflect(word, 'i-adjective');
      assert.deepEqual([forms.past, forms.negative, forms.excessive], [past, negative, excessive]);
    });
  }

  test('損する, which does not inflect like a godan verb', () => {
    const { negative, polite, past } = inflect('損する', 'verb-suru');
    assert.deepEqual([negative, polite, past], ['損しない', '損します', '損した']);
  });
});

describe('a word that does not fit its class is refused', () => {
  const refused: [word: string, wordClass: WordClass, message: string][] = [
    ['最高', 'i-adjective', 'Expected an i-adjective to end in い, received 最高'],
    ['', 'i-adjective', 'Expected an i-adjective to end in い, received '],
    ['楽しい', 'verb-godan', 'Expected a godan verb to end in one of うつるぶむぬくぐす, received 楽しい'],
    ['', 'verb-godan', 'Expected a godan verb to end in one of うつるぶむぬくぐす, received '],
    ['笑う', 'verb-ichidan', 'Expected an ichidan verb to end in る, received 笑う'],
    ['', 'verb-ichidan', 'Expected an ichidan verb to end in る, received '],
    ['感動', 'verb-suru', 'Expected a suru verb to end in する, received 感動'],
  ];
  for (const [word, wordClass, message] of refused) {
    test(`${JSON.stringify(word)} as ${wordClass}`, () => {
      assert.throws(() => inflect(word, wordClass), { message });
    });
  }
});

describe('words.tsv', () => {
  let words: Corpus['words'];
  before(async () => {
    ({ words } = await readCorpus());
  });

  test('contains words of every class', () => {
    assert.deepEqual([...new Set(words.map(({ wordClass }) => wordClass))].sort(), [...wordClasses].sort());
  });

  test('every word inflects into non-empty forms in NFC', () => {
    assert.ok(words.length >= 3500);
    for (const { text, wordClass } of words) {
      const { excessive, ...always } = inflect(text, wordClass);
      assert.equal(Object.keys(always).length, 9);
      for (const form of [...Object.values(always), ...(excessive === undefined ? [] : [excessive])]) {
        assert.notEqual(form, '', text);
        assert.equal(form, form.normalize('NFC'), text);
        assert.doesNotMatch(form, /undefined|\s/, text);
      }
    }
  });
});
