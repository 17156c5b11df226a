/**
 * The reference engines: tokens by kuromoji, rows in TypeScript, and trees by LightGBM (`lightgbm`) or in TypeScript
 * (`js`). Slow and readable; the native engine must give the same doubles.
 */
import { setImmediate } from 'node:timers/promises';
import type { CountedScores } from '../../native/index.ts';
import type { CsrMatrix, SparseRow } from '../../native/rows.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { type Bundle, checkFeatureCount, checkSameNormalizer, checkSameTokenizer } from '../bundle/read.ts';
import { normalizationTables } from '../reference/normalization-tables.ts';
import type { NormalizedTokens } from '../reference/normalized-tokens.ts';
import { maxUnits } from '../reference/normalizer.ts';
import { type ScoreMap, scoreMapOf } from '../reference/score-range.ts';
import { loadTokenizer, type Tokenizer } from '../reference/tokenizer.ts';
import { tokenizerIdentity } from '../reference/tokenizer-identity.ts';
import { Forest } from '../reference/trees.ts';
import { stackRows, type Vectorizer } from '../reference/vectorizer.ts';
import { type BundleSource, lazyExplainer } from './bundle-source.ts';
import type { Explanation } from './explain.ts';
import type { ReferenceExplainer } from './reference-explainer.ts';
import { referenceTokens } from './reference-tokens.ts';
import type { Scorer } from './scorer.ts';

type ReferenceEngineName = 'lightgbm' | 'js';

/**
 * Rejects with a BundleError if the bundle or its tokenizer is not as expected, and with another error if the engine is
 * unavailable.
 */
export async function loadReferenceEngine(engine: ReferenceEngineName, source: BundleSource): Promise<ReferenceEngine> {
  const bundle = await source.read();
  const tokenizer = await loadTokenizer(bundle.userDictionary);
  checkSameTokenizer(bundle.path, bundle.manifest, await tokenizerIdentity());
  if (bundle.manifest.normalizer !== undefined)
    checkSameNormalizer(bundle.path, bundle.manifest, normalizationTables().identity);
  return new ReferenceEngine(
    engine,
    bundle.manifest,
    tokenizer,
    bundle.vectorizer,
    await loadPredictor(engine, bundle),
    lazyExplainer(async () => {
      const { ReferenceExplainer } = await import('./reference-explainer.ts');
      return new ReferenceExplainer(await source.read());
    }),
  );
}

/** The trees: a sum of leaf values for a row, or for each row of a matrix. The sums are raw. */
interface Predictor {
  readonly columnCount: number;
  predict(row: SparseRow): number;
  predictBatch(matrix: CsrMatrix): Promise<Float64Array>;
}

async function loadPredictor(engine: ReferenceEngineName, { path, modelText, vectorizer }: Bundle): Promise<Predictor> {
  const predictor = engine === 'lightgbm' ? await loadBooster(modelText) : new JsPredictor(modelText);
  checkFeatureCount(path, vectorizer.columnCount, predictor.columnCount);
  return predictor;
}

async function loadBooster(modelText: string): Promise<Predictor> {
  const { Booster } = await import('../../native/index.ts'); // imported here, because `js` must run without an addon
  return Booster.fromModelText(modelText);
}

/** Rows that the trees in TypeScript score in one round of the event loop: about a millisecond for 1,000 trees. */
const ROWS_PER_ROUND = 16;

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
    const sums = new Float64Array(rowStarts.length - 1);
    for (let r = 0; r < sums.length; r++) {
      const [start, end] = [rowStarts[r], rowStarts[r + 1]];
      sums[r] = this.predict({ columns: columns.subarray(start, end), values: values.subarray(start, end) });
      if (r % ROWS_PER_ROUND === ROWS_PER_ROUND - 1) await setImmediate();
    }
    return sums;
  }
}

/** Scores stage by stage. The stages are public because the benchmark times each of them. */
export class ReferenceEngine implements Scorer {
  readonly engine: ReferenceEngineName;
  readonly bundle: Manifest;
  readonly tokenizer: Tokenizer;
  readonly vectorizer: Vectorizer;
  readonly predictor: Predictor;
  readonly #scoreMap: ScoreMap;
  readonly #tokens: (text: string) => NormalizedTokens;
  readonly #explainer: () => Promise<ReferenceExplainer>;

  constructor(
    engine: ReferenceEngineName,
    bundle: Manifest,
    tokenizer: Tokenizer,
    vectorizer: Vectorizer,
    predictor: Predictor,
    explainer: () => Promise<ReferenceExplainer>,
  ) {
    this.engine = engine;
    this.bundle = bundle;
    this.tokenizer = tokenizer;
    this.vectorizer = vectorizer;
    this.predictor = predictor;
    this.#scoreMap = scoreMapOf(bundle);
    this.#tokens = referenceTokens(tokenizer, bundle.normalizer);
    this.#explainer = explainer;
  }

  score(text: string): number {
    return this.#scoreMap.score(this.predictor.predict(this.#rowOf(text)));
  }

  async scoreBatch(texts: readonly string[]): Promise<Float64Array> {
    return (await this.scoreBatchWithWords(texts)).scores;
  }

  async scoreBatchWithWords(texts: readonly string[]): Promise<CountedScores> {
    const rows: SparseRow[] = [];
    const words = new Uint32Array(texts.length);
    const unknownWords = new Uint32Array(texts.length);
    for (const [i, text] of texts.entries()) {
      const counted = this.vectorizer.rowWithWords(this.#tokens(text).tokens);
      rows.push(counted.row);
      words[i] = counted.words;
      unknownWords[i] = counted.unknownWords;
      await setImmediate(); // lets other work run between two texts
    }
    const sums = await this.predictor.predictBatch(stackRows(rows, this.vectorizer.columnCount));
    return { scores: sums.map((sum) => this.#scoreMap.score(sum)), words, unknownWords };
  }

  maxUnits(text: string): number {
    return maxUnits(text, this.bundle.normalizer?.steps ?? []);
  }

  async explain(text: string): Promise<Explanation> {
    const explainer = await this.#explainer();
    return explainer.explain(text, this.#tokens(text));
  }

  #rowOf(text: string): SparseRow {
    return this.vectorizer.row(this.#tokens(text).tokens);
  }
}
