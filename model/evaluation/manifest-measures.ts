/**
 * The measures of held-out reviews as a manifest stores them: numbers by name. The ends of the 95 % interval of `auc` are
 * `aucFrom` and `aucTo`. The model card and `hoshi inspect` show them.
 */
import type { Interval } from './bootstrap.ts';
import type { Evaluation } from './evaluate.ts';
import { HIGHEST, LOWEST, sideOf } from './star-sides.ts';

/** The name of the set of reviews: all held-out reviews together, each scored by a model that did not learn from it. */
export const HELD_OUT = 'held-out';

/**
 * Leaves out measures that are not defined, because JSON has no NaN, and AUC unless reviews have the lowest and the highest
 * stars of the range.
 */
export function measuresWithIntervals(
  evaluation: Evaluation,
  range: readonly [number, number],
): Record<string, number> {
  const { reviews, rmse, mae, spearman, labels, ends, intervals } = evaluation;
  const isWhole = sideOf(evaluation.auc.low, range) === LOWEST && sideOf(evaluation.auc.high, range) === HIGHEST;
  const [auc, aucLower, aucUpper] = isWhole ? [evaluation.auc, evaluation.aucLower, evaluation.aucUpper] : [];
  const measured: readonly (readonly [
    name: string,
    value: number | undefined,
    interval: Interval | null | undefined,
  ])[] = [
    ['rmse', rmse, intervals.rmse],
    ['mae', mae, intervals.mae],
    ['spearman', spearman, intervals.spearman],
    ['auc', auc?.value, auc?.interval],
    ['aucLower', aucLower?.value, aucLower?.interval],
    ['aucUpper', aucUpper?.value, aucUpper?.interval],
    ['labels', labels.accuracy, labels.interval],
    ['ends', ends.share, ends.interval],
  ];
  const found = measured.flatMap(([name, value, interval]): [string, number][] => [
    [name, value ?? Number.NaN],
    ...(interval
      ? ([
          [`${name}From`, interval[0]],
          [`${name}To`, interval[1]],
        ] as [string, number][])
      : []),
  ]);
  return { reviews, ...Object.fromEntries(found.filter(([, value]) => Number.isFinite(value))) };
}
