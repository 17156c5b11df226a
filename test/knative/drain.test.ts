/** Pods go while they are asked: because less is asked, because somebody evicts them, because their node is drained. No request is lost. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Figures } from '../../model/load/recorder.ts';
import { hoshiService, isReady, Namespace, until } from './cluster.ts';
import { run } from './command.ts';
import { countPods, expectAllAccepted, load, type PodSample, plotsOf } from './load.ts';
import { keep, show } from './results.ts';
import { isFull } from './settings.ts';

const RATE = 100;
const SECONDS = isFull ? 60 : 25;
const PODS = 3;

describe('pods that go', () => {
  let space: Namespace;
  let host: string;

  before(async () => {
    space = await Namespace.make('drain');
    await space.deploy(await hoshiService({ 'min-scale': String(PODS), window: '6s' }));
    host = await space.hostOf('hoshi');
    await until(`${PODS} pods`, 60_000, async () => (await space.alivePods('hoshi')).filter(isReady).length >= PODS);
  });
  after(() => space?.remove());

  /** Asks at a constant rate for as long as `body` takes, and some seconds more. */
  async function underLoad(name: string, title: string, body: () => Promise<void>): Promise<readonly PodSample[]> {
    const counting = countPods(space, 'hoshi');
    const loading = load(host, '--rate', String(RATE), '--duration', String(SECONDS));
    await delay(3000);
    await body();
    const figures = await loading;
    const pods = await counting.stop();
    report(name, title, figures, pods);
    expectAllAccepted(figures);
    return pods;
  }

  test('each pod is evicted in turn', { timeout: 300_000 }, async () => {
    await underLoad('evict', 'Each pod evicted in turn', async () => {
      for (const pod of await space.alivePods('hoshi')) {
        await space.evict(pod);
        await delay(2000);
      }
    });
  });

  test('the node is drained: no other pod is made until it is open again', { timeout: 300_000 }, async () => {
    await until(`${PODS} pods`, 60_000, async () => (await space.alivePods('hoshi')).filter(isReady).length >= PODS);
    await underLoad('node-drain', 'All pods evicted from a cordoned node, open again after 2 s', async () => {
      const pods = await space.alivePods('hoshi');
      const nodes = [...new Set(pods.map(({ spec }) => spec.nodeName as string))];
      await run('kubectl', ['cordon', ...nodes]);
      try {
        await Promise.all(pods.map((pod) => space.evict(pod)));
        await delay(2000);
      } finally {
        await run('kubectl', ['uncordon', ...nodes]);
      }
    });
  });

  test('the service is told to make do with one pod', { timeout: 300_000 }, async () => {
    await until(`${PODS} pods`, 60_000, async () => (await space.alivePods('hoshi')).filter(isReady).length >= PODS);
    const pods = await underLoad('scale-down', `From ${PODS} pods to one`, async () => {
      const { stdout } = await space.kubectl('get', 'podautoscaler', '-o', 'name');
      const annotations = { 'autoscaling.knative.dev/min-scale': '1' };
      const patch = JSON.stringify({ metadata: { annotations } });
      await space.kubectl('patch', stdout.trim(), '--type=merge', '-p', patch);
    });
    assert.ok(Math.min(...pods.map(({ alive }) => alive)) < PODS, 'pods went');
  });
});

function report(name: string, title: string, figures: Figures, pods: readonly PodSample[]): void {
  const { accepted } = figures.latency;
  show(title, [
    ['requests', String(figures.offered)],
    ['answered with a score', String(figures.accepted)],
    ['p50, ms', accepted?.p50Ms ?? Number.NaN],
    ['p99, ms', accepted?.p99Ms ?? Number.NaN],
    ['at most, ms', accepted?.maxMs ?? Number.NaN],
    ['pods ready, at least', String(Math.min(...pods.map(({ ready }) => ready)))],
  ]);
  keep(name, { figures, pods }, plotsOf(title, figures, pods));
}
