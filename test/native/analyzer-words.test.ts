/** The dictionary word of each token: its base form and part of speech in the analyzer, its twin and kuromoji itself. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import kuromoji from 'kuromoji';
import { createRandom } from '../../model/math/random.ts';
import { partOfSpeechOf, type TermToken, termTokenOf } from '../../model/reference/parts-of-speech.ts';
import { loadTokenizer, type Tokenizer } from '../../model/reference/tokenizer.ts';
import { dictionaryFolder } from '../../model/reference/tokenizer-identity.ts';
import { NativeAnalyzer } from '../../native/index.ts';
import { packageRoot } from '../../native/package-root.ts';
import { refuses } from '../fixtures/refusal.ts';
import { encodeSmallDictionary, type SmallDictionary, type SmallWord } from '../fixtures/small-dictionary.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';
import { type KuromojiGolden, readGolden, textOf } from '../golden/golden.ts';

const analyzer = NativeAnalyzer.load();
const golden = readGolden<KuromojiGolden>('kuromoji.json');

function tokensOf(text: string, native = analyzer): TermToken[] {
  const { ends, words } = native.analyzeWords(text);
  return Array.from(ends, (end, i) => {
    const start = ends[i - 1] ?? 0;
    return { surface: text.slice(start, end), start, end, ...native.word(words[i] as number) };
  });
}

const short = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…${text.length}` : text);

/** IPADIC's features of a token → the token, by the definition. */
function termOf(text: string, start: number, end: number, [name = '', detail = '', base = '']: string[]): TermToken {
  const surface = text.slice(start, end);
  const isSurface = base === '*' || base === surface;
  return { surface, start, end, base: isSurface ? undefined : base, partOfSpeech: partOfSpeechOf(name, detail) };
}

describe('words of the analyzer, of its twin and of kuromoji', () => {
  interface LawToken {
    readonly surface_form: string;
    readonly pos: string;
    readonly pos_detail_1: string;
    readonly basic_form: string;
  }
  let twin: Tokenizer;
  let law: { tokenize(text: string): LawToken[] };
  before(async () => {
    twin = await loadTokenizer();
    law = await new Promise((resolve, reject) => {
      kuromoji
        .builder({ dicPath: dictionaryFolder() })
        .build((error, tokenizer) => (error ? reject(error) : resolve(tokenizer as unknown as typeof law)));
    });
  });

  /** kuromoji itself. It receives one U+E000 for each character that it cannot process. */
  function lawTokensOf(text: string): TermToken[] {
    const characters = Array.from(text);
    const plain = characters.map((one) => (/^[\0\ud800-\udfff]|^..$/.test(one) ? '\ue000' : one)).join('');
    let first = 0;
    let end = 0;
    return law.tokenize(plain).map(({ surface_form, pos, pos_detail_1, basic_form }) => {
      const start = end;
      end += characters.slice(first, first + surface_form.length).join('').length;
      first += surface_form.length;
      return termOf(text, start, end, [pos, pos_detail_1, basic_form]);
    });
  }

  const sameWords = (text: string) => {
    const expected = lawTokensOf(text);
    assert.deepEqual(tokensOf(text), expected, short(text));
    assert.deepEqual(twin.analyze(text).map(termTokenOf), expected, short(text));
    return expected.length;
  };

  test('are the same for the tricky texts', () => {
    const lines = readFileSync(join(packageRoot, 'test', 'model', 'tricky.tsv'), 'utf8')
      .trimEnd()
      .split('\n');
    for (const line of lines.slice(1)) sameWords(line.split('\t')[3] as string);
  });

  test('are the same for 5,000 generated texts', () => {
    const next = textGenerator(createRandom(11), dictionaryWords(5));
    let tokens = 0;
    for (let i = 0; i < 5000; i++) tokens += sameWords(next());
    assert.ok(tokens > 30_000, `${tokens} tokens`);
  });

  test('are the same for surfaces of the dictionary between other words', () => {
    for (const surface of dictionaryWords(40)) sameWords(`${surface}た${surface}ない`);
  });

  test(`are those of the golden: ${golden.header.program} ${golden.header.version}`, () => {
    for (const { text, ends, features } of golden.texts) {
      const whole = textOf(text);
      const expected = ends.map((end, i) => {
        const [name, detail, , , , , base] = (golden.features[features[i] as number] as string).split(',');
        return termOf(whole, ends[i - 1] ?? 0, end, [name, detail, base] as string[]);
      });
      assert.deepEqual(tokensOf(whole), expected, short(whole));
      assert.deepEqual(twin.analyze(whole).map(termTokenOf), expected, short(whole));
    }
  });
});

