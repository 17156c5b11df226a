/**
 * Imports models of many versions of scikit-learn and LightGBM, and damaged ones. It is not part of `make test`.
 *
 *     make imports
 *
 * For each environment of imports/environments.json it trains models of every kind (imports/models.py), imports them, and
 * compares the scores of texts with Python's predictions: each model has to give the same doubles, or to be refused with a
 * reason. For float32 rows, the scores of Python's rows have to be the same. Then it imports damaged files
 * (fixtures/damaged-models.ts) and vectorizers that were changed after fitting (imports/odd_vectorizers.py), and shows the
 * same files to Python. It prints tables, and exits with 1 if a score differs.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { markdownRow } from '../../cli/terminal/table.ts';
import { composeReviews } from '../../model/corpus/compose.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { stackRows } from '../../model/reference/vectorizer.ts';
import { loadFeatureExtractor } from '../../model/scoring/feature-extractor.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { parseExportedVectorizer } from '../../model/training/exported-vectorizer.ts';
import { importModel } from '../../model/training/import-model.ts';
import { decodeModelFile } from '../../model/training/model-file.ts';
import { Booster } from '../../native/index.ts';
import { damagedModels } from '../fixtures/damaged-models.ts';
import { tokensOf } from '../fixtures/vectorize.ts';
import { buildFolder, type Environment, makeEnvironments } from './imports/environments.ts';

/** An entry of the index that models.py or odd_vectorizers.py writes. */
interface MadeModel {
  readonly name: string;
  readonly model: string;
  /** Undefined if the exporter refused it, with `exportError`. */
  readonly vectorizer?: string;
  readonly exportError?: string;
  /** The reason why Python could not train it. */
  readonly untrained?: string;
  /** Only the engines with LightGBM serve it. */
  readonly link: boolean;
  readonly float32: boolean;
  /** The import has to refuse it, with these words. */
  readonly refused: string | null;
  /** The number of predictions that change when Python reads its own file. */
  readonly memoryDiffers: number;
  readonly predictions: readonly number[];
  /** Python's rows, if they are float32. */
  readonly rows?: readonly { readonly columns: readonly number[]; readonly values: readonly number[] }[];
}

/** `exact`: all scores are Python's. `refused`: with a reason. Everything else is a fault. */
interface Outcome {
  readonly what: string;
  readonly state: 'exact' | 'refused' | 'DIFFERENT';
  readonly detail: string;
}

const REVIEWS = { seed: 11, counts: { sentences: 350, eachSentence: false, words: 120, contrasts: 60 } };
/** Letters that are new in Unicode 12, 13, 14, 15, 15.1, 16 and 17, and other characters that Pythons may see differently. */
const LETTERS = [
  '\ua7ba',
  '\u9ff0',
  '\u2c2f',
  '\u{1e4d0}',
  '\u{31350}',
  '\u{2ebf0}',
  '\u1c89',
  '\u{323b0}',
  'Ⅷ',
  '½',
  '\u3099',
  '𠮷',
  '😀',
];
/** Wide enough to clamp no score. */
const WIDE = [-1e9, 1e9] as const;

const log = (message: string) => process.stderr.write(`imports: ${message}\n`);
const row = (...cells: readonly (string | number)[]) => console.log(markdownRow(cells.map(String)));
const outcomes: Outcome[] = [];

const { texts, documents } = await makeDocuments();

async function makeDocuments() {
  const reviews = composeReviews(await readCorpus(), REVIEWS);
  const odd = LETTERS.flatMap((letter, i) => [
    `${reviews[i]?.text.slice(0, 9)}${letter}${reviews[i]?.text.slice(9)}`,
    `良い${letter}です。とても${letter}良い`,
  ]);
  const texts = [...reviews.map(({ text }) => text), ...odd, '', '。', 'とても'.repeat(400)];
  const extractor = await loadFeatureExtractor({}, log);
  const documents = texts.map((text) => Array.from(extractor.tokens(text).tokens, ({ surface }) => surface).join(' '));
  const labels = texts.map((_, i) => reviews[i]?.stars ?? 3);
  mkdirSync(buildFolder, { recursive: true });
  writeFileSync(join(buildFolder, 'documents.json'), JSON.stringify({ documents, labels }));
  return { texts, documents };
}

function readIndex(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
}

function readModels({ folder }: Environment): readonly MadeModel[] {
  return (readIndex(folder) as { readonly models: readonly MadeModel[] }).models;
}

