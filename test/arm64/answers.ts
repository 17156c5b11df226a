/**
 * Compares two processors: writes the answers of this one to a file, or compares two such files.
 *
 *     node answers.js write FILE [--texts 2000] [--seed 1] [--reviews FILE.tsv] [--lightgbm]
 *     node answers.js compare FILE FILE
 *
 * The answers are scores by each engine, of single texts and of batches on threads, tokens, normalized texts with
 * offsets, explanations, idf, quadratures, and with --lightgbm also trained models. Doubles are compared by their bits.
 * `compare` prints the number of texts and answers, and exits with 1 if an answer differs or is missing.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileBundle } from '../../model/bundle/compile.ts';
import { readBundle } from '../../model/bundle/read.ts';
import { composeReviews } from '../../model/corpus/compose.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { readReviews } from '../../model/io/reviews.ts';
import { makeLogarithmTable } from '../../model/math/logarithm.ts';
import { pointCountFor, quadratureOf } from '../../model/math/quadrature.ts';
import { createRandom, pick } from '../../model/math/random.ts';
import { defaultVectorizerParameters } from '../../model/reference/vectorizer.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { engineNames } from '../../model/scoring/scorer.ts';
import { readBase } from '../../model/training/base.ts';
import { type TrainOptions, train } from '../../model/training/train.ts';
import { idfOf } from '../../model/training/vectorizer-fit.ts';
import { NativeAnalyzer, NativeNormalizer } from '../../native/index.ts';
import { normalizerTextGenerator } from '../fixtures/normalizer-texts.ts';
import { shippedBundle, shippedManifest, shippedScorer } from '../fixtures/shipped-scorer.ts';
import { smallModels } from '../fixtures/small-models.ts';
import { elongatedTexts } from '../fixtures/spellings.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';

/** The name of an answer → its value, or the hash of its bytes. */
type Answers = Record<string, string>;
interface File {
  readonly machine: string;
  readonly texts: number;
  readonly answers: Answers;
}

/** Every twentieth text is explained, because an explanation takes longer than a score. */
const EXPLAINED = 20;
const IDF_TEXTS = [10, 500, 3000, 16_012, 20_000, 40_000];
const LONG_UNITS = 20_000;

const hashOf = (bytes: string | NodeJS.ArrayBufferView) =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 32);

/** Random texts that depend on the seed alone, and the usual suspects. */
function textsOf(count: number, seed: number): string[] {
  const random = createRandom(seed);
  const words = dictionaryWords(20);
  const generators = [textGenerator(random, words), elongatedTexts(random, words), normalizerTextGenerator(random)];
  const special = [
    '',
    '\ud83d',
    '😀'.repeat(300),
    'ー'.repeat(LONG_UNITS),
    'ｻｲｺｰ',
    '神',
    '面白い映画'.repeat(LONG_UNITS / 5),
  ];
  return [...special, ...Array.from({ length: count - special.length }, () => pick(random, generators)())];
}

async function addScores(answers: Answers, texts: readonly string[], withLightgbm: boolean): Promise<void> {
  const add = (name: string, values: Float64Array) =>
    values.forEach((value, i) => {
      answers[`${name} ${i}`] = hashOf(Float64Array.of(value));
    });
  const native = shippedScorer();
  for (const threads of [1, 2, 3]) add(`batch on ${threads} threads`, await native.scoreBatch(texts, threads));
  for (const engine of withLightgbm ? engineNames : (['native', 'js'] as const)) {
    const scorer = await loadScorer({ bundlePath: shippedBundle, engine });
    const scores = Float64Array.from(texts, (text) => scorer.score(text));
    add(`score of ${engine}`, scores);
    // The engines of one machine must agree, too.
    for (const i of scores.keys())
      if (answers[`score of ${engine} ${i}`] !== answers[`batch on 1 threads ${i}`])
        throw new Error(`Expected the engines to agree on ${JSON.stringify(texts[i])}, ${engine} differs from native`);
    for (const [i, text] of texts.entries())
      if (i % EXPLAINED === 0 && text.length < LONG_UNITS)
        answers[`explanation of ${engine} ${i}`] = hashOf(JSON.stringify(await scorer.explain(text)));
  }
}

function addStages(answers: Answers, texts: readonly string[]): void {
  const analyzer = NativeAnalyzer.load();
  const normalizer = NativeNormalizer.load(analyzer, shippedManifest.normalizer?.steps ?? []);
  texts.forEach((text, i) => {
    answers[`tokens ${i}`] = hashOf(Uint32Array.from(analyzer.analyze(text)));
    answers[`normalized ${i}`] = hashOf(JSON.stringify(normalizer.normalize(text)));
  });
}

