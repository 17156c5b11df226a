import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import kuromoji, { type Tokenizer as Kuromoji } from 'kuromoji';
import { PRUNING_MARGIN_UNIT } from '../../../model/compile/contexts.ts';
import { compileDictionary } from '../../../model/compile/dictionary.ts';
import {
  type DictionaryWord,
  type KuromojiDictionary,
  readKuromojiFiles,
} from '../../../model/compile/kuromoji-files.ts';
import { compileNormalizer } from '../../../model/compile/normalizer.ts';
import { readCorpus } from '../../../model/corpus/read.ts';
import { normalizationTables } from '../../../model/reference/normalization-tables.ts';
import { baseOf, partOfSpeechOf } from '../../../model/reference/parts-of-speech.ts';
import { dictionaryFolder, formatIdentity, tokenizerIdentity } from '../../../model/reference/tokenizer-identity.ts';
import { packageRoot } from '../../../native/package-root.ts';
import {
  type CompiledDictionary,
  type CompiledWord,
  featuresFrom,
  featuresOfSurface,
  readDictionary,
  wordsFrom,
  wordsOfSurface,
} from '../../oracle/dictionary-file.ts';

const word = (
  leftId: number,
  rightId: number,
  cost: number,
  features: Partial<DictionaryWord> = {},
): DictionaryWord => ({
  leftId,
  rightId,
  cost,
  partOfSpeech: 'other',
  base: undefined,
  ...features,
});

/** Two characters, three surfaces, two categories, three ids. */
function tinyDictionary(): KuromojiDictionary {
  const categoryOf = new Uint8Array(65536).fill(1);
  categoryOf[0x3042] = 0;
  categoryOf[0x3044] = 0;
  return {
    surfaces: [
      {
        text: 'あい',
        words: [
          word(2, 2, 10, { partOfSpeech: 'noun', base: 'dear' }),
          word(2, 2, 7, { partOfSpeech: 'verb', base: 'あう' }),
          word(2, 2, 7, { partOfSpeech: 'filler', base: 'second' }),
        ],
      },
      { text: 'あ', words: [word(1, 1, 100, { base: 'あ' }), word(2, 2, 50, { base: 'あう' })] },
      { text: 'い', words: [word(1, 1, -5, { partOfSpeech: 'verb', base: 'いる' })] },
    ],
    categories: [
      { name: 'KANA', isAlwaysInvoked: false, isGrouped: true, words: [word(1, 1, 1000, { partOfSpeech: 'symbol' })] },
      { name: 'OTHER', isAlwaysInvoked: true, isGrouped: false, words: [word(2, 1, 2000)] },
    ],
    categoryOf,
    connections: { rightIds: 3, leftIds: 3, costs: Int16Array.of(0, 1, 2, 10, -20, 30, 5, 6, 7) },
  };
}

