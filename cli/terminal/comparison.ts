/** A comparison of two models as text for the terminal. */
import {
  type ComparedMeasures,
  type ComparedModel,
  type Comparison,
  notesOf,
  quantileShares,
  type Spread,
} from '../../model/evaluation/compare.ts';
import type { ExplainedMove } from '../../model/evaluation/moves.ts';
import type { Pair } from '../../model/evaluation/range-map.ts';
import { clip } from '../../model/evaluation/report/coloured-text.ts';
import { countText, digitsFor, fixed, signed } from '../../model/evaluation/report/numbers.ts';
import { groupText, HIGHEST, LOWEST, MIDDLE } from '../../model/evaluation/star-sides.ts';
import { labels } from '../../model/scoring/labels.ts';
import { printable } from './paint.ts';
import { plainTable } from './table.ts';

const SHOWN_UNITS = 400; // UTF-16 units of a text
const SHOWN_TERMS = 8; // under a text

/** `comparedOn` names the texts. */
export function comparisonText(comparison: Comparison, comparedOn: string, moves: readonly ExplainedMove[]): string {
  const digits = digitsFor(comparison.new.scoreRange);
  const { measures } = comparison;
  return [
    headText(comparison, comparedOn),
    spreadTable(comparison, digits),
    movedTable(comparison, digits),
    labelTable(comparison, digits),
    endTable(comparison),
    `Rank agreement of old and new scores (Spearman): ${fixed(comparison.spearman, 4)}\n`,
    ...(measures === undefined ? [] : [measureTable(measures, digits)]),
    movesText(moves, digits),
  ].join('\n');
}

function headText(comparison: Comparison, comparedOn: string): string {
  const { old: before, new: after, texts } = comparison;
  const model = ({ name, version, scoreRange: [lowest, highest] }: ComparedModel) =>
    `${printable(name)} ${printable(version)}, scores from ${lowest} to ${highest}\n`;
  return [
    `OLD   ${model(before)}NEW   ${model(after)}`,
    `Compared on ${countText(texts)} texts: ${printable(comparedOn)}.\n`,
    ...notesOf(comparison).map((note) => `${note}\n`),
  ].join('');
}

function spreadTable({ scores }: Comparison, digits: number): string {
  const row = (name: string, { mean, quantiles }: Spread, show: typeof fixed) => [
    name,
    ...[mean, ...quantiles].map((value) => show(value, digits)),
  ];
  return plainTable(
    [
      ['stars', 'mean', ...quantileShares.map((share) => `${Math.round(100 * share)} %`)],
      row('old score', scores.old, fixed),
      row('new score', scores.new, fixed),
      row('move', scores.move, signed),
      row('|move|', scores.absoluteMove, fixed),
    ],
    [0],
  );
}

function movedTable({ moved, texts }: Comparison, digits: number): string {
  return plainTable(
    [
      ['moved by', 'texts', 'share'],
      ...moved.map(({ by, texts: count }) => [
        `more than ${fixed(by, digits)}`,
        countText(count),
        percent(count, texts),
      ]),
    ],
    [0],
  );
}

function labelTable({ labels: { cuts, counts }, texts }: Comparison, digits: number): string {
  const kept = counts.reduce((sum, row, i) => sum + (row[i] as number), 0);
  const [low, high] = cuts.new.map((cut) => fixed(cut, digits));
  return [
    `Labels: negative below ${low} stars, positive above ${high}. ${countText(texts - kept)} texts (${percent(texts - kept, texts)}) change theirs.\n`,
    plainTable(
      [
        ['old label', ...labels.map((label) => `→ ${label}`)],
        ...counts.map((row, i) => [labels[i] as string, ...row.map(countText)]),
      ],
      [0],
    ),
  ].join('');
}

function endTable({ old: before, new: after, ends, texts }: Comparison): string {
  const row = (
    name: string,
    { scoreRange: [from, to] }: ComparedModel,
    { lowest, highest }: Comparison['ends']['old'],
  ) => [
    name,
    `${countText(lowest)} at ${from} (${percent(lowest, texts)})`,
    `${countText(highest)} at ${to} (${percent(highest, texts)})`,
  ];
  return plainTable(
    [['ends', 'lowest', 'highest'], row('old score', before, ends.old), row('new score', after, ends.new)],
    [0],
  );
}

