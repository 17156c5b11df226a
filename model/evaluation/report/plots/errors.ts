/** Box plots of the error, score − stars, by a property of the text. */
import type { ErrorBin } from '../bins.ts';
import type { ReportData } from '../data.ts';
import { countText, signed } from '../numbers.ts';
import { DOT, type Drawing, HEIGHT, INK, MODEL, MUTED, PAPER, quantitative, WIDTH } from './draw.ts';

export function errorsByLength({ byLength, digits }: ReportData): Drawing {
  return errors('length', 'Error by length of the text', 'characters', byLength, digits);
}

export function errorsByUnknown({ byUnknown, digits }: ReportData): Drawing {
  return errors('unknown', 'Error by share of unknown terms', 'unknown terms, %', byUnknown, digits);
}

function errors(id: string, title: string, xTitle: string, bins: readonly ErrorBin[], digits: number): Drawing {
  const values = bins
    .filter((bin) => bin.values === undefined)
    .map(({ label, mean, quantiles: [q05, q25, q50, q75, q95] }) => ({ label, mean, q05, q25, q50, q75, q95 }));
  const dots = bins.flatMap(({ label, values = [] }) => values.map((error) => ({ label, error })));
  const counts = JSON.stringify(Object.fromEntries(bins.map(({ label, count }) => [label, countText(count)])));
  const x = {
    field: 'label',
    type: 'ordinal',
    title: `${xTitle}; reviews`,
    sort: null,
    axis: { labelAngle: 0, labelExpr: `[datum.label, ${counts}[datum.label]]` },
  } as const;
  const y = { ...quantitative, title: 'score − stars' } as const;
  return {
    id,
    title,
    description: bins
      .map(({ label, mean, count }) => `${label}: ${signed(mean, digits)} on average (${countText(count)})`)
      .join('; '),
    spec: {
      width: WIDTH,
      height: HEIGHT,
      data: { values },
      layer: [
        {
          data: { values: [{ zero: 0 }] },
          mark: { type: 'rule', color: MUTED, strokeDash: [4, 3] },
          encoding: { y: { field: 'zero', ...y } },
        },
        {
          mark: { type: 'rule', color: MODEL, strokeWidth: 1.5 },
          encoding: { x, y: { field: 'q05', ...y }, y2: { field: 'q95' } },
        },
        {
          mark: { type: 'bar', color: MODEL, fillOpacity: 0.5, width: { band: 0.5 }, cornerRadius: 2 },
          encoding: { x, y: { field: 'q25', ...y }, y2: { field: 'q75' } },
        },
        {
          mark: { type: 'tick', color: INK, thickness: 2, width: { band: 0.5 } },
          encoding: { x, y: { field: 'q50', ...y } },
        },
        {
          mark: { type: 'point', fill: PAPER, stroke: INK, strokeWidth: 2, size: 45, opacity: 1 },
          encoding: { x, y: { field: 'mean', ...y } },
        },
        { data: { values: dots }, mark: DOT, encoding: { x, y: { field: 'error', ...y } } },
      ],
    },
  };
}