/** Imports as the command does. Returns the bundle's folder. */
async function importFiles(model: Buffer, vectorizer: string, hasRange: boolean): Promise<string> {
  const path = join(buildFolder, 'bundle');
  rmSync(path, { recursive: true, force: true });
  await importModel(
    path,
    decodeModelFile(model, 'model.txt'),
    parseExportedVectorizer(readFileSync(vectorizer, 'utf8'), 'vectorizer.json'),
    {
      name: 'imported',
      command: 'test/long/imports.ts',
      modelFile: 'model.txt',
      ...(hasRange ? { scoreRange: WIDE } : {}),
    },
  );
  return path;
}

/** The number of texts whose score is not the expected double, on the engine that `auto` takes. */
async function countDifferences(bundlePath: string, expected: readonly number[]): Promise<number> {
  const scorer = await loadScorer({ bundlePath, engine: 'auto' });
  return texts.filter((text, i) => !Object.is(scorer.score(text), expected[i])).length;
}

async function outcomeOf(model: MadeModel): Promise<Omit<Outcome, 'what'>> {
  if (model.vectorizer === undefined) return { state: 'refused', detail: `exporter: ${model.exportError}` };
  try {
    const bundle = await importFiles(readFileSync(model.model), model.vectorizer, model.link);
    const different = await countDifferences(bundle, model.predictions);
    if (!model.float32)
      return { state: different === 0 && model.refused === null ? 'exact' : 'DIFFERENT', detail: `${different} texts` };
    const onRows = await countOnRows(model);
    return {
      state: onRows === 0 ? 'exact' : 'DIFFERENT',
      detail: `${different} texts, by float32; ${onRows} of Python's rows`,
    };
  } catch (error) {
    const { message } = error as Error;
    const isExpected = model.refused === null || message.includes(model.refused);
    return { state: isExpected ? 'refused' : 'DIFFERENT', detail: message };
  }
}

/** The number of Python's float32 rows that do not give its predictions. */
async function countOnRows({ model, rows = [], predictions }: MadeModel): Promise<number> {
  const booster = Booster.fromModelText(decodeModelFile(readFileSync(model), model));
  const sparse = rows.map(({ columns, values }) => ({
    columns: Int32Array.from(columns),
    values: Float64Array.from(values),
  }));
  const scores = await booster.predictBatch(stackRows(sparse, booster.columnCount));
  return predictions.filter((prediction, i) => !Object.is(prediction, scores[i])).length;
}

async function importAll(environment: Environment): Promise<void> {
  log(`training with ${environment.name}`);
  environment.run('models.py', [join(buildFolder, 'documents.json'), environment.folder, String(environment.number)]);
  const models = readModels(environment);
  const trained = models.filter(({ untrained }) => untrained === undefined);
  for (const { name, untrained } of models.filter(({ untrained }) => untrained !== undefined))
    log(`${environment.name}: not trained: ${name}: ${untrained}`);
  const all: Outcome[] = [];
  for (const model of trained) all.push({ what: `${environment.name}: ${model.name}`, ...(await outcomeOf(model)) });
  outcomes.push(...all);
  const count = (state: Outcome['state']) => all.filter((one) => one.state === state).length;
  const rereads = trained.filter(({ memoryDiffers }) => memoryDiffers > 0).length;
  row(environment.name, all.length, count('exact'), count('refused'), count('DIFFERENT'), rereads);
}

function shorten(text: string): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > 150 ? `${line.slice(0, 149)}…` : line;
}

function show({ what, state, detail }: Outcome, python: string): void {
  row(what, state, shorten(detail), shorten(python));
}

/** Infinities and NaN are strings. */
type Answer =
  | { readonly predictions: readonly (number | string)[] }
  | { readonly error: string }
  | { readonly crash: string };

/** Damaged and odd files, made from three models of the newest environment. */
async function importDamaged(environment: Environment): Promise<void> {
  const models = readModels(environment);
  const bases = { plain: 'regression', categories: 'categories', linear: 'linear trees' } as const;
  const baseOf = (from: keyof typeof bases) => models.find(({ name }) => name === bases[from]) as MadeModel;
  const textOf = (from: keyof typeof bases) => readFileSync(baseOf(from).model, 'utf8');
  const damaged = damagedModels({ plain: textOf('plain'), categories: textOf('categories'), linear: textOf('linear') });
  for (const from of ['plain', 'categories', 'linear'] as const) {
    const files = damaged
      .filter((one) => one.from === from)
      .map(({ what, file }, i) => ({ what, file, path: join(buildFolder, `damaged-${i}.txt`) }));
    for (const { file, path } of files) writeFileSync(path, file);
    const base = baseOf(from);
    const answers = askPython(
      environment,
      base,
      files.map(({ path }) => path),
    );
    for (const [i, { what, path }] of files.entries()) {
      const answer = answers[i] as Answer;
      const read = 'predictions' in answer ? answer.predictions : base.predictions;
      const predictions = read.map((value) => Number(String(value).replace('inf', 'Infinity')));
      const outcome = { what, ...(await outcomeOf({ ...base, model: path, predictions })) };
      outcomes.push(outcome);
      show(
        outcome,
        'predictions' in answer ? 'reads it' : 'error' in answer ? answer.error : `crashes: ${answer.crash}`,
      );
    }
  }
}

