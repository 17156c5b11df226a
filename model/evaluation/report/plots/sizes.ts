/** The learning curve by number of reviews: AUC and RMSE of models that learned from parts of the reviews. */
import type { SizeCurve, SizePoint } from '../../size-curve.ts';
import type { ReportData } from '../data.ts';
import { countText, fixed } from '../numbers.ts';
import { BASE, type Drawing, HEIGHT, list, MODEL, quantitative, WIDTH } from './draw.ts';

export function aucBySize({ input: { sizeCurve } }: ReportData): Drawing | undefined {
  if (sizeCurve === undefined) return undefined;
  return bySize(sizeCurve, {
    id: 'auc-by-size',
    title: 'AUC by number of reviews',
    axis: 'AUC',
    digits: 3,
    measureOf: ({ auc }) => auc,
    intervalOf: ({ aucInterval }) => aucInterval,
  });
}

export function rmseBySize({ input: { sizeCurve }, digits }: ReportData): Drawing | undefined {
  if (sizeCurve === undefined) return undefined;
  return bySize(sizeCurve, {
    id: 'rmse-by-size',
    title: 'RMSE by number of reviews',
    axis: 'RMSE, stars',
    digits: digits + 1,
    measureOf: ({ rmse }) => rmse,
    intervalOf: ({ rmseInterval }) => rmseInterval,
  });
}

interface Measure {
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  readonly digits: number;
  measureOf(point: SizePoint): number;
  intervalOf(point: SizePoint): readonly [number, number] | null;
}

/** Undefined without a part, or if the measure is undefined. */
function bySize(
  { points }: SizeCurve,
  { id, title, axis, digits, measureOf, intervalOf }: Measure,
): Drawing | undefined {
  const shown = points.filter((point) => Number.isFinite(measureOf(point)));
  const trained = shown.filter(({ reviews }) => reviews > 0);
  const base = shown.filter(({ reviews }) => reviews === 0);
  if (trained.length < 2) return undefined;
  const counts = trained.map(({ reviews }) => reviews);
  const x = {
    field: 'reviews',
    ...quantitative,
    title: 'reviews learned from',
    scale: { type: 'log', domain: list(0.8 * Math.min(...counts), 1.25 * Math.max(...counts)), nice: false },
    axis: { values: counts, grid: false, format: ',.0f', labelOverlap: 'greedy' },
  } as const;
  const y = { ...quantitative, title: axis, scale: { zero: false }, axis: { tickCount: 5 } } as const;
  const values = trained.map((point) => {
    const [from, to] = intervalOf(point) ?? [null, null];
    return { reviews: point.reviews, value: measureOf(point), from, to };
  });
  const baseValues = base.map((point) => ({ value: measureOf(point) }));
  return {
    id,
    title,
    description: shown
      .map((point) => `${point.reviews === 0 ? 'base' : countText(point.reviews)}: ${fixed(measureOf(point), digits)}`)
      .join('; '),
    spec: {
      width: WIDTH,
      height: HEIGHT - 40,
      layer: [
        {
          data: { values: baseValues },
          mark: { type: 'rule', color: BASE, strokeDash: [5, 4], strokeWidth: 2 },
          encoding: { y: { field: 'value', ...y } },
        },
        {
          data: { values: values.filter(({ from }) => from !== null) },
          mark: { type: 'rule', color: MODEL, strokeWidth: 1.5, opacity: 0.6 },
          encoding: { x, y: { field: 'from', ...y }, y2: { field: 'to' } },
        },
        {
          data: { values },
          mark: { type: 'line', color: MODEL, strokeWidth: 2, point: { color: MODEL, filled: true, size: 45 } },
          encoding: { x, y: { field: 'value', ...y } },
        },
      ],
    },
  };
}
