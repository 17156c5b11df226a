/**
 * Text → score, the whole line in one call: tokens → row → trees → score held within the bundle's range.
 *
 * Every engine gives the same double for the same bundle; a difference is a bug. A scorer reproduces the bundle's
 * golden scores before it is handed out.
 */
import { setImmediate } from 'node:timers/promises';
import type { CsrMatrix, SparseRow } from '../native/rows.ts';
import { type Bundle, type Manifest, readBundle } from './bundle.ts';
import { loadTokenizer, type Tokenizer, tokenizerIdentity } from './tokenizer.ts';
import { Forest } from './trees.ts';
import { stackRows, type Vectorizer } from './vectorizer.ts';

/** `lightgbm`: the addon's LightGBM. `js`: the trees in TypeScript. */
export const engineNames = ['lightgbm', 'js'] as const;
export type EngineName = (typeof engineNames)[number];
/** `auto`: the first of the engines that loads. */
export type EngineChoice = EngineName | 'auto';

export interface Scorer {
  readonly engine: EngineName;
  readonly bundle: Manifest;
  /** The score of one text, any string. */
  score(text: string): number;
  /** The scores of many texts, in order; lets other work go on between them. */
  scoreBatch(texts: readonly string[]): Promise<Float64Array>;
}

export interface ScorerOptions {
  readonly bundlePath: string;
  readonly engine: EngineChoice;
  /** Told why `auto` did not take an engine. */
  readonly warn?: (message: string) => void;
}

/** Trees that answer for a row, and for many. */
export interface Predictor {
  readonly columnCount: number;
  predict(row: SparseRow): number;
  predictBatch(matrix: CsrMatrix): Promise<Float64Array>;
}

/** Loads the bundle and an engine for it; rejects if the bundle, the dictionary or a golden score is not as expected. */
export async function loadScorer({ bundlePath, engine, warn }: ScorerOptions): Promise<LineScorer> {
  const [bundle, tokenizer] = await Promise.all([readBundle(bundlePath), loadTokenizer()]);
  await checkTokenizer(bundle);
  const scorer = await firstEngine(bundle, tokenizer, engine === 'auto' ? engineNames : [engine], warn);
  for (const { text, score } of bundle.manifest.goldens) {
    const received = scorer.score(text);
    if (!Object.is(received, score)) {
      throw new Error(
        `${bundlePath}/manifest.json: expected the golden text ${JSON.stringify(text)} to give ${score}, the ${scorer.engine} engine gave ${received}`,
      );
    }
  }
  return scorer;
}

async function firstEngine(
  bundle: Bundle,
  tokenizer: Tokenizer,
  [engine, ...others]: readonly EngineName[],
  warn: ScorerOptions['warn'],
): Promise<LineScorer> {
  try {
    const predictor = await loadPredictor(engine as EngineName, bundle);
    return new LineScorer(engine as EngineName, bundle.manifest, tokenizer, bundle.vectorizer, predictor);
  } catch (error) {
    if (others.length === 0) throw error;
    warn?.(`engine ${engine} is not to be had, trying ${others[0]}: ${(error as Error).message}`);
    return firstEngine(bundle, tokenizer, others, warn);
  }
}

async function loadPredictor(engine: EngineName, { path, modelText, vectorizer }: Bundle): Promise<Predictor> {
  const predictor = engine === 'lightgbm' ? await loadBooster(modelText) : new JsPredictor(modelText);
  if (predictor.columnCount !== vectorizer.columnCount) {
    throw new Error(
      `${path}/model.txt: expected ${vectorizer.columnCount} features, as many as vocabulary.tsv has terms, received ${predictor.columnCount}`,
    );
  }
  return predictor;
}

async function loadBooster(modelText: string): Promise<Predictor> {
  const { Booster } = await import('../native/index.ts'); // not before it is asked for: `js` has to do without an addon
  return Booster.fromModelText(modelText);
}

class JsPredictor implements Predictor {
  readonly #forest: Forest;

  constructor(modelText: string) {
    this.#forest = Forest.fromModelText(modelText);
  }

  get columnCount(): number {
    return this.#forest.columnCount;
  }

  predict(row: SparseRow): number {
    return this.#forest.predict(row);
  }

  async predictBatch({ rowStarts, columns, values }: CsrMatrix): Promise<Float64Array> {
    return Float64Array.from({ length: rowStarts.length - 1 }, (_, r) => {
      const [start, end] = [rowStarts[r], rowStarts[r + 1]];
      return this.predict({ columns: columns.subarray(start, end), values: values.subarray(start, end) });
    });
  }
}

/** Walks the line stage by stage; the stages are open to the benchmark, which times each of them. */
export class LineScorer implements Scorer {
  readonly engine: EngineName;
  readonly bundle: Manifest;
  readonly tokenizer: Tokenizer;
  readonly vectorizer: Vectorizer;
  readonly predictor: Predictor;

  constructor(
    engine: EngineName,
    bundle: Manifest,
    tokenizer: Tokenizer,
    vectorizer: Vectorizer,
    predictor: Predictor,
  ) {
    this.engine = engine;
    this.bundle = bundle;
    this.tokenizer = tokenizer;
    this.vectorizer = vectorizer;
    this.predictor = predictor;
  }

  score(text: string): number {
    return holdWithin(this.bundle.scoreRange, this.predictor.predict(this.#rowOf(text)));
  }

  async scoreBatch(texts: readonly string[]): Promise<Float64Array> {
    const rows: SparseRow[] = [];
    for (const text of texts) {
      rows.push(this.#rowOf(text));
      await setImmediate();
    }
    const scores = await this.predictor.predictBatch(stackRows(rows, this.vectorizer.columnCount));
    return scores.map((score) => holdWithin(this.bundle.scoreRange, score));
  }

  #rowOf(text: string): SparseRow {
    return this.vectorizer.row(this.tokenizer.tokenize(text).map((token) => token.surface));
  }
}

/** The nearest score within [lowest, highest]. */
export function holdWithin([lowest, highest]: readonly [number, number], score: number): number {
  return Math.min(Math.max(score, lowest), highest);
}

async function checkTokenizer({ path, manifest }: Bundle): Promise<void> {
  const installed = await tokenizerIdentity();
  for (const key of ['name', 'version', 'dictionary'] as const) {
    if (manifest.tokenizer[key] !== installed[key]) {
      throw new Error(
        `${path}/manifest.json: expected tokenizer.${key} to be ${installed[key]}, which is installed, received ${manifest.tokenizer[key]}`,
      );
    }
  }
}
