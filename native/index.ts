/**
 * The exports of native/ for the rest of hoshi: the serving engine and LightGBM's boosters. An addon loads at its first
 * call.
 */
export { loadAhead } from './ahead.ts';
export {
  Booster,
  checkLightgbm,
  lightgbmVersion,
  parameterName,
  type RoundMetrics,
  type TrainBoosterOptions,
  type TrainingSet,
  trainBooster,
} from './booster.ts';
export { NativeContributions } from './contributions.ts';
export { dictionaryPath, NativeAnalyzer, NativeForest, NativeVectorizer } from './engine.ts';
export type {
  ContributionTotals,
  CountedScores,
  CountsByText,
  ExplainedText,
  KeptTerms,
  NormalizedText,
} from './engine-addon.ts';
export { NativeError, type NativeErrorCode } from './errors.ts';
export { exchangePaths, tryLock } from './files.ts';
export { returnFreedBlocks } from './memory.ts';
export { NativeNormalizer, normalizerPath } from './normalizer.ts';
export { checkSteps, NORMALIZER_STEPS, type NormalizerStep } from './normalizer-steps.ts';
export { fitRidges, type LinearModel, type RidgeOptions, type RidgeProblem } from './ridge.ts';
export type { CsrMatrix, PackedRows, SparseRow, TrainingRows } from './rows.ts';
export type { ScoreMapTables } from './score-map.ts';
export { NativeExtractor, NativeScorer } from './scorer.ts';
export { NativeTermCounter, type TermCounterSettings } from './term-counter.ts';
