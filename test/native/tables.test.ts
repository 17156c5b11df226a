/** A file that the compiler did not write is refused with a message, or is harmless. It never causes a crash. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compileContributions } from '../../model/compile/contributions.ts';
import { compileForest } from '../../model/compile/forest.ts';
import { compileNormalizer } from '../../model/compile/normalizer.ts';
import type { TableKind } from '../../model/compile/table-file.ts';
import { compileVocabulary } from '../../model/compile/vocabulary.ts';
import { createRandom } from '../../model/math/random.ts';
import { defaultVectorizerParameters } from '../../model/reference/vectorizer.ts';
import { NativeContributions } from '../../native/contributions.ts';
import { NativeError } from '../../native/errors.ts';
import { NativeAnalyzer, NativeForest, NativeNormalizer, NativeVectorizer } from '../../native/index.ts';
import { characterSteps, smallTables } from '../fixtures/normalizer-texts.ts';
import { HUGE_BYTES, makeHuge } from '../fixtures/not-files.ts';
import { randomTrees } from '../fixtures/random-trees.ts';
import { ruledVectorizer } from '../fixtures/ruled-vocabulary.ts';
import { encodeSmallDictionary, segmentedSmallDictionary } from '../fixtures/small-dictionary.ts';
import { sectionOf, withChecksum } from '../fixtures/table-damage.ts';
import { fitVectorizer } from '../fixtures/vectorize.ts';
import { contributionsKind, dictionaryKind, forestKind, normalizerKind, vocabularyKind } from '../oracle/table-file.ts';

interface Tables {
  readonly kind: TableKind;
  readonly file: Buffer;
  load(from: string | Uint8Array): { readonly identity: string };
}

const surfaces = ['a', 'ab', 'ba', 'c', '映画', 'は', '面白い', '。', '𠮷', 'x', 'y'];
const tables: readonly Tables[] = [
  {
    kind: dictionaryKind,
    file: encodeSmallDictionary(segmentedSmallDictionary(createRandom(41))),
    load: NativeAnalyzer.load,
  },
  {
    kind: vocabularyKind,
    file: compileVocabulary(
      fitVectorizer([surfaces, [...surfaces].reverse()], { ...defaultVectorizerParameters, ngram_range: [1, 3] }),
      'a test',
    ),
    load: NativeVectorizer.load,
  },
  {
    kind: forestKind,
    file: compileForest(randomTrees(createRandom(42), { columnCount: 6, maxLeaves: 20, trees: 6 }), 'a test'),
    load: NativeForest.load,
  },
  {
    kind: contributionsKind,
    file: compileContributions(
      randomTrees(createRandom(42), { columnCount: 6, maxLeaves: 20, trees: 6, hasLinearLeaf: true }).replace(
        ' sqrt',
        '',
      ),
      'a test',
    ),
    load: NativeContributions.load,
  },
  {
    kind: normalizerKind,
    file: compileNormalizer(smallTables),
    load: (from) => NativeNormalizer.load(NativeAnalyzer.load(), characterSteps, from),
  },
];
/** The vocabulary with term rules. */
const ruledVocabulary: Tables = {
  kind: vocabularyKind,
  file: compileVocabulary(ruledVectorizer(2), 'a test'),
  load: NativeVectorizer.load,
};
/** The forest above with a linear leaf. */
const linearForest: Tables = {
  kind: forestKind,
  file: compileForest(
    randomTrees(createRandom(42), { columnCount: 6, maxLeaves: 20, trees: 6, hasLinearLeaf: true }),
    'a test',
  ),
  load: NativeForest.load,
};

function refuses({ load }: Tables, bytes: string | Uint8Array, message: RegExp): void {
  assert.throws(
    () => load(bytes),
    (error: unknown) => {
      assert.ok(error instanceof NativeError, `${error}`);
      assert.equal(error.code, 'tables');
      assert.match(error.message, message);
      return true;
    },
  );
}

type Case = [what: string, of: Tables, section: number, edit: (bytes: Buffer) => void, message: RegExp];

/** The offset of a used slot in the hash table of symbols. */
function symbolAt(slots: Buffer): number {
  return [...slots.keys()].find((at) => at % 12 === 0 && slots.readInt32LE(at + 8) !== -1) as number;
}

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-tables-'));
});
after(() => rm(folder, { recursive: true }));

