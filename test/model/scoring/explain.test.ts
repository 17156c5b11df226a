import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeBundle } from '../../../model/bundle/write.ts';
import { createRandom } from '../../../model/math/random.ts';
import { readWords, termsOf } from '../../../model/reference/terms.ts';
import { loadTokenizer, type Tokenizer } from '../../../model/reference/tokenizer.ts';
import { defaultVectorizerParameters, type VectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { type Explanation, UnexplainableError } from '../../../model/scoring/explain.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import type { EngineChoice } from '../../../model/scoring/scorer.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { randomTrees } from '../../fixtures/random-trees.ts';
import { dictionaryWords, textGenerator } from '../../fixtures/texts.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';
import { fitVectorizer, tokensOf } from '../../fixtures/vectorize.ts';
import { withGolden } from '../../fixtures/with-golden.ts';

const shipped = join(packageRoot, 'model', 'stars');
let folder: string;
let tokenizer: Tokenizer;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-explain-'));
  tokenizer = await loadTokenizer();
});
after(() => rm(folder, { recursive: true }));

const surfacesOf = (text: string) => tokenizer.tokenize(text).map(({ surface }) => surface);
const totalOf = ({ base, absent, held, terms }: Explanation) =>
  terms.reduce((sum, { contribution }) => sum + contribution, base + absent + held);

