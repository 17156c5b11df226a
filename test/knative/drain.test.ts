/** Pods end under load: the autoscaler removes them, they are evicted, or their node is drained. No request is lost. */
import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Figures } from '../../cli/loadtest/recorder.ts';
import { until } from '../fixtures/until.ts';
import { hoshiService, isReady, Namespace } from './cluster.ts';
import { run } from './command.ts';
import { countPods, expectAllAccepted, load, type PodSample, plotsOf } from './load.ts';
import { keep, show } from './results.ts';
import { isFull, speedSkip } from './settings.ts';

const RATE = 100;
const SECONDS = isFull ? 60 : 25;
const PODS = 3;
const SOON = { window: '6s', 'scale-down-delay': '0s' };

describe('pods that end under load', () => {
  let space: Namespace;

  before(async () => {
    space = await Namespace.make('drain');
  });
  after(() => space?.remove());

  const podsAreReady = () =>
    until(`${PODS} ready pods`, async () => (await space.alivePods('hoshi')).filter(isReady).length >= PODS, {
      everyMs: 100,
    });

  /** Sends requests at a constant rate while `body` runs, and for some seconds more. */
  async function underLoad(
    t: TestContext,
    name: string,
    title: string,
    service: string,
    body: () => Promise<void>,
  ): Promise<readonly PodSample[]> {
    const counting = countPods(t, space, service);
    const loading = load(await space.hostOf(service), '--rate', String(RATE), '--duration', String(SECONDS));
    await delay(3000);
    await body();
    const figures = await loading;
    const pods = await counting.stop();
    await report(name, title, figures, pods);
    expectAllAccepted(figures);
    return pods;
  }

  // Not on a slow machine: the first pods end before the load starts, and then more requests wait than the new pods can
  // take in.
  test('the autoscaler removes pods that it does not need', {
    timeout: 300_000,
    skip: speedSkip,
  }, async (t) => {
    // The delay keeps the pods until the load starts.
    const service = await hoshiService({ 'initial-scale': String(PODS), ...SOON, 'scale-down-delay': '20s' });
    service.metadata.name = 'hoshi-wide';
    await space.deploy(service);
    const title = `From ${PODS} pods to as many as needed`;
    const pods = await underLoad(t, 'scale-down', title, 'hoshi-wide', async () => {});
    const [first, last] = [pods[0]?.alive ?? 0, pods.at(-1)?.alive ?? 0];
    assert.ok(
      first === PODS && last > 0 && last < PODS,
      `expected fewer than ${PODS} pods at the end: ${first} pods, then ${last}`,
    );
  });

  test('each pod is evicted, one after another', { timeout: 300_000 }, async (t) => {
    await space.deploy(await hoshiService({ 'min-scale': String(PODS) }));
    await podsAreReady();
    await underLoad(t, 'evict', 'Each pod evicted, one after another', 'hoshi', async () => {
      for (const pod of await space.alivePods('hoshi')) {
        await space.evict(pod);
        await delay(2000);
      }
    });
  });

  test('the node is drained: no new pod starts until it is open again', {
    timeout: 300_000,
    skip: speedSkip,
  }, async (t) => {
    await podsAreReady();
    await underLoad(
      t,
      'node-drain',
      'All pods evicted from a cordoned node, open again after 2 s',
      'hoshi',
      async () => {
        const pods = await space.alivePods('hoshi');
        const nodes = [...new Set(pods.map(({ spec }) => spec.nodeName as string))];
        await run('kubectl', ['cordon', ...nodes]);
        try {
          await Promise.all(pods.map((pod) => space.evict(pod)));
          await delay(2000);
        } finally {
          await run('kubectl', ['uncordon', ...nodes]);
        }
      },
    );
  });
});

async function report(name: string, title: string, figures: Figures, pods: readonly PodSample[]): Promise<void> {
  const { accepted } = figures.latency;
  show(title, [
    ['requests', String(figures.offered)],
    ['answered with a score', String(figures.accepted)],
    ['p50, ms', accepted?.p50Ms ?? Number.NaN],
    ['p99, ms', accepted?.p99Ms ?? Number.NaN],
    ['at most, ms', accepted?.maxMs ?? Number.NaN],
    ['pods ready, at least', String(Math.min(...pods.map(({ ready }) => ready)))],
  ]);
  await keep(name, { figures, pods }, plotsOf(title, figures, pods));
}
