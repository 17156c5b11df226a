/**
 * `bench http`: processor time of the server for one request, compared with a bare node:http echo of the same bodies, and
 * with an echo in C++, which shows what node:http itself costs.
 *
 * Server and load generator are separate processes. All responses are checked before the measurement. The result is
 * the server's processor time divided by the accepted requests: the median of several rounds, in which the servers take
 * turns.
 *
 * There are two loads. In the closed loop, each server answers as fast as it can. In the open loop, each server gets
 * the same number of requests per second. Only the open loop is a fair comparison. In the closed loop, the echo gets
 * more requests per second. So it reads several requests in each round of the event loop, and the load generator is
 * already awake.
 */
import { Command } from 'commander';
import type { ClosedLoop, OpenLoop } from '../cli/loadtest/run.ts';
import { numberFrom } from '../cli/options.ts';
import { figure, table } from '../cli/terminal/table.ts';
import { loadScorer } from '../model/scoring/load.ts';
import { expectAllAccepted, forkLoader, type Loader } from './loader.ts';
import { addCommonOptions, type CommonFlags, firstBundleOf, log } from './options.ts';
import { processorMs } from './process.ts';
import { machine, mediansOf, writeJson } from './report.ts';
import {
  bareEchoServer,
  echoServer,
  hoshiServer,
  SCORE_PATH,
  type Server,
  type ServerCommand,
  startServer,
} from './servers.ts';
import { benchTexts } from './texts.ts';

const ROUNDS = 5;
const CLOSED_CONNECTIONS = 8;
const MAX_OPEN_CONNECTIONS = 64;
/** The allowed difference between a server's mean response size and hoshi's, in bytes. */
const MAX_SIZE_DIFFERENCE = 4;

