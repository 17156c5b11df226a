/** A user dictionary from its file through training and the bundle to the scores of all engines. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readBundle } from '../../../model/bundle/read.ts';
import { compileUserDictionary } from '../../../model/compile/user-dictionary.ts';
import { createRandom } from '../../../model/math/random.ts';
import { termTokenOf } from '../../../model/reference/parts-of-speech.ts';
import { loadTokenizer } from '../../../model/reference/tokenizer.ts';
import { UserDictionary, type UserWord } from '../../../model/reference/user-dictionary.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { nativeTokens } from '../../../model/scoring/native-tokens.ts';
import { type EngineName, engineNames } from '../../../model/scoring/scorer.ts';
import { NativeAnalyzer } from '../../../native/index.ts';
import { hoshi } from '../../fixtures/hoshi.ts';
import { dictionaryWords, textGenerator } from '../../fixtures/texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoshi-user-words-'));
after(() => rmSync(folder, { recursive: true }));

describe('the tokens of the native analyzer and of its twin with a user dictionary', () => {
  const random = createRandom(29);
  const known = dictionaryWords(400);
  /** Parts of pairs of words, most of which cross the border, with ids of several kinds, and pairs that IPADIC lacks. */
  function draw(): UserWord {
    const pair = `${known[random.below(known.length)]}${known[random.below(known.length)]}`;
    const start = random.below(pair.length);
    const surface = pair.slice(start, start + 1 + random.below(6));
    const [leftId, rightId] = [ids[random.below(ids.length)] as number, ids[random.below(ids.length)] as number];
    const isSplit = surface.length > 1 && random.below(3) === 0;
    const parts = isSplit ? [surface.slice(0, 1), surface.slice(1)] : [];
    const segments = parts.map((part) => ({ surface: part, features: featuresOf(part) }));
    return { surface, leftId, rightId, cost: random.below(12_000) - 6000, features: featuresOf('土台'), segments };
  }
  const ids = [1285, 1288, 619, 19, 3];
  const featuresOf = (base: string) => ['名詞', '一般', '*', '*', '*', '*', base];

  test('are the same, with their base forms, in 3,000 texts of these words', async () => {
    const dictionary = new UserDictionary(
      Array.from({ length: 400 }, draw).filter(({ surface }) => /^[^\0\ud800-\udfff、。\t\n\r]+$/.test(surface)),
    );
    const twin = await loadTokenizer(dictionary);
    const native = nativeTokens(NativeAnalyzer.load(await compileUserDictionary(dictionary, [])), undefined);
    const plain = nativeTokens(NativeAnalyzer.load(), undefined);
    const next = textGenerator(random, [...known.slice(0, 300), ...dictionary.words.map(({ surface }) => surface)]);
    let changed = 0;
    for (let i = 0; i < 3000; i++) {
      const text = next();
      const { tokens } = native(text);
      assert.deepEqual(tokens, twin.analyze(text).map(termTokenOf), JSON.stringify(text));
      if (tokens.length !== plain(text).tokens.length) changed++;
    }
    assert.ok(changed > 500, `${changed} of 3000 texts have other tokens than without the words`);
  });
});

