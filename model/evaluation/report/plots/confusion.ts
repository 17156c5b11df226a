/** The confusion matrix: given stars against scores, as a heat map with counts. */
import type { ReportData } from '../data.ts';
import { countText } from '../numbers.ts';
import { BLUE, type Drawing, FULL_WIDTH, INK, list, PAPER, quantitative } from './draw.ts';

export function confusion({ confusion: { given, predicted, counts } }: ReportData): Drawing {
  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, k) => ({
      given: given[i],
      predicted: predicted[k],
      count: count === 0 ? '' : countText(count),
      share: count / total,
    }));
  });
  const x = {
    field: 'predicted',
    type: 'ordinal',
    title: 'score',
    sort: null,
    axis: { labelAngle: 0, orient: 'top' },
    scale: { paddingInner: 0.04, domain: list(...predicted) },
  } as const;
  const y = {
    field: 'given',
    type: 'ordinal',
    title: 'stars given',
    sort: null,
    scale: { paddingInner: 0.06 },
  } as const;
  return {
    id: 'confusion',
    title: 'Confusion',
    description: 'The number of reviews for each pair of given stars and score. The table below has the numbers.',
    spec: {
      width: FULL_WIDTH,
      height: 70 + 42 * given.length,
      data: { values: cells },
      layer: [
        {
          mark: { type: 'rect', color: BLUE, cornerRadius: 3 },
          encoding: {
            x,
            y,
            fillOpacity: {
              field: 'share',
              ...quantitative,
              legend: null,
              scale: { domain: list(0, 1), range: list(0.05, 1) },
            },
          },
        },
        {
          mark: { type: 'text', fontSize: 13 },
          encoding: {
            x,
            y,
            text: { field: 'count' },
            color: { condition: { test: 'datum.share > 0.5', value: PAPER }, value: INK },
          },
        },
      ],
    },
  };
}