describe('explain, on the tiny bundle', () => {
  const load = async (parts = tinyBundle()) => {
    const path = await mkdtemp(join(folder, 'tiny-'));
    await writeBundle(path, await parts);
    return { path, scorer: await loadScorer({ bundlePath: path, engine: 'native' }) };
  };

  test('by hand: 良い twice, and a word that is in no training review', async () => {
    const { scorer } = await load();
    const { score, base, absent, held, terms } = await scorer.explain('良い映画、良い');
    assert.deepEqual([score, base, held], [5, 3, 0]); // three leaves with one review each: 3 on average
    assert.deepEqual(
      terms.map(({ term, offsets, value }) => ({ term, offsets, value })),
      [
        {
          term: '良い',
          offsets: [
            [0, 2],
            [5, 7],
          ],
          value: 1,
        },
      ],
    );
    // 良い alone raises 3 to 5. If 悪い is known to be absent, it raises 11 / 3 (a third of 5 and two thirds of 3) to 5.
    // The contribution is half of each.
    const contribution = (5 - 3 + (5 - 11 / 3)) / 2;
    assert.ok(Math.abs((terms[0]?.contribution ?? 0) - contribution) < 1e-15);
    assert.ok(Math.abs(absent - (2 - contribution)) < 1e-15);
  });

  test('clamping the score to its range is part of the explanation', async () => {
    const parts = await tinyBundle();
    const manifest = { ...parts.manifest, scoreRange: [1, 4] as const };
    const { scorer } = await load(Promise.resolve(withGolden({ ...parts, manifest })));
    const explanation = await scorer.explain('良い');
    assert.deepEqual([explanation.score, explanation.held], [4, -1]);
    assert.ok(Math.abs(totalOf(explanation) - 4) < 1e-15);
  });

  test('a model whose score is not a sum cannot be explained', async () => {
    const parts = await tinyBundle();
    const modelText = parts.modelText.replace('objective=regression', 'objective=regression sqrt');
    const { scorer } = await load(Promise.resolve(withGolden({ ...parts, modelText })));
    await assert.rejects(scorer.explain('良い'), (error: unknown) => {
      assert.ok(error instanceof UnexplainableError);
      assert.match(error.message, /^Expected a model that can be explained: model: expected a score that is a sum/);
      return true;
    });
  });

  test('the bundle is read when the first text is explained, and must have the version that the scorer was loaded from', async () => {
    const { path, scorer } = await load();
    const parts = await tinyBundle();
    const modelText = parts.modelText.replace('leaf_value=3', 'leaf_value=2');
    await writeBundle(path, withGolden({ ...parts, modelText }));
    await assert.rejects(
      scorer.explain('良い'),
      /manifest\.json: expected version \w{12}, the version that the scorer was loaded from, received/,
    );
  });

  test('a bundle that is damaged after the start is refused where its files are read', async () => {
    const { path } = await load();
    const scorer = await loadScorer({ bundlePath: path, engine: 'js' });
    await writeFile(join(path, 'vocabulary.tsv'), '良い\t1\n');
    await assert.rejects(scorer.explain('良い'), /vocabulary\.tsv: expected 78 bytes \(manifest\.json\), found 9/);
    assert.equal(scorer.score('良い'), 5);
  });

  test("the native engines explain without the model's text; the other engines read it and check its hash", async () => {
    const { path, scorer } = await load();
    const lightgbm = await loadScorer({ bundlePath: path, engine: 'native-lightgbm' });
    const js = await loadScorer({ bundlePath: path, engine: 'js' });
    await writeFile(join(path, 'model.txt'), 'tree\n');
    assert.deepEqual(await lightgbm.explain('良い店'), await scorer.explain('良い店'));
    await assert.rejects(js.explain('良い'), /model\.txt: expected 515 bytes \(manifest\.json\), found 5/);
  });

  test("without its compiled contributions, a bundle is explained from the model's text, with a warning", async () => {
    const { path, scorer } = await load();
    const expected = await scorer.explain('良い映画');
    const damage: [change: () => Promise<void>, warnings: RegExp[]][] = [
      [() => rm(join(path, 'contributions.bin')), []],
      [
        () => writeFile(join(path, 'contributions.bin'), 'hoshi'),
        [/contributions\.bin: the file: expected a compiled/],
      ],
    ];
    for (const [change, before] of damage) {
      await change();
      for (const engine of ['native', 'native-lightgbm'] as const) {
        const warnings: string[] = [];
        const again = await loadScorer({ bundlePath: path, engine, warn: (message) => warnings.push(message) });
        assert.equal(warnings.length, 0);
        for (let i = 0; i < 2; i++) assert.deepEqual(await again.explain('良い映画'), expected);
        const patterns = [...before, /tiny-\w+: compiled at the first explanation; run `hoshi compile /];
        assert.equal(warnings.length, patterns.length);
        patterns.forEach((pattern, i) => {
          assert.match(warnings[i] as string, pattern);
        });
      }
    }
  });

  test('the words of explained texts are counted, as those of scored texts are', async () => {
    const { scorer } = await load();
    const countsAfter = async (work: () => unknown) => {
      const before = scorer.wordCounts?.() ?? { words: 0, unknownWords: 0 };
      await work();
      const after = scorer.wordCounts?.() ?? { words: 0, unknownWords: 0 };
      return [after.words - before.words, after.unknownWords - before.unknownWords];
    };
    const scored = await countsAfter(() => scorer.score('良い映画'));
    assert.deepEqual(scored, [2, 1]);
    assert.deepEqual(await countsAfter(() => scorer.explain('良い映画')), scored);
  });
});

test('words are found in their tokens, for any other characters around them', async () => {
  const text = '😀ﾃﾞｰﾀ\0\ud800良い, a_b!ab a b\u0301\u0301c 𠮷野家';
  const scorer = await loadScorer({ bundlePath: await vocabularyBundle([text], {}, 1), engine: 'native' });
  const { terms } = await scorer.explain(text);
  const places = new Map(
    terms.map(({ term, offsets }) => [term, offsets.map(([start, end]) => text.slice(start, end))]),
  );
  for (const [term, found] of places) {
    const [first, last] = [term.split(' ')[0] as string, term.split(' ').at(-1) as string];
    assert.ok(
      found.every((place) => place.startsWith(first) && place.endsWith(last)),
      term,
    );
    if (!term.includes(' ')) assert.ok(found.every((place) => place === term));
  }
  assert.deepEqual(places.get('ab'), ['ab']);
  assert.ok(places.has('𠮷') || places.has('𠮷野家'));
});

/** A bundle with random trees. Its vocabulary is fitted to the texts. */
async function vocabularyBundle(
  texts: readonly string[],
  parameters: Partial<VectorizerParameters>,
  seed: number,
  scoreRange: readonly [number, number] = [1, 5],
): Promise<string> {
  const vectorizer = fitVectorizer(texts.map(surfacesOf), { ...defaultVectorizerParameters, ...parameters });
  const options = { columnCount: vectorizer.columnCount, maxLeaves: 40, trees: 30 };
  const modelText = randomTrees(createRandom(seed), options).replace(' sqrt', '');
  const { manifest } = await tinyBundle();
  const path = await mkdtemp(join(folder, 'vocabulary-'));
  await writeBundle(path, withGolden({ manifest: { ...manifest, scoreRange }, modelText, vectorizer }));
  return path;
}

/** The number of occurrences of each term in a text, found by the functions of the vectorizer. */
function countsOf(text: string, parameters: VectorizerParameters): Map<string, number> {
  const counts = new Map<string, number>();
  const words = readWords(tokensOf(surfacesOf(text)), parameters);
  for (const { text: term } of termsOf(words, parameters.ngram_range)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

describe('explain, on random models and texts', () => {
  const kinds: [parameters: Partial<VectorizerParameters>, range: [number, number]][] = [
    [{}, [-100, 100]],
    [{ ngram_range: [2, 3], sublinear_tf: false }, [0, 1]],
    [{ token_pattern: '(?u)\\b\\w\\w+\\b', norm: null }, [-1, 0.5]],
  ];
  for (const [i, [parameters, range]] of kinds.entries()) {
    test(`the parts sum to the score, and every offset points at its term: ${JSON.stringify(parameters)}`, async () => {
      const generate = textGenerator(createRandom(i), dictionaryWords(211));
      const texts = Array.from({ length: 150 }, generate);
      const bundlePath = await vocabularyBundle(texts.slice(0, 100), parameters, i, range);
      const native = await loadScorer({ bundlePath, engine: 'native' });
      const js = await loadScorer({ bundlePath, engine: 'js' });
      let terms = 0;
      let held = 0;
      for (const text of ['', '\ud800', '\0', '😀😀', ...texts]) {
        const explanation = await native.explain(text);
        assert.deepEqual(await js.explain(text), explanation);
        assert.ok(Object.is(explanation.score, native.score(text)));
        assert.ok(Math.abs(totalOf(explanation) - explanation.score) < 1e-9);
        if (explanation.held !== 0) held++;
        const counts = countsOf(text, { ...defaultVectorizerParameters, ...parameters });
        let largest = Number.POSITIVE_INFINITY;
        for (const { term, offsets, contribution } of explanation.terms) {
          terms++;
          assert.ok(Math.abs(contribution) <= largest);
          largest = Math.abs(contribution);
          assert.equal(offsets.length, counts.get(term));
          assert.equal(new Set(offsets.map(String)).size, offsets.length);
          const words = term.split(' ');
          for (const [start, end] of offsets) {
            const place = text.slice(start, end);
            assert.ok(place.startsWith(words[0] as string) && place.endsWith(words.at(-1) as string), term);
            assert.ok(words.length > 1 || place === term);
          }
        }
      }
      assert.ok(terms > 300 && held > 0 === i > 0, `${terms} terms, ${held} held`);
    });
  }
});

test('explain, on the shipped model: every engine gives the same explanation, and a praising word is on top', async () => {
  const text = 'すごい！最高に興奮した！楽しい';
  const explain = async (engine: EngineChoice) => (await loadScorer({ bundlePath: shipped, engine })).explain(text);
  const explanation = await explain('native');
  for (const engine of ['js', 'lightgbm'] as const) assert.deepEqual(await explain(engine), explanation);
  assert.ok(Math.abs(totalOf(explanation) - explanation.score) < 1e-9);
  const [best] = explanation.terms;
  assert.ok(best !== undefined && best.contribution > 0);
  assert.ok(['すごい', '最高', '興奮', '楽しい'].includes(best.term), best.term);
});
