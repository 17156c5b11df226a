/** The native side for the rest of hoshi: the engine that serves, and LightGBM's boosters. Neither loads before it is called. */
export {
  Booster,
  lightgbmVersion,
  parameterName,
  type RoundMetrics,
  type TrainBoosterOptions,
  type TrainingSet,
  trainBooster,
} from './booster.ts';
export { dictionaryPath, NativeAnalyzer, NativeForest, NativeScorer, NativeVectorizer } from './engine.ts';
export { NativeError, type NativeErrorCode } from './errors.ts';
export type { CsrMatrix, SparseRow } from './rows.ts';