describe('dictionary, by hand', () => {
  const tiny = tinyDictionary();
  const compiled = readDictionary(compileDictionary(tiny, ['あああ', 'い'], 'tiny'));
  const rows = (matrix: Uint16Array | Int8Array) =>
    [0, 1, 2, 3].map((row) => Array.from(matrix.subarray(32 * row, 32 * row + 4)));

  test('identity and numbers', () => {
    assert.equal(compiled.identity, 'tiny');
    // At the end of あい there are contexts (2, 2) and (1, 1), and one of an unknown word. There are five different features.
    assert.deepEqual([...compiled.numbers], [4, 32, 7, 20, 20, 3, 2, 5]);
  });

  test('characters: frequent ones have low codes, and those that are in no surface have their category', () => {
    assert.deepEqual([compiled.code[0x3042], compiled.code[0x3044], compiled.code[0x3046]], [16, 17, 1]);
    assert.deepEqual([...compiled.category], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0]);
  });

  test('words: only the first cheapest word of each surface and context is kept', () => {
    // Contexts: 0 (0, 0), 1 (1, 1) four times in the sample, 2 (2, 2) three times, 3 (2, 1) never.
    const expected = [0, (1000 << 16) | 1, (2000 << 16) | 3, (100 << 16) | (1 << 11) | 1, (50 << 16) | 2];
    assert.deepEqual([...compiled.words], [...expected, ((-5 << 16) | 1) >>> 0, (7 << 16) | 2]);
    assert.deepEqual([...compiled.unknown.subarray(0, 3)], [(1 | (1 << 31)) >>> 0, 2 | (1 << 30), 0]);
    assert.deepEqual(wordsOfSurface(compiled, 'あ'), [
      { cost: 100, context: 1 },
      { cost: 50, context: 2 },
    ]);
    assert.deepEqual(wordsOfSurface(compiled, 'い'), [{ cost: -5, context: 1 }]);
    assert.deepEqual(wordsOfSurface(compiled, 'あい'), [{ cost: 7, context: 2 }]);
    for (const none of ['いあ', 'ああ', 'あいい', 'う', ' ']) assert.deepEqual(wordsOfSurface(compiled, none), []);
  });

  test('features: those of the kept words, each pair and each text once; a base form that is the surface is left out', () => {
    assert.deepEqual(featuresOfSurface(compiled, 'あい'), [{ partOfSpeech: 'verb', base: 'あう' }]);
    assert.deepEqual(featuresOfSurface(compiled, 'い'), [{ partOfSpeech: 'verb', base: 'いる' }]);
    assert.deepEqual(featuresOfSurface(compiled, 'あ'), [
      { partOfSpeech: 'other', base: undefined },
      { partOfSpeech: 'other', base: 'あう' },
    ]);
    assert.deepEqual(featuresFrom(compiled, 1), [{ partOfSpeech: 'symbol', base: undefined }]);
    // In the table's order: no word, KANA, OTHER, the two words of あ, い, あい.
    assert.deepEqual([...compiled.featuresOf], [0, 1, 0, 0, 2, 3, 4]);
    assert.equal(compiled.baseForms, 'あういる');
    const [verb, symbol] = [2, 8];
    const expected = [0, symbol, 2 << 4, (2 << 12) | (2 << 4) | verb, (2 << 4) | verb];
    assert.deepEqual([...compiled.features], expected);
  });

  test('connection cost: connection costs + 20, with zeros at the end of a row', () => {
    const ofRightId1 = [30, 0, 50, 50];
    assert.deepEqual(rows(compiled.connectionCost), [[20, 21, 22, 22], ofRightId1, [25, 26, 27, 27], ofRightId1]);
    assert.equal(compiled.connectionCost.length, 128);
    compiled.connectionCost.forEach((cost, i) => {
      assert.ok(i % 32 < 4 || cost === 0);
    });
  });

  test('pruning margin: the most that one context loses against another by the next context, in units of 256', () => {
    const connections = { ...tiny.connections, costs: tiny.connections.costs.map((cost) => cost * 100) };
    const { pruningMargin } = readDictionary(compileDictionary({ ...tiny, connections }, ['あああ', 'い'], 'tiny'));
    // Before the division by 256: [[0, 2100, -500, 2100], [2800, 0, 2300, 0], [500, 2600, 0, 2600], [2800, 0, 2300, 0]].
    const ofRightId1 = [10, 0, 8, 0];
    assert.deepEqual(rows(pruningMargin), [[0, 8, -2, 8], ofRightId1, [1, 10, 0, 10], ofRightId1]);
    pruningMargin.forEach((margin, i) => {
      assert.ok(i % 32 < 4 || margin === 0);
    });
  });

  const [kana, other] = tiny.categories;
  const apart = Int16Array.from(tiny.connections.costs).fill(-32768, 1, 2);
  const manyIds = { rightIds: 3, leftIds: 3000, costs: new Int16Array(9000) };
  const manyContexts = Array.from({ length: 2048 }, (_, i) => word(i, 1, 0));
  const refused: [what: string, change: Partial<KuromojiDictionary>, message: RegExp][] = [
    [
      'no unknown words',
      { categories: [{ ...kana, words: [] } as never] },
      /Expected category KANA to have unknown words, received none/,
    ],
    ['16 categories', { categories: Array(16).fill(other) }, /Expected at most 15 categories, received 16/],
    [
      'costs that differ too much',
      { connections: { ...tiny.connections, costs: apart } },
      /costs to differ by at most 32767, received -32768 to 30/,
    ],
    [
      'a base form that is too long',
      { surfaces: [{ text: 'あ', words: [word(1, 1, 0, { base: 'う'.repeat(256) })] }] },
      /Expected base forms of at most 255 UTF-16 units, received 256/,
    ],
    [
      'an empty surface',
      { surfaces: [{ text: '', words: [] }] },
      /Expected surfaces that are not empty .*, received ""/,
    ],
    [
      'a surrogate',
      { surfaces: [{ text: '𠮷', words: [word(1, 1, 0)] }] },
      /Expected surfaces that .* no U\+0000, U\+E000 or surrogate, received "𠮷"/,
    ],
    [
      'U+0000',
      { surfaces: [{ text: 'a\0', words: [word(1, 1, 0)] }] },
      /Expected surfaces that .* no U\+0000, U\+E000 or surrogate, received "a\\u0000"/,
    ],
    [
      'U+E000',
      { surfaces: [{ text: '\ue000', words: [word(1, 1, 0)] }] },
      /Expected surfaces that .* no U\+0000, U\+E000 or surrogate, received "\ue000"/,
    ],
    [
      '33 words of a surface',
      { surfaces: [{ text: 'a', words: manyContexts.slice(0, 33) }], connections: manyIds },
      /Expected at most 32 words of the surface form a, received 33/,
    ],
    [
      'too many contexts',
      {
        surfaces: manyContexts.map((one, i) => ({ text: String.fromCharCode(1 + i), words: [one] })),
        connections: manyIds,
      },
      /Expected at most 2048 contexts, received 2049/,
    ],
  ];
  for (const [what, change, message] of refused) {
    test(`${what} is refused`, () => assert.throws(() => compileDictionary({ ...tiny, ...change }, [], ''), message));
  }
});

