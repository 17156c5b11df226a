import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../../model/math/random.ts';
import { emojiLength } from '../../../model/reference/emoji.ts';
import type { MappedText } from '../../../model/reference/mapped-text.ts';
import { normalizationTables } from '../../../model/reference/normalization-tables.ts';
import { createNormalizer } from '../../../model/reference/normalizer.ts';
import { loadTokenizer } from '../../../model/reference/tokenizer.ts';
import { NORMALIZER_STEPS } from '../../../native/normalizer-steps.ts';
import { characterSteps, normalizerTextGenerator, offsetsFault } from '../../fixtures/normalizer-texts.ts';
import { elongatedTexts } from '../../fixtures/spellings.ts';

const { words } = await loadTokenizer();

const all = createNormalizer(characterSteps, words);
const normalized = (text: string) => all.normalize(text).text;

describe('normalizer, by hand', () => {
  const cases: readonly (readonly [text: string, expected: string])[] = [
    ['', ''],
    ['ｻｲｺｰ', 'サイコー'],
    ['ｶﾞｯｶﾘ', 'ガッカリ'],
    ['５つ星', '5つ星'],
    ['Ｇｒｅａｔ', 'Great'],
    ['すごーーーい', 'すごーい'],
    ['すご－い', 'すごーい'],
    ['か\u3099', 'が'],
    ['㌔', 'キロ'],
    ['㌍ー', 'カロリー'],
    ['①', '1'],
    ['👍🏽', '👍'],
    ['🏽', ''],
    ['❤️', '❤'],
    ['👨‍👩‍👧', '👨‍👩‍👧'],
    ['👩🏽‍🚀', '👩‍🚀'],
    ['5️⃣', '5'],
    ['🈵 ™ ‼ ㊗ ©', '🈵 ™ ‼ ㊗ ©'],
    ['\u2194\u0338', '\u2194\u0338'],
    ['〰️', '〜'],
    ['3〜5日', '3〜5日'],
    ['3～5日', '3〜5日'],
    ['！', '！'],
    ['!', '！'],
    ['!!!!', '！！'],
    ['！？', '！？'],
    ['すごい(笑)', 'すごい（笑）'],
    ['1,000円で4.5点.', '1,000円で4.5点．'],
    ['100%', '100％'],
    ['#映画', '#映画'],
    ['A-B', 'A-B'],
    ['うーん…', 'うーん…'],
    ['うーん...', 'うーん…'],
    ['うーん。。。。', 'うーん…'],
    ['うーん・・・…', 'うーん…'],
    ['うーん．。。。…．', 'うーん…'],
    ['うーん。。', 'うーん。。'],
    ['ｗｗｗｗｗ', 'www'],
    ['ww', 'www'],
    ['w', 'w'],
    ['aww', 'aww'],
    ['笑笑笑', '笑'],
    ['★★★★☆', '★★★★☆'],
    ['楽しい(^^)', '楽しい😊'],
    ['楽しい（＾＾）', '楽しい😊'],
    ['(´∀｀)(´∀`)', '😊😊'],
    ['(T_T)', '😢'],
    ['(´・ω・｀)', '😔'],
    ['すみませんm(_ _)m', 'すみません🙇'],
    ['ごめんorz', 'ごめん🙇'],
    ['Corzine', 'Corzine'],
    ['\ud83c\ufe0f\udffb!', '\ud83c\ufe0f\udffb！'],
    ['\ud800\udc00\ud800', '\ud800\udc00\ud800'],
  ];
  for (const [text, expected] of cases) {
    test(`${JSON.stringify(text)} becomes ${JSON.stringify(expected)}`, () => {
      assert.equal(normalized(text), expected);
      assert.equal(normalized(expected), expected);
    });
  }

  test('each kaomoji becomes its emoji, in half-width and in full-width form, between words', () => {
    for (const [kaomoji, emoji] of normalizationTables().kaomoji) {
      const wide = kaomoji.replace(/[!-~]/g, (unit) => String.fromCharCode(unit.charCodeAt(0) + 0xfee0));
      for (const form of kaomoji.includes('-') ? [kaomoji] : [kaomoji, wide]) {
        assert.equal(normalized(form), emoji);
        assert.equal(normalized(`最高${form}です`), `最高${emoji}です`);
      }
    }
  });

  test('offsets point at the characters of the caller', () => {
    const offsets = ({ starts, ends }: MappedText) => starts.map((start, i) => [start, ends[i]]);
    assert.deepEqual(offsets(all.normalize('a㌔ｶﾞ👍🏽!')), [
      [0, 1],
      [1, 2],
      [1, 2],
      [2, 4],
      [4, 5],
      [5, 8],
      [8, 9],
    ]);
    assert.deepEqual(offsets(all.normalize('(^^)。。。')), [
      [0, 4],
      [0, 4],
      [4, 7],
    ]);
    assert.deepEqual(offsets(all.normalize('か\u0323\u3099')), [
      [0, 3],
      [1, 3],
    ]);
    assert.deepEqual(offsets(all.normalize('😀あ')), [
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test('steps that are unknown, repeated or in another order are refused', () => {
    const expected = /^NativeError: Expected the steps to be some of emoji, dashes, .*, in this order, received "/;
    for (const steps of [['elision'], ['nfkc', 'nfkc'], ['nfkc', 'emoji']])
      assert.throws(() => createNormalizer(steps, words), expected);
    assert.equal(createNormalizer([], words).normalize('ｻ!👍🏽').text, 'ｻ!👍🏽');
  });

  test('each step runs alone', () => {
    const alone = (step: string, text: string) => createNormalizer([step], words).normalize(text).text;
    assert.equal(alone('emoji', '❤️ｶ!ーー(^^)（＾＾）'), '❤ｶ!ーー😊（＾＾）');
    assert.equal(alone('dashes', '❤️ｶ!ーー'), '❤️ｶ!ー');
    assert.equal(alone('nfkc', '™ｶ!ーー'), 'TMカ!ーー');
    assert.equal(alone('punctuation', 'ｶ!!!'), 'ｶ！！！');
    assert.equal(alone('repeats', 'ｶ!!!'), 'ｶ!!');
  });
});

describe('emoji sequences', () => {
  const cases: readonly (readonly [text: string, length: number])[] = [
    ['', 0],
    ['a', 0],
    ['5', 0],
    ['〜', 0],
    ['❤', 1],
    ['™あ', 1],
    ['👍👍', 2],
    ['👨‍👩‍👧です', 8],
    ['👨\u200dあ', 2],
    ['🇯🇵🇺🇸', 4],
    ['🇯あ', 2],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿!', 14],
    ['\u200d👍', 0],
    ['\ud83d', 0],
  ];
  for (const [text, length] of cases)
    test(`${JSON.stringify(text)} begins with an emoji sequence of ${length} units`, () => {
      assert.equal(emojiLength(text, 0), length);
      assert.equal(emojiLength(`あ${text}`, 1), length);
    });
});

describe('normalizer, random texts', () => {
  test('a normalized text does not change again, and its offsets are right', () => {
    const next = normalizerTextGenerator(createRandom(71));
    for (let i = 0; i < 4000; i++) {
      const text = next();
      const result = all.normalize(text);
      assert.equal(offsetsFault(text, result), undefined);
      const again = all.normalize(result.text);
      assert.equal(again.text, result.text, JSON.stringify(text));
    }
  });

  test('all steps give a text that does not change again, with right offsets', () => {
    const { normalize } = createNormalizer(NORMALIZER_STEPS, words);
    assert.equal(normalize('はー\u309a').text, 'はー\u309a');
    const [characters, elongated] = [
      normalizerTextGenerator(createRandom(74)),
      elongatedTexts(createRandom(75), ['最高']),
    ];
    for (let i = 0; i < 3000; i++) {
      const text = elongated() + (i % 2 === 0 ? characters() : '');
      const result = normalize(text);
      assert.equal(offsetsFault(text, result), undefined);
      assert.equal(normalize(result.text).text, result.text, JSON.stringify(text));
    }
  });

  test('any steps give a text that does not change again', () => {
    const next = normalizerTextGenerator(createRandom(72));
    for (let chosen = 0; chosen < 32; chosen++) {
      const { normalize } = createNormalizer(
        characterSteps.filter((_, i) => (chosen >> i) & 1),
        words,
      );
      for (let i = 0; i < 100; i++) {
        const text = next();
        const result = normalize(text).text;
        assert.equal(normalize(result).text, result, `${chosen}: ${JSON.stringify(text)}`);
      }
    }
  });

  test('emoji are the same before and after', () => {
    const next = normalizerTextGenerator(createRandom(73));
    const { emoji, kaomoji } = normalizationTables();
    const emojiOf = (text: string) => Array.from(text).filter((character) => emoji.has(character.codePointAt(0) ?? 0));
    const ofKaomoji = new Set(kaomoji.values());
    for (let i = 0; i < 2000; i++) {
      const text = next().replace(/[\ud800-\udfff](?![\udc00-\udfff])/g, '');
      const kept = emojiOf(all.normalize(text).text);
      let at = 0;
      for (const character of emojiOf(text)) {
        while (kept[at] !== character && ofKaomoji.has(kept[at] ?? '')) at++;
        assert.equal(kept[at++], character, JSON.stringify(text));
      }
    }
  });
});

test('8 times the text takes at most 40 times as long, for hostile texts', () => {
  for (const unit of ['\u3099\u0301\u0327\u0323', '\u1161', 'ー', '。。。…', '👨\u200d', '（＾＿＾', 'w', '\ud800']) {
    const fastest = (length: number) => {
      const times = Array.from({ length: 4 }, () => {
        const began = performance.now();
        all.normalize(unit.repeat(length / unit.length));
        return performance.now() - began;
      });
      return Math.min(...times);
    };
    const [before, after] = [fastest(2 ** 13), fastest(2 ** 16)];
    assert.ok(after < 40 * Math.max(before, 1), `${JSON.stringify(unit)}: ${before} ms, then ${after} ms`);
  }
});
