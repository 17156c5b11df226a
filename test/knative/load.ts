/** Runs `hoshi load` as a process against a service behind the gateway, and counts the service's pods meanwhile. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Plot } from '../../cli/loadtest/plot.ts';
import type { Figures } from '../../cli/loadtest/recorder.ts';
import { plotsOfRun } from '../../cli/loadtest/report.ts';
import { packageRoot } from '../../native/package-root.ts';
import { isAlive, isReady, type Namespace } from './cluster.ts';
import { run } from './command.ts';
import { gatewayFor } from './gateway.ts';

export interface PodSample {
  /** Seconds since sampling began. */
  readonly seconds: number;
  /** Pods that are not being deleted, and how many of them are ready. */
  readonly alive: number;
  readonly ready: number;
}

const SAMPLE_MS = 250;
/** Longer than a cold start on a busy machine. */
const TIMEOUT_S = 60;

export async function load(host: string, ...options: readonly string[]): Promise<Figures> {
  const args = ['load', gatewayFor(host).href, '--header', `Host: ${host}`, '--timeout', String(TIMEOUT_S), '--json'];
  const { stdout } = await run(join(packageRoot, 'bin', 'hoshi'), [...args, ...options]);
  return JSON.parse(stdout) as Figures;
}

/** Counts the pods of a service until `stop`, or until the test ends in any way. */
export function countPods(
  t: TestContext,
  space: Namespace,
  service: string,
): { stop(): Promise<readonly PodSample[]> } {
  const samples: PodSample[] = [];
  const began = performance.now();
  let isStopped = false;
  const sampling = (async () => {
    while (!isStopped) {
      const alive = (await space.pods(service)).filter(isAlive);
      const seconds = (performance.now() - began) / 1000;
      samples.push({ seconds, alive: alive.length, ready: alive.filter(isReady).length });
      await delay(SAMPLE_MS);
    }
  })();
  const stop = async () => {
    isStopped = true;
    await sampling;
    return samples;
  };
  t.after(stop);
  return { stop };
}

/** Throws unless every request was answered with a score. The error counts the other requests. */
export function expectAllAccepted({ offered, accepted, refused, errors, unsent }: Figures): void {
  if (accepted === offered) return;
  throw new Error(
    `Expected ${offered} scores, received ${accepted}; ${JSON.stringify({ refused, unsent, ...errors })}`,
  );
}

/** Plots of rate, latency and pods over time. */
export function plotsOf(title: string, figures: Figures, pods: readonly PodSample[]): Plot[] {
  const series = (['alive', 'ready'] as const).map((name) => ({
    name,
    points: pods.map((sample) => [sample.seconds, sample[name]] as const),
  }));
  return [...plotsOfRun(title, figures), { title: 'Pods', xLabel: 'seconds', yLabel: 'pods', series }];
}