/** Python's predictions for the documents, by each file. */
function askPython(environment: Environment, { vectorizer }: MadeModel, files: readonly string[]): Answer[] {
  const { vectorizer: twin } = parseExportedVectorizer(readFileSync(vectorizer as string, 'utf8'), 'vectorizer.json');
  const { rowStarts, columns, values, columnCount } = stackRows(
    documents.map((text) => twin.row(tokensOf([text]))),
    twin.columnCount,
  );
  const request = join(buildFolder, 'request.json');
  const lists = { indptr: Array.from(rowStarts), indices: Array.from(columns), data: Array.from(values) };
  writeFileSync(request, JSON.stringify({ files, ...lists, columns: columnCount }));
  return JSON.parse(environment.run('read.py', [request])) as Answer[];
}

/** Vectorizers that were changed after fitting, and those that other versions pickled. */
async function importOddVectorizers(newest: Environment, others: readonly Environment[]): Promise<void> {
  const { model } = readModels(newest).find(({ name }) => name === 'regression') as MadeModel;
  const folder = join(buildFolder, 'odd');
  const pickles = others.map((other) => join(other.folder, 'vectorizer.pkl'));
  newest.run('odd_vectorizers.py', [join(buildFolder, 'documents.json'), model, folder, ...pickles]);
  for (const odd of readIndex(folder) as readonly MadeModel[]) {
    const other = others.find((one) => odd.name === `a pickle of ${basename(one.folder)}`);
    const what = other === undefined ? `a vectorizer: ${odd.name}` : `a vectorizer: a pickle of ${other.name}`;
    const outcome = { what, ...(await outcomeOf({ ...odd, model, link: true, refused: null })) };
    outcomes.push(outcome);
    show(outcome, odd.vectorizer === undefined ? 'is not exported' : 'transforms texts');
  }
}

const environments = makeEnvironments(log);
const newest = environments.at(-1);
if (newest === undefined) throw new Error('Expected a Python of imports/environments.json, found none');
row('made with', 'models', 'exact', 'refused', 'different', 'other numbers after Python reads its own file');
row(...Array.from({ length: 6 }, () => '---'));
for (const environment of environments) await importAll(environment);
const trainedCount = outcomes.length;
console.log();
row('refused models', 'state', 'reason');
row('---', '---', '---');
const reasons = new Map<string, Outcome[]>();
for (const outcome of outcomes.filter(({ state }) => state !== 'exact'))
  reasons.set(outcome.detail, [...(reasons.get(outcome.detail) ?? []), outcome]);
for (const some of reasons.values()) {
  const [{ what, state, detail }] = some as [Outcome];
  row(some.length === 1 ? what : `${some.length} models, such as ${what}`, state, shorten(detail));
}
console.log();
row('damaged or odd file', 'state', 'reason', 'Python');
row('---', '---', '---', '---');
await importDamaged(newest);
await importOddVectorizers(newest, environments.slice(0, -1));
const count = (state: Outcome['state'], some: readonly Outcome[]) => some.filter((one) => one.state === state).length;
for (const [what, some] of [
  ['models', outcomes.slice(0, trainedCount)],
  ['damaged or odd', outcomes.slice(trainedCount)],
] as const)
  console.log(
    `\n${what}: ${some.length}; exact ${count('exact', some)}, refused ${count('refused', some)}, different ${count('DIFFERENT', some)}`,
  );
const float32 = outcomes.filter(({ state, detail }) => state === 'exact' && detail.includes('float32'));
const ofTexts = float32.reduce((sum, { detail }) => sum + Number.parseInt(detail, 10), 0);
console.log(
  `\nfloat32: ${float32.length} exact from Python's rows; from the texts, ${ofTexts} of ${float32.length * texts.length} scores differ`,
);
process.exitCode = count('DIFFERENT', outcomes) === 0 ? 0 : 1;
