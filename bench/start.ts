/**
 * `bench start`: from making the process to its first answer 200 to a text, and the memory that is resident then. Whole processes,
 * one after the other in turn, on an official Node build; bare Node and a bare server beside them.
 */
import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import { figure, table } from '../cli/terminal/markdown.ts';
import { quantile } from '../model/math/statistics.ts';
import { machine } from './machine.ts';
import { officialNode } from './official-node.ts';
import { addCommonOptions, bundlesOf, type CommonFlags } from './options.ts';
import { writeJson } from './report.ts';
import {
  echoServer,
  hoshiServer,
  memoryMb,
  packedServer,
  processorMsOfThreads,
  type ServerCommand,
  startServer,
} from './servers.ts';
import { benchTexts } from './texts.ts';

interface Run {
  readonly startMs: number;
  /** What of it was spent computing, by all threads together: the other figure if the machine has other work. */
  readonly cpuMs: number;
  readonly residentMb: number;
}

interface Flags extends CommonFlags {
  readonly node: string;
  readonly runs: string;
}

export function startCommand(): Command {
  const command = new Command('start').description('start to the first answer, and resident memory');
  return addCommonOptions(command, undefined, ['stars'])
    .option('--node <program>', 'the Node that serves; by default an official build')
    .option('--runs <count>', 'processes of each kind', '20')
    .action(async ({ json, bundle, node = officialNode(), runs }: Flags) => {
      const [model] = await bundlesOf(bundle.slice(0, 1));
      if (model === undefined) throw new Error('Expected a bundle, received none');
      const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
      console.log(`${machine()}\nserving on Node ${version}, ${model.name}; ${runs} processes of each kind\n`);
      const servers = [echoServer(node), hoshiServer(node, model.path), packedServer(node, model.path)];
      const figures = await measureStart(servers, Number(runs), node);
      await writeJson(json, figures);
    });
}

/** `node`: measured bare, too. */
export async function measureStart(
  servers: readonly ServerCommand[],
  runs: number,
  node?: string,
): Promise<Record<string, Run>> {
  const [text = ''] = await benchTexts();
  const measured = new Map<string, Run[]>();
  const add = (name: string, run: Run) => measured.set(name, [...(measured.get(name) ?? []), run]);
  for (let i = -1; i < runs; i++) {
    const isWarm = i >= 0; // the first of each kind brings its files into memory
    if (node !== undefined) {
      const run = bareNode(node);
      if (isWarm) add('node -e 0', run);
    }
    for (const command of servers) {
      const server = await startServer(command, text);
      const run = {
        startMs: server.startMs,
        cpuMs: processorMsOfThreads(server.pid),
        residentMb: memoryMb(server.pid, 'VmRSS'),
      };
      await server.stop();
      if (isWarm) add(command.name, run);
    }
  }
  const figures: Record<string, Run> = {};
  const rows = Array.from(measured, ([name, all]) => {
    const of = (field: keyof Run, at = 0.5) =>
      quantile(
        all.map((run) => run[field]),
        at,
      );
    figures[name] = { startMs: of('startMs'), cpuMs: of('cpuMs'), residentMb: of('residentMb') };
    const cells = [of('startMs'), of('startMs', 0), of('startMs', 0.75), of('cpuMs'), of('residentMb')];
    return [name, ...cells.map(figure)];
  });
  const header = ['process', 'start ms', 'fastest', 'third quartile', 'CPU ms', 'resident MB'];
  console.log(`${table(header, rows)}\n`);
  return figures;
}

/** From making the process to its end, and what it holds meanwhile. */
function bareNode(node: string): Run {
  const began = performance.now();
  execFileSync(node, ['-e', '0']);
  const startMs = performance.now() - began;
  const script = 'const { user, system } = process.cpuUsage(); console.log(user + system, process.memoryUsage.rss())';
  const [microseconds, bytes] = execFileSync(node, ['-e', script], { encoding: 'utf8' }).split(' ').map(Number);
  return { startMs, cpuMs: (microseconds as number) / 1000, residentMb: (bytes as number) / 1e6 };
}
