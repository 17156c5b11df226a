/** The drawings of a comparison: how scores move, old against new scores, both distributions, and labels. */

import { labels } from '../../../scoring/labels.ts';
import { type Comparison, mappedScores } from '../../compare.ts';
import type { Pair } from '../../range-map.ts';
import { roundEdges } from '../../star-groups.ts';
import { countText, digitsFor, fixed, signed } from '../numbers.ts';
import { countMatrix } from '../plots/confusion.ts';
import { BASE, type Drawing, HEIGHT, INK, LOWERS, list, MODEL, quantitative, RAISES, WIDTH } from '../plots/draw.ts';
import { densityOf } from '../summary.ts';

/** Texts whose move lies in [from, to). */
export interface MoveBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Texts by old and new score: `x` and `y` are the lower ends of a cell. */
interface ScoreCell {
  readonly x: number;
  readonly y: number;
  readonly count: number;
}

/** The numbers of the drawings. Their size does not depend on the number of texts. */
export interface DrawnComparison {
  readonly comparison: Comparison;
  readonly digits: number;
  readonly moveBins: readonly MoveBin[];
  readonly cells: readonly ScoreCell[];
  readonly cellWidth: number;
  /** Shares of the texts at places of the range. */
  readonly densities: Pair<readonly { readonly at: number; readonly share: number }[]>;
}

/** `scores.old` are as OLD gave them. */
export function drawnComparisonOf(comparison: Comparison, scores: Pair<Float64Array>): DrawnComparison {
  const range = comparison.new.scoreRange;
  const mapped = mappedScores(comparison, scores.old);
  const { cells, cellWidth } = cellsOf(mapped, scores.new, range);
  return {
    comparison,
    digits: digitsFor(range),
    moveBins: moveBinsOf(
      scores.new.map((score, i) => score - (mapped[i] as number)),
      range,
    ),
    cells,
    cellWidth,
    densities: { old: sharesOf(mapped, range), new: sharesOf(scores.new, range) },
  };
}

const MOVE_BINS = 40;

