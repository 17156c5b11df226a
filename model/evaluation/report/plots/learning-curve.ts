/** The learning curve by boosting round: a metric on training and on validation. */
import { lastRoundOf, type NamedCurve } from '../../learning-curve.ts';
import type { ReportData } from '../data.ts';
import { plainText } from '../html.ts';
import { type Drawing, HEIGHT, INK, list, MODEL, MUTED, quantitative, WIDTH } from './draw.ts';

const CURVE_POINTS = 300;
const SETS = ['training', 'validation'] as const;

interface CurvePoint {
  readonly round: number;
  readonly value: number;
  readonly set: (typeof SETS)[number];
  /** Points of the same line have the same name. */
  readonly line: string;
  readonly isEnd: boolean;
}

/** About 300 points for each line, with the best round and the last one. */
function pointsOf(curves: readonly NamedCurve[], best: number): CurvePoint[] {
  return curves.flatMap((curve, number) =>
    SETS.flatMap((set) => {
      const values = curve[set];
      const step = Math.ceil(values.length / CURVE_POINTS);
      return values.flatMap((value, i) => {
        const [round, isEnd] = [curve.firstRound + i, i + 1 === values.length];
        const isShown = i % step === 0 || round === best || isEnd;
        return isShown ? { round, value, set, line: `${number} ${set}`, isEnd } : [];
      });
    }),
  );
}

export function learningCurve({ input: { curves = [] } }: ReportData): Drawing | undefined {
  const own = curves.at(-1);
  const measured = curves.find(({ training }) => training.length > 0);
  if (own === undefined || measured === undefined) return undefined;
  const { firstRound, best } = own;
  const points = pointsOf(curves, best);
  const labelled = SETS.flatMap((set) => {
    const ends = points.filter((point) => point.set === set && point.isEnd);
    // At the end of the longest line, and above others of its length.
    return ends.sort((a, b) => b.round - a.round || b.value - a.value)[0] ?? [];
  });
  const colour = {
    field: 'set',
    type: 'nominal',
    legend: null,
    scale: { domain: list('training', 'validation'), range: list(MUTED, MODEL) },
  } as const;
  const x = { field: 'round', ...quantitative, title: 'round', axis: { grid: false, tickMinStep: 1 } } as const;
  const y = { field: 'value', ...quantitative, title: plainText(measured.metric), scale: { zero: false } } as const;
  const ofBest = own.validation[best - firstRound] ?? own.training[best - firstRound];
  return {
    id: 'curve',
    title: 'Learning curve by boosting round',
    description: `${plainText(measured.metric)} by round, on training and validation. The model ends at round ${best} of ${lastRoundOf(own)}.`,
    spec: {
      width: WIDTH,
      height: HEIGHT,
      layer: [
        {
          data: { values: points },
          mark: { type: 'line', strokeWidth: curves.length > 1 ? 1.25 : 2 },
          encoding: { x, y, color: colour, detail: { field: 'line' } },
        },
        {
          data: { values: labelled },
          mark: { type: 'text', align: 'right', dy: -9 },
          encoding: { x, y, text: { field: 'set' }, color: colour },
        },
        {
          data: { values: [{ round: best }] },
          mark: { type: 'rule', color: INK, strokeDash: [4, 3] },
          encoding: { x },
        },
        {
          data: { values: ofBest === undefined ? [] : [{ round: best, value: ofBest }] },
          mark: { type: 'point', filled: true, size: 60, color: INK, opacity: 1 },
          encoding: { x, y },
        },
      ],
    },
  };
}