describe('dictionary: kuromoji 0.1.2', () => {
  let source: KuromojiDictionary;
  let bytes: Buffer;
  let compiled: CompiledDictionary;
  let law: Law;
  let idsOf: readonly DictionaryWord[]; // by context

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hoshi-dictionary-'));
    const out = join(folder, 'new', 'kuromoji.dict');
    const args = [join(packageRoot, 'bin', 'hoshi'), 'compile-dictionary', '--out', out];
    const { stderr } = await promisify(execFile)(process.execPath, args);
    bytes = await readFile(out);
    const normalizer = join(folder, 'new', 'normalizer.bin');
    const { length } = compileNormalizer(normalizationTables());
    const wrote = `hoshi: wrote ${out}: 325871 surface forms, ${bytes.length} bytes\nhoshi: wrote ${normalizer}: ${length} bytes\n`;
    assert.equal(stderr, wrote);
    assert.deepEqual(await readdir(join(folder, 'new')), ['kuromoji.dict', 'normalizer.bin']);
    await rm(folder, { recursive: true });
    compiled = readDictionary(bytes);
    source = await readKuromojiFiles(dictionaryFolder());
    law = await loadLaw();
    idsOf = contextIds(compiled, law, source);
  });

  test('gives the same bytes each time', async () => {
    const { sentences, words } = await readCorpus();
    const sample = [...sentences, ...words].map(({ text }) => text);
    assert.ok(compileDictionary(source, sample, compiled.identity).equals(bytes));
  });

  test('its identity has the version and the hash of the files that it was compiled from', async () => {
    assert.equal(compiled.identity, formatIdentity(await tokenizerIdentity()));
  });

  test('each surface of the trie leads to its words in order, without those that cannot win', () => {
    const keys = new Set<number>();
    for (const { text } of source.surfaces) {
      keys.add(law.trie.lookup(text));
      const features = featuresOfSurface(compiled, text);
      const found = wordsOfSurface(compiled, text).map(({ cost, context }, i) => ({
        ...idsOf[context],
        cost,
        ...features[i],
      }));
      const expected = firstCheapestOfEachContext(law.wordsOf(text)).map((word) => ({
        ...word,
        base: baseOf(text, word.base),
      }));
      assert.deepEqual(found, expected, text);
    }
    assert.equal(keys.size, Object.keys(law.words.target_map).length); // all words of kuromoji
  });

  test('a text that is not a surface is not found', () => {
    const text = fc.array(fc.constantFrom(...'のはがをにで、。良い悪映画最高見たアー1aA '), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(text, (characters) => {
        const surface = characters.join('');
        assert.equal(wordsOfSurface(compiled, surface).length > 0, law.trie.lookup(surface) >= 0);
      }),
      { numRuns: 5000 },
    );
  });

  test('characters: the category, and a code below 16 for those that are in no surface', () => {
    const inSurfaces = new Set(source.surfaces.flatMap(({ text }) => [...text]));
    for (let unit = 0; unit < 65536; unit++) {
      const isPlain = unit !== 0 && (unit < 0xd800 || unit > 0xdfff);
      const character = String.fromCharCode(isPlain ? unit : 0xe000);
      const code = compiled.code[unit] as number;
      assert.equal(compiled.category[code], law.unknowns.lookup(character).class_id, character);
      assert.equal(code >= 16, inSurfaces.has(character), character);
    }
    assert.equal(new Set(compiled.code.filter((code) => code >= 16)).size, inSurfaces.size);
    assert.equal(compiled.category.length, 16 + inSurfaces.size);
  });

  test('unknown words of each category', () => {
    for (const [category, { name }] of source.categories.entries()) {
      const unknown = compiled.unknown[category] as number;
      const features = featuresFrom(compiled, unknown & 0xffffff);
      const found = wordsFrom(compiled, unknown & 0xffffff).map(({ cost, context }, i) => ({
        ...idsOf[context],
        cost,
        ...features[i],
      }));
      assert.deepEqual(found, firstCheapestOfEachContext(law.unknownWordsOf(category)), name);
      const unit = source.categoryOf.indexOf(category);
      if (unit === -1) continue; // DEFAULT: no character is in it, since kuromoji's builder stores 1 << 0
      const { class_name, is_always_invoke, is_grouping } = law.unknowns.lookup(String.fromCharCode(unit));
      assert.deepEqual([name, (unknown >>> 30) & 1, unknown >>> 31], [class_name, is_always_invoke, is_grouping]);
    }
    assert.ok(compiled.unknown.subarray(source.categories.length).every((unknown) => unknown === 0));
  });

  test('numbers: the longest surface, and a bound on the contexts at one position', () => {
    const [contexts, stride = 0, words, units, , mostEnding = 0, longest] = compiled.numbers;
    assert.equal(contexts, idsOf.length);
    assert.ok(stride >= idsOf.length && stride % 32 === 0);
    assert.equal(words, compiled.words.length);
    assert.equal(units, compiled.trie.length);
    assert.ok(source.surfaces.every(({ text }) => text.length <= (longest as number)));
    assert.ok(source.surfaces.some(({ text }) => text.length === longest));
    const contextsOf = (list: readonly CompiledWord[]) => new Set(list.map(({ context }) => context)).size;
    const ofUnknown = source.categories.map((_, i) =>
      contextsOf(wordsFrom(compiled, compiled.unknown[i] as number & 0xffffff)),
    );
    const most = source.surfaces.reduce((sofar, { text }, i) => {
      if (i % 7 !== 0) return sofar; // a sample
      const ending = Array.from(text, (_, start) => wordsOfSurface(compiled, text.slice(start))).flat();
      return Math.max(sofar, contextsOf(ending));
    }, 0);
    assert.ok(most + Math.max(...ofUnknown) <= mostEnding && mostEnding < 64, `${most} ${ofUnknown} ${mostEnding}`);
  });

  test('connection cost: every connection', () => {
    const [, stride = 0, , , bias = 0] = compiled.numbers;
    for (let before = 0; before < idsOf.length; before++) {
      for (let after = 0; after < stride; after++) {
        const stored = compiled.connectionCost[before * stride + after] as number;
        const [left, right] = [idsOf[before]?.rightId as number, idsOf[after]?.leftId];
        const expected = right === undefined ? 0 : law.connections.get(left, right) + bias;
        if (stored !== expected) assert.fail(`${before} ${after}: ${stored}, expected ${expected}`);
      }
    }
    assert.equal(compiled.connectionCost.length, idsOf.length * stride);
  });

  const context = () => fc.nat({ max: 1315 });

  test('pruning margin, by definition', () => {
    const [contexts = 0, stride = 0] = compiled.numbers;
    const connection = (before: number, after: number) =>
      law.connections.get(idsOf[before]?.rightId as number, idsOf[after]?.leftId as number);
    fc.assert(
      fc.property(context(), context(), (a, b) => {
        const losses = idsOf.map((_, next) => connection(a, next) - connection(b, next));
        assert.equal(compiled.pruningMargin[a * stride + b], Math.floor(Math.max(...losses) / PRUNING_MARGIN_UNIT));
      }),
      {
        numRuns: 300,
        examples: [
          [0, 0],
          [0, 1315],
          [1315, 0],
        ],
      },
    );
    for (let a = 0; a < contexts; a++) {
      assert.equal(compiled.pruningMargin[a * stride + a], 0);
      assert.ok(compiled.pruningMargin.subarray(a * stride + contexts, (a + 1) * stride).every((one) => one === 0));
    }
    assert.equal(compiled.pruningMargin.length, contexts * stride);
  });

  test('pruning: a path beyond the pruning margin never wins, and no tie changes', () => {
    const [, stride = 0] = compiled.numbers;
    const path = fc.record({ context: context(), cost: fc.integer({ min: 0, max: 4000 }) });
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 12 }), context(), (paths, next) => {
        const total = ({ context, cost }: CompiledWord) =>
          cost + (compiled.connectionCost[context * stride + next] as number);
        const cheapest = firstSmallest(paths, ({ cost }) => cost);
        const kept = paths.filter(
          ({ context, cost }) =>
            Math.floor((cost - cheapest.cost) / PRUNING_MARGIN_UNIT) <=
            (compiled.pruningMargin[cheapest.context * stride + context] as number),
        );
        assert.equal(firstSmallest(kept, total), firstSmallest(paths, total));
      }),
      { numRuns: 3000 },
    );
  });

  test('pruning: a word that was dropped from its surface never wins, and no tie changes', () => {
    const pruned = source.surfaces.filter(({ text, words }) => wordsOfSurface(compiled, text).length < words.length);
    assert.ok(pruned.length > 1000);
    const [, stride = 0] = compiled.numbers;
    fc.assert(
      fc.property(fc.nat({ max: pruned.length - 1 }), context(), context(), (i, before, next) => {
        const { text, words } = pruned[i] as (typeof pruned)[number];
        const all = words.map((word) => ({ cost: word.cost, context: contextOf(word) }));
        const total = ({ context, cost }: CompiledWord) =>
          (compiled.connectionCost[before * stride + context] as number) +
          cost +
          (compiled.connectionCost[context * stride + next] as number);
        assert.deepEqual(firstSmallest(wordsOfSurface(compiled, text), total), firstSmallest(all, total));
      }),
      { numRuns: 3000 },
    );
    function contextOf({ leftId, rightId }: DictionaryWord) {
      return idsOf.findIndex((ids) => ids.leftId === leftId && ids.rightId === rightId);
    }
  });
});

