/** The measures of an evaluation as text: all of `hoshi eval`, and the main ones in few lines for `hoshi train`. */
import type { Interval } from '../../model/evaluation/bootstrap.ts';
import type { Evaluation, StarAuc } from '../../model/evaluation/evaluate.ts';
import { digitsFor, fixed } from '../../model/evaluation/report/numbers.ts';
import { condense } from '../../model/evaluation/star-groups.ts';
import { groupText } from '../../model/evaluation/star-sides.ts';
import { plainTable } from './table.ts';

/** More pairs of neighbouring stars do not fit into a terminal. */
const MAX_NEIGHBOURS = 8;
const DIGITS = 4;

export function evaluationText(evaluation: Evaluation, scoreRange: readonly [number, number]): string {
  const { reviews, few, otherScale, auc, labels, rightSide, ends, spearman, rmse, mae, intervals } = evaluation;
  const measure = (name: string, value: number, interval: Interval | null, unit: string) => [
    name,
    fixed(value, DIGITS),
    intervalText(interval),
    unit,
  ];
  const [low, high] = auc.groups.map(groupText) as [string, string];
  const { rows, columns } = condense(evaluation);
  return [
    `${reviews} reviews\n`,
    ...[few === null ? null : `FEW REVIEWS: ${few}`, otherScale].flatMap((note) => (note === null ? [] : `${note}\n`)),
    '\n',
    plainTable(
      [
        ['', 'value', `${intervals.level * 100} %`, ''],
        ...aucsOf(evaluation).map((each) => measure('AUC', each.value, each.interval, againstText(each))),
        measure('Labels', labels.accuracy, labels.interval, `right; ${labelNotes(evaluation, scoreRange)}`),
        measure(
          'Right side',
          rightSide,
          intervals.rightSide,
          `of ${(auc.low + auc.high) / 2}: reviews of ${low} and ${high} stars`,
        ),
        measure('At the ends', ends.share, ends.interval, `of the scores; ${endNotes(evaluation, scoreRange)}`),
        measure('Spearman', spearman, intervals.spearman, ''),
        measure('RMSE', rmse, intervals.rmse, 'stars'),
        measure('MAE', mae, intervals.mae, 'stars'),
      ],
      [0, 3],
    ),
    '\n',
    plainTable([
      ['given', 'reviews', 'mean', ...columns.map((label) => `→ ${label}`)],
      ...rows.map(({ label, reviews, score, counts }) => [
        label,
        String(reviews),
        score.toFixed(2),
        ...counts.map(String),
      ]),
    ]),
  ].join('');
}

/** AUC of the middle stars, labels, and the ends of the range: one line each. */
export function mainFigures(evaluation: Evaluation, scoreRange: readonly [number, number]): string[] {
  const { aucLower, aucUpper, labels, ends, few } = evaluation;
  const figure = (value: number, interval: Interval | null) =>
    `${fixed(value, DIGITS)}${interval === null ? '' : ` (${intervalText(interval)})`}`;
  const middle = [aucLower, aucUpper].filter((auc) => auc !== null);
  return [
    ...(middle.length === 0
      ? []
      : [`AUC ${middle.map((auc) => `${figure(auc.value, auc.interval)} of ${againstText(auc)}`).join(', ')}`]),
    `right labels: ${figure(labels.accuracy, labels.interval)}; ${labelNotes(evaluation, scoreRange)}`,
    `scores at the ends: ${figure(ends.share, ends.interval)}; ${endNotes(evaluation, scoreRange)}`,
    ...(few === null ? [] : [`FEW REVIEWS: ${few}`]),
  ];
}

/** Lowest against highest stars, then with the middle, then neighbours that are not among these. */
function aucsOf({ auc, aucLower, aucUpper, neighbours }: Evaluation): StarAuc[] {
  const main = [auc, aucLower, aucUpper].filter((each) => each !== null);
  const shown = new Set(main.map(againstText));
  const others = neighbours.length > MAX_NEIGHBOURS ? [] : neighbours.filter((each) => !shown.has(againstText(each)));
  return [...main, ...others];
}

function againstText({ groups: [low, high] }: StarAuc): string {
  return `${groupText(low)} against ${groupText(high)} stars`;
}

function labelNotes({ labels: { cuts, mostFrequent } }: Evaluation, scoreRange: readonly [number, number]): string {
  const [negative, positive] = cuts.map((cut) => fixed(cut, digitsFor(scoreRange)));
  return `best cuts ${negative} and ${positive}, measured by folds; always ${mostFrequent.label}: ${fixed(mostFrequent.accuracy, DIGITS)}`;
}

function endNotes({ ends: { lowest, highest } }: Evaluation, [from, to]: readonly [number, number]): string {
  const [atLowest, atHighest] = [[lowest, from] as const, [highest, to] as const].map(
    ([end, stars]) => `${end.right} of ${end.reviews} near ${stars}`,
  );
  const exact = lowest.exact + highest.exact;
  return `right: ${atLowest}, ${atHighest}${exact === 0 ? '' : `; exactly at an end: ${exact}`}`;
}

function intervalText(interval: Interval | null): string {
  return interval === null ? 'no interval' : interval.map((end) => fixed(end, DIGITS)).join(' … ');
}
