/**
 * `bench stress`: the original's stress test, in which 10 workers send 1,000 texts in 6 rounds, compared with the same
 * service in Python with the same model. Each server is a fresh process, and its first round, which warms it up,
 * counts. A bare node:http echo of the same bodies shows the maximum that one thread of Node can serve.
 */
import { Command } from 'commander';
import { loadTexts } from '../cli/loadtest/texts.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { expectAllAccepted, forkLoader, type Loader } from './loader.ts';
import { addCommonOptions, type CommonFlags, firstBundleOf, log } from './options.ts';
import { preparePython, pythonServer } from './peers/python.ts';
import { processorMs } from './process.ts';
import { machine, writeJson } from './report.ts';
import { echoServer, hoshiServer, type Server, type ServerCommand, startServer } from './servers.ts';

const WORKERS = 10;
const ROUNDS = 6;
const TEXTS = 1000;

interface StressResult {
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuSeconds: number;
}

/** Two runs on one process: from its start, and again. */
interface StressTwice {
  readonly fresh: StressResult;
  readonly warm: StressResult;
}

interface Flags extends CommonFlags {
  readonly peer: boolean;
  readonly node: string;
}

export function stressCommand(): Command {
  const command = new Command('stress').description("run the original's stress test, compared with the Python peer");
  return addCommonOptions(command, undefined, ['large'])
    .option('--no-peer', 'leave Python out')
    .option('--node <program>', 'Node program that runs the servers', process.execPath)
    .action(runStress);
}

async function runStress({ json, bundle, peer, node }: Flags): Promise<void> {
  const model = await firstBundleOf(bundle);
  if (peer) preparePython(log);
  console.log(`${machine()}\n${model.name}; ${WORKERS} workers, ${ROUNDS} rounds of ${TEXTS} texts; one run\n`);
  const servers = [...(peer ? [pythonServer(model.path)] : []), echoServer(node), hoshiServer(node, model.path)];
  const texts = await loadTexts({ column: 'text', count: TEXTS });
  const results: Record<string, StressTwice> = {};
  for (const server of servers) results[server.name] = await stressTwice(server, texts);
  for (const state of ['fresh', 'warm'] as const) printResults(state, results);
  await writeJson(json, results);
}

async function stressTwice(command: ServerCommand, texts: readonly string[]): Promise<StressTwice> {
  const loader = forkLoader();
  try {
    const server = await startServer(command, texts[0] as string);
    try {
      return { fresh: await stressOnce(server, loader, texts), warm: await stressOnce(server, loader, texts) };
    } finally {
      await server.stop();
    }
  } finally {
    await loader.stop();
  }
}

async function stressOnce(
  { name, pid, port }: Server,
  loader: Loader,
  texts: readonly string[],
): Promise<StressResult> {
  const loop = { workers: WORKERS, rounds: ROUNDS, round: { requests: TEXTS } };
  const before = processorMs(pid);
  const figures = await loader.run({ port, texts, loop, connections: WORKERS });
  expectAllAccepted(name, figures);
  return {
    seconds: figures.seconds,
    requestsPerSecond: figures.goodput,
    p50Ms: figures.latency.accepted?.p50Ms ?? 0,
    p99Ms: figures.latency.accepted?.p99Ms ?? 0,
    cpuSeconds: (processorMs(pid) - before) / 1000,
  };
}

/** The ratios are to the first server. */
function printResults(state: 'fresh' | 'warm', servers: Readonly<Record<string, StressTwice>>): void {
  const first = Object.values(servers)[0]?.[state].requestsPerSecond ?? Number.NaN;
  const rows = Object.entries(servers).map(([name, results]) => {
    const { seconds, requestsPerSecond, p50Ms, p99Ms, cpuSeconds } = results[state];
    return [
      name,
      figure(seconds),
      requestsPerSecond.toFixed(0),
      `${figure(requestsPerSecond / first)} ×`,
      ...[p50Ms, p99Ms, cpuSeconds].map(figure),
    ];
  });
  const header = [`server, ${state}`, 'seconds', 'requests/s', 'of the first', 'p50 ms', 'p99 ms', 'CPU seconds'];
  console.log(`${table(header, rows)}\n`);
}