/** The parts of kuromoji itself, as the law. */
interface Law {
  readonly trie: Kuromoji['viterbi_builder']['trie'];
  readonly words: Kuromoji['token_info_dictionary'];
  readonly unknowns: Kuromoji['unknown_dictionary'];
  readonly connections: Kuromoji['viterbi_searcher']['connection_costs'];
  wordsOf(surface: string): DictionaryWord[];
  unknownWordsOf(category: number): DictionaryWord[];
}

async function loadLaw(): Promise<Law> {
  const built = await new Promise<Kuromoji>((resolve, reject) => {
    kuromoji.builder({ dicPath: dictionaryFolder() }).build((error, tokenizer) => {
      if (error) reject(error);
      else resolve(tokenizer);
    });
  });
  const { token_info_dictionary: words, unknown_dictionary: unknowns, viterbi_builder, viterbi_searcher } = built;
  const { trie } = viterbi_builder;
  const wordsOfKey = (of: typeof words, key: number) =>
    (of.target_map[key] ?? []).map((id) => {
      const [, name = '', detail = '', , , , , base] = of.getFeatures(id).split(',');
      const features = { partOfSpeech: partOfSpeechOf(name, detail), base: base === '*' ? undefined : base };
      const { dictionary } = of;
      return word(dictionary.getShort(id), dictionary.getShort(id + 2), dictionary.getShort(id + 4), features);
    });
  return {
    trie,
    words,
    unknowns,
    connections: viterbi_searcher.connection_costs,
    wordsOf: (surface) => wordsOfKey(words, trie.lookup(surface)),
    unknownWordsOf: (category) => wordsOfKey(unknowns, category),
  };
}

