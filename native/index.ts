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
export { NativeContributions } from './contributions.ts';
export {
  dictionaryPath,
  type ExplainedText,
  NativeAnalyzer,
  NativeExtractor,
  NativeForest,
  NativeNormalizer,
  NativeScorer,
  NativeVectorizer,
  type NormalizedText,
  normalizerPath,
} from './engine.ts';
export { NativeError, type NativeErrorCode } from './errors.ts';
export { checkSteps, NORMALIZER_STEPS, type NormalizerStep } from './normalizer-steps.ts';
export type { CsrMatrix, SparseRow } from './rows.ts';
export type { ScoreMapTables } from './score-map.ts';
