/**
 * Rows → trees: gradient boosting with early stopping, on what a linear leaf leaves over if there is one. After a signal,
 * the model consists of the rounds so far.
 */
import { Booster, parameterName, type RoundMetrics, type TrainingSet, trainBooster } from '../../native/index.ts';
import type { LearningCurve } from '../evaluation/learning-curve.ts';
import { Interrupted } from '../io/interrupted.ts';
import { insertLinearLeaf, leafModelText } from './linear-leaf.ts';
import type { BoostingParameters } from './presets.ts';
import type { LinearModel } from './ridge.ts';

export interface BoostOptions {
  readonly parameters: BoostingParameters;
  /** The first tree of the model. Its predictions are the init scores of both sets. */
  readonly leaf?: LinearModel;
  /** The maximum number of rounds. With a leaf it may be 0. */
  readonly rounds: number;
  /** Early stopping: the number of rounds without a better validation metric after which boosting stops. */
  readonly patience: number;
  readonly onRound?: (metrics: RoundMetrics) => void;
  /** Once it is aborted, the current round is the last one. */
  readonly signal?: AbortSignal;
}

export interface BoostedModel {
  /** The linear leaf and the trees of all rounds, including those after the best round. */
  readonly booster: Booster;
  /** The number of trees after this round, 1-based, with the linear leaf. Round 0 is the leaf alone. */
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
 * Early stopping uses the first metric that LightGBM reports. Round 0, the linear leaf alone, counts as a round: if no
 * other round is better, it is the best one. Rejects with Interrupted if the signal came before the end of the first
 * round, or with a leaf before round 1.
 */
export async function boost(
  training: TrainingSet,
  validation: TrainingSet | undefined,
  { parameters, leaf, rounds, patience, onRound, signal }: BoostOptions,
): Promise<BoostedModel> {
  if (leaf !== undefined && rounds === 0) return leafAlone(leaf, signal);
  const firstRound = leaf === undefined ? 1 : 0;
  const treeCounts: number[] = [];
  const history: { training: number[]; validation: number[] } = { training: [], validation: [] };
  let metric = '';
  let best = { round: firstRound - 1, loss: Number.POSITIVE_INFINITY };
  let isInterrupted = false;
  const booster = await trainBooster({
    training,
    ...(validation === undefined ? {} : { validation }),
    parameters,
    rounds,
    onRound: (metrics) => {
      if (metrics.round === firstRound) Interrupted.throwIf(signal);
      onRound?.(metrics);
      treeCounts.push(metrics.trees + (leaf === undefined ? 0 : 1));
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
  const lastRound = firstRound + treeCounts.length - 1;
  return {
    booster: leaf === undefined ? booster : Booster.fromModelText(insertLinearLeaf(booster.modelText(), leaf)),
    treeCountAt: (round) => treeCounts[Math.min(round, lastRound) - firstRound] as number,
    curve: { firstRound, metric, ...history, best: Number.isFinite(best.loss) ? best.round : lastRound },
    rounds: lastRound,
    isInterrupted,
  };
}

function leafAlone(leaf: LinearModel, signal: AbortSignal | undefined): BoostedModel {
  Interrupted.throwIf(signal);
  return {
    booster: Booster.fromModelText(leafModelText(leaf)),
    treeCountAt: () => 1,
    curve: { firstRound: 0, metric: '', training: [], validation: [], best: 0 },
    rounds: 0,
    isInterrupted: false,
  };
}

/** A model of the first `count` trees. The same object if it has no more. */
export function firstTrees(booster: Booster, count: number): Booster {
  return count >= booster.treeCount ? booster : Booster.fromModelText(booster.modelText(count));
}