/** Bins of a round width. One is centred on 0, so that scores that hardly move have a bin of their own. */
function moveBinsOf(moves: Float64Array, [lowest, highest]: readonly [number, number]): MoveBin[] {
  const least = (highest - lowest) / MOVE_BINS; // moves of rounding errors only do not become a wide plot
  const furthest = moves.reduce((most, move) => Math.max(most, Math.abs(move)), least);
  const edges = roundEdges(-furthest, furthest, MOVE_BINS);
  const width = (edges[1] as number) - (edges[0] as number);
  const counts = new Float64Array(edges.length);
  for (const move of moves) {
    const bin = Math.round((move - (edges[0] as number)) / width);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return edges.map((middle, i) => ({ from: middle - width / 2, to: middle + width / 2, count: counts[i] as number }));
}

const CELLS_PER_SIDE = 32;

function cellsOf(oldScores: Float64Array, newScores: Float64Array, [lowest, highest]: readonly [number, number]) {
  const cellWidth = (highest - lowest) / CELLS_PER_SIDE;
  const cellAt = (score: number) => Math.min(CELLS_PER_SIDE - 1, Math.max(0, Math.floor((score - lowest) / cellWidth)));
  const counts = new Float64Array(CELLS_PER_SIDE ** 2);
  oldScores.forEach((score, i) => {
    const cell = cellAt(score) * CELLS_PER_SIDE + cellAt(newScores[i] as number);
    counts[cell] = (counts[cell] as number) + 1;
  });
  const cells = Array.from(counts, (count, cell): ScoreCell => {
    const [x, y] = [Math.floor(cell / CELLS_PER_SIDE), cell % CELLS_PER_SIDE];
    return { x: lowest + x * cellWidth, y: lowest + y * cellWidth, count };
  });
  return { cells: cells.filter(({ count }) => count > 0), cellWidth };
}

function sharesOf(scores: Float64Array, range: readonly [number, number]) {
  const points = densityOf(Array.from(scores), range);
  const total = points.reduce((sum, { density }) => sum + density, 0);
  return points.map(({ at, density }) => ({ at, share: density / total }));
}

export function movesDrawing({ moveBins, comparison, digits }: DrawnComparison): Drawing {
  const { mean, quantiles } = comparison.scores.move;
  return {
    id: 'moves',
    title: 'Moves',
    description: `new − old: ${signed(mean, digits)} on average, median ${signed(quantiles[3] as number, digits)}`,
    spec: {
      width: WIDTH,
      height: HEIGHT,
      data: { values: [...moveBins] },
      mark: { type: 'bar', binSpacing: 1 },
      encoding: {
        x: { field: 'from', ...quantitative, title: 'new − old', bin: 'binned', axis: { grid: false } },
        x2: { field: 'to' },
        y: { field: 'count', ...quantitative, title: 'texts', axis: { tickCount: 4, format: ',.0f' } },
        color: {
          condition: [
            { test: 'datum.to < 0', value: LOWERS },
            { test: 'datum.from > 0', value: RAISES },
          ],
          value: BASE,
        },
      },
    },
  };
}

export function pairsDrawing({ cells, cellWidth, comparison }: DrawnComparison): Drawing {
  const [lowest, highest] = comparison.new.scoreRange;
  const scale = { domain: list(lowest, highest), nice: false, zero: false } as const;
  const x = { ...quantitative, title: 'old score', scale, axis: { grid: false } } as const;
  const y = { ...quantitative, title: 'new score', scale, axis: { grid: false } } as const;
  return {
    id: 'pairs',
    title: 'Old against new scores',
    description: `Rank correlation ${fixed(comparison.spearman, 3)}. On the diagonal a score stays as it is.`,
    spec: {
      width: WIDTH,
      height: HEIGHT,
      layer: [
        {
          data: { values: cells.map((cell) => ({ ...cell, x2: cell.x + cellWidth, y2: cell.y + cellWidth })) },
          mark: { type: 'rect', color: MODEL },
          encoding: {
            x: { field: 'x', ...x },
            x2: { field: 'x2' },
            y: { field: 'y', ...y },
            y2: { field: 'y2' },
            fillOpacity: {
              field: 'count',
              ...quantitative,
              legend: null,
              scale: { type: 'sqrt', domainMin: 0, range: list(0.06, 1) },
            },
          },
        },
        {
          data: { values: [{ from: lowest, to: highest }] },
          mark: { type: 'rule', color: INK, strokeDash: [4, 3] },
          encoding: {
            x: { field: 'from', ...x },
            x2: { field: 'to' },
            y: { field: 'from', ...y },
            y2: { field: 'to' },
          },
        },
      ],
    },
  };
}

export function distributionsDrawing({ densities, comparison, digits }: DrawnComparison): Drawing {
  const [lowest, highest] = comparison.new.scoreRange;
  const x = {
    field: 'at',
    ...quantitative,
    title: 'score',
    scale: { domain: list(lowest, highest), nice: false, zero: false },
    axis: { grid: false },
  } as const;
  const y = {
    field: 'share',
    ...quantitative,
    title: 'share of the texts',
    axis: { tickCount: 4, format: '.1%' },
  } as const;
  return {
    id: 'distributions',
    title: 'Old and new scores',
    description: (['old', 'new'] as const)
      .map((key) => `${key} mean ${fixed(comparison.scores[key].mean, digits)}`)
      .join('; '),
    spec: {
      width: WIDTH,
      height: HEIGHT,
      layer: (['old', 'new'] as const).map((key) => {
        const color = key === 'old' ? BASE : MODEL;
        return {
          data: { values: [...densities[key]] },
          mark: { type: 'area', color, fillOpacity: 0.2, line: { color, strokeWidth: 2 }, interpolate: 'monotone' },
          encoding: { x, y },
        } as const;
      }),
    },
  };
}

export function labelsDrawing({ comparison }: DrawnComparison): Drawing {
  const { counts } = comparison.labels;
  return {
    id: 'labels',
    title: 'Labels',
    description: counts
      .map((row, i) => `old ${labels[i]}: ${row.map((count, k) => `${countText(count)} ${labels[k]}`).join(', ')}`)
      .join('; '),
    spec: countMatrix({ rows: labels, rowTitle: 'old label', columns: labels, columnTitle: 'new label', counts }),
  };
}
