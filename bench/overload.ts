/**
 * `bench overload`: three times what the server can bear, in an open loop. First a closed loop finds its capacity; then that much more is offered, while
 * the memory of its process is watched and, beside the load, one request after another is sent by a client of another process, which tells when all is
 * as usual again after the end.
 *
 * The texts are long ones, so that the machine that serves can make three times the load as well: requests cost the server some thirty times what they cost
 * the load.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { plotLines } from '../cli/loadtest/plot.ts';
import type { Figures } from '../cli/loadtest/recorder.ts';
import { formatFigures, plotsOfRun } from '../cli/loadtest/report.ts';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { forkLoader } from './loader.ts';
import { machine } from './machine.ts';
import { addCommonOptions, bundlesOf, type CommonFlags, log } from './options.ts';
import { writeJson } from './report.ts';
import { hoshiServer, memoryMb, type Server, startServer } from './servers.ts';
import { benchTexts } from './texts.ts';

const CAPACITY_WORKERS = 64;
const SAMPLE_MS = 250;
const PROBE_MS = 50;
// Usual again: so many probes in a row, each answered within this.
const USUAL_PROBES = 10;
const USUAL_MS = 50;
const PATIENCE_MS = 30_000;

interface Probe {
  /** When it was sent, and how long its answer took: undefined if it was none, or not 200. */
  readonly atMs: number;
  readonly ms: number | undefined;
}

interface OverloadFigures {
  /** Requests a second, of a closed loop. */
  readonly capacity: number;
  readonly offered: number;
  readonly acceptedOfCapacity: number;
  readonly acceptedP99Ms: number | undefined;
  readonly refusedP99Ms: number | undefined;
  readonly residentMb: { readonly before: number; readonly most: number; readonly after: number };
  /** From the end of the schedule to the first of the probes that are as usual again; undefined: not within 30 s. */
  readonly usualAfterMs: number | undefined;
  readonly figures: Figures;
}

interface Flags extends CommonFlags {
  readonly times: number;
  readonly seconds: number;
  readonly reviews: number;
  readonly connections: number;
  readonly plot?: string;
}

export function overloadCommand(): Command {
  const command = new Command('overload').description('three times what the server can bear, in an open loop');
  return addCommonOptions(command, undefined, ['stars'])
    .option('--times <n>', 'how many times the capacity is offered', numberFrom(0.1, 100, 'number'), 3)
    .option('--seconds <s>', 'for how long', numberFrom(1, 86_400), 60)
    .option('--reviews <n>', 'reviews of 98 characters in a text', numberFrom(1, 1000), 60)
    .option('--connections <n>', 'the most connections', numberFrom(1, 65_535), 1000)
    .option('--plot <file>', 'draw it, as SVG')
    .action(run);
}

async function run({ json, bundle, times, seconds, reviews, connections, plot }: Flags): Promise<void> {
  const [model] = await bundlesOf(bundle.slice(0, 1));
  if (model === undefined) throw new Error('Expected a bundle, received none');
  const texts = await longTexts(reviews);
  console.log(`${machine()}\n${model.name}; texts of ${reviews} reviews; at most ${connections} connections\n`);
  const loader = forkLoader();
  const server = await startServer(hoshiServer(process.execPath, model.path), texts[0] as string);
  const watching = new AbortController();
  try {
    const { port } = server;
    const closed = { workers: CAPACITY_WORKERS, rounds: 1, round: { durationMs: (Math.min(seconds, 10) * 1000) / 2 } };
    await loader.run({ port, texts, loop: closed, connections }); // warms it up
    const { goodput: capacity } = await loader.run({ port, texts, loop: closed, connections });
    const before = memoryMb(server.pid, 'VmRSS');
    const rate = Math.round(capacity * times);
    log(`capacity ${figure(capacity)} requests a second; offering ${rate} for ${seconds} s`);
    const memory = watchMemory(server, watching.signal);
    const probes = probe(port, texts[0] as string, watching.signal);
    const beganMs = performance.now();
    const figures = await loader.run({ port, texts, loop: { rate, durationMs: seconds * 1000 }, connections });
    const endMs = beganMs + seconds * 1000;
    while (usualAfter(probes, endMs) === undefined && performance.now() < endMs + PATIENCE_MS) await delay(PROBE_MS);
    const result = {
      capacity,
      offered: rate,
      acceptedOfCapacity: figures.goodput / capacity,
      acceptedP99Ms: figures.latency.accepted?.p99Ms,
      refusedP99Ms: figures.latency.refused?.p99Ms,
      residentMb: {
        before,
        most: Math.max(before, ...memory.map(({ mb }) => mb)),
        after: memoryMb(server.pid, 'VmRSS'),
      },
      usualAfterMs: usualAfter(probes, endMs),
      figures,
    };
    show(result);
    await writeJson(json, result);
    if (plot !== undefined) {
      const points = memory.map(({ atMs, mb }) => [(atMs - beganMs) / 1000, mb] as const).filter(([at]) => at >= 0);
      const resident = {
        title: 'Resident memory',
        xLabel: 'seconds',
        yLabel: 'MB',
        series: [{ name: 'hoshi', points }],
      };
      const title = `${times} times what the server can bear`;
      await writeFile(plot, await plotLines(...plotsOfRun(title, figures), resident));
    }
  } finally {
    watching.abort();
    await server.stop();
    await loader.stop();
  }
}

