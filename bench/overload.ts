/**
 * `bench overload`: three times the server's capacity, in an open loop. A closed loop first finds the capacity.
 * During the open loop the memory of the server's process is sampled, and a client in this process sends one request
 * after another. Its latency shows when the server is back to normal after the end.
 *
 * The texts are long, so that the same machine can also send three times the load: a request costs the server about
 * thirty times as much as it costs the load generator.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { plotLines } from '../cli/loadtest/plot.ts';
import type { Figures } from '../cli/loadtest/recorder.ts';
import { formatFigures, plotsOfRun } from '../cli/loadtest/report.ts';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { forkLoader, type Loader } from './loader.ts';
import { addCommonOptions, type CommonFlags, firstBundleOf, log } from './options.ts';
import { memoryMb } from './process.ts';
import { machine, writeJson } from './report.ts';
import { hoshiServer, SCORE_PATH, type Server, startServer } from './servers.ts';
import { benchTexts } from './texts.ts';

const CAPACITY_WORKERS = 64;
const MAX_CAPACITY_MS = 5000;
const SAMPLING_MS = 250;
const PROBE_MS = 50;
const PROBE_TIMEOUT_MS = 1000;
/** The server is back to normal after this many probes in a row, each answered within this time. */
const NORMAL_PROBES = 10;
const MAX_NORMAL_MS = 50;
const MAX_WAIT_MS = 30_000;

interface Probe {
  readonly sentMs: number;
  /** Undefined if there was no 200 response. */
  readonly latencyMs: number | undefined;
}

interface MemorySample {
  readonly atMs: number;
  readonly mb: number;
}

interface OverloadResult {
  /** Requests per second of the closed loop. */
  readonly capacity: number;
  readonly offered: number;
  readonly acceptedOfCapacity: number;
  readonly acceptedP99Ms: number | undefined;
  readonly refusedP99Ms: number | undefined;
  readonly residentMb: { readonly before: number; readonly most: number; readonly after: number };
  /** From the end of the load to the first of the normal probes. Undefined if that takes over 30 s. */
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
  const command = new Command('overload').description("offer three times the server's capacity, in an open loop");
  return addCommonOptions(command, undefined, ['stars'])
    .option('--times <n>', 'offered load, as a multiple of the capacity', numberFrom(0.1, 100, 'number'), 3)
    .option('--seconds <s>', 'duration of the load in seconds', numberFrom(1, 86_400), 60)
    .option('--reviews <n>', 'number of reviews, of 98 characters each, in a text', numberFrom(1, 1000), 60)
    .option('--connections <n>', 'most connections', numberFrom(1, 65_535), 1000)
    .option('--plot <file>', 'SVG file for a plot of the run')
    .action(runOverload);
}

async function runOverload(flags: Flags): Promise<void> {
  const { json, bundle, times, reviews, connections, plot } = flags;
  const model = await firstBundleOf(bundle);
  const texts = await longTexts(reviews);
  console.log(`${machine()}\n${model.name}; texts of ${reviews} reviews; at most ${connections} connections\n`);
  const loader = forkLoader();
  const server = await startServer(hoshiServer(process.execPath, model.path), texts[0] as string);
  try {
    const { result, memory } = await overload(server, loader, texts, flags);
    printResult(result);
    await writeJson(json, result);
    if (plot !== undefined) await writeFile(plot, await plotOf(times, result.figures, memory));
  } finally {
    await server.stop();
    await loader.stop();
  }
}