function measureTable({ groups, few, intervals, difference, ...models }: ComparedMeasures, digits: number): string {
  const row = (name: string, measure: keyof typeof difference, note: string) => {
    const places = measure === 'rmse' || measure === 'mae' ? digits + 2 : 4;
    return [
      name,
      fixed(models.old[measure], places),
      fixed(models.new[measure], places),
      signed(difference[measure], places),
      intervals[measure]?.map((end) => signed(end, places)).join(' … ') ?? 'too few',
      note,
    ];
  };
  const auc = (measure: 'auc' | 'aucLower' | 'aucUpper', low: number, high: number) => {
    const [below, above] = [groups[low], groups[high]];
    if (!below || !above) return [];
    return [row('AUC', measure, `${groupText(below)} against ${groupText(above)} stars`)];
  };
  const table = plainTable(
    [
      ['', 'old', 'new', 'difference', `${intervals.level * 100} %`, ''],
      ...auc('auc', LOWEST, HIGHEST),
      ...auc('aucLower', LOWEST, MIDDLE),
      ...auc('aucUpper', MIDDLE, HIGHEST),
      row('Spearman', 'spearman', ''),
      row('RMSE', 'rmse', 'stars'),
      row('MAE', 'mae', 'stars'),
      row('Labels', 'labels', 'share of right ones, by the best cuts of other reviews'),
    ],
    [0, 5],
  );
  return few === null ? table : `FEW REVIEWS: ${few}\n${table}`;
}

function movesText(moves: readonly ExplainedMove[], digits: number): string {
  if (moves.length === 0) return 'No move to show.\n';
  return [
    'The largest moves, with old and new contributions of terms\n',
    ...moves.map((move) => moveText(move, digits)),
  ].join('\n');
}

function moveText({ text, old, new: now, move, terms, parts }: ExplainedMove, digits: number): string {
  const shown = clip(text, SHOWN_UNITS);
  const rest = text.length - shown.length;
  const cell = (value: number | null) => (value === null ? '' : signed(value, digits + 1));
  const row = (name: string, before: number | null, after: number | null, change: number | null) => [
    ...[before, after, change].map(cell),
    name,
  ];
  const isSeen = (value: number) => Number(value.toFixed(digits + 1)) !== 0;
  const listed = terms.filter(({ contribution }) => isSeen(contribution)).slice(0, SHOWN_TERMS);
  const others = terms.filter((term) => !listed.includes(term));
  const isPaired = parts.base.old !== null && parts.base.new !== null;
  const isExplained = parts.base.old !== null || parts.base.new !== null;
  const sumOf = (key: 'old' | 'new') =>
    parts.base[key] === null ? null : others.reduce((total, term) => total + (term[key] ?? 0), 0);
  const part = (name: string, { old: before, new: after }: Pair<number | null>) =>
    row(name, before, after, isPaired ? (after ?? 0) - (before ?? 0) : null);
  const table = [
    ['old', 'new', 'change', ''],
    ...listed.map((term) => row(printable(term.term), term.old, term.new, isPaired ? term.contribution : null)),
    ...(others.length === 0 ? [] : [part('(other terms)', { old: sumOf('old'), new: sumOf('new') })]),
    part('(terms that it does not have)', parts.absent),
    part('(mean of the model)', parts.base),
    ...(isSeen(parts.held.old ?? 0) || isSeen(parts.held.new ?? 0)
      ? [part('(held within the range of stars)', parts.held)]
      : []),
  ];
  return [
    `${signed(move, digits)}  from ${fixed(old, digits)} to ${fixed(now, digits)}\n`,
    `${printable(shown)}${rest > 0 ? ` … and ${countText(rest)} more characters` : ''}\n`,
    ...(isExplained ? [plainTable(table, [3])] : []),
  ].join('');
}

function percent(count: number, all: number): string {
  return `${((100 * count) / all).toFixed(1)} %`;
}
