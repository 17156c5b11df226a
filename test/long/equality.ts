/**
 * Everything that the engines promise to have in common, on as many texts as one has time for; not part of `make test`.
 *
 *     node dist/test/long/equality.js --strings 1000000 [--seed 1] [--reviews FILE.tsv]… [--bundle DIR]…
 *
 * Tokens: the native analyzer's against those of the mended twin, and of kuromoji itself where it can take the text. Scores: the
 * engine `native`, alone and in a batch, against `lightgbm` and `js`, for each bundle (default: the shipped one). Texts: every
 * review, and generated strings, which depend on the seed alone. Prints counts and differences; exits with 1 on any.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { readBundle } from '../../model/bundle/read.ts';
import { readReviews } from '../../model/io/reviews.ts';
import { createRandom } from '../../model/math/random.ts';
import { clampScore } from '../../model/reference/score-range.ts';
import { loadTokenizer } from '../../model/reference/tokenizer.ts';
import { dictionaryFolder } from '../../model/reference/tokenizer-identity.ts';
import { Forest as Trees } from '../../model/reference/trees.ts';
import { sourceOfBundle } from '../../model/scoring/bundle-source.ts';
import { loadNativeEngine } from '../../model/scoring/native-engine.ts';
import { Booster, NativeAnalyzer } from '../../native/index.ts';
import { packageRoot } from '../../native/package-root.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';

/** Strings that come from one state of the generator, and go into one batch. */
const BLOCK = 1000;
/** kuromoji itself takes quadratic time. */
const LONGEST_FOR_KUROMOJI = 400;
const SHOWN = 10;

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
  /** Texts that kuromoji itself took. */
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
            if (difference !== undefined && shown++ < SHOWN) console.log(difference);
          })
          .on('error', reject)
          .on('exit', () => resolve());
      });
    }),
  );
  const sum = (name: keyof Counts) => latest.reduce((total, counts) => total + counts[name], 0);
  const show = (name: keyof Counts) => sum(name).toLocaleString('en');
  console.log(`${show('texts')} texts of ${show('units')} UTF-16 units and ${show('tokens')} tokens`);
  console.log(`${show('kuromoji')} of them cut by kuromoji itself too, all of them by its twin`);
  console.log(`${show('scores')} scores by three engines: ${values.bundle.join(', ')}`);
  console.log(`${show('differences')} differences, in ${Math.round((Date.now() - started) / 1000)} s`);
  process.exitCode = sum('differences') === 0 ? 0 : 1;
}

async function work({ part, parts, strings, seed, reviews, bundles }: Task): Promise<void> {
  const analyzer = NativeAnalyzer.load();
  const twin = await loadTokenizer();
  const law = await loadKuromoji();
  const models = await Promise.all(bundles.map(loadModel));
  const counts: Counts = { texts: 0, units: 0, tokens: 0, kuromoji: 0, scores: 0, differences: 0 };
  const differ = (text: string, what: string) => {
    counts.differences++;
    const shown = JSON.stringify(text.length > 500 ? `${text.slice(0, 500)}…${text.length}` : text);
    parentPort?.postMessage({ counts, difference: `${what}: ${shown}` } satisfies Message);
  };

  const compareTokens = (text: string): string[] => {
    const ends = Array.from(analyzer.analyze(text));
    const tokens = twin.tokenize(text);
    if (ends.join() !== tokens.map(({ end }) => end).join()) differ(text, 'tokens of the twin');
    if (text.length <= LONGEST_FOR_KUROMOJI && !/[\0\ud800-\udfff]/.test(text)) {
      counts.kuromoji++;
      const surfaces = law.tokenize(text).map(({ surface_form }) => surface_form);
      if (surfaces.join('\0') !== tokens.map(({ surface }) => surface).join('\0')) differ(text, 'tokens of kuromoji');
    }
    counts.texts++;
    counts.units += text.length;
    counts.tokens += tokens.length;
    return tokens.map(({ surface }) => surface);
  };

  const compare = async (texts: readonly string[]) => {
    const surfaces = texts.map(compareTokens);
    for (const { path, native, vectorizer, booster, trees } of models) {
      const batch = await native.scoreBatch(texts);
      texts.forEach((text, i) => {
        const row = vectorizer.row(surfaces[i] as string[]);
        const score = native.score(text);
        const range = native.bundle.scoreRange;
        if (!Object.is(score, clampScore(range, booster.predict(row)))) differ(text, `${path}: score of lightgbm`);
        if (!Object.is(score, clampScore(range, trees.predict(row)))) differ(text, `${path}: score of js`);
        if (!Object.is(score, batch[i])) differ(text, `${path}: score in a batch`);
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
    const next = textGenerator(createRandom(seed * 1_000_003 + block), words);
    await compare(Array.from({ length: Math.min(BLOCK, strings - block * BLOCK) }, next));
  }
}

async function loadModel(path: string) {
  const bundle = await readBundle(path);
  const { vectorizer, modelText } = bundle;
  return {
    path,
    vectorizer,
    native: await loadNativeEngine(sourceOfBundle(bundle), (message) => console.error(message)),
    booster: Booster.fromModelText(modelText),
    trees: Trees.fromModelText(modelText),
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