describe('a model with a user dictionary', () => {
  const bundle = join(folder, 'mine');
  const text = '神対応で推せる、リピ買い確定！ｺｽﾊﾟ最高';
  const reviews = Array.from({ length: 12 }, (_, i) =>
    i % 2 === 0 ? `5\t神対応で${i}回もリピ買い` : `1\t塩対応で${i}回も待たされた`,
  );
  const words = ['神対応,神対応,カミタイオウ,名詞', 'リピ買い,リピ 買い,リピ ガイ,名詞', '塩対応,1285,1285,-2000,名詞'];
  const scoreBy = async (engine: EngineName) => {
    const warnings: string[] = [];
    const scorer = await loadScorer({ bundlePath: bundle, engine, warn: (warning) => warnings.push(warning) });
    return { score: scorer.score(text), warnings };
  };
  before(async () => {
    writeFileSync(join(folder, 'words.csv'), `${words.join('\n')}\n`);
    writeFileSync(join(folder, 'reviews.tsv'), `stars\ttext\n${reviews.join('\n')}\n`);
    const options = ['--user-dictionary', join(folder, 'words.csv'), '--out', bundle, '--quiet'];
    const { code, stderr } = await hoshi(['train', join(folder, 'reviews.tsv'), ...options]);
    assert.equal(code, 0, stderr);
  });

  test('has the words in its bundle and in its vocabulary', async () => {
    const { manifest, userDictionary, vectorizer } = await readBundle(bundle);
    assert.deepEqual(manifest.userDictionary, { words: 3, sha256: userDictionary?.sha256 });
    assert.ok(vectorizer.columnOf('神対応') !== undefined && vectorizer.columnOf('塩対応') !== undefined);
  });

  test('gives the same score on every engine, also without its compiled dictionary or with a stale one', async () => {
    const { score, warnings } = await scoreBy('native');
    assert.deepEqual(warnings, []);
    for (const engine of engineNames) assert.equal((await scoreBy(engine)).score, score, engine);
    const file = join(bundle, 'dictionary.bin');
    const compiled = readFileSync(file);
    rmSync(file);
    const fresh = await scoreBy('native');
    assert.deepEqual([fresh.score, fresh.warnings.length], [score, 1]);
    assert.match(fresh.warnings[0] as string, /compiled at the start; run `hoshi compile/);
    copyFileSync('build/dictionary/ipadic.bin', file);
    const stale = await scoreBy('native');
    assert.equal(stale.score, score);
    assert.match(stale.warnings[0] as string, /dictionary\.bin: compiled from another bundle/);
    assert.equal((await hoshi(['compile', bundle])).code, 0);
    assert.ok(readFileSync(file).equals(compiled));
  });

  test('is a base that keeps its words, and other words are added to them', async () => {
    writeFileSync(join(folder, 'more.csv'), '推せる,推せる,オセル,動詞\n神対応,神 対応,カミ タイオウ,名詞\n');
    const second = join(folder, 'second');
    const options = ['--base', bundle, '--user-dictionary', join(folder, 'more.csv'), '--out', second, '--quiet'];
    const { code, stderr } = await hoshi(['train', join(folder, 'reviews.tsv'), ...options]);
    assert.equal(code, 0, stderr);
    const { userDictionary } = await readBundle(second);
    assert.deepEqual(
      userDictionary?.words.map(({ surface, segments }) => [surface, segments.length]),
      [
        ['リピ買い', 2],
        ['塩対応', 0],
        ['推せる', 0],
        ['神対応', 2],
      ],
    );
  });

  test('is refused if its words were changed, and trained from no wrong line unless --lenient is given', async () => {
    const file = join(bundle, 'user-dictionary.tsv');
    const content = readFileSync(file, 'utf8');
    writeFileSync(file, content.replace('塩対応', '塩対'));
    for (const engine of ['js', 'lightgbm'] as const)
      await assert.rejects(
        scoreBy(engine),
        /user-dictionary\.tsv: expected SHA-256 [0-9a-f]+ \(manifest\.json\), received/,
      );
    writeFileSync(file, content);
    writeFileSync(join(folder, 'wrong.csv'), `${words.join('\n')}\n神,x,1,1\n`);
    const tokenize = (...options: string[]) =>
      hoshi(['tokenize', text, '--user-dictionary', join(folder, 'wrong.csv'), ...options]);
    const refused = await tokenize();
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /wrong\.csv:4: 神: expected .*\n.*found 1 wrong line; correct the file, or add --lenient/,
    );
    const lenient = await tokenize('--lenient');
    assert.equal(lenient.code, 0);
    assert.match(lenient.stderr, /skipped 1 wrong line\n/);
    assert.match(lenient.stdout, /^神対応\n/);
    const joined = await hoshi(['tokenize', text, '--joined', '--bundle', bundle]);
    assert.match(joined.stdout, /^神対応 で .* リピ 買い /);
  });
});
