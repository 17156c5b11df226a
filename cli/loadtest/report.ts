/** What a load measured, for people: text, and what to plot. */
import { figure, table } from '../terminal/markdown.ts';
import type { Knee } from './knee.ts';
import type { Plot } from './plot.ts';
import type { Figures, Latency, Second } from './recorder.ts';

export function formatFigures(figures: Figures): string {
  const { seconds, offered, accepted, refused, errors, unsent, late, unfinished, goodput, latency, lag } = figures;
  const classes = Object.entries(errors).map(([name, count]) => `${name} ${count}`);
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
  return [
    `elapsed    ${seconds.toFixed(2)} s, ${figures.connectionsOpened} connections`,
    `offered    ${offered}`,
    `accepted   ${accepted}, ${figure(goodput)} a second`,
    `refused    ${refused}`,
    `errors     ${failed}${failed > 0 ? `: ${classes.join(', ')}` : ''}`,
    `unsent     ${unsent}${late > unsent ? `; ${late - unsent} sent late, when a connection came free` : ''}`,
    ...(unfinished > 0 ? [`unfinished ${unfinished}, on their way when it was broken off`] : []),
    '',
    table(
      ['latency, ms', 'p50', 'p90', 'p99', 'p99.9', 'max'],
      [
        ...latencyRow('accepted', latency.accepted),
        ...latencyRow('refused', latency.refused),
        ...latencyRow('sent late by the generator itself', lag),
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
  const rows = steps.map(({ rate: asked, why, figures }) => {
    const { goodput, refused, errors, unsent, latency, lag } = figures;
    const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
    const [p50, p99, late] = [latency.accepted?.p50Ms, latency.accepted?.p99Ms, lag?.p99Ms].map((each) =>
      each === undefined ? '' : milliseconds(each),
    ) as [string, string, string];
    return [
      String(asked),
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
  const found = rate === undefined ? 'not even the lowest rate was held' : `${rate} requests a second were held`;
  return `${table(header, rows)}\n\n${found}\n`;
}

/** Rates and latencies over time. */
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
  return visible([
    { title: name, xLabel: 'seconds', yLabel: 'requests a second', series: rates },
    { title: 'Latency of accepted requests', xLabel: 'seconds', yLabel: 'ms', series: latencies },
  ]);
}

/** Goodput and latency against the rate. */
export function plotsOfKnee(name: string, { steps }: Knee): Plot[] {
  const against = (value: (figures: Figures) => number | undefined) =>
    steps.flatMap(({ rate, figures }) => {
      const y = value(figures);
      return y === undefined ? [] : [[rate, y] as const];
    });
  const xLabel = 'requests a second offered';
  const latencies = [
    { name: 'p99', points: against(({ latency }) => latency.accepted?.p99Ms) },
    { name: 'p50', points: against(({ latency }) => latency.accepted?.p50Ms) },
  ];
  return visible([
    {
      title: name,
      xLabel,
      yLabel: 'a second',
      series: [
        { name: 'offered', points: against(({ offered, seconds }) => offered / seconds) },
        { name: 'accepted', points: against(({ goodput }) => goodput) },
      ],
    },
    { title: 'Latency of accepted requests', xLabel, yLabel: 'ms', series: latencies },
  ]);
}

/** A plot of nothing is left out. */
function visible(plots: readonly Plot[]): Plot[] {
  return plots.filter(({ series }) => series.some(({ points }) => points.length > 0));
}

function milliseconds(value: number): string {
  return value < 0.01 ? '0' : figure(value);
}
