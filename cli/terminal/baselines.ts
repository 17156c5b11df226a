/** What `hoshi train` prints at its end: the new model beside the model that it started from, and beside no model at all. */
import type { Baselines } from '../../model/evaluation/baselines.ts';
import type { Evaluation } from '../../model/evaluation/evaluate.ts';
import type { Measures } from '../../model/evaluation/measures.ts';
import { fixed, signed } from '../../model/evaluation/report/numbers.ts';
import { groupText } from '../../model/evaluation/star-sides.ts';
import { plainTable } from './table.ts';

const DIGITS = 4;
const MEASURES = [
  ['AUC', 'auc'],
  ['Spearman', 'spearman'],
  ['RMSE', 'rmse'],
  ['MAE', 'mae'],
] as const satisfies readonly (readonly [name: string, measure: keyof Measures])[];

/** `evaluation` has the measures of the new model on the same reviews. */
export function baselineText({ constant, base, verdict }: Baselines, evaluation: Evaluation): string {
  const { reviews, auc, spearman, rmse, mae, intervals } = evaluation;
  const [low, high] = auc.groups;
  const row = (name: string, measures: Pick<Measures, (typeof MEASURES)[number][1]>) => [
    name,
    ...MEASURES.map(([, measure]) => fixed(measures[measure], DIGITS)),
  ];
  return [
    `${reviews} held-out reviews; AUC of ${groupText(low)} against ${groupText(high)} stars\n`,
    plainTable(
      [
        ['', ...MEASURES.map(([name]) => name)],
        row('no model', constant),
        ...(base === undefined ? [] : [row('base', base.old)]),
        row('new', { auc: auc.value, spearman, rmse, mae }),
        ['95 %', ...MEASURES.map(([, measure]) => intervalText(intervals[measure], fixed))],
        ...(base === undefined
          ? []
          : [
              ['new − base', ...MEASURES.map(([, measure]) => signed(base.difference[measure], DIGITS))],
              ['95 %', ...MEASURES.map(([, measure]) => intervalText(base.intervals[measure], signed))],
            ]),
      ],
      [0],
    ),
    ...(verdict === undefined ? [] : [`${verdict}\n`]),
  ].join('');
}

function intervalText(
  interval: readonly [number, number] | null,
  show: (value: number, digits: number) => string,
): string {
  return interval === null ? 'too few' : interval.map((end) => show(end, DIGITS)).join(' … ');
}
