/**
 * The exports of native/ for the rest of hoshi: the serving engine and LightGBM's boosters. An addon loads at its first
 * call.
 */
export {
  Booster,
  lightgbmVersion,
  parameterName,
  type RoundMetrics,
  type TrainBoosterOptions,
  type TrainingSet,
  trainBooster,
} from './booster.ts';
export {
  dictionaryPath,
  NativeAnalyzer,
  NativeExtractor,
  NativeForest,
  NativeScorer,
  NativeVectorizer,
} from './engine.ts';
export { NativeError, type NativeErrorCode } from './errors.ts';
export type { CsrMatrix, SparseRow } from './rows.ts';
