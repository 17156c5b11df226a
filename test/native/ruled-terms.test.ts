/** The terms of random texts by term rules: the definition, the readable twin and the native engine agree. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { normalizerSettings } from '../../model/bundle/manifest.ts';
import { compileUserDictionary } from '../../model/compile/user-dictionary.ts';
import { compileVocabulary } from '../../model/compile/vocabulary.ts';
import { createRandom, pick, type Random } from '../../model/math/random.ts';
import { defaultTermRules } from '../../model/reference/default-term-rules.ts';
import type { TermToken } from '../../model/reference/parts-of-speech.ts';
import type { NegationRules, TermRules } from '../../model/reference/term-rules.ts';
import { readWords, shortestWord, termsOf } from '../../model/reference/terms.ts';
import { UserDictionary, type UserWord } from '../../model/reference/user-dictionary.ts';
import { defaultVectorizerParameters, type VectorizerParameters } from '../../model/reference/vectorizer.ts';
import { loadFeatureExtractor } from '../../model/scoring/feature-extractor.ts';
import { nativeTokens } from '../../model/scoring/native-tokens.ts';
import { TextPasses } from '../../model/training/text-passes.ts';
import { VectorizerFit } from '../../model/training/vectorizer-fit.ts';
import { NativeAnalyzer, NativeExtractor, NativeNormalizer, NativeVectorizer } from '../../native/index.ts';
import { NORMALIZER_STEPS } from '../../native/normalizer-steps.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';
import { ruledTermsByDefinition } from '../oracle/ruled-terms.ts';

const analyzer = NativeAnalyzer.load();
const normalizer = NativeNormalizer.load(analyzer, NORMALIZER_STEPS);
const tokens = { plain: nativeTokens(analyzer, undefined), normalized: nativeTokens(analyzer, normalizer) };
const hostileWords = dictionaryWords(50);

const words = (list: string) => list.split(' ');
const adjectives = words('楽しい 楽しく 良く よくは 悪い 美味しく うまい 高く 安い 綺麗で 早く');
const others = words('映画 味 店 不満 問題 食べ 見 行き 食べて 食べてい 買わ 思わ とても 全く 人 言いよう 言う');
const functionWords = words(
  'ない なかった ません ませ ん ぬ ず まい 無い 無し なし しか かも しれ 知れ ば なら いけ て で いる いない が けど けれど ' +
    'ものの のに ながら は も の じゃ じゃない では です だ う か ね だけ のみ ばかり だめ だめだ しょうが と に違い ちゃ ' +
    'なければ なくては なくて ならない いけない なりません 違い 間違い 仕方 仕方が んです ある',
);
const symbols = [...words('。 。 ？ ? ！ 、 「 」 … 😀 👍🏽 ❤\ufe0f 👨\u200d👩 ★ . ,'), '\n', ' ', '\u3000'];
const oddities = words('constructor __proto__ A S a_b 1.5 ¬ : S: \ud800 \udc00 \0 𠮷 \ufeff');

/** Returns a function that draws a text of the words that the rules name, or a hostile text. */
function ruledTextGenerator(random: Random): () => string {
  const hostile = textGenerator(random, hostileWords);
  const kinds = [adjectives, others, functionWords, functionWords, functionWords, symbols, hostileWords, oddities];
  return () => {
    if (random.below(10) === 0) return hostile();
    const words = Array.from({ length: random.below(pick(random, [4, 12, 40])) }, () =>
      pick(random, pick(random, kinds)),
    );
    return words.join('');
  };
}

const defaults = defaultTermRules.negation as NegationRules;
const rules = (change: Partial<TermRules>): TermRules => ({ ...defaultTermRules, ...change });
const negation = (change: Partial<NegationRules>) => rules({ negation: { ...defaults, ...change } });
const otherPhrases = [
  '_',
  '. . _ .',
  'は|が|も|で .? _ です|だ|う|か* ？',
  '_ .* ？',
  'て* いる* も|は _',
  'なる|いける|いる ます? _ が|けど|。?',
  '.* ない _',
  'とても .* _ .? .? か',
  'ず _',
];
const someNegators: NegationRules['negators'] = {
  ない: ['adjective'],
  です: ['auxiliary'],
  映画: ['noun'],
  constructor: ['noun'] as const,
  は: ['particle'],
};
const counts = { norm: null, use_idf: false, sublinear_tf: false } as const;

type Setting = readonly [name: string, change: Partial<VectorizerParameters>];
const settings: readonly Setting[] = [
  ['the default rules', { rules: defaultTermRules }],
  ['the default rules and counts', { rules: defaultTermRules, ...counts }],
  ['no negation', { rules: rules({ negation: null }) }],
  ['no clauses', { rules: rules({ concessive: [] }), ngram_range: [1, 1] }],
  ['no last sentence', { rules: rules({ last_sentence: false }), ngram_range: [2, 3] }],
  ['no symbols', { rules: rules({ symbols: false }), ...counts }],
  ['no spellings', { rules: rules({ spellings: {} }), ngram_range: [1, 3], ...counts }],
  [
    'nothing but base forms',
    { rules: { spellings: {}, negation: null, concessive: [], last_sentence: false, symbols: false } },
  ],
  ['a scope of one word', { rules: negation({ scope: 1 }), ngram_range: [1, 1], ...counts }],
  ['the largest scope', { rules: negation({ scope: 64 }), ...counts }],
  ['no exceptions', { rules: negation({ exceptions: [] }), ...counts }],
  ...otherPhrases.map(
    (phrase): Setting => [
      `the exception ${phrase}`,
      { rules: negation({ exceptions: [phrase], scope: 3 }), ngram_range: [1, 1], ...counts },
    ],
  ),
  ['words of two characters', { rules: defaultTermRules, token_pattern: '\\w{2,}', ...counts }],
  [
    'spellings that are shorter, longer, or words of the rules',
    {
      rules: {
        ...defaultTermRules,
        spellings: {
          不味い: 'x',
          映画: 'y',
          味: 'あじわい',
          無い: 'ない',
          けど: 'が',
          で: 'て',
          いける: 'なる',
          か: 'ね',
        },
        negation: { ...defaults, negators: { ない: ['auxiliary'], 無い: ['adjective'], ず: [] }, scope: 4 },
      },
      token_pattern: '\\w{2,}',
      ...counts,
    },
  ],
  [
    'other negators and particles',
    {
      rules: negation({
        negators: someNegators,
        through: { particles: ['て', 'が', 'けど', 'ば'], before: ['いる', '味', 'ない', 'とても'] },
      }),
      ...counts,
    },
  ],
];