/** `memory` is by time since the load began, in ms. */
async function overload(
  server: Server,
  loader: Loader,
  texts: readonly string[],
  { times, seconds, connections }: Flags,
): Promise<{ result: OverloadResult; memory: MemorySample[] }> {
  const { port, pid } = server;
  const durationMs = Math.min((seconds * 1000) / 2, MAX_CAPACITY_MS);
  const closed = { workers: CAPACITY_WORKERS, rounds: 1, round: { durationMs } };
  await loader.run({ port, texts, loop: closed, connections }); // warms the server up
  const { goodput: capacity } = await loader.run({ port, texts, loop: closed, connections });
  const before = memoryMb(pid, 'VmRSS');
  const offered = Math.round(capacity * times);
  log(`capacity ${figure(capacity)} requests per second; offering ${offered} for ${seconds} s`);
  const watching = new AbortController();
  try {
    const samples = sampleMemory(server, watching.signal);
    const probes = sendProbes(port, texts[0] as string, watching.signal);
    const beganMs = performance.now();
    const endMs = beganMs + seconds * 1000;
    const figures = await loader.run({
      port,
      texts,
      loop: { rate: offered, durationMs: seconds * 1000 },
      connections,
    });
    while (normalAfter(probes, endMs) === undefined && performance.now() < endMs + MAX_WAIT_MS) await delay(PROBE_MS);
    const result: OverloadResult = {
      capacity,
      offered,
      acceptedOfCapacity: figures.goodput / capacity,
      acceptedP99Ms: figures.latency.accepted?.p99Ms,
      refusedP99Ms: figures.latency.refused?.p99Ms,
      residentMb: { before, most: Math.max(before, ...samples.map(({ mb }) => mb)), after: memoryMb(pid, 'VmRSS') },
      usualAfterMs: normalAfter(probes, endMs),
      figures,
    };
    return { result, memory: samples.map(({ atMs, mb }) => ({ atMs: atMs - beganMs, mb })) };
  } finally {
    watching.abort();
  }
}

async function longTexts(reviews: number): Promise<string[]> {
  const texts = await benchTexts();
  return texts.map((_, i) => Array.from({ length: reviews }, (_, j) => texts[(i + j) % texts.length]).join(''));
}

/** The returned array grows until `signal` aborts. */
function sampleMemory({ pid }: Server, signal: AbortSignal): MemorySample[] {
  const samples: MemorySample[] = [];
  const sampling = setInterval(() => {
    samples.push({ atMs: performance.now(), mb: memoryMb(pid, 'VmRSS') });
  }, SAMPLING_MS);
  signal.addEventListener('abort', () => clearInterval(sampling), { once: true });
  return samples;
}

/** Sends one probe at a time. The returned array grows until `signal` aborts. */
function sendProbes(port: number, text: string, signal: AbortSignal): Probe[] {
  const probes: Probe[] = [];
  const body = JSON.stringify({ texts: text });
  const send = async (): Promise<boolean> => {
    const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const response = await fetch(`http://127.0.0.1:${port}${SCORE_PATH}`, { method: 'POST', body, signal: timeout });
    await response.arrayBuffer();
    return response.ok;
  };
  const sendAll = async () => {
    while (!signal.aborted) {
      const sentMs = performance.now();
      const isAnswered = await send().catch(() => false);
      const latencyMs = performance.now() - sentMs;
      probes.push({ sentMs, latencyMs: isAnswered ? latencyMs : undefined });
      await delay(Math.max(0, PROBE_MS - latencyMs));
    }
  };
  void sendAll();
  return probes;
}

function normalAfter(probes: readonly Probe[], endMs: number): number | undefined {
  const later = probes.filter(({ sentMs }) => sentMs >= endMs);
  const isNormal = ({ latencyMs }: Probe) => latencyMs !== undefined && latencyMs <= MAX_NORMAL_MS;
  const first = later.findIndex(
    (_, i) => later.length >= i + NORMAL_PROBES && later.slice(i, i + NORMAL_PROBES).every(isNormal),
  );
  const found = later[first];
  return found?.latencyMs === undefined ? undefined : found.sentMs + found.latencyMs - endMs;
}

function printResult({
  capacity,
  offered,
  acceptedOfCapacity,
  residentMb,
  usualAfterMs,
  figures,
}: OverloadResult): void {
  const rows = [
    ['capacity, requests per second', figure(capacity)],
    ['offered per second', figure(offered)],
    ['accepted, of the capacity', `${(acceptedOfCapacity * 100).toFixed(1)} %`],
    ['resident before, MB', figure(residentMb.before)],
    ['… peak', figure(residentMb.most)],
    ['… after', figure(residentMb.after)],
    ['back to normal after the end, ms', usualAfterMs === undefined ? 'not within 30 s' : figure(usualAfterMs)],
  ];
  console.log(`${table(['overload', ''], rows)}\n\n${formatFigures(figures)}`);
}

function plotOf(times: number, figures: Figures, memory: readonly MemorySample[]): Promise<string> {
  const points = memory.filter(({ atMs }) => atMs >= 0).map(({ atMs, mb }) => [atMs / 1000, mb] as const);
  const resident = { title: 'Resident memory', xLabel: 'seconds', yLabel: 'MB', series: [{ name: 'hoshi', points }] };
  return plotLines(...plotsOfRun(`${times} times the server's capacity`, figures), resident);
}
