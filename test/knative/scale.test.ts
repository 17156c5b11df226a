/** The original's stress test and a constant rate, both from zero. Every request gets a score; pods start and end. */
import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Figures } from '../../cli/loadtest/recorder.ts';
import { hoshiService, Namespace } from './cluster.ts';
import { countPods, expectAllAccepted, load, type PodSample, plotsOf } from './load.ts';
import { keep, show } from './results.ts';
import { isFull } from './settings.ts';

const SECONDS = isFull ? 60 : 20;
const RATE = 300;
/** Scales to zero early. With service.yaml a pod stays for two minutes after the last request. */
const SOON = { window: '6s', 'scale-to-zero-pod-retention-period': '0s', 'scale-down-delay': '0s' };
/** A low target rate per pod, so that the load of one machine needs more than one pod. */
const NARROW = { metric: 'rps', target: '100', ...SOON };
/** During a cold start, each waiting request needs its own connection. */
const CONNECTIONS = 2000;

describe('scaling', () => {
  let space: Namespace;

  before(async () => {
    space = await Namespace.make('scale');
  });
  after(() => space?.remove());

  async function fromZero(t: TestContext, name: string, title: string, service: string, ...options: readonly string[]) {
    const host = await space.hostOf(service);
    await space.zero(service);
    const counting = countPods(t, space, service);
    const figures = await load(host, ...options);
    const endedAt = figures.seconds;
    await space.zero(service);
    const pods = await counting.stop();
    await report(name, title, figures, pods);
    expectAllAccepted(figures);
    const zeroAt = pods.find(({ seconds, alive }) => seconds > endedAt && alive === 0)?.seconds;
    console.log(`zero pods ${zeroAt === undefined ? '?' : (zeroAt - endedAt).toFixed(1)} s after the last response`);
    assert.equal(pods[0]?.alive, 0);
    assert.equal(pods.at(-1)?.alive, 0);
    return pods;
  }

  test("the original's stress test: 10 workers, 6 rounds of 1,000 texts", { timeout: 600_000 }, async (t) => {
    await space.deploy(await hoshiService(SOON));
    const pods = await fromZero(t, 'stress', "The original's stress test, from zero", 'hoshi');
    assert.ok(maxReady(pods) >= 1);
  });

  test(`${RATE} requests per second for ${SECONDS} s`, { timeout: 600_000 }, async (t) => {
    const service = await hoshiService(NARROW);
    service.metadata.name = 'hoshi-narrow';
    await space.deploy(service);
    const options = ['--rate', String(RATE), '--duration', String(SECONDS), '--connections', String(CONNECTIONS)];
    const pods = await fromZero(t, 'rate', `${RATE} requests per second, from zero`, 'hoshi-narrow', ...options);
    assert.ok(maxReady(pods) >= RATE / Number(NARROW.target), 'expected as many pods as the rate needs');
  });
});

function maxReady(pods: readonly PodSample[]): number {
  return Math.max(...pods.map(({ ready }) => ready));
}

async function report(name: string, title: string, figures: Figures, pods: readonly PodSample[]): Promise<void> {
  const { accepted } = figures.latency;
  show(title, [
    ['requests', String(figures.offered)],
    ['answered with a score', String(figures.accepted)],
    ['seconds', figures.seconds],
    ['scores per second', figures.goodput],
    ['p50, ms', accepted?.p50Ms ?? Number.NaN],
    ['p99, ms', accepted?.p99Ms ?? Number.NaN],
    ['at most, ms', accepted?.maxMs ?? Number.NaN],
    ['pods ready, at most', String(maxReady(pods))],
  ]);
  await keep(name, { figures, pods }, plotsOf(title, figures, pods));
}
