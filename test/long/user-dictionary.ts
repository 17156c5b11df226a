/**
 * Compares tokens with a user dictionary with those of MeCab: `node dist/test/long/user-dictionary.js [--texts 10000]
 * [--words 1000] [--seed 1]`. It needs Debian's mecab and its IPADIC (`apt-get install mecab mecab-ipadic-utf8`).
 *
 * The words are parts of the texts, with ids and costs drawn at random, so that most cross the borders of tokens. A
 * sentence is comparable if MeCab and hoshi give it the same tokens without the words. Exits with 1 if a comparable
 * sentence gets other tokens with the words, unless MeCab's tokens have an unknown word, or both paths cost the same; or
 * if the native analyzer and its twin differ. It also prints the costs of loading the dictionaries, and of the texts
 * that do not have the words.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileUserDictionary } from '../../model/compile/user-dictionary.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { createRandom, type Random, shuffle } from '../../model/math/random.ts';
import { median } from '../../model/math/statistics.ts';
import { loadTokenizer } from '../../model/reference/tokenizer.ts';
import { UserDictionary, type UserWord } from '../../model/reference/user-dictionary.ts';
import { dictionaryPath, NativeAnalyzer } from '../../native/index.ts';

const { values: flags } = parseArgs({
  options: {
    texts: { type: 'string', default: '10000' },
    words: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});
const DICTIONARY = '/var/lib/mecab/dic/ipadic-utf8';
/** Nouns, verbs, adjectives, adverbs, particles, and pairs of ids that no word of IPADIC has. */
const IDS: readonly (readonly [left: number, right: number])[] = [
  [1285, 1285],
  [1288, 1288],
  [1283, 1283],
  [619, 619],
  [19, 19],
  [1281, 1281],
  [3, 3],
  [1285, 619],
  [619, 1285],
];

function drawWords(texts: readonly string[], count: number, random: Random): UserDictionary {
  const words = new Map<string, UserWord>();
  while (words.size < count) {
    const text = texts[random.below(texts.length)] as string;
    const length = 2 + random.below(7);
    const start = random.below(Math.max(1, text.length - length));
    const surface = text.slice(start, start + length);
    if (surface.length < 2 || /[^\p{L}ー]/u.test(surface) || words.has(surface)) continue;
    const [leftId, rightId] = IDS[random.below(IDS.length)] as readonly [number, number];
    const cost = random.below(13_000) - 5000;
    words.set(surface, { surface, leftId, rightId, cost, features: FEATURES, segments: [] });
  }
  return new UserDictionary([...words.values()]);
}

const FEATURES = ['名詞', '一般', '*', '*', '*', '*', '*'];

/** The tokens of each text, joined by tabs. MeCab leaves spaces out, so the texts have none. */
function mecabTokens(texts: readonly string[], userDictionary: readonly string[]): string[] {
  const input = texts.map((text) => `${text}\n`).join('');
  const options = ['-d', DICTIONARY, ...userDictionary, '-F', '%m\\t', '-U', '%m\\t', '-E', '\\n', '-b', '100000'];
  const output = execFileSync('mecab', options, { input, maxBuffer: 2 ** 30, encoding: 'utf8' });
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/\t$/, ''));
}

