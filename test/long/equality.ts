/**
 * Compares the engines on a chosen number of texts. It is not part of `make test`.
 *
 *     node dist/test/long/equality.js --strings 1000000 [--seed 1] [--reviews FILE.tsv]… [--bundle DIR]…
 *
 * - Tokens: the native analyzer against the fixed twin in TypeScript, and against kuromoji itself if it can process the
 *   text.
 * - Scores: the engines `native` and `native-lightgbm`, for single texts and for batches, against `lightgbm` and `js`,
 *   for each bundle (default: the shipped one).
 * - Texts: every review, and generated strings of words and of characters that the normalizer changes. They depend only
 *   on the seed.
 * - Raw sums: of `lightgbm`, `js` and `native`, to the bit, from the row of the twin.
 *
 * It prints counts and differences, and exits with 1 if there is a difference.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { readBundle } from '../../model/bundle/read.ts';
import { readReviews } from '../../model/io/reviews.ts';
import { chance, createRandom, pick, type Random } from '../../model/math/random.ts';
import { scoreMapOf } from '../../model/reference/score-range.ts';
import { loadTokenizer, type Tokenizer } from '../../model/reference/tokenizer.ts';
import { dictionaryFolder } from '../../model/reference/tokenizer-identity.ts';
import { Forest as Trees } from '../../model/reference/trees.ts';
import { sourceOfBundle } from '../../model/scoring/bundle-source.ts';
import { loadNativeEngine } from '../../model/scoring/native-engine.ts';
import { loadNativeLightgbmEngine } from '../../model/scoring/native-lightgbm-engine.ts';
import { referenceTokens } from '../../model/scoring/reference-tokens.ts';
import { Booster, NativeAnalyzer } from '../../native/index.ts';
import { packageRoot } from '../../native/package-root.ts';
import { normalizerTextGenerator } from '../fixtures/normalizer-texts.ts';
import { elongatedTexts } from '../fixtures/spellings.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';

/** The number of strings that one generator state makes and one batch scores. */
const BLOCK = 1000;
/** kuromoji itself takes quadratic time, so it gets only shorter texts. */
const MAX_KUROMOJI_UNITS = 400;
const MAX_SHOWN = 10;

interface Task {
  readonly part: number;
  readonly parts: number;
  readonly strings: number;
  readonly seed: number;
  readonly reviews: readonly string[];
  readonly bundles: readonly string[];
}

interface Counts {
  texts: number;
  units: number;
  tokens: number;
  /** The number of texts that kuromoji itself tokenized. */
  kuromoji: number;
  scores: number;
  differences: number;
}

interface Message {
  readonly counts: Counts;
  readonly difference?: string;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      strings: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      reviews: { type: 'string', multiple: true, default: [] },
      bundle: { type: 'string', multiple: true, default: [join(packageRoot, 'model', 'stars')] },
    },
  });
  const parts = availableParallelism();
  const started = Date.now();
  const latest: Counts[] = [];
  let shown = 0;
  await Promise.all(
    Array.from({ length: parts }, (_, part) => {
      const task: Task = {
        part,
        parts,
        strings: Number(values.strings),
        seed: Number(values.seed),
        reviews: values.reviews,
        bundles: values.bundle,
      };
      return new Promise<void>((resolve, reject) => {
        new Worker(fileURLToPath(import.meta.url), { workerData: task })
          .on('message', ({ counts, difference }: Message) => {
            latest[part] = counts;
            if (difference !== undefined && shown++ < MAX_SHOWN) console.log(difference);
          })
          .on('error', reject)
          .on('exit', () => resolve());
      });
    }),
  );
  const sum = (name: keyof Counts) => latest.reduce((total, counts) => total + counts[name], 0);
  const show = (name: keyof Counts) => sum(name).toLocaleString('en');
  console.log(`${show('texts')} texts of ${show('units')} UTF-16 units and ${show('tokens')} tokens`);
  console.log(`${show('kuromoji')} of them tokenized by kuromoji itself too, all of them by its twin`);
  console.log(`${show('scores')} scores compared between four engines: ${values.bundle.join(', ')}`);
  console.log(`${show('differences')} differences, in ${Math.round((Date.now() - started) / 1000)} s`);
  process.exitCode = sum('differences') === 0 ? 0 : 1;
}