describe('words with a dictionary made by hand', () => {
  const word = (context: number, cost: number, base: string): SmallWord => ({ context, cost, base });
  const small = (words: Record<string, SmallWord[]>, category: Partial<SmallDictionary['categories'][0]> = {}) =>
    NativeAnalyzer.load(
      encodeSmallDictionary({
        connections: [0, 1, 2].map(() => [0, 0, 0]),
        words: new Map(Object.entries(words)),
        categories: [
          { characters: '', isGrouped: false, isAlwaysInvoked: false, unknown: [word(1, 50, 'rest')] },
          {
            characters: 'ab、',
            isGrouped: true,
            isAlwaysInvoked: true,
            unknown: [word(1, 0, 'unknown')],
            ...category,
          },
        ],
      }),
    );
  const basesOf = (native: NativeAnalyzer, text: string) => tokensOf(text, native).map(({ base }) => base);

  test('the cheaper word wins, and the dictionary word if both cost the same', () => {
    for (const [cost, expected] of [
      [-1, 'known'],
      [0, 'known'],
      [1, 'unknown'],
    ] as const)
      assert.deepEqual(basesOf(small({ a: [word(1, cost, 'known')] }), 'a'), [expected]);
  });

  test('the context decides between the words of a surface', () => {
    const a = [word(2, -2, 'second context'), word(1, -1, 'first context')];
    assert.deepEqual(basesOf(small({ a }), 'a'), ['second context']);
    assert.deepEqual(basesOf(small({ a: [word(2, 1, 'known 2')] }), 'a'), ['unknown']);
    assert.deepEqual(basesOf(small({ a: [word(2, -1, 'known 2')] }), 'a'), ['known 2']);
    const unknown = [word(2, 0, 'unknown 2'), word(1, -3, 'unknown')];
    assert.deepEqual(basesOf(small({ a }, { unknown }), 'a'), ['unknown']);
    assert.deepEqual(basesOf(small({ a: [word(2, -4, 'known 2')] }, { unknown }), 'a'), ['known 2']);
  });

  test('a cheaper unknown word does not count where the search did not try it', () => {
    const words = { a: [word(1, 5, 'a')], b: [word(1, -20, 'b')] };
    // The unknown word of "ab" is the whole run.
    assert.deepEqual(basesOf(small(words), 'ab'), ['a', 'b']);
    assert.deepEqual(basesOf(small(words), 'a'), ['unknown']);
    assert.deepEqual(basesOf(small(words), 'ba'), ['b', 'unknown']);
    assert.deepEqual(basesOf(small(words, { isGrouped: false }), 'ab'), ['unknown', 'b']);
    // An unknown word is not tried where a surface matches, unless the category always invokes one.
    assert.deepEqual(basesOf(small(words, { isAlwaysInvoked: false }), 'a'), ['a']);
    // A token that goes beyond the run is not the run.
    assert.deepEqual(basesOf(small({ ax: [word(1, 1, 'beyond the run')] }), 'ax'), ['beyond the run']);
    // An unknown word of a category that is not grouped is one character.
    const dear = { isGrouped: false, unknown: [word(1, 40, 'unknown')] };
    assert.deepEqual(basesOf(small({ ab: [word(1, 50, 'pair')] }, dear), 'ab'), ['pair']);
    assert.deepEqual(basesOf(small({ ab: [word(1, 90, 'pair')] }, dear), 'ab'), ['unknown', 'unknown']);
  });

  test('a run ends with the sentence, also if the next sentence begins with the same category', () => {
    const words = { 'a、': [word(1, 5, 'known')], a: [word(1, 9, 'a')], '、': [word(1, 9, 'comma')] };
    assert.deepEqual(basesOf(small(words), 'a、a'), ['unknown', 'unknown']);
    assert.deepEqual(basesOf(small(words), 'a、'), ['unknown']);
    assert.deepEqual(basesOf(small({ ...words, 'a、': [word(1, -1, 'known')] }), 'a、a'), ['known', 'unknown']);
  });

  test('a word of several tokens becomes these tokens, wherever it is', () => {
    const abc = [
      {
        ...word(2, -5, 'whole'),
        segments: [
          [1, 'first'],
          [2, 'second'],
        ] as const,
      },
      word(1, -4, 'other word of the surface'),
    ];
    const native = small({ abc, x: [word(1, 1, 'x')] });
    const split = ['first', 'second'];
    assert.deepEqual(basesOf(native, 'abc'), split);
    assert.deepEqual(basesOf(native, 'xabcabcx'), ['x', ...split, ...split, 'x']);
    assert.deepEqual(Array.from(native.analyze('xabcx')), [1, 2, 4, 5]);
    assert.deepEqual(basesOf(native, 'xx'), ['x', 'x']);
    assert.deepEqual(
      basesOf(small({ abc: [...abc].reverse().map((one) => ({ ...one, cost: one.cost * 2 })) }), 'abc'),
      split,
    );
    const dearer = abc.map((one) => (one.context === 2 ? { ...one, cost: -3 } : one));
    assert.deepEqual(basesOf(small({ abc: dearer }), 'abc'), ['other word of the surface']);
  });

  test('segments beyond the end of the token are cut, and the last one ends with the token', () => {
    const withSegments = (...lengths: number[]) =>
      small({ abc: [{ ...word(2, -5, 'whole'), segments: lengths.map((length) => [length, 'part'] as const) }] });
    assert.deepEqual(Array.from(withSegments(2, 9).analyze('abc')), [2, 3]);
    assert.deepEqual(Array.from(withSegments(9, 1, 1).analyze('abc')), [3]);
    assert.deepEqual(Array.from(withSegments(1, 1).analyze('abcx')), [1, 3, 4]);
  });

  test('a run that is too long for the ring has a word, and so have the words before it', () => {
    const native = small({ a: [word(1, 1, 'a')], x: [word(2, 1, 'x')] });
    for (const length of [62, 63, 64, 65, 200, 70_000]) {
      assert.deepEqual(basesOf(native, `x${'a'.repeat(length)}x`), ['x', 'unknown', 'x']);
    }
  });
});

