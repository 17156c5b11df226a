import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';
import { createRandom, pick } from '../../model/math/random.ts';
import { loadTokenizer, type Tokenizer } from '../../model/reference/tokenizer.ts';
import { dictionaryFolder } from '../../model/reference/tokenizer-identity.ts';
import { NativeAnalyzer } from '../../native/index.ts';
import {
  encodeSmallDictionary,
  latticeOf,
  randomSmallDictionary,
  type SmallDictionary,
  type SmallLatticeWord,
} from '../fixtures/small-dictionary.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';
import { type KuromojiGolden, readGolden, textOf } from '../golden/golden.ts';
import { bestPath, type LatticeWord, viterbi } from '../oracle/viterbi.ts';

const golden = readGolden<KuromojiGolden>('kuromoji.json');
const analyzer = NativeAnalyzer.load();
const words = dictionaryWords(5);
const endsOf = (text: string) => Array.from(analyzer.analyze(text));
const short = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…${text.length}` : text);

describe(`analyzer, golden: ${golden.header.program} ${golden.header.version}`, () => {
  test("gives kuromoji's offsets for hostile texts and for our sentences", () => {
    for (const { text, ends } of golden.texts) assert.deepEqual(endsOf(textOf(text)), ends, short(textOf(text)));
  });

  test("gives kuromoji's offsets for every UTF-16 code unit", () => {
    const received = golden.sweep.map((_, block) => {
      const units = Array.from({ length: 256 }, (_, i) => String.fromCharCode(block * 256 + i));
      return createHash('sha256')
        .update(endsOf(units.join('')).join(' '))
        .digest('hex')
        .slice(0, 16);
    });
    assert.deepEqual(received, golden.sweep);
  });
});

describe('analyzer and its twin in TypeScript', () => {
  let twin: Tokenizer;
  before(async () => {
    twin = await loadTokenizer();
  });
  const sameTokens = (text: string) => {
    const expected = twin.tokenize(text).map(({ end }) => end);
    assert.deepEqual(endsOf(text), expected, short(text));
  };

  test('give the same tokens for generated texts', () => {
    const next = textGenerator(createRandom(1), words);
    for (let i = 0; i < 5000; i++) sameTokens(next());
  });

  test('give the same tokens for every code unit between two words, doubled, and before a combining mark', () => {
    for (let unit = 0; unit < 0x10000; unit += unit >= 0x3400 && unit < 0xd7a4 ? 7 : 1) {
      const character = String.fromCharCode(unit);
      sameTokens(`映画${character}の${character}${character}\u3099た`);
    }
  });

  test('give the same tokens for runs around the lengths at which the analyzer uses long nodes', () => {
    for (const character of ['ー', '神', 'ア', 'あ', 'w', '1', ' ', '😀', '\ud800', '\0', '!', 'も', '々', 'ｶ']) {
      for (const length of [1, 2, 31, 32, 61, 62, 63, 64, 65, 66, 126, 127, 128, 129, 130, 1000, 1025]) {
        const run = character.repeat(length);
        for (const text of [run, `映画${run}でした`, `${run}。${run}最高${run}`]) sameTokens(text);
      }
    }
  });

  test('give the same tokens for one sentence of more than 65,536 characters', () => {
    const next = textGenerator(createRandom(2), words);
    let sentence = '';
    while (sentence.length <= 80_000) sentence += next().replace(/[、。]/g, '');
    sameTokens(sentence);
  });
});

/** The part of kuromoji's own tables that defines a lattice. */
interface Law {
  readonly token_info_dictionary: Words;
  readonly unknown_dictionary: Words & {
    lookup(character: string): { class_id: number; is_always_invoke: number; is_grouping: number };
  };
  readonly viterbi_builder: { readonly trie: { lookup(surface: string): number } };
  readonly viterbi_searcher: { readonly connection_costs: { get(right: number, left: number): number } };
}
interface Words {
  readonly target_map: Readonly<Record<number, readonly number[]>>;
  readonly dictionary: { getShort(at: number): number };
}

describe('analyzer and the definition of the cheapest path', () => {
  /** The analyzer finds the words of the path: the ends and the base forms of its tokens. */
  const sameWords = (small: NativeAnalyzer, sentence: string, path: readonly SmallLatticeWord[] | undefined) => {
    const { ends, words } = small.analyzeWords(sentence);
    const received = Array.from(ends, (end, i) => ({ end, base: small.word(words[i] as number).base }));
    assert.deepEqual(
      received,
      path?.map(({ end, base }) => ({ end, base })),
      sentence,
    );
  };
  const connectOf =
    ({ connections }: SmallDictionary) =>
    (right: number, left: number) =>
      (connections[right] as number[])[left] as number;

  test('agrees with a search of all paths through small lattices, where many paths cost the same', () => {
    const random = createRandom(3);
    let ties = 0;
    for (let i = 0; i < 300; i++) {
      const dictionary = randomSmallDictionary(random);
      const small = NativeAnalyzer.load(encodeSmallDictionary(dictionary));
      for (let k = 0; k < 8; k++) {
        const sentence = Array.from({ length: 1 + random.below(5) }, () => pick(random, [...'aaabbcdxyzw'])).join('');
        const lattice = latticeOf(dictionary, sentence);
        const expected = bestPath(lattice, sentence.length, connectOf(dictionary));
        const reversed = bestPath([...lattice].reverse(), sentence.length, connectOf(dictionary));
        const wordsOf = (path: typeof expected) => path?.map(({ base }) => base).join();
        ties += Number(wordsOf(expected) !== wordsOf(reversed));
        assert.deepEqual(viterbi(lattice, sentence.length, connectOf(dictionary)), expected);
        sameWords(small, sentence, expected);
      }
    }
    assert.ok(ties >= 50, `the order decides ${ties} sentences`);
  });

  test('long sentences with small dictionaries and runs longer than the ring', () => {
    const random = createRandom(4);
    for (let i = 0; i < 60; i++) {
      const dictionary = randomSmallDictionary(random);
      const small = NativeAnalyzer.load(encodeSmallDictionary(dictionary));
      let sentence = '';
      while (sentence.length < 500)
        sentence += pick(random, [...'abcdxyzw']).repeat(pick(random, [1, 1, 1, 2, 5, 62, 63, 64, 65, 130]));
      sameWords(small, sentence, viterbi(latticeOf(dictionary, sentence), sentence.length, connectOf(dictionary)));
    }
  });

  test('surfaces of every length up to the maximum, so that cells are full', () => {
    const random = createRandom(5);
    const contexts = 20;
    const cost = (most: number) => random.below(most);
    const dictionary: SmallDictionary = {
      connections: Array.from({ length: contexts }, () => Array.from({ length: contexts }, () => cost(4))),
      words: new Map(
        Array.from({ length: 63 }, (_, i) => [
          'a'.repeat(i + 1),
          Array.from({ length: contexts }, (_, context) => ({ context, cost: cost(4) })).filter(
            () => random.below(3) > 0,
          ),
        ]),
      ),
      categories: [{ characters: '', isGrouped: true, isAlwaysInvoked: true, unknown: [{ context: 1, cost: 9 }] }],
    };
    const small = NativeAnalyzer.load(encodeSmallDictionary(dictionary));
    for (const sentence of ['a'.repeat(130), `${'a'.repeat(70)}b${'a'.repeat(64)}`]) {
      sameWords(small, sentence, viterbi(latticeOf(dictionary, sentence), sentence.length, connectOf(dictionary)));
    }
  });

  test('costs above 2^36 and below −2^36, which make the analyzer rebase costs', () => {
    for (const sign of [1, -1]) {
      const dear = sign * 32_000;
      const dictionary: SmallDictionary = {
        connections: [
          [0, 0, 0],
          [0, dear / 2, dear / 2 - 3],
          [0, dear / 2 + 1, dear / 2],
        ],
        words: new Map([
          ['a', [1, 2].map((context) => ({ context, cost: dear }))],
          ['b', [{ context: 1, cost: dear }]],
          ['ab', [{ context: 2, cost: dear + 700 }]],
          ['ba', [{ context: 1, cost: dear }]],
          ['r', [{ context: 1, cost: dear }]],
        ]),
        categories: [
          { characters: '', isGrouped: false, isAlwaysInvoked: false, unknown: [{ context: 1, cost: dear }] },
          { characters: 'rs', isGrouped: true, isAlwaysInvoked: true, unknown: [{ context: 2, cost: 0 }] },
        ],
      };
      const small = NativeAnalyzer.load(encodeSmallDictionary(dictionary));
      // Each x has one word, and every path goes through it. The text between two x is cut as if it were alone.
      const random = createRandom(6);
      const chunks = Array.from({ length: 40 }, () => {
        const pieces = Array.from({ length: 100 }, () => pick(random, ['ab', 'ba', 'aab', 'bb', 'a', 'r', 's']));
        const chunk = `${pieces.join('')}${'s'.repeat(pick(random, [0, 0, 70]))}x`;
        const path = viterbi(latticeOf(dictionary, `x${chunk}`), chunk.length + 1, connectOf(dictionary));
        return { chunk, ends: path?.slice(1).map(({ end }) => end - 1) ?? [] };
      });
      const drawn = Array.from({ length: 15_000 }, () => pick(random, chunks));
      const received = small.analyze(`x${drawn.map(({ chunk }) => chunk).join('')}`);
      const different = (expected: ArrayLike<number>, at: number, shift: number) => {
        for (let i = 0; i < expected.length; i++) if (received[at + i] !== shift + (expected[i] as number)) return true;
        return false;
      };
      let [at, shift] = [1, 1];
      for (const { chunk, ends } of drawn) {
        if (different(ends, at, shift)) assert.fail(`${chunk} at ${shift}`);
        at += ends.length;
        shift += chunk.length;
      }
      assert.equal(at, received.length);
      assert.ok(at * 44_000 > 2 ** 36, 'each word costs 32,000 and a connection about half as much');

      // One unknown word spans the whole run. Its cost is far below, or far above, that of the words within the run.
      const run = 'r'.repeat(1_600_000);
      assert.equal(small.analyze(run).length, sign > 0 ? 1 : run.length);
    }
  });

  test("sentences with kuromoji's dictionary, read from its own tables", async () => {
    const kuromoji = createRequire(import.meta.url)('kuromoji') as {
      builder(o: object): { build(done: (error: unknown, tokenizer: Law) => void): void };
    };
    const law = await new Promise<Law>((resolve, reject) => {
      kuromoji
        .builder({ dicPath: dictionaryFolder() })
        .build((error, tokenizer) => (error ? reject(error) : resolve(tokenizer)));
    });
    const { token_info_dictionary, unknown_dictionary, viterbi_builder, viterbi_searcher } = law;
    const lattice = (sentence: string): LatticeWord[] => {
      const classes = Array.from(sentence, (character) => unknown_dictionary.lookup(character));
      return classes.flatMap(({ class_id, is_always_invoke, is_grouping }, start) => {
        const wordsOf = ({ target_map, dictionary }: Words, key: number, end: number): LatticeWord[] =>
          (target_map[key] ?? []).map((id) => ({
            start,
            end,
            left: dictionary.getShort(id),
            right: dictionary.getShort(id + 2),
            cost: dictionary.getShort(id + 4),
          }));
        const known = Array.from({ length: sentence.length - start }, (_, i) => start + i + 1).flatMap((end) => {
          const key = viterbi_builder.trie.lookup(sentence.slice(start, end));
          return key < 0 ? [] : wordsOf(token_info_dictionary, key, end);
        });
        if (known.length > 0 && is_always_invoke !== 1) return known;
        let end = start + 1;
        while (is_grouping === 1 && classes[end]?.class_id === class_id) end++;
        return [...known, ...wordsOf(unknown_dictionary, class_id, end)];
      });
    };
    const next = textGenerator(createRandom(7), words);
    for (let i = 0; i < 600; i++) {
      const sentence = next()
        .replace(/[\0\ud800-\udfff、。]/g, '')
        .slice(0, 60);
      const connect = (right: number, left: number) => viterbi_searcher.connection_costs.get(right, left);
      const expected = viterbi(lattice(sentence), sentence.length, connect)?.map(({ end }) => end);
      assert.deepEqual(endsOf(sentence), expected, short(sentence));
    }
  });
});

describe('analyzer', () => {
  test('gives no tokens for an empty text, and does not depend on earlier calls', () => {
    assert.deepEqual(endsOf(''), []);
    const first = endsOf('映画は面白い。');
    endsOf('ー'.repeat(300_000));
    endsOf('');
    assert.deepEqual(endsOf('映画は面白い。'), first);
  });

  test('gives ascending ends that cover any text', () => {
    const next = textGenerator(createRandom(8), words);
    for (let i = 0; i < 3000; i++) {
      const text = next();
      const ends = endsOf(text);
      assert.ok(ends.every((end, k) => end > (ends[k - 1] ?? 0)));
      assert.equal(ends.at(-1) ?? 0, text.length);
    }
  });

  test('ends a sentence after 、 and 。, so that joined texts give the tokens of each text', () => {
    const next = textGenerator(createRandom(9), words);
    for (let i = 0; i < 1000; i++) {
      const [a, b] = [`${next()}${i % 2 === 0 ? '、' : '。'}`, next()];
      assert.deepEqual(endsOf(a + b), [...endsOf(a), ...endsOf(b).map((end) => a.length + end)]);
    }
  });

  test('segments a sentence of millions of characters', () => {
    // Far from both ends of the sentence, each period has the same tokens.
    const period = 'ゎゐぢヮヱづヂゑ';
    const many = 300_000;
    const few = Array.from(analyzer.analyze(period.repeat(40)));
    const long = analyzer.analyze(period.repeat(many)).slice();
    const inPeriod = (ends: ArrayLike<number>, number: number) =>
      Array.from(ends)
        .filter((end) => end > number * period.length && end <= (number + 1) * period.length)
        .map((end) => end - number * period.length);
    const expected = inPeriod(few, 20);
    assert.deepEqual(inPeriod(long.subarray(0, 1000), 20), expected);
    const margin = 20;
    const firstOf = (number: number) => {
      const first = few.filter((end) => end <= margin * period.length).length;
      return first + (number - margin) * expected.length;
    };
    for (let number = margin; number < many - margin; number++) {
      for (let k = 0; k < expected.length; k++) {
        if (long[firstOf(number) + k] !== number * period.length + (expected[k] as number))
          assert.fail(`period ${number}: ${long.subarray(firstOf(number), firstOf(number) + expected.length)}`);
      }
    }
    assert.equal(long.at(-1), many * period.length);
  });
});
