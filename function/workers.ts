/**
 * Several processes on one port (HOSHI_WORKERS), for machines with many cores. A supervisor starts the workers,
 * forwards signals to them, and replaces a worker that ends by itself. It serves no request. Each worker accepts
 * connections from the port itself. If the supervisor accepted them, the connections of a worker would be lost when the
 * worker ends.
 *
 * A scrape reaches one worker, but must have the metrics of all. The messages between worker and supervisor are:
 * `{hoshi: 'gather', id}` from the scraped worker → `{hoshi: 'count', id}` to each worker → `{hoshi: 'counted', id,
 * metrics}` from each worker → `{hoshi: 'gathered', id, all}` back to the scraped worker.
 */
import cluster, { type Worker } from 'node:cluster';
import { nowMs } from './clock.ts';
import { flushLog, log } from './log.ts';

/**
 * If a worker ends within this many milliseconds, its start has failed. After MAX_FAILED_STARTS failed starts in a row,
 * all processes end.
 */
const FAILED_START_MS = 5000;
const MAX_FAILED_STARTS = 5;
/** The metrics of a worker that does not reply within this time are left out. */
const GATHER_TIMEOUT_MS = 1000;

type Message =
  | { readonly hoshi: 'up' }
  | { readonly hoshi: 'end'; readonly signal: NodeJS.Signals }
  | { readonly hoshi: 'gather' | 'count'; readonly id: string }
  | { readonly hoshi: 'counted'; readonly id: string; readonly metrics: object }
  | { readonly hoshi: 'gathered'; readonly id: string; readonly all: readonly object[] };

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'hoshi' in value;
}

// -------------------------------------------------------------------------------------------------------- in a worker

export function isWorker(): boolean {
  return cluster.isWorker;
}

/** Sends this worker's metrics to the supervisor each time the supervisor requests them. */
export function sendMetricsOnRequest(read: () => Promise<object>): void {
  process.on('message', async (message) => {
    if (isMessage(message) && message.hoshi === 'count')
      process.send?.({ hoshi: 'counted', id: message.id, metrics: await read() } satisfies Message);
  });
}

/**
 * Calls the listener for a signal that the supervisor forwards. A signal to the worker itself is ignored. A terminal
 * sends it to all processes of a group, so the worker would get it twice. A second signal ends a process at once.
 */
export function onSupervisorSignal(listener: (signal: string) => void): void {
  const ignore = () => {};
  process.on('SIGTERM', ignore).on('SIGINT', ignore);
  process.on('message', (message) => {
    if (isMessage(message) && message.hoshi === 'end') listener(message.signal);
  });
  process.send?.({ hoshi: 'up' } satisfies Message);
}

let gatherCount = 0;

/** The metrics of all workers, by way of the supervisor. */
export function metricsOfAllWorkers(): Promise<readonly object[]> {
  const id = `${process.pid}-${++gatherCount}`;
  return new Promise((resolve) => {
    const onMessage = (message: unknown) => {
      if (!isMessage(message) || message.hoshi !== 'gathered' || message.id !== id) return;
      process.off('message', onMessage);
      resolve(message.all);
    };
    process.on('message', onMessage);
    process.send?.({ hoshi: 'gather', id } satisfies Message);
  });
}

// -------------------------------------------------------------------------------------------------- in the supervisor

/** Starts `count` workers. Resolves with the exit code, when a signal or failed starts have ended the last worker. */
export async function superviseWorkers(
  count: number,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  /** The workers that listen for messages. Other workers would lose a message. */
  const up = new Set<Worker>();
  let signalled: NodeJS.Signals | undefined;
  let failedStarts = 0;
  let code = 0;
  const startWorker = () => {
    const startMs = nowMs();
    const worker = cluster.fork(environment);
    worker.on('message', (message: unknown) => {
      if (!isMessage(message)) return;
      if (message.hoshi === 'gather') void gatherMetrics(worker, message.id);
      if (message.hoshi !== 'up') return;
      up.add(worker);
      if (signalled !== undefined) worker.send({ hoshi: 'end', signal: signalled } satisfies Message);
    });
    worker.on('error', () => {}); // a message to a worker that has just ended
    worker.on('exit', (exitCode, signal) => {
      up.delete(worker);
      if (signalled !== undefined) {
        code ||= exitCode ?? 1; // null if a signal ended the worker
        return;
      }
      log('error', `worker ${worker.process.pid} ended with ${signal ?? exitCode}`);
      failedStarts = nowMs() - startMs < FAILED_START_MS ? failedStarts + 1 : 0;
      if (failedStarts < MAX_FAILED_STARTS) return startWorker();
      const seconds = FAILED_START_MS / 1000;
      log('error', `${MAX_FAILED_STARTS} workers in a row ended within ${seconds} s of their start: giving up`);
      code = 1;
      end('SIGTERM');
    });
  };
  const end = (signal: NodeJS.Signals) => {
    for (const worker of runningWorkers()) {
      if (up.has(worker)) worker.send({ hoshi: 'end', signal } satisfies Message);
      else if (signalled !== undefined) worker.process.kill('SIGKILL'); // the second signal ends all at once
    }
    signalled = signal;
  };
  process.on('SIGTERM', end).on('SIGINT', end);
  for (let i = 0; i < count; i++) startWorker();
  await new Promise<void>((resolve) => {
    cluster.on('exit', () => {
      if (signalled !== undefined && runningWorkers().length === 0) resolve();
    });
  });
  await flushLog();
  return code;
}

function runningWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined && !worker.isDead()) as Worker[];
}

/** Requests the metrics of all workers, and sends them to the scraped worker. */
async function gatherMetrics(scraped: Worker, id: string): Promise<void> {
  const all = await Promise.all(runningWorkers().map((worker) => metricsOf(worker, id)));
  if (scraped.isConnected())
    scraped.send({ hoshi: 'gathered', id, all: all.filter((metrics) => metrics !== undefined) } satisfies Message);
}

/** Resolves with undefined if the worker does not reply in time. */
function metricsOf(worker: Worker, id: string): Promise<object | undefined> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown) => {
      if (isMessage(message) && message.hoshi === 'counted' && message.id === id) settle(message.metrics);
    };
    const settle = (metrics?: object) => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      resolve(metrics);
    };
    const timer = setTimeout(settle, GATHER_TIMEOUT_MS);
    worker.on('message', onMessage);
    if (worker.isConnected()) worker.send({ hoshi: 'count', id } satisfies Message);
    else settle();
  });
}
