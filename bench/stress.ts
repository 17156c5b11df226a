/**
 * `bench stress`: the original's stress test, 10 workers that send 1,000 texts in 6 rounds, beside the same service in Python with the same model. Both are
 * fresh processes: the first round warms them up, and counts. A bare node:http echo of the same bodies shows what there is to be had.
 */
import { Command } from 'commander';
import { loadTexts } from '../cli/loadtest/texts.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { expectAllAccepted, forkLoader } from './loader.ts';
import { machine } from './machine.ts';
import { addCommonOptions, bundlesOf, type CommonFlags, log } from './options.ts';
import { preparePython, pythonServer } from './peers/python.ts';
import { writeJson } from './report.ts';
import { echoServer, hoshiServer, processorMs, type ServerCommand, startServer } from './servers.ts';

const WORKERS = 10;
const ROUNDS = 6;
const TEXTS = 1000;

interface StressFigures {
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuSeconds: number;
}

interface StressTwice {
  readonly fresh: StressFigures;
  readonly warm: StressFigures;
}

interface Flags extends CommonFlags {
  readonly peer: boolean;
  readonly node: string;
}

export function stressCommand(): Command {
  const command = new Command('stress').description("the original's stress test, beside the Python peer");
  return addCommonOptions(command, undefined, ['large'])
    .option('--no-peer', 'without Python')
    .option('--node <program>', 'the Node that serves', process.execPath)
    .action(async ({ json, bundle, peer, node }: Flags) => {
      const [model] = await bundlesOf(bundle.slice(0, 1));
      if (model === undefined) throw new Error('Expected a bundle, received none');
      if (peer) preparePython(log);
      console.log(`${machine()}\n${model.name}; ${WORKERS} workers, ${ROUNDS} rounds of ${TEXTS} texts; one run\n`);
      const servers = [...(peer ? [pythonServer(model.path)] : []), echoServer(node), hoshiServer(node, model.path)];
      const figures: Record<string, StressTwice> = {};
      for (const server of servers) figures[server.name] = await measure(server);
      for (const time of ['fresh', 'warm'] as const) show(time, figures);
      await writeJson(json, figures);
    });
}

async function measure(command: ServerCommand): Promise<StressTwice> {
  const texts = await loadTexts({ column: 'text', count: TEXTS });
  const loader = forkLoader();
  try {
    const server = await startServer(command, texts[0] as string);
    try {
      const loop = { workers: WORKERS, rounds: ROUNDS, round: { requests: TEXTS } };
      const once = async (): Promise<StressFigures> => {
        const before = processorMs(server.pid);
        const figures = await loader.run({ port: server.port, texts, loop, connections: WORKERS });
        expectAllAccepted(server.name, figures);
        return {
          seconds: figures.seconds,
          requestsPerSecond: figures.goodput,
          p50Ms: figures.latency.accepted?.p50Ms ?? 0,
          p99Ms: figures.latency.accepted?.p99Ms ?? 0,
          cpuSeconds: (processorMs(server.pid) - before) / 1000,
        };
      };
      return { fresh: await once(), warm: await once() };
    } finally {
      await server.stop();
    }
  } finally {
    await loader.stop();
  }
}

/** The first is what the others are held against. */
function show(time: 'fresh' | 'warm', servers: Readonly<Record<string, StressTwice>>): void {
  const slowest = Object.values(servers)[0]?.[time].requestsPerSecond ?? Number.NaN;
  const rows = Object.entries(servers).map(([name, figures]) => {
    const { seconds, requestsPerSecond, p50Ms, p99Ms, cpuSeconds } = figures[time];
    return [
      name,
      figure(seconds),
      requestsPerSecond.toFixed(0),
      `${figure(requestsPerSecond / slowest)} ×`,
      figure(p50Ms),
      figure(p99Ms),
      figure(cpuSeconds),
    ];
  });
  const header = [`server, ${time}`, 'seconds', 'requests/s', 'of the first', 'p50 ms', 'p99 ms', 'CPU seconds'];
  console.log(`${table(header, rows)}\n`);
}
