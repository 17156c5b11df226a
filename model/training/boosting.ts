/** Rows → trees: gradient boosting with early stopping. After a signal, the model consists of the rounds so far. */
import { Booster, parameterName, type RoundMetrics, type TrainingSet, trainBooster } from '../../native/index.ts';
import type { LearningCurve } from '../evaluation/learning-curve.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { BoostingParameters } from './presets.ts';

export interface BoostOptions {
  readonly parameters: BoostingParameters;
  /** The maximum number of rounds. */
  readonly rounds: number;
  /** Early stopping: the number of rounds without a better validation metric after which boosting stops. */
  readonly patience: number;
  readonly onRound?: (metrics: RoundMetrics) => void;
  /** Once it is aborted, the current round is the last one. */
  readonly signal?: AbortSignal;
}

export interface BoostedModel {
  /** The trees of all rounds, including those after the best round. */
  readonly booster: Booster;
  /** The number of trees after this round, 1-based. */
  treeCountAt(round: number): number;
  readonly curve: LearningCurve;
  /** The number of rounds that ran. */
  readonly rounds: number;
  /** Whether the signal ended the boosting. */
  readonly isInterrupted: boolean;
}

/**
 * The parameters of `base`, each replaced in its place by the one of `overrides` with the same name or another alias of
 * it. The other overrides follow. Unknown names stay, so that LightGBM refuses them.
 */
export function overrideParameters(base: BoostingParameters, overrides: BoostingParameters): BoostingParameters {
  const nameOf = (alias: string) => parameterName(alias) ?? alias;
  const inPlace = Object.entries(base).flatMap((parameter) => {
    const replacements = Object.entries(overrides).filter(([alias]) => nameOf(alias) === nameOf(parameter[0]));
    return replacements.length > 0 ? replacements : [parameter];
  });
  return { ...Object.fromEntries(inPlace), ...overrides };
}

// LightGBM 4.7.0 src/metric/*.hpp factor_to_bigger_better: a higher value of these metrics is better. For the other
// metrics that hoshi allows, a lower value is better.
const HIGHER_IS_BETTER: readonly string[] = ['auc', 'average_precision', 'r2'];

/**
 * Early stopping uses the first metric that LightGBM reports. Rejects with Interrupted if the signal came before the
 * end of the first round.
 */
export async function boost(
  training: TrainingSet,
  validation: TrainingSet | undefined,
  { parameters, rounds, patience, onRound, signal }: BoostOptions,
): Promise<BoostedModel> {
  const treeCounts: number[] = [];
  const history: { training: number[]; validation: number[] } = { training: [], validation: [] };
  let metric = '';
  let best = { round: 0, loss: Number.POSITIVE_INFINITY };
  let isInterrupted = false;
  const booster = await trainBooster({
    training,
    ...(validation === undefined ? {} : { validation }),
    parameters,
    rounds,
    onRound: (metrics) => {
      if (metrics.round === 1) Interrupted.throwIf(signal);
      onRound?.(metrics);
      treeCounts.push(metrics.trees);
      isInterrupted = signal?.aborted === true && metrics.round < rounds;
      const [first] = Object.entries(metrics.metrics);
      if (first !== undefined) {
        const [name, value] = first;
        metric = name;
        history.training.push(value.training);
        if (value.validation !== undefined) {
          history.validation.push(value.validation);
          const loss = HIGHER_IS_BETTER.includes(metric) ? -value.validation : value.validation;
          if (loss < best.loss) best = { round: metrics.round, loss };
          if (metrics.round - best.round >= patience) return false;
        }
      }
      return !isInterrupted;
    },
  });
  return {
    booster,
    treeCountAt: (round) => treeCounts[Math.min(round, treeCounts.length) - 1] as number,
    curve: { metric, ...history, best: best.round || treeCounts.length },
    rounds: treeCounts.length,
    isInterrupted,
  };
}

/** A model of the first `count` trees. The same object if it has no more. */
export function firstTrees(booster: Booster, count: number): Booster {
  return count >= booster.treeCount ? booster : Booster.fromModelText(booster.modelText(count));
}