interface HttpResult {
  /** Processor time of the server's process for one request. */
  readonly cpuMicroseconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The results of each server by its name. */
export interface BothLoads {
  readonly closedLoop: Readonly<Record<string, HttpResult>>;
  readonly sameRate: Readonly<Record<string, HttpResult>>;
}

interface Load {
  readonly loop: ClosedLoop | OpenLoop;
  readonly connections: number;
}

interface Flags extends CommonFlags {
  readonly node: string;
  readonly rate: number;
}

export function httpCommand(): Command {
  const command = new Command('http').description(
    'measure the processor time of one request, compared with a bare node:http echo',
  );
  return addCommonOptions(command, 10_000, ['stars'])
    .option('--node <program>', 'Node program that runs the servers', process.execPath)
    .option('--rate <n>', 'requests per second of the open loop', numberFrom(1, 1_000_000, 'number'), 2000)
    .action(async ({ json, time, bundle, node, rate }: Flags) => {
      const model = await firstBundleOf(bundle);
      console.log(`${machine()}\n${model.name}; median of ${ROUNDS} rounds\n`);
      const bareEcho = bareEchoServer();
      if (bareEcho === undefined) log('the C++ echo is skipped: it needs g++');
      const servers = [echoServer(node), ...(bareEcho === undefined ? [] : [bareEcho]), hoshiServer(node, model.path)];
      await writeJson(json, await measureHttp(servers, model.path, time, rate));
    });
}

/**
 * The first server must be the echo of node:http. `milliseconds` is the time for one load on one server,
 * `rate` is per second.
 */
export async function measureHttp(
  commands: readonly ServerCommand[],
  bundlePath: string,
  milliseconds: number,
  rate: number,
): Promise<BothLoads> {
  const texts = await benchTexts();
  const durationMs = milliseconds / ROUNDS;
  const closed: Load = {
    loop: { workers: CLOSED_CONNECTIONS, rounds: 1, round: { durationMs } },
    connections: CLOSED_CONNECTIONS,
  };
  const open: Load = { loop: { rate, durationMs }, connections: MAX_OPEN_CONNECTIONS };
  const loader = forkLoader();
  const servers: Server[] = [];
  try {
    for (const command of commands) servers.push(await startServer(command, texts[0] as string));
    await checkResponses(servers, texts, bundlePath);
    const rounds: Record<'closedLoop' | 'sameRate', HttpResult>[][] = servers.map(() => []);
    for (let i = -1; i < ROUNDS; i++) {
      for (const [j, server] of servers.entries()) {
        const closedLoop = await measureRound(server, loader, texts, closed);
        const sameRate = await measureRound(server, loader, texts, open);
        const isWarm = i >= 0;
        if (isWarm) rounds[j]?.push({ closedLoop, sameRate });
      }
    }
    const mediansUnder = (load: 'closedLoop' | 'sameRate'): Record<string, HttpResult> =>
      Object.fromEntries(
        servers.map(({ name }, j) => [
          name,
          mediansOf(
            (rounds[j] ?? []).map((round) => round[load]),
            ['cpuMicroseconds', 'requestsPerSecond', 'p50Ms', 'p99Ms'],
          ),
        ]),
      );
    const [closedLoop, sameRate] = [mediansUnder('closedLoop'), mediansUnder('sameRate')];
    printResults(`closed loop, ${CLOSED_CONNECTIONS} connections`, closedLoop);
    printResults(`${rate} requests per second`, sameRate);
    return { closedLoop, sameRate };
  } finally {
    for (const server of servers) await server.stop();
    await loader.stop();
  }
}

async function measureRound(server: Server, loader: Loader, texts: readonly string[], load: Load): Promise<HttpResult> {
  const before = processorMs(server.pid);
  const figures = await loader.run({ port: server.port, texts, ...load });
  expectAllAccepted(server.name, figures);
  return {
    cpuMicroseconds: ((processorMs(server.pid) - before) * 1000) / figures.accepted,
    requestsPerSecond: figures.goodput,
    p50Ms: figures.latency.accepted?.p50Ms ?? 0,
    p99Ms: figures.latency.accepted?.p99Ms ?? 0,
  };
}

/**
 * Every server must send responses of hoshi's size, and hoshi the scores of the native engine to the last bit. For
 * Python the number of equal scores is printed.
 */
async function checkResponses(servers: readonly Server[], texts: readonly string[], bundlePath: string): Promise<void> {
  const scorer = await loadScorer({ bundlePath, engine: 'native' });
  const expected = texts.map((text) => scorer.score(text));
  const expectedSize = meanLength(expected.map((score) => JSON.stringify({ score })));
  for (const { name, port } of servers) {
    const responses: string[] = [];
    for (const text of texts) responses.push(await scoreOver(port, text));
    const size = meanLength(responses);
    if (Math.abs(size - expectedSize) > MAX_SIZE_DIFFERENCE)
      throw new Error(
        `Expected responses of ${expectedSize.toFixed(1)} bytes on average from ${name}, received ${size.toFixed(1)}`,
      );
    const scores = responses.map((response) => (JSON.parse(response) as { score: number }).score);
    const equal = scores.filter((score, i) => Object.is(score, expected[i])).length;
    if (name.startsWith('hoshi') && equal !== texts.length)
      throw new Error(
        `Expected ${name} to give the native engine's score on ${texts.length} texts, received it on ${equal}`,
      );
    if (name.startsWith('Python')) {
      const close = scores.filter((score, i) => Math.abs(score - (expected[i] as number)) < 1e-9).length;
      console.log(`${name} gives the same score within 1e-9 on ${close} of ${texts.length} texts\n`);
    }
  }
}

async function scoreOver(port: number, text: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${SCORE_PATH}`, {
    method: 'POST',
    body: JSON.stringify({ texts: text }),
    headers: { 'Content-Type': 'application/json' },
  });
  return response.text();
}

function meanLength(strings: readonly string[]): number {
  return strings.reduce((sum, { length }) => sum + length, 0) / strings.length;
}

function printResults(load: string, results: Readonly<Record<string, HttpResult>>): void {
  const echo = Object.values(results)[0]?.cpuMicroseconds ?? Number.NaN;
  const rows = Object.entries(results).map(([name, { cpuMicroseconds, requestsPerSecond, p50Ms, p99Ms }]) => [
    name,
    figure(cpuMicroseconds),
    `${figure(cpuMicroseconds / echo)} ×`,
    requestsPerSecond.toFixed(0),
    figure(p50Ms),
    figure(p99Ms),
  ]);
  console.log(`${table([load, 'CPU µs per request', 'of the echo', 'requests/s', 'p50 ms', 'p99 ms'], rows)}\n`);
}
