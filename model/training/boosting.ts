/** Rows → trees: boosting that stops early by the validation, and keeps the best so far when it is interrupted. */
import { Booster, parameterName, type RoundMetrics, type TrainingSet, trainBooster } from '../../native/index.ts';
import type { LearningCurve } from '../evaluation/learning-curve.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { BoostingParameters } from './presets.ts';

export interface BoostOptions {
  readonly parameters: BoostingParameters;
  /** Rounds at most. */
  readonly rounds: number;
  /** Stop after so many rounds without a better validation. */
  readonly patience: number;
  readonly onRound?: (metrics: RoundMetrics) => void;
  /** Once aborted, the round under way is the last. */
  readonly signal?: AbortSignal;
}

export interface BoostedModel {
  /** All rounds. */
  readonly booster: Booster;
  /** Of the first so many rounds. */
  treesAt(round: number): number;
  readonly curve: LearningCurve;
  /** Done, the best one or not. */
  readonly rounds: number;
  /** Whether the signal ended it. */
  readonly isInterrupted: boolean;
}

/** `named` in place of what `base` has by the same name or another alias of it, and after. */
export function boostingOnTop(base: BoostingParameters, named: BoostingParameters): BoostingParameters {
  const nameOf = (alias: string) => parameterName(alias) ?? alias;
  const places = Object.entries(base).flatMap((parameter) => {
    const instead = Object.entries(named).filter(([alias]) => nameOf(alias) === nameOf(parameter[0]));
    return instead.length > 0 ? instead : [parameter];
  });
  return { ...Object.fromEntries(places), ...named };
}

// LightGBM 4.7.0 src/metric/*.hpp factor_to_bigger_better: of these more is better, of the others that we allow less is.
const RISING_METRICS: readonly string[] = ['auc', 'average_precision', 'r2'];

/** Throws Interrupted if the signal came before the end of the first round. */
export async function boost(
  training: TrainingSet,
  validation: TrainingSet | undefined,
  { parameters, rounds, patience, onRound, signal }: BoostOptions,
): Promise<BoostedModel> {
  const [trees, told]: [number[], { training: number[]; validation: number[] }] = [
    [],
    { training: [], validation: [] },
  ];
  let metric = '';
  let best = { round: 0, value: Number.POSITIVE_INFINITY };
  let isInterrupted = false;
  const booster = await trainBooster({
    training,
    ...(validation === undefined ? {} : { validation }),
    parameters,
    rounds,
    onRound: (metrics) => {
      if (metrics.round === 1) Interrupted.throwIf(signal);
      onRound?.(metrics);
      trees.push(metrics.trees);
      isInterrupted = signal?.aborted === true && metrics.round < rounds;
      const [first] = Object.entries(metrics.metrics);
      if (first !== undefined) {
        metric = first[0];
        told.training.push(first[1].training);
        const measured = first[1].validation;
        if (measured !== undefined) {
          told.validation.push(measured);
          const value = RISING_METRICS.includes(metric) ? -measured : measured;
          if (value < best.value) best = { round: metrics.round, value };
          if (metrics.round - best.round >= patience) return false;
        }
      }
      return !isInterrupted;
    },
  });
  return {
    booster,
    treesAt: (round) => trees[Math.min(round, trees.length) - 1] as number,
    curve: { metric, ...told, best: best.round || trees.length },
    rounds: trees.length,
    isInterrupted,
  };
}

/** The first `trees` of them. */
export function truncate(booster: Booster, trees: number): Booster {
  return trees >= booster.treeCount ? booster : Booster.fromModelText(booster.modelText(trees));
}
