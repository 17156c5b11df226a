/** The library's scorer: equal to the engines, its checks of arguments, dispose. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type LoadOptions, loadScorer, type Scorer } from '../../lib/index.ts';
import { writeBundle } from '../../model/bundle/write.ts';
import { createRandom } from '../../model/math/random.ts';
import { engineNames } from '../../model/scoring/scorer.ts';
import { shippedManifest, shippedScorer } from '../fixtures/shipped-scorer.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';
import { withGolden } from '../fixtures/with-golden.ts';

const drawn = textGenerator(createRandom(7), dictionaryWords(500));
const texts = ['', '\ud800', '😀'.repeat(100), 'あ'.repeat(50_000), ...Array.from({ length: 100 }, drawn)];

let folder: string;
let tiny: string;
let shipped: Scorer;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-lib-'));
  tiny = join(folder, 'tiny');
  await writeBundle(tiny, withGolden(await tinyBundle()));
  shipped = await loadScorer();
});
after(() => rm(folder, { recursive: true }));

test('without options it is the shipped model', () => {
  const { name, version, scoreRange } = shippedManifest;
  assert.deepEqual(shipped.model, { name, version, range: scoreRange });
  assert.equal(shipped.engine, 'native');
});

test('score, scoreBatch and explain give the same doubles as the engine', async () => {
  const expected = texts.map((text) => shippedScorer().score(text));
  assert.deepEqual(
    texts.map((text) => shipped.score(text)),
    expected,
  );
  assert.deepEqual(await shipped.scoreBatch(texts), expected);
  assert.deepEqual(await shipped.scoreBatch([]), []);
  for (const [i, text] of texts.entries()) assert.equal((await shipped.explain(text)).score, expected[i], text);
});

test('every engine gives the same scores and tokens', async () => {
  const some = texts.filter(({ length }) => length < 1000);
  const [expectedScores, expectedTokens] = [
    await shipped.scoreBatch(some),
    await Promise.all(some.map((t) => shipped.tokenize(t))),
  ];
  for (const engine of engineNames) {
    const scorer = await loadScorer({ engine });
    assert.equal(scorer.engine, engine);
    assert.deepEqual(await scorer.scoreBatch(some), expectedScores);
    assert.deepEqual(await Promise.all(some.map((t) => scorer.tokenize(t))), expectedTokens);
  }
});

test('tokens have surface and base form, part of speech, and offsets in the text as it was given', async () => {
  const text = 'ｻｲｺｰに楽しくない😀';
  const tokens = await shipped.tokenize(text);
  assert.deepEqual(
    tokens.map(({ surface, baseForm, partOfSpeech, start, end }) => [
      surface,
      baseForm,
      partOfSpeech,
      text.slice(start, end),
    ]),
    [
      ['最高', '最高', 'noun', 'ｻｲｺｰ'],
      ['に', 'に', 'particle', 'に'],
      ['楽しく', '楽しい', 'adjective', '楽しく'],
      ['ない', 'ない', 'auxiliary', 'ない'],
      ['😀', '😀', 'other', '😀'],
    ],
  );
  assert.deepEqual(await shipped.tokenize(''), []);
});

test('tokens of a model without a normalizer are of the text as it is', async () => {
  const [token] = await (await loadScorer({ bundle: tiny })).tokenize('ｻｲｺｰ');
  assert.equal(token?.start, 0);
  assert.equal(token?.surface, 'ｻｲｺｰ'.slice(0, token?.end));
});

test('two models at once keep apart; a bundle may be a path or a URL', async () => {
  const [byPath, byUrl] = await Promise.all([
    loadScorer({ bundle: tiny }),
    loadScorer({ bundle: pathToFileURL(`${tiny}/`) }),
  ]);
  assert.equal(byPath.model.version, byUrl.model.version);
  assert.notEqual(byPath.model.version, shipped.model.version);
  assert.deepEqual(await byPath.scoreBatch(['良い', '悪い', '普通']), [5, 1, 3]);
  assert.equal(shipped.score('良い'), shippedScorer().score('良い'));
});

describe('dispose', () => {
  const calls: readonly (readonly [string, (scorer: Scorer) => unknown])[] = [
    ['score', (scorer) => scorer.score('良い')],
    ['scoreBatch', (scorer) => scorer.scoreBatch(['良い'])],
    ['explain', (scorer) => scorer.explain('良い')],
    ['tokenize', (scorer) => scorer.tokenize('良い')],
  ];
  test('later calls say so; a second dispose does nothing; the model is still known', async () => {
    const scorer = await loadScorer({ bundle: tiny });
    scorer.dispose();
    scorer.dispose();
    for (const [name, call] of calls)
      await assert.rejects(async () => call(scorer), {
        name: 'Error',
        message: `Expected a scorer that is in use, received a call of ${name} after dispose. Load another scorer by loadScorer`,
      });
    assert.equal(scorer.model.name, (await loadScorer({ bundle: tiny })).model.name);
  });

  test('work that runs ends', async () => {
    const scorer = await loadScorer({ bundle: tiny });
    const running = [scorer.scoreBatch(['良い']), scorer.tokenize('良い'), scorer.explain('良い')] as const;
    scorer.dispose();
    const [scores, tokens, { score }] = await Promise.all(running);
    assert.deepEqual([scores, tokens.length, score], [[5], 1, 5]);
  });

  test('Symbol.dispose and Symbol.asyncDispose dispose', async () => {
    const [one, other] = [await loadScorer({ bundle: tiny }), await loadScorer({ bundle: tiny })];
    one[Symbol.dispose]();
    await other[Symbol.asyncDispose]();
    for (const scorer of [one, other]) assert.throws(() => scorer.score('良い'), /after dispose/);
  });

  test('other scorers of the same model go on', async () => {
    const [one, other] = [await loadScorer({ bundle: tiny }), await loadScorer({ bundle: tiny })];
    one.dispose();
    assert.equal(other.score('良い'), 5);
  });
});

describe('wrong arguments', () => {
  const wrongOptions: readonly (readonly [unknown, string])[] = [
    [null, 'the options of loadScorer to be an object, received null'],
    ['my-stars', 'the options of loadScorer to be an object, received "my-stars"'],
    [[], 'the options of loadScorer to be an object, received an array'],
    [{ bundel: 'x' }, 'only the options bundle, engine, warn, received "bundel"'],
    [{ bundle: '' }, 'bundle to be the path of a folder, or a URL of the form file:, received ""'],
    [{ bundle: 3 }, 'bundle to be the path of a folder, or a URL of the form file:, received the number 3'],
    [
      { bundle: new URL('https://example.com/stars') },
      'bundle to be the path of a folder, or a URL of the form file:, received "https://example.com/stars"',
    ],
    [
      { engine: 'c++' },
      'engine to be one of auto, native, native-lightgbm, lightgbm, js, received a string of length 3',
    ],
    [{ engine: 'cpp' }, 'engine to be one of auto, native, native-lightgbm, lightgbm, js, received "cpp"'],
    [{ warn: 1 }, 'warn to be a function, received the number 1'],
  ];
  for (const [options, message] of wrongOptions)
    test(`loadScorer: ${message}`, () =>
      assert.rejects(loadScorer(options as LoadOptions), { name: 'TypeError', message: `Expected ${message}` }));

  const wrongTexts: readonly (readonly [unknown, string])[] = [
    [undefined, 'undefined'],
    [3, 'the number 3'],
    [new String('良い'), 'an object (String)'],
    [['良い'], 'an array'],
    [() => '良い', 'a function'],
    [Symbol('良い'), 'the symbol Symbol(良い)'],
  ];
  for (const [text, received] of wrongTexts)
    test(`a text: ${received}`, async () => {
      const error = { name: 'TypeError', message: `Expected the text to be a string, received ${received}` };
      assert.throws(() => shipped.score(text as string), error);
      await assert.rejects(shipped.explain(text as string), error);
      await assert.rejects(shipped.tokenize(text as string), error);
    });

  test('scoreBatch names the text; an error does not repeat a private text', async () => {
    const wrong: readonly (readonly [unknown, string])[] = [
      ['良い', 'the texts to be an array of strings, received a string of length 2; score(text) takes one text'],
      [{ length: 1 }, 'the texts to be an array of strings, received an object (Object)'],
      [['良い', 3], 'texts[1] to be a string, received the number 3'],
      [new Array(2), 'texts[0] to be a string, received undefined'],
    ];
    for (const [given, message] of wrong)
      await assert.rejects(shipped.scoreBatch(given as string[]), {
        name: 'TypeError',
        message: `Expected ${message}`,
      });
  });

  test('a folder without a bundle is named', () =>
    assert.rejects(loadScorer({ bundle: join(folder, 'none') }), {
      message: `${join(folder, 'none')}/manifest.json: expected a file of a bundle, found none`,
    }));
});

test('a batch is a copy: changes of the array do not reach it', async () => {
  const given = ['良い', '悪い'];
  const scores = (await loadScorer({ bundle: tiny })).scoreBatch(given);
  given[0] = '悪い';
  assert.deepEqual(await scores, [5, 1]);
});

test('warnings go to warn', async () => {
  const messages: string[] = [];
  const uncompiled = join(folder, 'uncompiled');
  await writeBundle(uncompiled, withGolden(await tinyBundle()));
  await rm(join(uncompiled, 'forest.bin'), { force: true });
  await rm(join(uncompiled, 'vocabulary.bin'), { force: true });
  const scorer = await loadScorer({ bundle: uncompiled, warn: (message) => messages.push(message) });
  assert.equal(scorer.score('良い'), 5);
  assert.match(messages.join('\n'), /hoshi compile/);
});