function countsOf(terms: Iterable<string>, isKnown: (term: string) => boolean): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) if (isKnown(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** The terms that the native engine counts, and their idf. */
async function termsCounted(texts: readonly string[], parameters: VectorizerParameters, isNormalized: boolean) {
  const settings = isNormalized ? { normalizer: normalizerSettings(NORMALIZER_STEPS) } : {};
  const extractor = await loadFeatureExtractor(settings, assert.fail);
  return (await new TextPasses(extractor, texts.length, {}).fitVectorizer(texts, parameters)).terms();
}

describe('term rules: the definition, the readable twin and the native engine agree', () => {
  settings.forEach(([name, change], seed) => {
    test(name, async () => {
      const parameters = { ...defaultVectorizerParameters, max_features: null, ...change };
      const { token_pattern, ngram_range, rules } = parameters as VectorizerParameters & { readonly rules: TermRules };
      const [tokensOf, steps] = seed % 2 === 0 ? [tokens.normalized, normalizer] : [tokens.plain, undefined];
      const texts = Array.from({ length: 300 }, ruledTextGenerator(createRandom(seed)));
      const read = texts.map((text): readonly TermToken[] => tokensOf(text).tokens);
      const fit = new VectorizerFit(parameters);
      for (const one of read.slice(0, 200)) fit.add(one);
      const vectorizer = fit.vectorizer();
      assert.deepEqual(await termsCounted(texts.slice(0, 200), parameters, seed % 2 === 0), fit.terms());
      const native = NativeVectorizer.load(compileVocabulary(vectorizer, ''));
      const extractor = new NativeExtractor(analyzer, native, steps);
      let marked = 0;
      texts.forEach((text, t) => {
        const ours = read[t] as readonly TermToken[];
        const law = ruledTermsByDefinition(ours, rules, shortestWord(token_pattern), ngram_range);
        const twin = Array.from(termsOf(readWords(ours, parameters), ngram_range), (term) => term.text);
        assert.deepEqual(twin.sort(), law, JSON.stringify(text));
        const row = extractor.row(text);
        assert.deepEqual(row, vectorizer.row(ours), JSON.stringify(text));
        const known = countsOf(law, (term) => vectorizer.columnOf(term) !== undefined);
        const found = new Map(Array.from(row.columns, (column, i) => [native.term(column), row.values[i]]));
        const expected =
          parameters.norm === null ? known : new Map([...known.keys()].map((term) => [term, found.get(term)]));
        assert.deepEqual(found, expected, JSON.stringify(text));
        marked += [...found.keys()].filter((term) => term.endsWith('¬') && !term.startsWith('S:')).length;
      });
      assert.equal(marked > 0, rules.negation !== null && !rules.negation.exceptions.includes('_'), `${marked} marks`);
    });
  });
});

test('a word of a user dictionary gives the same terms in any text before and after others, whole or in segments', async () => {
  const random = createRandom(31);
  const featuresOf = (base: string) => ['動詞', '自立', '*', '*', '*', '*', base];
  const word = (surface: string, base: string, ...parts: string[]): UserWord => ({
    surface,
    leftId: 1285,
    rightId: 1285,
    cost: -9000,
    features: featuresOf(base),
    segments: parts.map((part) => ({ surface: part, features: featuresOf(`${part}る`) })),
  });
  const userWords = [
    word('神対応', '神対応'),
    word('推せる', '推す'),
    word('リピ買い', 'リピ買う', 'リピ', '買い'),
    word('味店', '味る', '味', '店'),
    word('ない店', '無い'),
    word('C++', 'C++'),
  ];
  const own = NativeAnalyzer.load(await compileUserDictionary(new UserDictionary(userWords), []));
  const tokensOf = nativeTokens(own, undefined);
  const draw = ruledTextGenerator(random);
  const texts = Array.from({ length: 300 }, () => `${draw()}${pick(random, userWords).surface}${draw()}`);
  const fit = new VectorizerFit({ ...defaultVectorizerParameters, max_features: null, rules: defaultTermRules });
  for (const text of texts) fit.add(tokensOf(text).tokens);
  const vectorizer = fit.vectorizer();
  const extractor = new NativeExtractor(own, NativeVectorizer.load(compileVocabulary(vectorizer, '')));
  for (const text of [...texts, ...texts.toReversed()])
    assert.deepEqual(extractor.row(text), vectorizer.row(tokensOf(text).tokens), JSON.stringify(text));
});
