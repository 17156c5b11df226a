/**
 * `bench http`: what a request costs the server's process, beside a bare node:http echo of the same bodies.
 *
 * Server and load are processes of their own; answers are checked first. Processor time of the server over requests answered is
 * the figure, the median of rounds that go from server to server in turn. There are two loads: a closed loop, in which each server
 * answers as fast as it can, and an open one, in which each gets the same requests a second. Only the second compares like with
 * like: a server that is asked four times as often takes several requests at each turn, and finds the load awake.
 */
import { Command } from 'commander';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/markdown.ts';
import { median } from '../model/math/statistics.ts';
import { loadScorer } from '../model/scoring/load.ts';
import { expectAllAccepted, forkLoader } from './loader.ts';
import { machine } from './machine.ts';
import { addCommonOptions, bundlesOf, type CommonFlags } from './options.ts';
import { writeJson } from './report.ts';
import { echoServer, hoshiServer, processorMs, type Server, type ServerCommand, startServer } from './servers.ts';
import { benchTexts } from './texts.ts';

const ROUNDS = 5;
const CONNECTIONS = 8;
/** The most connections of the open loop. */
const OPEN_CONNECTIONS = 64;

interface HttpFigures {
  /** Processor time of the server's process. */
  readonly cpuMicroseconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The figures of each server, by its name. */
export interface BothLoads {
  readonly closedLoop: Readonly<Record<string, HttpFigures>>;
  readonly sameRate: Readonly<Record<string, HttpFigures>>;
}

interface Flags extends CommonFlags {
  readonly node: string;
  readonly rate: number;
}

export function httpCommand(): Command {
  const command = new Command('http').description('processor time a request, beside a bare node:http echo');
  return addCommonOptions(command, 10_000, ['stars'])
    .option('--node <program>', 'the Node that serves', process.execPath)
    .option('--rate <n>', 'requests a second of the open loop', numberFrom(1, 1_000_000, 'number'), 2000)
    .action(async ({ json, time, bundle, node, rate }: Flags) => {
      const [model] = await bundlesOf(bundle.slice(0, 1));
      if (model === undefined) throw new Error('Expected a bundle, received none');
      console.log(`${machine()}\n${model.name}; median of ${ROUNDS} rounds\n`);
      const servers = [echoServer(node), hoshiServer(node, model.path)];
      await writeJson(json, await measureHttp(servers, model.path, time, rate));
    });
}

/** The first server is the echo, the others score. `rate` is of the open loop, in requests a second. */
export async function measureHttp(
  commands: readonly ServerCommand[],
  bundlePath: string,
  milliseconds: number,
  rate: number,
): Promise<BothLoads> {
  const texts = await benchTexts();
  const bodies = texts.map((texts) => JSON.stringify({ texts }));
  const loader = forkLoader();
  const durationMs = milliseconds / ROUNDS;
  const loads = [
    { loop: { workers: CONNECTIONS, rounds: 1, round: { durationMs } }, connections: CONNECTIONS },
    { loop: { rate, durationMs }, connections: OPEN_CONNECTIONS },
  ];
  const servers: Server[] = [];
  try {
    for (const command of commands) servers.push(await startServer(command, texts[0] as string));
    await check(servers, texts, bodies, bundlePath);
    const rounds = loads.map(() => new Map(servers.map(({ name }): [string, HttpFigures[]] => [name, []])));
    for (let i = -1; i < ROUNDS; i++) {
      for (const server of servers) {
        for (const [j, load] of loads.entries()) {
          const before = processorMs(server.pid);
          const figures = await loader.run({ port: server.port, texts, ...load });
          expectAllAccepted(server.name, figures);
          const { accepted, goodput, latency } = figures;
          const cpuMicroseconds = ((processorMs(server.pid) - before) * 1000) / accepted;
          const [p50Ms, p99Ms] = [latency.accepted?.p50Ms ?? 0, latency.accepted?.p99Ms ?? 0];
          const isWarm = i >= 0;
          if (isWarm) rounds[j]?.get(server.name)?.push({ cpuMicroseconds, requestsPerSecond: goodput, p50Ms, p99Ms });
        }
      }
    }
    const [closedLoop = {}, sameRate = {}] = rounds.map((ofServers) =>
      Object.fromEntries(Array.from(ofServers, ([name, all]) => [name, medianOf(all)])),
    );
    show(`closed loop, ${CONNECTIONS} connections`, closedLoop);
    show(`${rate} requests a second`, sameRate);
    return { closedLoop, sameRate };
  } finally {
    for (const server of servers) await server.stop();
    await loader.stop();
  }
}

/** hoshi to the last bit; the echo by the size of its answers; others are told apart, not held to it. */
async function check(
  servers: readonly Server[],
  texts: readonly string[],
  bodies: readonly string[],
  bundlePath: string,
) {
  const scorer = await loadScorer({ bundlePath, engine: 'native' });
  const expected = texts.map((text) => scorer.score(text));
  const size = expected.reduce((sum, score) => sum + JSON.stringify({ score }).length, 0) / expected.length;
  for (const { name, port } of servers) {
    const answers: string[] = [];
    for (const body of bodies) {
      const response = await fetch(`http://127.0.0.1:${port}/api/1/users`, {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json' },
      });
      answers.push(await response.text());
    }
    const scores = answers.map((answer) => (JSON.parse(answer) as { score: number }).score);
    const equal = scores.filter((score, i) => Object.is(score, expected[i])).length;
    if (name.startsWith('hoshi') && equal !== texts.length)
      throw new Error(`Expected ${name} to give the scores of the native engine, ${equal} of ${texts.length} are`);
    const meanSize = answers.reduce((sum, answer) => sum + answer.length, 0) / answers.length;
    if (Math.abs(meanSize - size) > 4)
      throw new Error(
        `Expected ${name} to answer ${size.toFixed(1)} bytes on average, received ${meanSize.toFixed(1)}`,
      );
    if (name.startsWith('Python')) {
      const close = scores.filter((score, i) => Math.abs(score - (expected[i] as number)) < 1e-9).length;
      console.log(`${name} gives the same score within 1e-9 on ${close} of ${texts.length} texts\n`);
    }
  }
}

function medianOf(rounds: readonly HttpFigures[]): HttpFigures {
  const of = (name: keyof HttpFigures) => median(rounds.map((round) => round[name]));
  return {
    cpuMicroseconds: of('cpuMicroseconds'),
    requestsPerSecond: of('requestsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
  };
}

function show(load: string, figures: Readonly<Record<string, HttpFigures>>): void {
  const echo = Object.values(figures)[0]?.cpuMicroseconds ?? Number.NaN;
  const rows = Object.entries(figures).map(([name, { cpuMicroseconds, requestsPerSecond, p50Ms, p99Ms }]) => [
    name,
    figure(cpuMicroseconds),
    `${figure(cpuMicroseconds / echo)} ×`,
    requestsPerSecond.toFixed(0),
    figure(p50Ms),
    figure(p99Ms),
  ]);
  console.log(`${table([load, 'CPU µs a request', 'of the echo', 'requests/s', 'p50 ms', 'p99 ms'], rows)}\n`);
}
