/**
 * Many processes on one port (HOSHI_WORKERS), for machines with many cores: this one takes no request, starts the others, hands
 * signals on to them, and starts one anew in the place of one that ends by itself. Each takes connections from the port itself:
 * one that this process had taken for them would be lost as they end.
 *
 * A scrape asks one of them, which asks here for what all of them count: `{hoshi: 'gather', id}` → to each `{hoshi: 'count', id}` →
 * from each `{hoshi: 'counted', id, metrics}` → back `{hoshi: 'gathered', id, all}`.
 */
import cluster, { type Worker } from 'node:cluster';
import { flushLog, log } from './log.ts';

/** Workers that end so soon after their start will not do better at the next. */
const SOON_MS = 5000;
const MAX_SOON = 5;
/** Who has not counted by then is left out. */
const GATHER_MS = 1000;

type Message =
  | { readonly hoshi: 'up' }
  | { readonly hoshi: 'end'; readonly signal: NodeJS.Signals }
  | { readonly hoshi: 'gather' | 'count'; readonly id: string }
  | { readonly hoshi: 'counted'; readonly id: string; readonly metrics: object }
  | { readonly hoshi: 'gathered'; readonly id: string; readonly all: readonly object[] };

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'hoshi' in value;
}

export function isWorker(): boolean {
  return cluster.isWorker;
}

/** In a worker: what it counts is asked for from now on. */
export function answerCounts(count: () => Promise<object>): void {
  process.on('message', async (message) => {
    if (isMessage(message) && message.hoshi === 'count')
      process.send?.({ hoshi: 'counted', id: message.id, metrics: await count() } satisfies Message);
  });
}

/**
 * In a worker: who watches over it tells it of a signal. One of its own is none: a terminal, or whoever ends a group of processes,
 * sends it to all of them, and the second that a process gets ends it at once.
 */
export function onToldSignal(listener: (signal: string) => void): void {
  const ignore = () => {};
  process.on('SIGTERM', ignore).on('SIGINT', ignore);
  process.on('message', (message) => {
    if (isMessage(message) && message.hoshi === 'end') listener(message.signal);
  });
  process.send?.({ hoshi: 'up' } satisfies Message);
}

let asked = 0;

/** In a worker: what all of them count. */
export function countsOfAll(): Promise<readonly object[]> {
  const id = `${process.pid}-${++asked}`;
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

/** Resolves with the exit code once the last of them has ended. */
export async function superviseWorkers(
  count: number,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  /** Those that hear of a signal: before, a message to them is lost. */
  const up = new Set<Worker>();
  let signalled: NodeJS.Signals | undefined;
  let soonEnds = 0;
  let code = 0;
  const startOne = () => {
    const began = performance.now();
    const worker = cluster.fork(environment);
    worker.on('message', (message: unknown) => {
      if (!isMessage(message)) return;
      if (message.hoshi === 'gather') void gather(worker, message.id);
      if (message.hoshi !== 'up') return;
      up.add(worker);
      if (signalled !== undefined) worker.send({ hoshi: 'end', signal: signalled } satisfies Message);
    });
    worker.on('error', () => {}); // a message to one that has just ended
    worker.on('exit', (exitCode, signal) => {
      up.delete(worker);
      if (signalled !== undefined) {
        code ||= exitCode ?? 1; // null: a signal ended it
        return;
      }
      log('error', `worker ${worker.process.pid} ended with ${signal ?? exitCode}`);
      soonEnds = performance.now() - began < SOON_MS ? soonEnds + 1 : 0;
      if (soonEnds < MAX_SOON) return startOne();
      log('error', `${MAX_SOON} workers in a row ended within ${SOON_MS / 1000} seconds of their start: giving up`);
      code = 1;
      end('SIGTERM');
    });
  };
  const end = (signal: NodeJS.Signals) => {
    for (const worker of running()) {
      if (up.has(worker)) worker.send({ hoshi: 'end', signal } satisfies Message);
      else if (signalled !== undefined) worker.process.kill('SIGKILL'); // the second signal ends all at once
    }
    signalled = signal;
  };
  process.on('SIGTERM', end).on('SIGINT', end);
  for (let i = 0; i < count; i++) startOne();
  await new Promise<void>((resolve) => {
    cluster.on('exit', () => {
      if (signalled !== undefined && running().length === 0) resolve();
    });
  });
  await flushLog();
  return code;
}

function running(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined && !worker.isDead()) as Worker[];
}

async function gather(asker: Worker, id: string): Promise<void> {
  const all = await Promise.all(running().map((worker) => counted(worker, id)));
  if (asker.isConnected())
    asker.send({ hoshi: 'gathered', id, all: all.filter((metrics) => metrics !== undefined) } satisfies Message);
}

function counted(worker: Worker, id: string): Promise<object | undefined> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown) => {
      if (isMessage(message) && message.hoshi === 'counted' && message.id === id) settle(message.metrics);
    };
    const settle = (metrics?: object) => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      resolve(metrics);
    };
    const timer = setTimeout(settle, GATHER_MS);
    worker.on('message', onMessage);
    if (worker.isConnected()) worker.send({ hoshi: 'count', id } satisfies Message);
    else settle();
  });
}