async function work({ part, parts, strings, seed, reviews, bundles }: Task): Promise<void> {
  const analyzer = NativeAnalyzer.load();
  const twin = await loadTokenizer();
  const kuromoji = await loadKuromoji();
  const models = await Promise.all(bundles.map((path) => loadModel(path, twin)));
  const counts: Counts = { texts: 0, units: 0, tokens: 0, kuromoji: 0, scores: 0, differences: 0 };
  const differ = (text: string, what: string) => {
    counts.differences++;
    const shown = JSON.stringify(text.length > 500 ? `${text.slice(0, 500)}…${text.length}` : text);
    parentPort?.postMessage({ counts, difference: `${what}: ${shown}` } satisfies Message);
  };

  const compareTokens = (text: string): void => {
    const ends = Array.from(analyzer.analyze(text));
    const tokens = twin.analyze(text);
    if (ends.join() !== tokens.map(({ end }) => end).join()) differ(text, 'native tokens differ from the twin');
    if (text.length <= MAX_KUROMOJI_UNITS && !/[\0\ud800-\udfff]/.test(text)) {
      counts.kuromoji++;
      const surfaces = kuromoji.tokenize(text).map(({ surface_form }) => surface_form);
      if (surfaces.join('\0') !== tokens.map(({ surface }) => surface).join('\0'))
        differ(text, 'native tokens differ from kuromoji');
    }
    counts.texts++;
    counts.units += text.length;
    counts.tokens += tokens.length;
  };

  const compare = async (texts: readonly string[]) => {
    texts.forEach(compareTokens);
    for (const { path, native, nativeLightgbm, vectorizer, booster, trees, tokensOf } of models) {
      const [batch, lightgbmBatch] = await Promise.all([native.scoreBatch(texts), nativeLightgbm.scoreBatch(texts)]);
      texts.forEach((text, i) => {
        const row = vectorizer.row(tokensOf(text).tokens);
        const score = native.score(text);
        const scoreMap = scoreMapOf(native.bundle);
        const sum = booster.predict(row);
        if (!Object.is(score, scoreMap.score(sum))) differ(text, `${path}: native score differs from lightgbm`);
        if (!Object.is(sum, trees.predict(row))) differ(text, `${path}: the raw sum of lightgbm differs from js`);
        if (!Object.is(sum, native.stages.forest.predict(row)))
          differ(text, `${path}: the raw sum of lightgbm differs from native`);
        if (!Object.is(score, nativeLightgbm.score(text)) || !Object.is(score, lightgbmBatch[i]))
          differ(text, `${path}: native score differs from native-lightgbm`);
        if (!Object.is(score, batch[i])) differ(text, `${path}: native score differs from the batch`);
        counts.scores++;
      });
    }
    parentPort?.postMessage({ counts } satisfies Message);
  };

  for (const file of reviews) {
    const { reviews: rows } = await readReviews(file);
    const texts = rows.filter((_, i) => i % parts === part).map(({ text }) => text);
    await compare(texts);
  }
  const words = dictionaryWords(1);
  for (let block = part; block * BLOCK < strings; block += parts) {
    const next = mixedTexts(createRandom(seed * 1_000_003 + block), words);
    await compare(Array.from({ length: Math.min(BLOCK, strings - block * BLOCK) }, next));
  }
}

/** Texts of words, of elongated and respelled words, and of characters that the normalizer changes. */
function mixedTexts(random: Random, words: readonly string[]): () => string {
  const generators = [textGenerator(random, words), elongatedTexts(random, words), normalizerTextGenerator(random)];
  return () => {
    const text = pick(random, generators)();
    return chance(random, 20) ? text + pick(random, generators)() : text;
  };
}

async function loadModel(path: string, tokenizer: Tokenizer) {
  const bundle = await readBundle(path);
  const { vectorizer, modelText } = bundle;
  const source = sourceOfBundle(bundle);
  const warn = (message: string) => console.error(message);
  return {
    path,
    vectorizer,
    native: await loadNativeEngine(source, warn),
    nativeLightgbm: await loadNativeLightgbmEngine(source, warn),
    booster: Booster.fromModelText(modelText),
    trees: Trees.fromModelText(modelText),
    tokensOf: referenceTokens(tokenizer, bundle.manifest.normalizer),
  };
}

interface Kuromoji {
  tokenize(text: string): { readonly surface_form: string }[];
}

function loadKuromoji(): Promise<Kuromoji> {
  const kuromoji = createRequire(import.meta.url)('kuromoji') as {
    builder(o: object): { build(done: (error: unknown, tokenizer: Kuromoji) => void): void };
  };
  return new Promise((resolve, reject) => {
    kuromoji
      .builder({ dicPath: dictionaryFolder() })
      .build((error, tokenizer) => (error ? reject(error) : resolve(tokenizer)));
  });
}

await (isMainThread ? main() : work(workerData as Task));
