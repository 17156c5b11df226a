/** The benchmark's side of load.ts: the load generator of cli/loadtest in a separate process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Figures } from '../cli/loadtest/recorder.ts';
import type { ClosedLoop, OpenLoop } from '../cli/loadtest/run.ts';
import { nextMessage } from './contender.ts';

export interface LoadOrder {
  readonly port: number;
  readonly texts: readonly string[];
  readonly loop: OpenLoop | ClosedLoop;
  /** Maximum number of connections of an open loop. */
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
      return nextMessage<Figures>(child, 'the load generator');
    },
    stop: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** Throws unless every request of a run was accepted. */
export function expectAllAccepted(name: string, { offered, accepted, refused, errors }: Figures): void {
  if (accepted === offered) return;
  const others = JSON.stringify({ refused, ...errors });
  throw new Error(
    `Expected ${name} to accept all ${offered} requests, it accepted ${accepted}; the other requests: ${others}`,
  );
}