async function longTexts(reviews: number): Promise<string[]> {
  const texts = await benchTexts();
  return texts.map((_, i) => Array.from({ length: reviews }, (_, j) => texts[(i + j) % texts.length]).join(''));
}

/** Samples, as they are taken. */
function watchMemory({ pid }: Server, signal: AbortSignal): { atMs: number; mb: number }[] {
  const samples: { atMs: number; mb: number }[] = [];
  const sampling = setInterval(() => {
    samples.push({ atMs: performance.now(), mb: memoryMb(pid, 'VmRSS') });
  }, SAMPLE_MS);
  signal.addEventListener('abort', () => clearInterval(sampling), { once: true });
  return samples;
}

/** Probes, as they are answered; one is under way at a time. */
function probe(port: number, text: string, signal: AbortSignal): Probe[] {
  const probes: Probe[] = [];
  const body = JSON.stringify({ texts: text });
  const sendAll = async () => {
    while (!signal.aborted) {
      const atMs = performance.now();
      const timeout = AbortSignal.timeout(1000);
      const isAnswered = await fetch(`http://127.0.0.1:${port}/api/1/users`, { method: 'POST', body, signal: timeout })
        .then(async (response) => {
          await response.arrayBuffer();
          return response.ok;
        })
        .catch(() => false);
      const ms = performance.now() - atMs;
      probes.push({ atMs, ms: isAnswered ? ms : undefined });
      await delay(Math.max(0, PROBE_MS - ms));
    }
  };
  void sendAll();
  return probes;
}

function usualAfter(probes: readonly Probe[], endMs: number): number | undefined {
  const later = probes.filter(({ atMs }) => atMs >= endMs);
  const isUsual = ({ ms }: Probe) => ms !== undefined && ms <= USUAL_MS;
  const first = later.findIndex(
    (_, i) => later.length >= i + USUAL_PROBES && later.slice(i, i + USUAL_PROBES).every(isUsual),
  );
  const found = later[first];
  return found?.ms === undefined ? undefined : found.atMs + found.ms - endMs;
}

function show({ capacity, offered, acceptedOfCapacity, residentMb, usualAfterMs, figures }: OverloadFigures): void {
  const rows = [
    ['capacity, requests a second', figure(capacity)],
    ['offered a second', figure(offered)],
    ['accepted, of the capacity', `${(acceptedOfCapacity * 100).toFixed(1)} %`],
    ['resident before, MB', figure(residentMb.before)],
    ['… at most', figure(residentMb.most)],
    ['… after', figure(residentMb.after)],
    ['as usual after the end, ms', usualAfterMs === undefined ? 'not within 30 s' : figure(usualAfterMs)],
  ];
  console.log(`${table(['overload', ''], rows)}\n\n${formatFigures(figures)}`);
}
