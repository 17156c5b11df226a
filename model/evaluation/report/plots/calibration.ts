/** Calibration: the mean of the given stars for each range of scores, above a histogram of the scores. */
import type { ReportData } from '../data.ts';
import { countText, fixed } from '../numbers.ts';
import { type Drawing, HEIGHT, list, MODEL, MUTED, quantitative, WIDTH } from './draw.ts';

// Space for the axes, in pixels. Vega-Lite does not fit concatenated views into a width.
const CALIBRATION_MARGIN = 66;

export function calibration({ calibration: bins, histogram, input, digits }: ReportData): Drawing {
  const [lowest, highest] = input.model.scoreRange;
  const values = bins.map(({ predicted, given }) => ({ predicted, given }));
  const intervals = bins.flatMap(({ predicted, interval }) =>
    interval === null ? [] : { predicted, from: interval[0], to: interval[1] },
  );
  const x = { ...quantitative, scale: { domain: list(lowest, highest), nice: false, zero: false } } as const;
  const y = {
    ...quantitative,
    title: 'mean of the stars given',
    scale: { domain: list(lowest, highest), nice: false, zero: false, clamp: true },
  } as const;
  return {
    id: 'calibration',
    title: 'Calibration',
    description: bins
      .map(
        ({ predicted, given, count }) =>
          `score ${fixed(predicted, digits)}: ${fixed(given, digits)} stars (${countText(count)})`,
      )
      .join('; '),
    spec: {
      autosize: 'pad',
      spacing: 8,
      vconcat: [
        {
          width: WIDTH - CALIBRATION_MARGIN,
          height: HEIGHT - 120,
          layer: [
            {
              data: { values: [{ from: lowest, to: highest }] },
              mark: { type: 'rule', color: MUTED, strokeDash: [4, 3] },
              encoding: {
                x: { field: 'from', ...x, axis: { labels: false, title: null } },
                x2: { field: 'to' },
                y: { field: 'from', ...y },
                y2: { field: 'to' },
              },
            },
            {
              data: { values: intervals },
              mark: { type: 'rule', color: MODEL, strokeWidth: 1.5 },
              encoding: { x: { field: 'predicted', ...x }, y: { field: 'from', ...y }, y2: { field: 'to' } },
            },
            {
              data: { values },
              mark: { type: 'line', color: MODEL, strokeWidth: 2, point: { color: MODEL, filled: true, size: 45 } },
              encoding: { x: { field: 'predicted', ...x }, y: { field: 'given', ...y } },
            },
          ],
        },
        {
          width: WIDTH - CALIBRATION_MARGIN,
          height: 48,
          data: { values: [...histogram] },
          mark: { type: 'bar', color: MODEL, fillOpacity: 0.45, binSpacing: 2 },
          encoding: {
            x: { field: 'from', ...x, title: 'score', bin: 'binned' },
            x2: { field: 'to' },
            y: { field: 'count', ...quantitative, title: 'reviews', axis: { tickCount: 2, format: ',.0f' } },
          },
        },
      ],
    },
  };
}
