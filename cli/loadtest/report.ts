/** The results of a load test as text and as plots. */
import { figure, plainList, table } from '../terminal/table.ts';
import type { Knee } from './knee.ts';
import type { Plot } from './plot.ts';
import type { Figures, Latency, Second } from './recorder.ts';

const NAME_WIDTH = 'unfinished '.length;

export function formatFigures(figures: Figures): string {
  const { seconds, offered, accepted, refused, errors, unsent, late, unfinished, goodput, latency, lag } = figures;
  const classes = Object.entries(errors).map(([name, count]) => `${name} ${count}`);
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const entries: (readonly [name: string, value: string])[] = [
    ['elapsed', `${seconds.toFixed(2)} s, ${figures.connectionsOpened} connections`],
    ['offered', String(offered)],
    ['accepted', `${accepted}, ${figure(goodput)} per second`],
    ['refused', String(refused)],
    ['errors', `${failed}${failed > 0 ? `: ${classes.join(', ')}` : ''}`],
    ['unsent', `${unsent}${late > unsent ? `; ${late - unsent} sent late, after waiting for a connection` : ''}`],
    ...(unfinished > 0 ? [['unfinished', `${unfinished}, in flight when the run was interrupted`] as const] : []),
  ];
  return [
    plainList(entries, NAME_WIDTH),
    table(
      ['latency, ms', 'p50', 'p90', 'p99', 'p99.9', 'max'],
      [
        ...latencyRow('accepted', latency.accepted),
        ...latencyRow('refused', latency.refused),
        ...latencyRow('lag of the generator', lag),
      ],
    ),
    '',
  ].join('\n');
}

function latencyRow(name: string, latency: Latency | undefined): string[][] {
  if (latency === undefined) return [];
  return [[name, ...[latency.p50Ms, latency.p90Ms, latency.p99Ms, latency.p999Ms, latency.maxMs].map(milliseconds)]];
}

export function formatSecond({ second, offered, accepted, refused, failed, p50Ms, p99Ms }: Second): string {
  const times =
    p50Ms === undefined || p99Ms === undefined ? '' : `, p50 ${milliseconds(p50Ms)} ms, p99 ${milliseconds(p99Ms)} ms`;
  return `${second + 1} s: ${offered} offered, ${accepted} accepted, ${refused} refused, ${failed} failed${times}`;
}

export function formatKnee({ rate, steps }: Knee): string {
  const rows = steps.map(({ rate: offered, why, figures }) => {
    const { goodput, refused, errors, unsent, latency, lag } = figures;
    const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
    const [p50, p99, late] = [latency.accepted?.p50Ms, latency.accepted?.p99Ms, lag?.p99Ms].map((each) =>
      each === undefined ? '' : milliseconds(each),
    ) as [string, string, string];
    return [
      String(offered),
      figure(goodput),
      String(refused),
      String(failed),
      String(unsent),
      p50,
      p99,
      late,
      why || 'yes',
    ];
  });
  const header = ['rate', 'accepted/s', 'refused', 'errors', 'unsent', 'p50 ms', 'p99 ms', 'generator p99 ms', 'held'];
  const found =
    rate === undefined ? 'the server did not hold the lowest rate' : `the server holds ${rate} requests per second`;
  return `${table(header, rows)}\n\n${found}\n`;
}

/** The rates and the latencies of a run over time. */
export function plotsOfRun(name: string, { timeline }: Figures): Plot[] {
  const over = (value: (second: Second) => number | undefined) =>
    timeline.flatMap((second) => {
      const y = value(second);
      return y === undefined ? [] : [[second.second + 1, y] as const];
    });
  const rates = (['offered', 'accepted', 'refused', 'failed'] as const).map((each) => ({
    name: each,
    points: over((second) => second[each]),
  }));
  const latencies = [
    { name: 'p99', points: over(({ p99Ms }) => p99Ms) },
    { name: 'p50', points: over(({ p50Ms }) => p50Ms) },
  ];
  return nonEmpty([
    { title: name, xLabel: 'seconds', yLabel: 'requests per second', series: rates },
    { title: 'Latency of accepted requests', xLabel: 'seconds', yLabel: 'ms', series: latencies },
  ]);
}

/** The goodput and the latencies against the offered rate. */
export function plotsOfKnee(name: string, { steps }: Knee): Plot[] {
  const against = (value: (figures: Figures) => number | undefined) =>
    steps.flatMap(({ rate, figures }) => {
      const y = value(figures);
      return y === undefined ? [] : [[rate, y] as const];
    });
  const xLabel = 'requests per second offered';
  const latencies = [
    { name: 'p99', points: against(({ latency }) => latency.accepted?.p99Ms) },
    { name: 'p50', points: against(({ latency }) => latency.accepted?.p50Ms) },
  ];
  return nonEmpty([
    {
      title: name,
      xLabel,
      yLabel: 'per second',
      series: [
        { name: 'offered', points: against(({ offered, seconds }) => offered / seconds) },
        { name: 'accepted', points: against(({ goodput }) => goodput) },
      ],
    },
    { title: 'Latency of accepted requests', xLabel, yLabel: 'ms', series: latencies },
  ]);
}

/** Leaves out plots without points. */
function nonEmpty(plots: readonly Plot[]): Plot[] {
  return plots.filter(({ series }) => series.some(({ points }) => points.length > 0));
}

function milliseconds(value: number): string {
  return value < 0.01 ? '0' : figure(value);
}