for (const one of [...tables, linearForest, ruledVocabulary]) {
  const { kind, file, load } = one;
  const name =
    kind.name + (one === linearForest ? ' with a linear leaf' : one === ruledVocabulary ? ' with term rules' : '');
  const changed = (change: (copy: Buffer) => void) => {
    const copy = Buffer.from(file);
    change(copy);
    return copy;
  };

  describe(`a compiled ${name}`, () => {
    test('reads the same from a file and from memory', async () => {
      const path = join(folder, `${name}.bin`);
      await writeFile(path, file);
      assert.equal(load(path).identity, load(file).identity);
      const shifted = new Uint8Array(file.length + 1).subarray(1);
      shifted.set(file);
      assert.equal(load(shifted).identity, load(file).identity);
    });

    test('a file of 5 GiB is refused by its header, before the whole file is mapped and read', async () => {
      const huge = join(folder, 'huge');
      await makeHuge(huge);
      refuses(one, huge, /huge: the file: expected .*, found another format$/);
      await makeHuge(huge, file);
      refuses(one, huge, new RegExp(`huge: size: expected ${file.length} bytes, found ${HUGE_BYTES}$`));
      await rm(huge);
    });

    test('is refused if it is cut off anywhere or has extra bytes', () => {
      const sizes = [0, 1, 31, 32, 33, 100, 179, file.length / 2, file.length - 64, file.length - 1];
      for (const size of sizes)
        refuses(one, file.subarray(0, size), /^memory: (the file|size|sections): expected .*, found .*\d/);
      refuses(one, Buffer.concat([file, Buffer.alloc(64)]), /^memory: size: expected \d+ bytes, found \d+$/);
    });

    test('is refused if one bit is changed', () => {
      const random = createRandom(43);
      for (let i = 0; i < 300; i++) {
        const at = random.below(file.length);
        const flipped = changed((copy) => copy.writeUInt8((file[at] as number) ^ (1 << random.below(8)), at));
        refuses(one, flipped, /^memory: (the file|version|size|sections|checksum): expected .*, found /);
      }
    });

    test('is refused if its version, kind or layout is wrong, and the message says what was expected', async () => {
      refuses(
        one,
        changed((copy) => copy.writeUInt32LE(kind.version + 1, 12)),
        new RegExp(
          `^memory: version: expected ${kind.version}, found ${kind.version + 1} \\(compile it with this version of hoshi\\)$`,
        ),
      );
      for (const other of tables)
        if (other.kind !== kind)
          refuses(
            one,
            other.file,
            new RegExp(`^memory: the file: expected a compiled ${kind.name}, found another format$`),
          );
      refuses(
        one,
        withChecksum(changed((copy) => copy.writeUInt32LE(2, 20))),
        /^memory: sections: expected \d+, found 2$/,
      );
      refuses(
        one,
        withChecksum(changed((copy) => copy.writeBigUInt64LE(BigInt(file.length + 64), 48))),
        /^memory: section 1: expected whole elements of \d+ bytes within the file, found \d+ bytes at \d+$/,
      );
      const path = join(folder, 'text.bin');
      await writeFile(path, 'Hello Machine Learning !'.repeat(9));
      assert.throws(
        () => load(path),
        new RegExp(`text.bin: the file: expected a compiled ${kind.name}, found another format$`),
      );
      const none = new RegExp(
        `: expected a compiled ${kind.name}, found an empty file, or something that is not a file$`,
      );
      assert.throws(() => load(folder), none);
      const pipe = join(folder, `${name}.pipe`);
      execFileSync('mkfifo', [pipe]);
      assert.throws(() => load(pipe), none);
      assert.throws(() => load(`${folder}\0.bin`), /to be a path without a NUL, or a Uint8Array that is not shared/);
      assert.throws(
        () => load(join(folder, 'none')),
        new RegExp(`none: expected a ${kind.name}, cannot open it: No such`),
      );
    });

    // Runs in a child process, so that a crash does not end this one.
    test('is refused or harmless if it is damaged but its checksum is right', async () => {
      const path = join(folder, `${name}-whole.bin`);
      await writeFile(path, file);
      const worker = fileURLToPath(new URL('./tables-worker.js', import.meta.url));
      const run = promisify(execFile);
      const { stdout } = await run(process.execPath, [worker, kind.name, path, '1500', '44'], { timeout: 120_000 });
      const passed = Number(stdout);
      assert.ok(passed > 0 && passed < 1500, `${passed} of 1500 passed`);
    });
  });
}

