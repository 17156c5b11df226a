/** The load of model/load in a process of its own, as a benchmark sees it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Figures } from '../cli/loadtest/recorder.ts';
import type { ClosedLoop, OpenLoop } from '../cli/loadtest/run.ts';
import { messageOf } from './contender.ts';

export interface LoadOrder {
  readonly port: number;
  readonly texts: readonly string[];
  readonly loop: OpenLoop | ClosedLoop;
  /** The most, of an open loop. */
  readonly connections: number;
}

export interface Loader {
  run(order: LoadOrder): Promise<Figures>;
  stop(): Promise<void>;
}

export function forkLoader(): Loader {
  const child = fork(fileURLToPath(new URL('load.js', import.meta.url)));
  return {
    run: (order) => {
      child.send(order);
      return messageOf<Figures>(child, 'the load');
    },
    stop: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** Where every request has to be answered, and well. */
export function expectAllAccepted(name: string, { offered, accepted, refused, errors }: Figures): void {
  if (accepted === offered) return;
  const others = JSON.stringify({ refused, ...errors });
  throw new Error(`Expected ${name} to answer ${offered} requests, ${accepted} were answered; ${others}`);
}
