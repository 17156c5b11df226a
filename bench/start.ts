/**
 * `bench start`: time from creating the process to its first 200 response to a text, and resident memory at that
 * moment. Each run is a new process on an official Node build. Bare Node, two bare servers and hoshi take turns.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { quantile } from '../model/math/statistics.ts';
import { packageRoot } from '../native/package-root.ts';
import { addCommonOptions, type CommonFlags, firstBundleOf } from './options.ts';
import { memoryMb, processorMs } from './process.ts';
import { machine, mediansOf, writeJson } from './report.ts';
import {
  commonJsEchoServer,
  echoServer,
  hoshiServer,
  packedServer,
  type ServerCommand,
  startServer,
} from './servers.ts';
import { benchTexts } from './texts.ts';

const OFFICIAL_NODE_VERSION = '24.21.0';

interface StartResult {
  readonly startMs: number;
  /** Processor time until then, of all threads together. Other work on the machine changes it less than `startMs`. */
  readonly cpuMs: number;
  readonly residentMb: number;
}

interface Flags extends CommonFlags {
  readonly node?: string;
  readonly runs: number;
}

export function startCommand(): Command {
  const command = new Command('start').description(
    'measure the time from the start to the first response, and the resident memory',
  );
  return addCommonOptions(command, undefined, ['stars'])
    .option('--node <program>', 'Node program that runs the servers (default: an official build)')
    .option('--runs <count>', 'number of processes of each kind', numberFrom(1, 10_000), 20)
    .action(async ({ json, bundle, node = officialNode(), runs }: Flags) => {
      const model = await firstBundleOf(bundle);
      const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
      console.log(`${machine()}\nserving on Node ${version}, ${model.name}; ${runs} processes of each kind\n`);
      const servers = [
        echoServer(node),
        commonJsEchoServer(node),
        hoshiServer(node, model.path),
        packedServer(node, model.path),
      ];
      await writeJson(json, await measureStart(servers, runs, node));
    });
}

/** Starts each server `runs` times in turn, prints a table and returns the medians. Bare `node` is measured, too. */
export async function measureStart(
  servers: readonly ServerCommand[],
  runs: number,
  node?: string,
): Promise<Record<string, StartResult>> {
  const [text = ''] = await benchTexts();
  const measured = new Map<string, StartResult[]>();
  const add = (name: string, run: StartResult) => measured.set(name, [...(measured.get(name) ?? []), run]);
  for (let i = -1; i < runs; i++) {
    const isWarm = i >= 0; // the first run of each kind reads its files into the page cache
    if (node !== undefined) {
      const run = startBareNode(node);
      if (isWarm) add('node -e 0', run);
    }
    for (const command of servers) {
      const run = await startOnce(command, text);
      if (isWarm) add(command.name, run);
    }
  }
  return printResults(measured);
}

async function startOnce(command: ServerCommand, text: string): Promise<StartResult> {
  const server = await startServer(command, text);
  process.kill(server.pid, 'SIGSTOP'); // so that no later work counts
  try {
    return {
      startMs: server.startMs,
      cpuMs: processorMs(server.pid),
      residentMb: memoryMb(server.pid, 'VmRSS'),
    };
  } finally {
    process.kill(server.pid, 'SIGCONT');
    await server.stop();
  }
}

/** Returns the medians by the server's name. */
function printResults(measured: ReadonlyMap<string, readonly StartResult[]>): Record<string, StartResult> {
  const results: Record<string, StartResult> = {};
  const rows = Array.from(measured, ([name, runs]) => {
    const medians = mediansOf(runs, ['startMs', 'cpuMs', 'residentMb']);
    results[name] = medians;
    const [fastest, third] = [0, 0.75].map((at) =>
      quantile(
        runs.map(({ startMs }) => startMs),
        at,
      ),
    ) as [number, number];
    const bare = results['node -e 0'] ?? medians; // measured first, if at all
    return [
      name,
      ...[medians.startMs, fastest, third].map(figure),
      `${(medians.startMs / bare.startMs).toFixed(2)} ×`,
      figure(medians.cpuMs),
      `${(medians.cpuMs / bare.cpuMs).toFixed(2)} ×`,
      figure(medians.residentMb),
    ];
  });
  const header = [
    'process',
    'start ms',
    'fastest',
    'third quartile',
    'of the first',
    'CPU ms',
    'of the first',
    'resident MB',
  ];
  console.log(`${table(header, rows)}\n`);
  return results;
}

/** Time from creating a process of bare Node to its end, and its memory. */
function startBareNode(node: string): StartResult {
  const began = performance.now();
  execFileSync(node, ['-e', '0']);
  const startMs = performance.now() - began;
  const script = 'const { user, system } = process.cpuUsage(); console.log(user + system, process.memoryUsage.rss())';
  const [microseconds, bytes] = execFileSync(node, ['-e', script], { encoding: 'utf8' }).split(' ').map(Number);
  return { startMs, cpuMs: (microseconds as number) / 1000, residentMb: (bytes as number) / 1e6 };
}

/**
 * The program of an official Node build, from the npm package `node`, as images hold it. Debian's builds start
 * slower. Installs it into build/ if it is missing.
 */
function officialNode(): string {
  const folder = join(packageRoot, 'build', 'bench', `node-${OFFICIAL_NODE_VERSION}`);
  const program = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(program)) {
    const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['install', ...options, '--prefix', folder, `node@${OFFICIAL_NODE_VERSION}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return program;
}