async function addTables(answers: Answers): Promise<void> {
  answers.logarithms = hashOf(makeLogarithmTable());
  for (const texts of IDF_TEXTS) {
    const idf = Float64Array.from({ length: texts }, (_, i) => idfOf(i + 1, texts, true));
    answers[`idf in ${texts} texts`] = hashOf(idf);
  }
  for (let count = 1; count <= 80; count++) {
    const { points, weights } = quadratureOf(count);
    answers[`quadrature of ${count} points`] = hashOf(Float64Array.of(...points, ...weights));
  }
  answers['points for up to 1,000 factors'] = hashOf(
    Uint16Array.from({ length: 1000 }, (_, i) => pointCountFor(i + 1)),
  );
  for (const [name, table] of Object.entries(compileBundle(await readBundle(shippedBundle))))
    answers[`compiled ${name}`] = table instanceof Error ? table.message : hashOf(table);
}

/** Trains models of each kind, and whole bundles: with trees and terms, and on the shipped model. */
async function addTraining(answers: Answers): Promise<void> {
  for (const [kind, text] of await smallModels()) answers[`model: ${kind}`] = hashOf(text);
  const counts = { sentences: 600, eachSentence: false, words: 0, contrasts: 0 };
  const reviews = composeReviews(await readCorpus(), { seed: 1, counts });
  const common = { command: 'a test', seed: 1, validationShare: 0.2, patience: 5 };
  const recipes: Record<string, TrainOptions> = {
    trees: {
      ...common,
      name: 'trees',
      vectorizer: { ...defaultVectorizerParameters, max_features: 2000 },
      boosting: { num_leaves: 15, learning_rate: 0.1, feature_fraction: 0.5 },
      rounds: 20,
      leaf: { alpha: 'auto', terms: 1000, stretch: 1.5 },
    },
  };
  const base = await readBase(shippedBundle);
  recipes['on the shipped model'] = {
    ...common,
    name: 'base',
    base,
    vectorizer: base.vectorizer.parameters,
    normalizer: base.manifest.normalizer?.steps ?? [],
    boosting: {},
    rounds: 0,
    leaf: { alpha: 'auto' },
  };
  const folder = mkdtempSync(join(tmpdir(), 'hoshi-answers-'));
  try {
    for (const [name, options] of Object.entries(recipes)) {
      const path = join(folder, options.name);
      await train(path, reviews, options);
      for (const file of readdirSync(path))
        answers[`bundle: ${name}, ${file}`] = hashOf(readFileSync(join(path, file)));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function write(path: string, count: number, seed: number, reviews: string | undefined, withLightgbm: boolean) {
  const texts = [
    ...textsOf(count, seed),
    ...(reviews === undefined ? [] : (await readReviews(reviews)).reviews.map(({ text }) => text)),
  ];
  const answers: Answers = { texts: hashOf(JSON.stringify(texts)) };
  const began = performance.now();
  const step = async (name: string, work: () => Promise<void> | void) => {
    await work();
    console.error(`${name}: after ${Math.round((performance.now() - began) / 1000)} s`);
  };
  await step('stages', () => addStages(answers, texts));
  await step('tables', () => addTables(answers));
  await step('scores', () => addScores(answers, texts, withLightgbm));
  if (withLightgbm) await step('training', () => addTraining(answers));
  const file: File = { machine: `${process.arch}, Node ${process.version}`, texts: texts.length, answers };
  writeFileSync(path, JSON.stringify(file));
}

function compare(...paths: readonly [string, string]): void {
  const [a, b] = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')) as File) as [File, File];
  const names = new Set([...Object.keys(a.answers), ...Object.keys(b.answers)]);
  const different = [...names].filter((name) => a.answers[name] !== b.answers[name]);
  for (const name of different.slice(0, 20))
    console.log(`${name}: ${a.answers[name] ?? 'missing'}, ${b.answers[name] ?? 'missing'}`);
  console.log(
    `${a.machine}; ${b.machine}: ${a.texts} texts, ${names.size} answers compared, ${different.length} differences`,
  );
  process.exitCode = different.length === 0 && a.texts === b.texts ? 0 : 1;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    texts: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    reviews: { type: 'string' },
    lightgbm: { type: 'boolean', default: false },
  },
});
const [action, first, second] = positionals;
if (action === 'write' && first !== undefined)
  await write(first, Number(values.texts), Number(values.seed), values.reviews, values.lightgbm);
else if (action === 'compare' && first !== undefined && second !== undefined) compare(first, second);
else throw new Error('Usage: answers.js write FILE [OPTIONS] | answers.js compare FILE FILE');
