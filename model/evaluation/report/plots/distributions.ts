/** The distribution of scores for each number of given stars: violin plots with quantiles. */
import type { ReportData } from '../data.ts';
import { countText, fixed } from '../numbers.ts';
import { DOT, type Drawing, HEIGHT, list, MODEL, PAPER, quantitative, WIDTH } from './draw.ts';

/** More labels of groups do not fit beside one another. */
const MAX_LEVEL_LABELS = 6;

export function distributions({ distributions: groups, input, digits }: ReportData): Drawing {
  const [lowest, highest] = input.model.scoreRange;
  const x = {
    ...quantitative,
    title: 'stars given',
    scale: { domain: list(-0.6, groups.length - 0.4), nice: false, zero: false },
    axis: {
      values: groups.map((_, i) => i),
      grid: false,
      ...(groups.length > MAX_LEVEL_LABELS ? { labelAngle: -90, labelOverlap: false } : {}),
      labelExpr: `${JSON.stringify(groups.map(({ stars }) => stars))}[datum.value]`,
    },
  } as const;
  const y = {
    ...quantitative,
    title: 'score',
    scale: { domain: list(lowest, highest), nice: false, zero: false },
  } as const;
  const { violins, boxes, dots } = shapesOf(groups);
  return {
    id: 'distributions',
    title: 'Scores by given stars',
    description: groups
      .map(
        ({ stars, quantiles, count }) => `${stars} stars: median ${fixed(quantiles[2], digits)} of ${countText(count)}`,
      )
      .join('; '),
    spec: {
      width: WIDTH,
      height: HEIGHT,
      layer: [
        {
          data: { values: violins },
          mark: { type: 'area', orient: 'horizontal', color: MODEL, fillOpacity: 0.28, interpolate: 'monotone' },
          encoding: {
            x: { field: 'from', ...x },
            x2: { field: 'to' },
            y: { field: 'at', ...y },
            detail: { field: 'group' },
          },
        },
        {
          data: { values: boxes },
          mark: { type: 'rule', color: MODEL, strokeWidth: 1.5 },
          encoding: { x: { field: 'x', ...x }, y: { field: 'q05', ...y }, y2: { field: 'q95' } },
        },
        {
          data: { values: boxes },
          mark: { type: 'bar', color: MODEL, width: 9, cornerRadius: 2 },
          encoding: { x: { field: 'x', ...x }, y: { field: 'q25', ...y }, y2: { field: 'q75' } },
        },
        {
          data: { values: boxes },
          mark: { type: 'point', filled: true, size: 50, color: PAPER, opacity: 1 },
          encoding: { x: { field: 'x', ...x }, y: { field: 'q50', ...y } },
        },
        { data: { values: dots }, mark: DOT, encoding: { x: { field: 'x', ...x }, y: { field: 'score', ...y } } },
      ],
    },
  };
}

/** A violin and a box for each group, or its scores as dots if they are few. */
function shapesOf(groups: ReportData['distributions']) {
  const isSmall = (group: number) => groups[group]?.values !== undefined;
  return {
    violins: groups.flatMap(({ density }, group) =>
      density
        .filter((point) => point.density > 0.002 && !isSmall(group))
        .map(({ at, density }) => ({ group, at, from: group - 0.44 * density, to: group + 0.44 * density })),
    ),
    boxes: groups
      .map(({ quantiles: [q05, q25, q50, q75, q95] }, x) => ({ x, q05, q25, q50, q75, q95 }))
      .filter(({ x }) => !isSmall(x)),
    dots: groups.flatMap(({ values = [] }, x) => values.map((score) => ({ x, score }))),
  };
}
