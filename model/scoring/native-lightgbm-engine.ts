/**
 * The engine `native-lightgbm`: tokens and rows in C++ as in the engine `native`, scores by LightGBM. It serves every
 * model that LightGBM reads, also those that the forest refuses.
 */
import { requireBuiltin } from '../../native/builtin.ts';
import { Booster, type CountedScores, NativeVectorizer } from '../../native/index.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { checkFeatureCount } from '../bundle/read.ts';
import { type ScoreMap, scoreMapOf } from '../reference/score-range.ts';
import type { BundleSource } from './bundle-source.ts';
import type { Explanation } from './explain.ts';
import type { NativeExplainer } from './native-explainer.ts';
import { loadRowStages, nativeExplainer, type RowStages } from './native-stages.ts';
import { compileVectorizer, loadAnalyzer, mapCompiled } from './native-tables.ts';
import type { Scorer, WordCounts } from './scorer.ts';

/** UTF-16 units of text per piece of a batch. Pieces keep the rows of a large batch from filling the memory. */
const UNITS_PER_PIECE = 50_000;

/**
 * Rejects with a BundleError if the bundle or its tokenizer is not as expected, and with another error if an addon is
 * missing or LightGBM refuses the model.
 */
export async function loadNativeLightgbmEngine(
  source: BundleSource,
  warn: (message: string) => void,
): Promise<NativeLightgbmEngine> {
  const { path, manifest } = source;
  const analyzer = await loadAnalyzer(source, warn);
  const booster = Booster.fromModelText(await source.readModelText());
  const vectorizer =
    mapCompiled(source, 'vocabulary', NativeVectorizer.load, warn) ?? (await compileVectorizer(source, warn));
  checkFeatureCount(path, vectorizer.columnCount, booster.columnCount);
  const stages = { ...loadRowStages(source, analyzer, vectorizer), booster };
  return new NativeLightgbmEngine(manifest, stages, nativeExplainer(source, vectorizer, warn));
}

/** The stages. They are public because the benchmark times each of them. */
export interface NativeLightgbmStages extends RowStages {
  readonly booster: Booster;
}

/** A score is one call into each addon. */
export class NativeLightgbmEngine implements Scorer {
  readonly engine = 'native-lightgbm';
  readonly bundle: Manifest;
  readonly stages: NativeLightgbmStages;
  readonly #scoreMap: ScoreMap;
  readonly #explainer: () => Promise<NativeExplainer>;

  constructor(bundle: Manifest, stages: NativeLightgbmStages, explainer: () => Promise<NativeExplainer>) {
    this.bundle = bundle;
    this.stages = stages;
    this.#scoreMap = scoreMapOf(bundle);
    this.#explainer = explainer;
  }

  score(text: string): number {
    return this.#scoreMap.score(this.stages.booster.predict(this.stages.extractor.row(text)));
  }

  async scoreBatch(texts: readonly string[]): Promise<Float64Array> {
    return (await this.scoreBatchWithWords(texts)).scores;
  }

  async scoreBatchWithWords(texts: readonly string[]): Promise<CountedScores> {
    const scores = new Float64Array(texts.length);
    const words = new Uint32Array(texts.length);
    const unknownWords = new Uint32Array(texts.length);
    const pieces = piecesOf(texts);
    const next = pieces.values();
    const scorePieces = async () => {
      for (const { start, end } of next) {
        const rows = await this.stages.extractor.rowBatchWithWords(texts.slice(start, end));
        words.set(rows.words, start);
        unknownWords.set(rows.unknownWords, start);
        const predictions = await this.stages.booster.predictBatch(rows);
        scores.set(
          predictions.map((prediction) => this.#scoreMap.score(prediction)),
          start,
        );
      }
    };
    await Promise.all(
      Array.from({ length: Math.min(requireBuiltin('node:os').availableParallelism(), pieces.length) }, scorePieces),
    );
    return { scores, words, unknownWords };
  }

  maxUnits(text: string): number {
    return this.stages.normalizer?.maxUnits(text) ?? text.length;
  }

  wordCounts(): WordCounts {
    return this.stages.extractor.wordCounts();
  }

  async explain(text: string): Promise<Explanation> {
    const explainer = await this.#explainer();
    return explainer.explain(this.stages.extractor, text);
  }
}

/** Ranges of texts: each ends with the text that brings it to UNITS_PER_PIECE, or with the last text. */
function piecesOf(texts: readonly string[]): { readonly start: number; readonly end: number }[] {
  const pieces = [];
  let [start, units] = [0, 0];
  for (const [i, { length }] of texts.entries()) {
    units += length;
    if (units < UNITS_PER_PIECE && i + 1 < texts.length) continue;
    pieces.push({ start, end: i + 1 });
    [start, units] = [i + 1, 0];
  }
  return pieces;
}