const folder = mkdtempSync(join(tmpdir(), 'hoshi-mecab-'));
try {
  const random = createRandom(Number(flags.seed));
  const { sentences } = await readCorpus();
  const whole = shuffle(
    random,
    sentences.map(({ text }) => text).filter((text) => !/\s/.test(text)),
  ).slice(0, Number(flags.texts));
  // kuromoji ends a sentence after 、 and 。, and MeCab does not.
  const texts = whole.flatMap((text) => text.match(/[^、。]*[、。]|[^、。]+/g) ?? []);
  const user = drawWords(texts, Number(flags.words), random);
  const csv = user.words.map(({ surface, leftId, rightId, cost, features }) =>
    [surface, leftId, rightId, cost, ...features].join(','),
  );
  writeFileSync(join(folder, 'words.csv'), `${csv.join('\n')}\n`);
  const arguments_ = [
    '-d',
    DICTIONARY,
    '-u',
    join(folder, 'words.dic'),
    '-f',
    'utf-8',
    '-t',
    'utf-8',
    join(folder, 'words.csv'),
  ];
  execFileSync('/usr/lib/mecab/mecab-dict-index', arguments_, { stdio: 'ignore' });
  const analyzer = NativeAnalyzer.load();
  const compiled = join(folder, 'dictionary.bin');
  writeFileSync(compiled, await compileUserDictionary(user, texts));
  const withWords = NativeAnalyzer.load(compiled);
  const twin = await loadTokenizer(user);
  const tokensOf = (native: NativeAnalyzer, text: string) => {
    let start = 0;
    return Array.from(native.analyze(text), (end) => {
      const surface = text.slice(start, end);
      start = end;
      return surface;
    }).join('\t');
  };
  /** Medians of alternating rounds: of loading, and of the texts that do not use the words. */
  const costs = (unchanged: readonly string[]) => {
    const timed = (work: () => void) => {
      const start = performance.now();
      work();
      return performance.now() - start;
    };
    const rounds = Array.from({ length: 31 }, () =>
      [dictionaryPath, compiled].map((file, i) => ({
        load: timed(() => NativeAnalyzer.load(file)),
        analyze: timed(() => {
          for (const text of unchanged) [analyzer, withWords][i]?.analyze(text);
        }),
      })),
    );
    return ['without', 'with words'].map((dictionary, i) => {
      const of = (what: 'load' | 'analyze') => median(rounds.map((round) => round[i]?.[what] as number));
      const bytes = statSync([dictionaryPath, compiled][i] as string).size;
      return { dictionary, bytes, 'load, ms': of('load'), 'µs per text': (1000 * of('analyze')) / unchanged.length };
    });
  };
  /** Whether MeCab's path costs as much as the one of these tokens. MeCab takes the last of equal paths, kuromoji the first. */
  const isTie = (text: string, tokens: string) => {
    const options = [
      '-d',
      DICTIONARY,
      '-u',
      join(folder, 'words.dic'),
      '-N',
      '50',
      '-F',
      '%m\\t',
      '-U',
      '%m\\t',
      '-E',
      '%pc\\n',
    ];
    const paths = execFileSync('mecab', options, { input: `${text}\n`, encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    const cost = (path = '') => path.slice(path.lastIndexOf('\t') + 1);
    return cost(paths.find((path) => path.startsWith(`${tokens}\t`))) === cost(paths[0]);
  };
  const [mecab, mecabWithWords] = [mecabTokens(texts, []), mecabTokens(texts, ['-u', join(folder, 'words.dic')])];
  const counts = {
    texts: texts.length,
    words: user.words.length,
    comparable: 0,
    changed: 0,
    unknown: 0,
    ties: 0,
    different: 0,
    twins: 0,
  };
  texts.forEach((text, i) => {
    const ours = tokensOf(withWords, text);
    if (
      ours !==
      twin
        .tokenize(text)
        .map(({ surface }) => surface)
        .join('\t')
    )
      counts.twins++;
    if (tokensOf(analyzer, text) !== mecab[i]) return;
    counts.comparable++;
    if (mecabWithWords[i] !== mecab[i]) counts.changed++;
    if (ours === mecabWithWords[i]) return;
    // MeCab makes unknown words of each length that char.def allows, kuromoji makes whole runs only.
    if (mecabWithWords[i]?.split('\t').some((token) => !twin.words.has(token))) {
      counts.unknown++;
      return;
    }
    if (isTie(text, ours)) {
      counts.ties++;
      return;
    }
    counts.different++;
    console.log(`MeCab: ${mecabWithWords[i]?.replaceAll('\t', ' ')}\nhoshi: ${ours.replaceAll('\t', ' ')}`);
  });
  console.log(execFileSync('mecab', ['--version'], { encoding: 'utf8' }).trim(), DICTIONARY);
  console.table(counts);
  const hasNone = (text: string) => user.words.every(({ surface }) => !text.includes(surface));
  console.table(costs(texts.filter(hasNone)));
  process.exitCode = counts.different + counts.twins === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