describe('words of the dictionary', () => {
  test('U+0000, a surrogate and a supplementary character have the word of U+E000', () => {
    const [expected] = analyzer.analyzeWords('\ue000').words;
    assert.ok((expected as number) > 0);
    for (const text of ['\0', '\ud83d', '\ude00', '😀', '😀\0\ud800'])
      assert.deepEqual(Array.from(analyzer.analyzeWords(text).words), [expected], short(text));
  });

  test('an empty text has no words, and a call does not depend on earlier calls', () => {
    const wordsOf = (text: string) => Array.from(analyzer.analyzeWords(text).words);
    assert.deepEqual(wordsOf(''), []);
    const first = wordsOf('映画は面白かった。');
    assert.equal(wordsOf('ー'.repeat(1 << 20)).length, 1);
    assert.equal(wordsOf('映画を見た'.repeat(1 << 16)).length, 4 << 16);
    assert.deepEqual(wordsOf('映画は面白かった。'), first);
    assert.deepEqual(Array.from(analyzer.analyzeWords('最高😀').ends), Array.from(analyzer.analyze('最高😀')));
  });

  test('index 0 is no word, and an index outside the dictionary is refused', async () => {
    assert.deepEqual(analyzer.word(0), { base: undefined, partOfSpeech: 'other' });
    assert.ok(analyzer.word(analyzer.wordCount - 1));
    for (const index of [-1, analyzer.wordCount, 0.5, Number.NaN, '1' as unknown as number])
      await refuses(() => analyzer.word(index), 'argument', /Expected the word to be an integer from 0 to \d+/);
  });

  test('finds exactly the surfaces', async () => {
    for (const surface of ['食べる', '食べ', 'の', '。', '映画']) assert.ok(analyzer.hasSurface(surface), surface);
    for (const text of ['', '食べるん', '食べる食べる', '😀', '\0', 'ホゲピヨ', 'ー'.repeat(1 << 20)])
      assert.ok(!analyzer.hasSurface(text), short(text));
    for (const surface of dictionaryWords(100)) assert.ok(analyzer.hasSurface(surface), surface);
    const seven = 7 as unknown as string;
    await refuses(() => analyzer.hasSurface(seven), 'argument', /the text to be a string/);
    await refuses(() => analyzer.analyzeWords(seven), 'argument', /the text to be a string/);
  });
});