/** The ids behind each context's number, found by pairing kuromoji's words with the compiled ones. */
function contextIds(compiled: CompiledDictionary, law: Law, source: KuromojiDictionary): DictionaryWord[] {
  const ids: DictionaryWord[] = [word(0, 0, 0)]; // the ends of a sentence
  const pair = (compiledWords: readonly CompiledWord[], words: readonly DictionaryWord[]) => {
    const kept = firstCheapestOfEachContext(words);
    compiledWords.forEach(({ context }, i) => {
      const { leftId, rightId } = kept[i] as DictionaryWord;
      ids[context] ??= word(leftId, rightId, 0);
    });
  };
  for (const { text } of source.surfaces) pair(wordsOfSurface(compiled, text), law.wordsOf(text));
  source.categories.forEach((_, i) => {
    pair(wordsFrom(compiled, (compiled.unknown[i] as number) & 0xffffff), law.unknownWordsOf(i));
  });
  const distinct = new Set(ids.map(({ leftId, rightId }) => `${leftId} ${rightId}`));
  assert.equal(distinct.size, ids.length);
  return ids;
}

function firstCheapestOfEachContext(words: readonly DictionaryWord[]): DictionaryWord[] {
  const keyOf = ({ leftId, rightId }: DictionaryWord) => `${leftId} ${rightId}`;
  const winners = [...new Set(words.map(keyOf))].map((key) =>
    firstSmallest(
      words.filter((one) => keyOf(one) === key),
      ({ cost }) => cost,
    ),
  );
  return words.filter((one) => winners.includes(one));
}

function firstSmallest<T>(values: readonly T[], measure: (value: T) => number): T {
  return values.reduce((best, value) => (measure(value) < measure(best) ? value : best));
}
