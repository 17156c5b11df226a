/** The confusion matrix: given stars against scores, as a heat map with counts. */
import type { ReportData } from '../data.ts';
import { countText } from '../numbers.ts';
import { type Drawing, FULL_WIDTH, INK, list, MODEL, quantitative, WIDTH } from './draw.ts';

export function confusion({ confusion: { given, predicted, counts } }: ReportData): Drawing {
  return {
    id: 'confusion',
    title: 'Confusion',
    description: 'The number of reviews for each pair of given stars and score. The table below has the numbers.',
    spec: countMatrix({ rows: given, rowTitle: 'stars given', columns: predicted, columnTitle: 'score', counts }),
  };
}

export interface CountMatrix {
  readonly rows: readonly string[];
  readonly rowTitle: string;
  readonly columns: readonly string[];
  readonly columnTitle: string;
  /** One row for each of `rows`, one count for each of `columns`. */
  readonly counts: readonly (readonly number[])[];
}

/** The opacity of the cell with the largest share. Text of the ink colour is still readable on it, light or dark. */
const DARKEST = 0.55;
/** So many columns fit into half of the page's width. */
const MAX_NARROW = 7;

export function isWideMatrix(columns: readonly string[]): boolean {
  return columns.length > MAX_NARROW;
}

/** A matrix of counts. A darker cell has a larger share of its row. */
export function countMatrix({ rows, rowTitle, columns, columnTitle, counts }: CountMatrix): Drawing['spec'] {
  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, k) => ({
      row: rows[i],
      column: columns[k],
      count: count === 0 ? '' : countText(count),
      share: total === 0 ? 0 : count / total,
    }));
  });
  const largest = Math.max(...cells.map(({ share }) => share));
  const x = {
    field: 'column',
    type: 'ordinal',
    title: columnTitle,
    sort: null,
    axis: { labelAngle: 0, orient: 'top' },
    scale: { paddingInner: 0.04, domain: list(...columns) },
  } as const;
  const y = {
    field: 'row',
    type: 'ordinal',
    title: rowTitle,
    sort: null,
    scale: { paddingInner: 0.06 },
  } as const;
  return {
    width: isWideMatrix(columns) ? FULL_WIDTH : WIDTH,
    height: 70 + 42 * rows.length,
    data: { values: cells },
    layer: [
      {
        mark: { type: 'rect', color: MODEL, cornerRadius: 3 },
        encoding: {
          x,
          y,
          fillOpacity: {
            field: 'share',
            ...quantitative,
            legend: null,
            scale: { domain: list(0, largest), range: list(0.05, DARKEST) },
          },
        },
      },
      {
        mark: { type: 'text', fontSize: 13 },
        encoding: {
          x,
          y,
          text: { field: 'count' },
          color: { value: INK },
        },
      },
    ],
  };
}