describe('the checks of the tables find faults that a checksum does not show', () => {
  const [dictionary, vocabulary, forest, contributions, normalizer] = tables as [
    Tables,
    Tables,
    Tables,
    Tables,
    Tables,
  ];
  const coefficients = sectionOf(linearForest.file, forestKind, 7);
  const listedColumn = [0, 1, 2, 3, 4, 5].findIndex((column) => coefficients.readDoubleLE(8 * column) !== 0);
  const edited = ({ file, kind }: Tables, section: number, edit: (bytes: Buffer) => void) => {
    const copy = Buffer.from(file);
    edit(sectionOf(copy, kind, section));
    return withChecksum(copy);
  };
  /** The offset of the first slot of the hash table that is not empty. */
  const firstEdge = (bytes: Buffer) => {
    for (let offset = 0; ; offset += 16) if (bytes.readUInt32LE(offset + 8) !== 0xffffffff) return offset;
  };
  const [columns, words] = [
    ruledVectorizer(2).columnCount,
    sectionOf(ruledVocabulary.file, vocabularyKind, 9).length / 28,
  ];
  const ruleCases: Case[] = [
    [
      'a scope above 64',
      ruledVocabulary,
      1,
      (bytes) => bytes.writeUInt32LE(65, 32),
      /scope of a negator: expected at most 64, found 65/,
    ],
    [
      'a marked word too high',
      ruledVocabulary,
      9,
      (bytes) => bytes.writeUInt32LE(9999, 0),
      /marked words: expected below \d+, found 9999/,
    ],
    ...['before', 'before, marked', 'after', 'after, marked', 'last', 'last, marked'].map(
      (name, i): Case => [
        `the column of a word that is too high: ${name}`,
        ruledVocabulary,
        9,
        (bytes) => bytes.writeInt32LE(columns, 4 + 4 * i),
        new RegExp(`columns of words: expected from -1 to ${columns - 1}, found ${columns}`),
      ],
    ),
    [
      'the column of a word below -1',
      ruledVocabulary,
      9,
      (bytes) => bytes.writeInt32LE(-2, 4),
      /columns of words: expected from -1 to \d+, found -2/,
    ],
    [
      'a unit with a marked word, which has no rules',
      ruledVocabulary,
      4,
      (bytes) => bytes.writeUInt32LE(((words + 1) << 16) | bytes.readUInt16LE(0), 0),
      new RegExp(`words of units: expected at most ${words}, found ${words + 1}`),
    ],
    [
      'an exception without its elements',
      ruledVocabulary,
      10,
      (bytes) => bytes.writeUInt8(255, 1),
      /(elements|words) of exceptions: expected \d+( more)?, found \d+/,
    ],
    [
      'an element without its words',
      ruledVocabulary,
      10,
      (bytes) => bytes.writeUInt8(255, 4),
      /words of exceptions: expected 255, found \d+/,
    ],
    [
      'a word of an exception too high',
      ruledVocabulary,
      10,
      (bytes) => bytes.writeUInt32LE(words, 12),
      new RegExp(`words of exceptions: expected below ${words}, found ${words}`),
    ],
    [
      'an exception that reaches too far',
      ruledVocabulary,
      10,
      (bytes) => bytes.writeUInt16LE(64, 6),
      /reach of exceptions: expected at most 63, found 64/,
    ],
    [
      'the column of a symbol too high',
      ruledVocabulary,
      11,
      (bytes) => bytes.writeInt32LE(columns, symbolAt(bytes) + 8),
      /symbols: expected columns and texts inside the file/,
    ],
    [
      'a symbol that ends after the last one',
      ruledVocabulary,
      11,
      (bytes) => bytes.writeUInt32LE(9999, symbolAt(bytes) + 4),
      /symbols: expected columns and texts inside the file/,
    ],
    [
      'a symbol that starts after the last one',
      ruledVocabulary,
      11,
      (bytes) => bytes.writeUInt32LE(0xffffffff, symbolAt(bytes)),
      /symbols: expected columns and texts inside the file/,
    ],
    [
      'a full hash table of symbols',
      ruledVocabulary,
      11,
      (bytes) => bytes.fill(0),
      /slots of the symbols: expected an empty one/,
    ],
    ...[vocabulary, ruledVocabulary].flatMap((of): Case[] => [
      [
        'ends of terms that are not sorted',
        of,
        14,
        (bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(4) + 1, 0),
        /ends of terms: expected offsets in ascending order up to the end/,
      ],
      [
        'terms that end before their last end',
        of,
        14,
        (bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(bytes.length - 4) + 1, bytes.length - 4),
        /ends of terms: expected offsets in ascending order up to the end/,
      ],
    ]),
  ];
  const cases: Case[] = [
    [
      'more plain features than features',
      dictionary,
      1,
      (bytes) => bytes.writeUInt32LE(9999, 28),
      /plain features: expected at most \d+, found 9999/,
    ],
    [
      'starts of segments that do not ascend',
      dictionary,
      12,
      (bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(4), 0),
      /starts of segments: expected from 0 to \d+, found \d+/,
    ],
    [
      'a segment without length',
      dictionary,
      13,
      (bytes) => bytes.writeUInt8(0, 0),
      /lengths of segments: expected at least 1, found 0/,
    ],
    [
      'the word of a segment that is too high',
      dictionary,
      13,
      (bytes) => bytes.writeUInt8(0xff, 3),
      /words of segments: expected below \d+, found \d+/,
    ],
    ['no contexts', dictionary, 1, (bytes) => bytes.writeUInt32LE(0, 0), /contexts: expected from 1 to 2048, found 0/],
    [
      'a stride below the number of contexts',
      dictionary,
      1,
      (bytes) => bytes.writeUInt32LE(1, 4),
      /stride: expected from \d+ to 4096/,
    ],
    [
      'a code too high',
      dictionary,
      2,
      (bytes) => bytes.writeUInt16LE(999, 400),
      /codes: expected below \d+, found 999/,
    ],
    [
      'a surrogate with a code of its own',
      dictionary,
      2,
      (bytes) => bytes.writeUInt16LE(16, 2 * 0xd83d),
      /codes of U\+0000 and surrogates: expected the code of one category, found others/,
    ],
    [
      'U+0000 with the code of a character in surfaces',
      dictionary,
      2,
      (bytes) => {
        bytes.writeUInt16LE(16, 0);
        for (let unit = 0xd800; unit < 0xe000; unit++) bytes.writeUInt16LE(16, 2 * unit);
      },
      /codes of U\+0000 and surrogates: expected the code of one category, found others/,
    ],
    [
      'a character with the code of the sentence end',
      dictionary,
      2,
      (bytes) => bytes.writeUInt16LE(15, 400),
      /codes: expected no character with the code/,
    ],
    ['a category too high', dictionary, 3, (bytes) => bytes.writeUInt8(15, 16), /categories: expected below 15/],
    [
      'a group of words that does not end',
      dictionary,
      5,
      (bytes) => bytes.fill(0xf8),
      /words: expected groups that count down to 0/,
    ],
    ['a cost too high', dictionary, 6, (bytes) => bytes.writeUInt16LE(40_000, 0), /costs: expected at most 32767/],
    [
      'a pruning margin that drops every node',
      dictionary,
      7,
      (bytes) => bytes.writeInt8(-1, 0),
      /pruning margins: expected at least 0 between a context and itself, found -1/,
    ],
    ['a base too high', dictionary, 8, (bytes) => bytes.writeUInt8(0xff, 7), /units: expected more than the last base/],
    ['a label below 16', dictionary, 8, (bytes) => bytes.writeUInt16LE(3, 0), /labels of units: expected codes/],
    [
      'a number of features too high',
      dictionary,
      9,
      (bytes) => bytes.writeUInt16LE(9999, 2),
      /features of words: expected below \d+, found 9999/,
    ],
    [
      'an unknown part of speech',
      dictionary,
      10,
      (bytes) => bytes.writeUInt8(14, 0),
      /parts of speech: expected at most 13, found 14/,
    ],
    [
      'a base form that ends after the last one',
      dictionary,
      10,
      (bytes) => bytes.writeUInt32LE((bytes.readUInt32LE(0) | (255 << 4)) >>> 0, 0),
      /ends of base forms: expected at most \d+, found \d+/,
    ],
    [
      'a base form that begins after the last one',
      dictionary,
      10,
      (bytes) => bytes.writeUInt32LE(0xfffff000, 0),
      /ends of base forms: expected at most \d+, found 1048575/,
    ],
    ['no columns', vocabulary, 1, (bytes) => bytes.writeUInt32LE(0, 0), /columns: expected from 1 to 2\^24, found 0/],
    ['an unknown norm', vocabulary, 1, (bytes) => bytes.writeUInt32LE(3, 24), /norm: expected 0, 1 or 2, found 3/],
    [
      'ranges that are not sorted',
      vocabulary,
      3,
      (bytes) => bytes.writeUInt32LE(0, 8),
      /word characters: expected ranges in ascending order/,
    ],
    ['a base too high', vocabulary, 4, (bytes) => bytes.writeUInt8(0xff, 7), /units: expected more than each base/],
    [
      'a column too high',
      vocabulary,
      5,
      (bytes) => bytes.writeInt32LE(9999, 0),
      /columns of nodes: expected from -1 to \d+, found 9999/,
    ],
    ['a child too high', vocabulary, 6, (bytes) => bytes.fill(0x7f), /children: expected below \d+, found/],
    [
      'a column of another child',
      vocabulary,
      6,
      (bytes) => bytes.writeInt32LE(0x7ff0, firstEdge(bytes) + 12),
      /columns of children: expected \d+ of the node, found 32752/,
    ],
    ['a full hash table', vocabulary, 6, (bytes) => bytes.fill(0), /hash table: expected an empty one/],
    ...ruleCases,
    ['an idf of NaN', vocabulary, 7, (bytes) => bytes.writeDoubleLE(Number.NaN, 0), /expected finite numbers/],
    [
      'starts that are not sorted',
      forest,
      2,
      (bytes) => bytes.writeUInt32LE(999, 4),
      /starts of columns: expected numbers from 0 in ascending order/,
    ],
    [
      'a jump to a leaf outside the tree',
      forest,
      3,
      (bytes) => bytes.writeUInt16LE(9999, 12),
      /leaf of a jump: expected a later leaf/,
    ],
    ['a jump to itself', forest, 3, (bytes) => bytes.writeUInt16LE(0, 12), /leaf of a jump: expected a later leaf/],
    ['a slot too high', forest, 3, (bytes) => bytes.writeUInt32LE(9999, 8), /slot of a jump: expected below/],
    ['a tree without leaves', forest, 4, (bytes) => bytes.writeUInt32LE(0, 4), /leaves of a tree: expected from 1/],
    [
      'a first leaf with the slot of another tree',
      forest,
      5,
      (bytes) => bytes.writeUInt32LE(5, 8),
      /slot of a first leaf: expected 0, found 5/,
    ],
    [
      'an infinite constant',
      linearForest,
      6,
      (bytes) => bytes.writeDoubleLE(Number.POSITIVE_INFINITY, 0),
      /numbers of the linear leaf: expected finite numbers/,
    ],
    [
      'a value if missing that is NaN',
      linearForest,
      6,
      (bytes) => bytes.writeDoubleLE(Number.NaN, 8),
      /numbers of the linear leaf: expected finite numbers/,
    ],
    [
      'a coefficient of a listed column that is infinite',
      linearForest,
      7,
      (bytes) => bytes.writeDoubleLE(Number.POSITIVE_INFINITY, 8 * listedColumn),
      /coefficients: expected a finite number for a listed column, 0 for all others, found inf/,
    ],
    [
      'a coefficient of a column that is not listed',
      linearForest,
      8,
      (bytes) => bytes.writeUInt8(0, listedColumn),
      /coefficients: expected a finite number for a listed column, 0 for all others/,
    ],
    [
      'a listed column that is neither 0 nor 1',
      linearForest,
      8,
      (bytes) => bytes.writeUInt8(2, 0),
      /listed columns: expected 0 or 1, found 2/,
    ],
    ['a divisor of 0', contributions, 1, (bytes) => bytes.writeUInt32LE(0, 8), /divisor: expected at least 1, found 0/],
    [
      'trees that are not sorted',
      contributions,
      3,
      (bytes) => bytes.writeUInt32LE(9999, 4),
      /nodes of trees: expected numbers from 0 in ascending order/,
    ],
    [
      'a quadrature too high',
      contributions,
      4,
      (bytes) => bytes.writeUInt32LE(99, 0),
      /quadrature of a tree: expected below \d+, found 99/,
    ],
    [
      'a split column twice',
      contributions,
      5,
      (bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(0), 4),
      /split columns: expected numbers below 6 in ascending order/,
    ],
    [
      'a split column too high',
      contributions,
      5,
      (bytes) => bytes.writeUInt32LE(6, bytes.length - 4),
      /split columns: expected numbers below 6 in ascending order, found 6/,
    ],
    ['a share above 1', contributions, 6, (bytes) => bytes.writeDoubleLE(1.5, 8), /shares of training rows: expected/],
    [
      'a share of NaN',
      contributions,
      6,
      (bytes) => bytes.writeDoubleLE(Number.NaN, 24),
      /shares of training rows: exp/,
    ],
    ['a column too high', contributions, 6, (bytes) => bytes.writeUInt32LE(7, 32), /column of a node: expected below/],
    [
      'a child that is its parent',
      contributions,
      6,
      (bytes) => bytes.writeUInt32LE(0, 36),
      /child of a node: expected/,
    ],
    [
      'a child too high',
      contributions,
      6,
      (bytes) => bytes.writeUInt32LE(999, 40),
      /child of a node: expected a later/,
    ],
    ['an edge from the node itself', contributions, 6, (bytes) => bytes.writeInt32LE(0, 44), /edge above a node: exp/],
    ['an edge below -1', contributions, 6, (bytes) => bytes.writeInt32LE(-2, 44), /edge above a node: .*, found -2/],
    ['a categorical split', contributions, 7, (bytes) => bytes.writeUInt8(1, 0), /decision type: expected a numerical/],
    [
      'a point above 1',
      contributions,
      10,
      (bytes) => bytes.writeDoubleLE(2, 0),
      /points and weights: expected numbers from 0 to 1/,
    ],
    [
      'an infinite constant',
      contributions,
      12,
      (bytes) => bytes.writeDoubleLE(Number.POSITIVE_INFINITY, 0),
      /numbers of the linear leaf: expected finite numbers/,
    ],
    [
      'a page too high',
      normalizer,
      1,
      (bytes) => bytes.writeUInt16LE(99, 0),
      /blocks of pages: expected below \d+, found 99/,
    ],
    [
      'a character too high',
      normalizer,
      2,
      (bytes) => bytes.writeUInt16LE(999, 0),
      /characters of blocks: expected below \d+, found 999/,
    ],
    [
      'a decomposition beyond the end',
      normalizer,
      3,
      (bytes) => bytes.writeUInt8(200, 2),
      /ends of decompositions: expected at most \d+, found 200/,
    ],
    [
      'compositions that are not sorted',
      normalizer,
      5,
      (bytes) => bytes.writeUInt32LE(0xffff, 0),
      /compositions: expected pairs in ascending order/,
    ],
    [
      'a composition that is no code point',
      normalizer,
      5,
      (bytes) => bytes.writeUInt32LE(0x110000, 8),
      /compositions: expected at most 1114111, found 1114112/,
    ],
    [
      'punctuation that is not sorted',
      normalizer,
      7,
      (bytes) => bytes.writeUInt16LE(0xffff, 0),
      /replacements: expected units in ascending order/,
    ],
    [
      'a run of one unit',
      normalizer,
      8,
      (bytes) => bytes.writeUInt16LE(1, 2),
      /shortest runs: expected at least 2, found 1/,
    ],
    [
      'a replacement that is too long',
      normalizer,
      8,
      (bytes) => bytes.writeUInt16LE(4, 4),
      /lengths of replacements: expected from 1 to 3, found 4/,
    ],
    [
      'a kaomoji without an emoji',
      normalizer,
      9,
      (bytes) => bytes.writeUInt16LE(0x61, 2 * '(^^)'.length),
      /kaomoji: expected a kaomoji, a tab, an emoji and a line feed, found another line/,
    ],
  ];
  for (const [what, of, section, edit, message] of cases) {
    test(`${of.kind.name}: ${what}`, () => refuses(of, edited(of, section, edit), message));
  }

  test('forest: sections of the linear leaf that are too short, or present without the others', () => {
    const resized = (section: number, bytes: number) => {
      const copy = Buffer.from(linearForest.file);
      copy.writeBigUInt64LE(BigInt(bytes), 32 + 16 * section + 8);
      return withChecksum(copy);
    };
    refuses(forest, resized(6, 8), /numbers of the linear leaf: expected 2, found 1$/);
    refuses(forest, resized(6, 0), /coefficients: expected 0, found 6$/);
    refuses(forest, resized(7, 40), /coefficients: expected 6, found 5$/);
    refuses(forest, resized(8, 5), /columns of coefficients: expected 6, found 5$/);
  });

  test('file of contributions: sections that are too short', () => {
    const shorter = (section: number, bytes: number) => {
      const copy = Buffer.from(contributions.file);
      const at = 32 + 16 * section + 8;
      copy.writeBigUInt64LE(copy.readBigUInt64LE(at) - BigInt(bytes), at);
      return withChecksum(copy);
    };
    const messages: [section: number, bytes: number, message: RegExp][] = [
      [1, 4, /numbers: expected 4, found 3$/],
      [2, 8, /means: expected 1, found 0$/],
      [3, 4, /trees: expected 6, found 6$/],
      [4, 4, /quadratures of trees: expected 6, found 5$/],
      [6, 48, /nodes: expected \d+, found \d+$/],
      [7, 1, /decision types: expected \d+, found \d+$/],
      [8, 8, /leaves: expected \d+, found \d+$/],
      [9, 4, /quadratures: expected \d+, found \d+$/],
      [10, 8, /points: expected \d+, found \d+$/],
      [11, 8, /weights: expected \d+, found \d+$/],
      [13, 8, /coefficients: expected 6, found 5$/],
    ];
    for (const [section, bytes, message] of messages) refuses(contributions, shorter(section, bytes), message);
  });

  test('forest: two leaves with one slot, which would allow a cycle of jumps', () => {
    const slotCount = sectionOf(forest.file, forest.kind, 1).readUInt32LE(16);
    const leaves = sectionOf(forest.file, forest.kind, 5);
    const slotOf = (leaf: number) => leaves.readUInt32LE(16 * leaf + 8);
    const numbers = Array.from({ length: leaves.length / 16 }, (_, leaf) => leaf);
    const inner = numbers.filter((leaf) => slotOf(leaf) >= 6 && slotOf(leaf) < slotCount);
    assert.ok(inner.length > 1);
    const [one = 0, two = 0] = inner;
    const twice = edited(forest, 5, (bytes) => bytes.writeUInt32LE(slotOf(one), 16 * two + 8));
    refuses(forest, twice, /slot of a leaf: expected a slot that no other leaf has/);
  });

  test('dictionary: sections of the features that are too short or missing', () => {
    const resized = (section: number, elementBytes: number, elements: (old: number) => number) => {
      const copy = Buffer.from(dictionary.file);
      const at = 32 + 16 * section + 8;
      const old = Number(copy.readBigUInt64LE(at)) / elementBytes;
      copy.writeBigUInt64LE(BigInt(elements(old) * elementBytes), at);
      return withChecksum(copy);
    };
    const oneLess = (old: number) => old - 1;
    refuses(dictionary, resized(9, 2, oneLess), /features of words: expected (\d+), found \d+$/);
    refuses(dictionary, resized(10, 4, oneLess), /features of words: expected below (\d+), found \1$/);
    refuses(
      dictionary,
      resized(10, 4, () => 0),
      /features of words: expected below 0, found \d+$/,
    );
    refuses(dictionary, resized(11, 2, oneLess), /ends of base forms: expected at most \d+, found \d+$/);
    refuses(
      dictionary,
      resized(11, 2, () => 0),
      /ends of base forms: expected at most 0, found \d+$/,
    );
  });

  test('dictionary: a trie that is too short for the code of the sentence end', () => {
    const copy = Buffer.from(dictionary.file);
    const [numbers, codes, units] = [1, 2, 8].map((number) => sectionOf(copy, dictionary.kind, number)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    codes.fill(0); // all codes are below that of the sentence end
    for (let unit = 0; unit < 4; unit++) units.writeBigUInt64LE(0xffffn, 8 * unit);
    numbers.writeUInt32LE(4, 12);
    copy.writeBigUInt64LE(32n, 32 + 16 * 8 + 8);
    refuses(dictionary, withChecksum(copy), /units: expected more than the last base \+ the last code, 15, found 4/);
  });
});
